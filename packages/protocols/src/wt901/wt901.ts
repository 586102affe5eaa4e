import {
  CodecError,
  civilFromDays,
  createTally,
  type DecodeContext,
  type Decoder,
  daysFromCivil,
  type Encoder,
  fromPlain,
  type PlainMessage,
  type Protocol,
  Reading,
  sumBytes,
  US_PER_DAY,
  US_PER_S,
} from "@pitwall/core";
import { createWt901Framer } from "./framing.ts";
import { PACKETS, POSITION, SERIAL_LENGTH, TIME } from "./packets.table.ts";

const HEADER = 0x55;
const PAYLOAD = 2;
const COURSE = "gnss.course";

/** The module's clock (us) into out[0]; NaN where it is no date: modules without one send zeros. */
function readClock(view: DataView, at: number, out: Float64Array): void {
  const month = view.getUint8(at + 1);
  const day = view.getUint8(at + 2);
  out[0] =
    month < 1 || month > 12 || day < 1 || day > 31
      ? Number.NaN
      : daysFromCivil(2000 + view.getUint8(at), month, day) * US_PER_DAY +
        ((view.getUint8(at + 3) * 60 + view.getUint8(at + 4)) * 60 + view.getUint8(at + 5)) * US_PER_S +
        view.getUint16(at + 6, true) * 1000;
}

function writeClock(view: DataView, at: number, clockUs: number): void {
  const days = Math.floor(clockUs / US_PER_DAY);
  const { year, month, day } = civilFromDays(days);
  const ms = Math.round((clockUs - days * US_PER_DAY) / 1000);
  const s = Math.floor(ms / 1000);
  if (!(year >= 2000 && year < 2256))
    throw new CodecError(
      "out-of-range",
      TIME.spec.name,
      at,
      `the year ${year} does not fit a byte from 2000`,
    );
  const fields = [year - 2000, month, day, Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60];
  fields.forEach((x, i) => {
    view.setUint8(at + i, x);
  });
  view.setUint16(at + 6, ms % 1000, true);
}

/** Degrees from the module's degrees and minutes in one number, into out[slot]; false where it is no angle. */
function readAngle(raw: number, most: number, out: Float64Array, slot: number): boolean {
  const size = Math.abs(raw);
  const degrees = Math.floor(size / 1e7);
  const minutes = (size - degrees * 1e7) / 1e5;
  const angle = degrees + minutes / 60;
  out[slot] = raw < 0 ? 0 - angle : angle;
  return minutes < 60 && angle <= most;
}

function writeAngle(deg: number): number {
  const hundredThousandths = Math.round(Math.abs(deg) * 60e5);
  const degrees = Math.floor(hundredThousandths / 60e5);
  const raw = degrees * 1e7 + (hundredThousandths - degrees * 60e5);
  return deg < 0 ? -raw : raw;
}

function createDecoder(context: DecodeContext): Decoder {
  const tally = createTally(context);
  const byType = new Map(PACKETS.map((p) => [p.type, { layout: p.layout, reading: new Reading(p.spec) }]));

  const framer = createWt901Framer((_bytes, view, start) => {
    tally.stats.frames++;
    const type = view.getUint8(start + 1);
    const { layout, reading } = byType.get(type)!;
    const v = reading.values;
    const at = start + PAYLOAD;
    if (type === TIME.type) readClock(view, at, v);
    else if (type === POSITION.type) {
      const lon = view.getInt32(at, true);
      const lat = view.getInt32(at + 4, true);
      const good = readAngle(lon, 180, v, 0) && readAngle(lat, 90, v, 1);
      if (!good)
        tally.problem({
          code: "out-of-range",
          offset: framer.frameOffset + PAYLOAD,
          length: 8,
          reason: `longitude ${lon}, latitude ${lat}`,
        });
      // a module whose receiver has no fix sends zeros
      if (!good || (lon === 0 && lat === 0)) v.fill(Number.NaN);
    } else layout.read(view, start, v, 0);
    tally.reading(reading);
  }, tally.problem);
  return { stats: tally.stats, push: (bytes) => framer.push(bytes), end: () => framer.end() };
}

function encode(message: PlainMessage): Uint8Array {
  const p = PACKETS.find((x) => x.spec.name === message.message);
  if (!p) throw new CodecError("unsupported", "wt901", 0, `no message "${message.message}"`);
  const v = fromPlain(message, p.spec).values;
  const bytes = new Uint8Array(p.layout.byteLength);
  const view = new DataView(bytes.buffer);
  if (p === TIME) {
    if (Number.isFinite(v[0]!)) writeClock(view, PAYLOAD, v[0]!);
  } else if (p === POSITION) {
    view.setInt32(PAYLOAD, writeAngle(v[0] || 0), true);
    view.setInt32(PAYLOAD + 4, writeAngle(v[1] || 0), true);
  } else {
    const course = p.spec.fields.findIndex((f) => f.name === COURSE);
    if (course >= 0 && v[course]! < 0) v[course] = v[course]! + 2 * Math.PI;
    p.layout.write(
      view,
      0,
      v.map((x) => (Number.isNaN(x) ? 0 : x)),
    );
  }
  bytes[0] = HEADER;
  bytes[1] = p.type;
  if (bytes.length === SERIAL_LENGTH) bytes[SERIAL_LENGTH - 1] = sumBytes(bytes, 0, SERIAL_LENGTH - 1) & 0xff;
  return bytes;
}

export const wt901: Protocol = {
  name: "wt901",
  title: "WitMotion WT901 motion sensors on a serial line or Bluetooth",
  carrier: "stream",
  messages: PACKETS.map((p) => p.spec),
  layouts: PACKETS.map((p) => p.layout),
  createFramer: createWt901Framer,
  createDecoder,
  createEncoder: (): Encoder => ({ encode }),
};
