import type { Recording } from "@pitwall/core";
import { FormatError } from "../errors.ts";
import type { ReadOptions } from "../format.ts";
import { nameColumn, ownColumn } from "../names/channel-names.ts";
import type { ByteSource } from "../source.ts";
import { PointRows } from "../table/point-rows.ts";
import { ProblemLog } from "../table/problems.ts";
import { isEpoch } from "../text/epoch.ts";
import { IsoClock } from "../text/iso-time.ts";
import { parseElement } from "../xml/element.ts";
import { readXml } from "../xml/read-xml.ts";

const BLOCKS = new Set(["when", "coord", "coordinates", "value", "name", "angles"]);
/** A LineString is one element, however long. */
const LONGEST = 64 << 20;

/** One gx:Track: its times, positions and arrays of values run side by side. */
type Track = { whens: string[]; coords: string[]; arrays: Map<string, string[]>; own: boolean; line: number };

const position = (rows: PointRows, lon: string, lat: string, alt: string | undefined): boolean => {
  if (!(Math.abs(Number(lat)) <= 90 && Math.abs(Number(lon)) <= 180) || lat === "" || lon === "")
    return false;
  rows.set("lat", () => nameColumn("gnss.lat", "deg"), lat);
  rows.set("lon", () => nameColumn("gnss.lon", "deg"), lon);
  if (alt !== undefined) rows.set("alt", () => nameColumn("gnss.alt", "m"), alt);
  return true;
};

function addTrack(track: Track, rows: PointRows, clock: IsoClock, problems: ProblemLog): void {
  const n = Math.min(track.whens.length, track.coords.length);
  if (track.whens.length !== track.coords.length)
    problems.add(
      "malformed",
      `the track has ${track.whens.length} times and ${track.coords.length} positions`,
      {
        line: track.line,
      },
    );
  for (let i = 0; i < n; i++) {
    const [lon = "", lat = "", alt] = track.coords[i]!.trim().split(/[\s,]+/);
    const tUs = clock.next(track.whens[i]!);
    if (Number.isNaN(tUs) || !position(rows, lon, lat, alt)) {
      problems.add("malformed", `point ${i + 1} of the track cannot be read`, { line: track.line });
      continue;
    }
    for (const [name, values] of track.arrays)
      if (values[i] !== undefined)
        rows.set(name, () => (track.own ? ownColumn(name) : nameColumn(name, UNITS[name])), values[i]!);
    rows.add(tUs);
  }
}
/** Arrays that programs write without a unit. */
const UNITS: Readonly<Record<string, string>> = {
  speed: "m/s",
  bearing: "deg",
  heading: "deg",
  course: "deg",
  accuracy: "m",
};

export async function readKml(source: ByteSource, options: ReadOptions): Promise<Recording> {
  const problems = new ProblemLog();
  const rows = new PointRows();
  const untimed = new PointRows();
  const clock = new IsoClock();
  let title: string | undefined;
  let track: Track | undefined;
  let array = "";
  let inLine = false;
  /** Of the Placemark that is being read: its TimeStamp, and whether it is a Point. */
  let stamp: string | undefined;
  let inPoint = false;
  await readXml(
    source,
    options,
    {
      blocks: BLOCKS,
      onOpen(name, tag, line) {
        if (name === "Track") track = { whens: [], coords: [], arrays: new Map(), own: false, line };
        else if (name === "SchemaData" && track) track.own = /schemaUrl\s*=\s*["']#pitwall["']/.test(tag);
        else if (name === "SimpleArrayData") array = /\bname\s*=\s*["']([^"']*)["']/.exec(tag)?.[1] ?? "";
        else if (name === "LineString" || name === "LinearRing") inLine = true;
        else if (name === "Placemark") stamp = undefined;
        else if (name === "Point") inPoint = true;
      },
      onClose(name) {
        if (name === "Track" && track) {
          addTrack(track, rows, clock, problems);
          track = undefined;
        } else if (name === "LineString" || name === "LinearRing") inLine = false;
        else if (name === "Point") inPoint = false;
      },
      onBlock(name, text, line) {
        const node = parseElement(name, text);
        const value = typeof node === "string" ? node : "";
        if (name === "name") title ??= value || undefined;
        else if (name === "when" && track) track.whens.push(value);
        else if (name === "when") stamp = value;
        else if (name === "coord") track?.coords.push(value);
        else if (name === "value" && track && array !== "") {
          const list = track.arrays.get(array);
          if (list) list.push(value);
          else track.arrays.set(array, [value]);
        } else if (name === "coordinates" && inPoint && stamp !== undefined) {
          const [lon = "", lat = "", alt] = value.trim().split(/\s*,\s*/);
          const tUs = clock.next(stamp);
          if (!Number.isNaN(tUs) && position(rows, lon, lat, alt)) rows.add(tUs);
          else problems.add("malformed", "a point with a time cannot be read", { line });
        } else if (name === "coordinates" && inLine)
          for (const [i, point] of value.trim().split(/\s+/).entries()) {
            const [lon = "", lat = "", alt] = point.split(",");
            if (position(untimed, lon, lat, alt)) untimed.add(untimed.length * 1e6);
            else problems.add("malformed", `point ${i + 1} of the line cannot be read`, { line });
          }
      },
      onProblem: (reason, line) => problems.add("truncated", reason, { line }),
    },
    LONGEST,
  );
  if (track) addTrack(track, rows, clock, problems);
  problems.note(clock.leap.note());
  const timed = rows.length > 0;
  if (!timed && untimed.length > 0)
    problems.note("the line has no times; its points are numbered one a second");
  const group = (timed ? rows : untimed).finish("gps");
  if (!group)
    throw new FormatError(
      "empty",
      "kml",
      problems.report().notes[0] ?? "neither a gx:Track nor a LineString, and no point with a TimeStamp",
    );
  const name = title ?? options.name;
  return {
    groups: [group],
    absoluteTime: timed && isEpoch(group.tUs[0]!),
    ...(name === undefined ? {} : { title: name }),
    gates: [],
    laps: [],
    ...problems.report(),
  };
}
