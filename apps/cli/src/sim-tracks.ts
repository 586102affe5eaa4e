import { readFile } from "node:fs/promises";
import { findColumn, type Recording } from "@pitwall/core";
import { readRecording } from "@pitwall/formats";
import type { Point } from "@pitwall/laps";
import { starterTracks } from "@pitwall/laps/library";
import { prepareTrack, type SimTrack, trackOfDegrees } from "@pitwall/simulator";
import { CommandError, UsageError } from "./command.ts";
import { holds, nearNames } from "./nearest.ts";

const HALF_WIDTH_M = 6;

/** The first lap that a recording states, or all of it. */
function lapOf(recording: Recording): Point[] {
  const lat = findColumn(recording, "gnss.lat");
  const lon = findColumn(recording, "gnss.lon");
  if (!lat || !lon || lat.group !== lon.group) return [];
  const lap = recording.laps[0];
  const points: Point[] = [];
  lat.group.tUs.forEach((t, i) => {
    const [a, b] = [lat.column.values[i]!, lon.column.values[i]!];
    if (Number.isFinite(a) && Number.isFinite(b) && (!lap || (t >= lap.startUs && t < lap.endUs)))
      points.push([a, b]);
  });
  return points;
}

/**
 * The course to simulate on: a name of the track library, a GeoJSON line, a centre line as CSV of metres
 * (`x,y,…`), or a recorded lap. Throws UsageError, CommandError.
 */
export async function simTrack(nameOrFile: string): Promise<SimTrack> {
  const all = starterTracks();
  const named = all.filter((t) => holds(t.name, nameOrFile));
  const exact = named.find((t) => holds(nameOrFile, t.name)) ?? (named.length === 1 ? named[0] : undefined);
  const line = exact?.layouts[0]?.centreLine;
  if (exact && line) return trackOfDegrees(exact.name, line, HALF_WIDTH_M);
  let text: string;
  try {
    text = await readFile(nameOrFile, "utf8");
  } catch (e) {
    const near = nearNames(
      nameOrFile,
      all.map((t) => t.name),
    );
    const hint =
      named.length > 1
        ? `; several match: ${named.map((t) => t.name).join(", ")}`
        : near.length > 0
          ? `; did you mean ${near.slice(0, 3).join(", ")}?`
          : `; \`pitwall simulate --list\` names the tracks`;
    throw new UsageError(`no track and no file "${nameOrFile}"${hint}`, { cause: e });
  }
  if (/^#?\s*x_m\s*,\s*y_m/.test(text)) return metresCsv(nameOrFile, text);
  if (text.trimStart().startsWith("{")) {
    const { tracksFromGeoJson } = await import("@pitwall/laps");
    const { tracks } = tracksFromGeoJson(text);
    const found = tracks[0]?.layouts[0]?.centreLine;
    if (found) return trackOfDegrees(tracks[0]!.name, found, HALF_WIDTH_M);
    throw new CommandError(`${nameOrFile}: holds no line`);
  }
  const points = lapOf(await readRecording(new TextEncoder().encode(text), { name: nameOrFile }));
  if (points.length < 20) throw new CommandError(`${nameOrFile}: holds no lap`);
  return trackOfDegrees(nameOrFile, points, HALF_WIDTH_M);
}

/**
 * A centre line in metres: a header, with or without a `#`, that names the columns, of which `x_m` and `y_m` have to be
 * there; `z_m` and `bank_deg` (positive where the left edge is the higher one) may be. Others are not read.
 */
function metresCsv(name: string, text: string): SimTrack {
  const [head = "", ...rest] = text.split(/\r?\n/).filter((l) => l.trim() !== "");
  const columns = head
    .replace(/^#/, "")
    .split(",")
    .map((c) => c.trim());
  const at = {
    x: columns.indexOf("x_m"),
    y: columns.indexOf("y_m"),
    z: columns.indexOf("z_m"),
    bank: columns.indexOf("bank_deg"),
  };
  const points = rest
    .filter((l) => !l.startsWith("#"))
    .map((line, i) => {
      const cells = line.split(",").map(Number);
      const of = (column: number) => (column < 0 ? 0 : (cells[column] ?? Number.NaN));
      const point = { x: of(at.x), y: of(at.y), z: of(at.z), bankRad: (of(at.bank) * Math.PI) / 180 };
      if (!Number.isFinite(point.x + point.y + point.z + point.bankRad))
        throw new CommandError(`${name}: point ${i + 1} is not ${columns.join(",")} in numbers: ${line}`);
      return point;
    });
  return prepareTrack({ name, reference: { lat: 48, lon: 11, height: 0 }, halfWidthM: HALF_WIDTH_M, points });
}
