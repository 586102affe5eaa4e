import {
  CodecError,
  createFramer,
  createTally,
  type DecodeContext,
  type Decoder,
  type Encoder,
  type FrameRule,
  type Framer,
  fromPlain,
  type OnFrame,
  type OnProblem,
  type PlainMessage,
  type Protocol,
  type ProtocolOptions,
  Reading,
} from "@pitwall/core";
import { CivilFields, timeOfWeekMs } from "../ubx-civil.ts";
import { UBX_HEAD, ubxFrame, ubxRule } from "../ubx-frame.ts";
import { HISTORY, LIVE_DATA, PLAIN, type RaceBoxMessage } from "./layouts.table.ts";

export const RACEBOX_CLASS = 0xff;
/** The description gives 512 bytes to the largest packet. */
const MAX_PAYLOAD = 504;
const TRACKS = [LIVE_DATA, HISTORY];
const ALL = [...TRACKS, ...PLAIN];
const ALL_LENGTHS = new Map(ALL.map((m) => [m.id, m.layout.byteLength]));
/** Only these carry the same length always; the others are empty as requests or shorter as commands. */
const FIXED = new Set([LIVE_DATA.id, HISTORY.id]);

const lengthFits = (cls: number, id: number, length: number): boolean =>
  length <= MAX_PAYLOAD && (cls !== RACEBOX_CLASS || !FIXED.has(id) || length === ALL_LENGTHS.get(id));
const RULE: FrameRule = ubxRule(lengthFits);

const FIX_VALID = 1;
const HEADING_VALID = 0x20;
const POSITION_INVALID = 1;
const CHARGING = 0x80;
const TIME_KNOWN = 3;
const TIME_RESOLVED = 7;

const slot = (name: string): number => LIVE_DATA.spec.fields.findIndex((f) => f.name === name);
const AT = {
  iTOW: slot("iTOW"),
  valid: slot("valid"),
  fixStatus: slot("fixStatus"),
  flags: slot("flags"),
  positionFlags: slot("positionFlags"),
  course: slot("gnss.course"),
  courseAcc: slot("courseAcc"),
  fix: slot("gnss.fix"),
  battery: slot("device.battery"),
  charging: slot("charging"),
  voltage: slot("device.voltage"),
};
const NEEDS_FIX = [
  "gnss.lat",
  "gnss.lon",
  "gnss.alt",
  "height",
  "gnss.speed",
  "gnss.course",
  "gnss.hAcc",
  "gnss.vAcc",
  "gnss.sAcc",
  "courseAcc",
].map(slot);
const BATTERY_OFFSET = LIVE_DATA.layout.fields.find((f) => f.name === "_battery")!.offset;

const isMicro = (options: ProtocolOptions | undefined): boolean => options?.["model"] === "micro";

/** Reads live and history data; absent is what the device itself flags as not valid. */
function createTrackReader(m: RaceBoxMessage, micro: boolean) {
  const reading = new Reading(m.spec);
  const civil = new CivilFields(m.layout);
  const tUs = new Float64Array(1);
  const v = reading.values;
  return (view: DataView, at: number): Reading => {
    m.layout.read(view, at, v, 0);
    civil.read(view, at, tUs);
    reading.tUs = tUs[0]!;
    const status = v[AT.fixStatus]!;
    const good = (v[AT.flags]! & FIX_VALID) !== 0 && (v[AT.positionFlags]! & POSITION_INVALID) === 0;
    const fix = good && (status === 2 || status === 3) ? status : 0;
    v[AT.fix] = fix;
    if (fix === 0) for (let k = 0; k < NEEDS_FIX.length; k++) v[NEEDS_FIX[k]!] = Number.NaN;
    else if (v[AT.courseAcc]! >= Math.PI - 1e-9) v[AT.course] = Number.NaN;
    else if (v[AT.course]! < 0) v[AT.course] = v[AT.course]! + 2 * Math.PI;
    const raw = view.getUint8(at + BATTERY_OFFSET);
    v[AT.battery] = micro ? Number.NaN : (raw & 0x7f) / 100;
    v[AT.charging] = micro ? Number.NaN : raw >> 7;
    v[AT.voltage] = micro ? raw / 10 : Number.NaN;
    return reading;
  };
}

