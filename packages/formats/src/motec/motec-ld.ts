import type { Column, Group, Recording } from "@pitwall/core";
import { FormatError } from "../errors.ts";
import type { Format, ReadOptions } from "../format.ts";
import { nameColumn } from "../names/channel-names.ts";
import { type ByteSource, collect } from "../source.ts";
import { ProblemLog } from "../table/problems.ts";
import { settleSigns } from "../table/settle-signs.ts";
import { dayUs, parseClock, parseDate } from "../text/date.ts";
import { textOf } from "../text/lines.ts";
import { beaconsOf, lapsBetween } from "./ldx.ts";

/**
 * The log file of MoTeC's loggers, little-endian. Its layout is not published; the places below are those found by
 * gotzl ("ldparser") and agree with files of several loggers and simulators.
 */
const MARKER = 0x40;
const META_PTR = 0x08;
const DATE = 0x5e;
const TIME = 0x7e;
const DRIVER = 0x9e;
const VEHICLE = 0xde;
const VENUE = 0x15e;
const CHANNEL_SIZE = 0x54;
const MOST_CHANNELS = 4096;
const MOST_SAMPLES = 1 << 27;

function textAt(bytes: Uint8Array, at: number, length: number): string {
  let end = at;
  while (end < at + length && end < bytes.length && bytes[end] !== 0) end++;
  return textOf(bytes, at, end).trim();
}

