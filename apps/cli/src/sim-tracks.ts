import { readFile } from "node:fs/promises";
import { findColumn, type Recording } from "@pitwall/core";
import { readRecording } from "@pitwall/formats";
import type { Point } from "@pitwall/laps";
import { starterTracks } from "@pitwall/laps/library";
import { prepareTrack, type SimTrack, trackOfDegrees } from "@pitwall/simulator";
import { CommandError, UsageError } from "./command.ts";

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
  const wanted = nameOrFile.toLowerCase();
  const named = starterTracks().filter((t) => t.name.toLowerCase().includes(wanted));
  const exact =
    named.find((t) => t.name.toLowerCase() === wanted) ?? (named.length === 1 ? named[0] : undefined);
  const line = exact?.layouts[0]?.centreLine;
  if (exact && line) return trackOfDegrees(exact.name, line, HALF_WIDTH_M);
  let text: string;
  try {
    text = await readFile(nameOrFile, "utf8");
  } catch (e) {
    const hint =
      named.length > 1
        ? `; several match: ${named.map((t) => t.name).join(", ")}`
        : `; \`pitwall simulate --list\` names the tracks`;
    throw new UsageError(`no track and no file "${nameOrFile}"${hint}`, { cause: e });
  }
  if (/^#?\s*x_m\s*,\s*y_m/.test(text)) {
    const points = text
      .split(/\r?\n/)
      .filter((l) => l !== "" && !/^#|x_m/.test(l))
      .map((l) => l.split(",").map(Number))
      .map(([x = Number.NaN, y = Number.NaN]) => ({ x, y, z: 0 }));
    if (points.some((p) => !Number.isFinite(p.x + p.y)))
      throw new CommandError(`${nameOrFile}: a line is not x,y in metres`);
    return prepareTrack({
      name: nameOrFile,
      reference: { lat: 48, lon: 11, height: 0 },
      halfWidthM: HALF_WIDTH_M,
      points,
    });
  }
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
