import type { RecordedLap, Recording } from "@pitwall/core";
import FitParser from "fit-file-parser";
import { FormatError } from "../errors.ts";
import type { Format, ReadOptions } from "../format.ts";
import { type NamedColumn, nameColumn } from "../names/channel-names.ts";
import { type ByteSource, collect } from "../source.ts";
import { PointRows } from "../table/point-rows.ts";
import { ProblemLog } from "../table/problems.ts";
import { type FitPart, fitParts, isFitHeader } from "./parts.ts";

/** Fields of a `record` message as the parser gives them: degrees, m, m/s, degC. */
const KNOWN: Readonly<Record<string, readonly [channel: string, unit: string]>> = {
  position_lat: ["gnss.lat", "deg"],
  position_long: ["gnss.lon", "deg"],
  altitude: ["gnss.alt", "m"],
  enhanced_altitude: ["gnss.alt", "m"],
  speed: ["gnss.speed", "m/s"],
  enhanced_speed: ["gnss.speed", "m/s"],
  vertical_speed: ["gnss.vUp", "m/s"],
  distance: ["trip.distance", "m"],
  gps_accuracy: ["gnss.hAcc", "m"],
  heading: ["gnss.course", "deg"],
  temperature: ["temperature", "degC"],
  heart_rate: ["heart_rate", ""],
  cadence: ["cadence", ""],
  power: ["power", "W"],
};
const TAKEN = new Set(Object.values(KNOWN).map(([channel]) => channel));
/** Times and lists that are no channel. */
const LEFT_OUT = new Set(["timestamp", "elapsed_time", "timer_time"]);
/** FIT stores positions in steps of 180 / 2^31 degrees. */
const SEMICIRCLE = 180 / 2 ** 31;

const nameOf = (key: string): NamedColumn => {
  const known = KNOWN[key];
  return known ? nameColumn(known[0], known[1], { channel: known[0] }) : nameColumn(key, "", { channel: "" });
};

const usOf = (t: unknown): number => {
  const ms = t instanceof Date ? t.getTime() : typeof t === "string" ? Date.parse(t) : Number.NaN;
  return Math.round(ms * 1000);
};

type Rows = readonly Readonly<Record<string, unknown>>[];
type Parsed = { readonly records: Rows; readonly laps: Rows; readonly described: Rows };

async function parse(part: FitPart): Promise<Parsed> {
  const parser = new FitParser({
    force: true,
    speedUnit: "m/s",
    lengthUnit: "m",
    temperatureUnit: "celsius",
    mode: "list",
  });
  const fit = (await parser.parseAsync(part.bytes.buffer)) as unknown as {
    records?: Rows;
    laps?: Rows;
    field_descriptions?: Rows;
  };
  return { records: fit.records ?? [], laps: fit.laps ?? [], described: fit.field_descriptions ?? [] };
}

/** Names of a file's fields: those of the profile, and those that applications describe, with the unit they state. */
function namesOf(described: Rows): (key: string) => NamedColumn {
  const units = new Map<string, string>();
  for (const d of described)
    if (typeof d["field_name"] === "string")
      units.set(d["field_name"], typeof d["units"] === "string" ? d["units"] : "");
  const named = new Map<string, NamedColumn>();
  return (key) => {
    let column = named.get(key);
    if (!column) {
      const unit = units.get(key);
      const own = unit === undefined || unit === KNOWN[key]?.[1];
      column = own ? nameOf(key) : nameColumn(key, unit);
      // the receiver's own values are not to be mixed with those of an application
      if (!own && TAKEN.has(column.field.name)) column = nameColumn(key, unit, { channel: "" });
      named.set(key, column);
    }
    return column;
  };
}

async function read(source: ByteSource, options: ReadOptions): Promise<Recording> {
  const bytes = await collect(source, options, "fit", 256 << 20);
  const problems = new ProblemLog();
  if (bytes.length < 14) throw new FormatError("malformed", "fit", "the header is cut off");
  const rows = new PointRows();
  const laps: Readonly<Record<string, unknown>>[] = [];
  let untimed = 0;
  for (const part of fitParts(bytes, problems)) {
    let parsed: Parsed;
    try {
      parsed = await parse(part);
    } catch (cause) {
      problems.add("malformed", cause instanceof Error ? cause.message : String(cause));
      continue;
    }
    const named = namesOf(parsed.described);
    for (const record of parsed.records) {
      const tUs = usOf(record["timestamp"]);
      if (Number.isNaN(tUs)) {
        untimed++;
        continue;
      }
      for (const [key, value] of Object.entries(record))
        if (typeof value === "number" && !LEFT_OUT.has(key)) {
          const column = named(key);
          rows.set(column.field.name, () => column, value);
        }
      rows.add(tUs);
    }
    laps.push(...parsed.laps);
  }
  if (untimed > 0) problems.add("malformed", `${untimed} records have no time`);
  const group = rows.finish("record");
  if (!group) throw new FormatError("empty", "fit", problems.report().notes[0] ?? "no record");
  const columns = group.columns.map((c) =>
    c.field.name === "gnss.lat" || c.field.name === "gnss.lon"
      ? { ...c, field: { ...c.field, resolution: SEMICIRCLE } }
      : c,
  );
  return {
    groups: [{ ...group, columns }],
    absoluteTime: true,
    ...(options.name === undefined ? {} : { title: options.name }),
    gates: [],
    laps: lapsOf(laps),
    ...problems.report(),
  };
}

/** Starts are whole seconds, lap times are not: a lap that begins within the second of the last one's end begins there. */
function lapsOf(rows: Rows): RecordedLap[] {
  const laps: RecordedLap[] = [];
  for (const row of rows) {
    const stated = usOf(row["start_time"]);
    const last = laps.at(-1)?.endUs ?? Number.NaN;
    const startUs = Math.abs(stated - last) <= 1e6 ? last : stated;
    const elapsed = Number(row["total_elapsed_time"] ?? Number.NaN);
    const endUs = Number.isFinite(elapsed) ? startUs + Math.round(elapsed * 1e6) : usOf(row["timestamp"]);
    if (endUs > startUs) laps.push({ number: laps.length + 1, startUs, endUs });
  }
  return laps;
}

export const fit: Format = {
  id: "fit",
  title: "Garmin FIT",
  extensions: ["fit"],
  sniff: (head) => (isFitHeader(head) ? 1 : 0),
  read,
  carries: {
    times: "own",
    absoluteTime: true,
    channels: "listed",
    gaps: true,
    laps: "numbers",
    gates: false,
    remarks:
      "Read only, whole into memory; times are whole seconds, so lap times worked out from them are coarse.",
  },
};
