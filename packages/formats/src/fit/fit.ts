import type { RecordedLap, Recording } from "@pitwall/core";
import FitParser from "fit-file-parser";
import { FormatError } from "../errors.ts";
import type { Format, ReadOptions } from "../format.ts";
import { type NamedColumn, nameColumn } from "../names/channel-names.ts";
import { type ByteSource, collect } from "../source.ts";
import { PointRows } from "../table/point-rows.ts";
import { ProblemLog } from "../table/problems.ts";

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
type Parsed = { readonly records: Rows; readonly laps: Rows };

async function parse(bytes: Uint8Array): Promise<Parsed> {
  const parser = new FitParser({
    force: true,
    speedUnit: "m/s",
    lengthUnit: "m",
    temperatureUnit: "celsius",
    mode: "list",
  });
  const whole = bytes.slice().buffer;
  const fit = (await parser.parseAsync(whole)) as unknown as { records?: Rows; laps?: Rows };
  return { records: fit.records ?? [], laps: fit.laps ?? [] };
}

/** The longest record message that is in use; a file cut off inside one is tried at each shorter length. */
const LONGEST_RECORD = 512;

/** A cut-off file: its header is corrected to what is there, and cut back to the last whole message. */
async function parseCut(bytes: Uint8Array): Promise<Parsed> {
  const header = bytes[0]!;
  for (let cut = 0; cut < LONGEST_RECORD && bytes.length - cut > header; cut++) {
    const part = bytes.slice(0, bytes.length - cut);
    new DataView(part.buffer).setUint32(4, part.length - header, true);
    try {
      return await parse(part);
    } catch {
      // inside a message: one byte less
    }
  }
  throw new FormatError("malformed", "fit", "no whole message");
}

async function read(source: ByteSource, options: ReadOptions): Promise<Recording> {
  const bytes = await collect(source, options, "fit", 256 << 20);
  const problems = new ProblemLog();
  if (bytes.length < 14) throw new FormatError("malformed", "fit", "the header is cut off");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stated = view.getUint32(4, true) + bytes[0]!;
  let parsed: Parsed;
  if (stated > bytes.length) {
    problems.add("truncated", `the file has ${bytes.length} of ${stated + 2} bytes`, {
      offset: bytes.length,
    });
    parsed = await parseCut(bytes);
  } else
    try {
      parsed = await parse(bytes);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new FormatError("malformed", "fit", reason, undefined, { cause });
    }
  const rows = new PointRows();
  let untimed = 0;
  for (const record of parsed.records) {
    const tUs = usOf(record["timestamp"]);
    if (Number.isNaN(tUs)) {
      untimed++;
      continue;
    }
    for (const [key, value] of Object.entries(record))
      if (typeof value === "number" && !LEFT_OUT.has(key))
        rows.set(nameOf(key).field.name, () => nameOf(key), value);
    rows.add(tUs);
  }
  if (untimed > 0) problems.add("malformed", `${untimed} records have no time`);
  const group = rows.finish("record");
  if (!group) throw new FormatError("empty", "fit", "no record");
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
    laps: lapsOf(parsed.laps),
    ...problems.report(),
  };
}

function lapsOf(laps: Rows): RecordedLap[] {
  return laps.flatMap((lap, i) => {
    const startUs = usOf(lap["start_time"]);
    const elapsed = Number(lap["total_elapsed_time"] ?? Number.NaN);
    const endUs = Number.isFinite(elapsed) ? startUs + Math.round(elapsed * 1e6) : usOf(lap["timestamp"]);
    return endUs > startUs ? [{ number: i + 1, startUs, endUs }] : [];
  });
}

export const fit: Format = {
  id: "fit",
  title: "Garmin FIT",
  extensions: ["fit"],
  sniff: (head) =>
    (head[0] === 12 || head[0] === 14) &&
    head[8] === 0x2e &&
    head[9] === 0x46 &&
    head[10] === 0x49 &&
    head[11] === 0x54
      ? 1
      : 0,
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