function createDecoder(context: DecodeContext, options?: ProtocolOptions): Decoder {
  const { stats, reading, problem } = createTally(context);
  const tracks = TRACKS.map((m) => createTrackReader(m, isMicro(options)));
  const plain = new Map(PLAIN.map((m) => [m.id, { layout: m.layout, reading: new Reading(m.spec) }]));
  const isAnswer = (id: number) => id === 0x02 || id === 0x03;

  function decode(view: DataView, start: number, end: number): boolean {
    if (view.getUint8(start + 2) !== RACEBOX_CLASS) return false;
    const id = view.getUint8(start + 3);
    const at = start + UBX_HEAD;
    const length = end - at - 2;
    for (let k = 0; k < TRACKS.length; k++)
      if (TRACKS[k]!.id === id) {
        reading(tracks[k]!(view, at));
        return true;
      }
    const p = plain.get(id);
    if (p === undefined) return false;
    // older firmware does not say what it answers
    if (length === 0 && isAnswer(id)) p.reading.clear();
    else if (length === p.layout.byteLength) p.layout.read(view, at, p.reading.values, 0);
    else return false;
    reading(p.reading);
    return true;
  }

  const framer = createFramer(
    RULE,
    (_bytes, view, start, end) => {
      stats.frames++;
      if (!decode(view, start, end)) stats.reasons.unsupported = (stats.reasons.unsupported ?? 0) + 1;
    },
    problem,
  );
  return { stats, push: (bytes) => framer.push(bytes), end: () => framer.end() };
}

/** Fields that nobody gave: validity and kind of fix follow from the time and `gnss.fix`, the rest goes as 0. */
function complete(m: RaceBoxMessage, row: Float64Array, tUs: number): void {
  const fill = (at: number, value: number) => {
    if (Number.isNaN(row[at]!)) row[at] = value;
  };
  const fix = row[AT.fix]!;
  if (Number.isFinite(tUs)) fill(AT.iTOW, timeOfWeekMs(tUs));
  fill(AT.valid, Number.isFinite(tUs) ? TIME_RESOLVED : 0);
  fill(AT.fixStatus, fix >= 2 ? fix : 0);
  fill(AT.flags, fix >= 2 ? FIX_VALID | HEADING_VALID : 0);
  if (Number.isNaN(row[AT.course]!)) fill(AT.courseAcc, Math.PI);
  const fields = m.layout.spec.fields.length;
  const values = m.layout.fields.filter((f) => !f.name.startsWith("_"));
  for (let i = 0; i < fields; i++) if (Number.isNaN(row[i]!) && values[i]!.missing === undefined) row[i] = 0;
}

function batteryByte(row: Float64Array, micro: boolean): number {
  const raw = micro
    ? Math.round((row[AT.voltage] || 0) * 10)
    : Math.round((row[AT.battery] || 0) * 100) | (row[AT.charging] ? CHARGING : 0);
  if (!(raw >= 0 && raw <= 255))
    throw new CodecError("out-of-range", "racebox", BATTERY_OFFSET, "battery or voltage does not fit a byte");
  return raw;
}

function createEncoder(options?: ProtocolOptions): Encoder {
  return {
    encode(message: PlainMessage): Uint8Array {
      const m = ALL.find((x) => x.spec.name === message.message);
      if (!m) throw new CodecError("unsupported", "racebox", 0, `no message "${message.message}"`);
      const r = fromPlain(message, m.spec);
      const payload = new Uint8Array(m.layout.byteLength);
      const view = new DataView(payload.buffer);
      if (!TRACKS.includes(m)) {
        if (r.values.every((x) => Number.isNaN(x))) return ubxFrame(RACEBOX_CLASS, m.id, []);
        m.layout.write(
          view,
          0,
          r.values.map((x) => (Number.isNaN(x) ? 0 : x)),
        );
        return ubxFrame(RACEBOX_CLASS, m.id, payload);
      }
      complete(m, r.values, r.tUs);
      m.layout.write(view, 0, r.values);
      payload[BATTERY_OFFSET] = batteryByte(r.values, isMicro(options));
      if (Number.isFinite(r.tUs) && (r.values[AT.valid]! & TIME_KNOWN) === TIME_KNOWN)
        new CivilFields(m.layout).write(view, 0, r.tUs);
      return ubxFrame(RACEBOX_CLASS, m.id, payload);
    },
  };
}

export const racebox: Protocol = {
  name: "racebox",
  title: "RaceBox Mini, Mini S and Micro over Bluetooth",
  carrier: "stream",
  messages: ALL.map((m) => m.spec),
  layouts: ALL.map((m) => m.layout),
  options: {
    model: {
      doc: "what the battery byte means: percent (Mini, Mini S) or tenths of a volt (Micro)",
      values: ["mini", "micro"],
      default: "mini",
    },
  },
  createFramer: (onFrame: OnFrame, onProblem?: OnProblem): Framer => createFramer(RULE, onFrame, onProblem),
  createDecoder,
  createEncoder,
};