/** Samples of a channel end where those of the next begin, and no byte is two channels': what a damaged length may take. */
class Room {
  readonly #starts: readonly number[];
  readonly #end: number;
  #left: number;
  constructor(starts: readonly number[], end: number) {
    this.#starts = [...new Set(starts)].sort((a, b) => a - b);
    this.#end = end;
    this.#left = end;
  }
  endOf(start: number): number {
    return Math.min(this.#starts.find((s) => s > start) ?? this.#end, this.#end);
  }
  take(size: number): boolean {
    this.#left -= size;
    return this.#left >= 0;
  }
}

type LdChannel = { readonly rateHz: number; readonly column: Column };

/** IEEE 754 binary16. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

function readChannel(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  room: Room,
  problems: ProblemLog,
): LdChannel | undefined {
  const dataAt = view.getUint32(at + 8, true);
  const count = view.getUint32(at + 12, true);
  const kind = view.getUint16(at + 18, true);
  const width = view.getUint16(at + 20, true);
  const rateHz = view.getUint16(at + 22, true);
  const shift = view.getInt16(at + 24, true);
  const factor = view.getInt16(at + 26, true) || 1;
  const scale = view.getInt16(at + 28, true) || 1;
  const decimals = view.getInt16(at + 30, true);
  const title = textAt(bytes, at + 32, 32);
  const unit = textAt(bytes, at + 72, 12);
  const isFloat = kind === 7;
  if ((width !== 2 && width !== 4) || !(isFloat || kind === 0 || kind === 3 || kind === 5)) {
    problems.add("unsupported", `channel "${title}" is of type ${kind}/${width}`, { offset: at });
    return undefined;
  }
  if (rateHz === 0 || count > MOST_SAMPLES) {
    problems.add("malformed", `channel "${title}" has ${count} samples at ${rateHz} Hz`, { offset: at });
    return undefined;
  }
  // a length that fits is believed, also where another channel's place is damaged
  const end = dataAt + count * width <= bytes.length ? bytes.length : room.endOf(dataAt);
  const there = Math.max(0, Math.min(count, Math.floor((end - dataAt) / width)));
  if (there < count && end < bytes.length)
    problems.add("malformed", `channel "${title}" names ${count} samples; there is room for ${there}`, {
      offset: at,
    });
  else if (there < count)
    problems.add("truncated", `channel "${title}" ends after ${there} of ${count} samples`, {
      offset: bytes.length,
    });
  if (!room.take(there * width)) {
    problems.add("malformed", `channel "${title}" shares its samples with others`, { offset: at });
    return undefined;
  }
  const named = nameColumn(title, unit, { system: "motec" });
  // value = (raw / scale * 10^-decimals + shift) * factor
  const step = factor / scale / 10 ** decimals;
  const bias = shift * factor;
  const values = new Float64Array(there);
  for (let i = 0; i < there; i++) {
    const p = dataAt + i * width;
    const raw = isFloat
      ? width === 4
        ? view.getFloat32(p, true)
        : half(view.getUint16(p, true))
      : width === 4
        ? view.getInt32(p, true)
        : view.getInt16(p, true);
    values[i] = (raw * step + bias) * named.scale + named.offset;
  }
  const offset = bias * named.scale + named.offset;
  const field = isFloat
    ? { ...named.field, float32: true as const }
    : { ...named.field, resolution: Math.abs(step * named.scale), ...(offset === 0 ? {} : { offset }) };
  return { rateHz, column: { field, values } };
}

export async function readMotecLd(source: ByteSource, options: ReadOptions): Promise<Recording> {
  const bytes = await collect(source, options, "motec-ld");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < VENUE + 0x40 || view.getUint32(0, true) !== MARKER)
    throw new FormatError("malformed", "motec-ld", "the header is missing or cut off");
  const problems = new ProblemLog();
  const byRate = new Map<number, Column[]>();
  const listed = new Set<number>();
  for (let at = view.getUint32(META_PTR, true); at !== 0; at = view.getUint32(at + 4, true)) {
    if (at + CHANNEL_SIZE > bytes.length || listed.has(at) || listed.size >= MOST_CHANNELS) {
      problems.add("malformed", "the list of channels leads nowhere", { offset: at });
      break;
    }
    listed.add(at);
  }
  const room = new Room(
    [...listed].map((at) => view.getUint32(at + 8, true)),
    bytes.length,
  );
  for (const at of listed) {
    const channel = readChannel(bytes, view, at, room, problems);
    if (!channel || channel.column.values.length === 0) continue;
    const list = byRate.get(channel.rateHz);
    if (list) list.push(channel.column);
    else byRate.set(channel.rateHz, [channel.column]);
  }
  if (byRate.size === 0)
    throw new FormatError("empty", "motec-ld", problems.report().notes[0] ?? "no channel has a sample");
  const day = parseDate(textAt(bytes, DATE, 16)) ?? parseDate(options.date ?? "");
  const baseUs = day ? dayUs(day, parseClock(textAt(bytes, TIME, 16)) ?? 0) : 0;
  if (day) problems.note("times follow the logger's own clock, whose time zone the file does not name");
  const groups = [...byRate]
    .sort((a, b) => b[0] - a[0])
    .flatMap(([rateHz, columns]) => groupsOf(rateHz, columns, baseUs));
  settleSigns(groups, problems);
  const beacons = beaconsOf(options.ldx ?? "");
  if (options.ldx !== undefined)
    problems.note(
      beacons.length > 1 ? "laps are those of the .ldx file" : "the .ldx file has no two beacons, so no lap",
    );
  const [driver, vehicle, track] = [DRIVER, VEHICLE, VENUE].map((at) => textAt(bytes, at, 64) || undefined);
  return {
    groups,
    absoluteTime: day !== undefined,
    ...(options.name === undefined ? {} : { title: options.name }),
    ...(driver === undefined ? {} : { driver }),
    ...(vehicle === undefined ? {} : { vehicle }),
    ...(track === undefined ? {} : { track }),
    gates: [],
    laps: lapsBetween(beacons, baseUs),
    ...problems.report(),
  };
}

/** Channels of one rate share a time axis; a cut-off file leaves them of different length. */
function groupsOf(rateHz: number, columns: readonly Column[], baseUs: number): Group[] {
  const byLength = new Map<number, Column[]>();
  for (const c of columns) {
    const list = byLength.get(c.values.length);
    if (list) list.push(c);
    else byLength.set(c.values.length, [c]);
  }
  return [...byLength].map(([n, list], i) => ({
    name: i === 0 ? `${rateHz} Hz` : `${rateHz} Hz, ${n} samples`,
    tUs: Float64Array.from({ length: n }, (_, k) => baseUs + Math.round((k * 1e6) / rateHz)),
    columns: list,
  }));
}

export const motecLd: Format = {
  id: "motec-ld",
  title: "MoTeC log (.ld)",
  extensions: ["ld"],
  sniff(head) {
    if (head.length < 0x70) return 0;
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    if (view.getUint32(0, true) !== MARKER || view.getUint32(4, true) !== 0) return 0;
    return parseDate(textAt(head, DATE, 16)) ? 1 : 0.7;
  },
  read: readMotecLd,
  carries: {
    times: "own",
    absoluteTime: true,
    channels: "all",
    gaps: false,
    laps: "times",
    gates: false,
    remarks:
      "Read only, whole into memory. Laps come from the .ldx file beside it. The layout is not published by MoTeC.",
  },
};
