import {
  CodecError,
  createFramer,
  createTally,
  type DecodeContext,
  type Decoder,
  type Encoder,
  type FieldSpec,
  fromPlain,
  type MessageSpec,
  type PlainMessage,
  type Protocol,
  Reading,
} from "@pitwall/core";
import { fixMode, isDifferential, qualityOf, readTime, writeTime } from "./clock.ts";

const DEG = Math.PI / 180;
const G = 9.80665;
const POSITION = 0x10;
const MOTION = 0x11;
const ACCELERATION = 0x21;
/** By index; acceleration is 17 bytes (with its magnitude) or 13. */
const LENGTH: Readonly<Record<number, number>> = { [POSITION]: 20, [MOTION]: 20, [ACCELERATION]: 17 };

const field = (
  name: string,
  unit: FieldSpec["unit"],
  doc: string,
  more: Partial<FieldSpec> = {},
): FieldSpec => ({ name, unit, doc, ...more });

const GPS: MessageSpec = {
  name: "racehf-bean.gps",
  doc: "Packets 0x10 and 0x11 of one fix. A half without its other is dropped.",
  fields: [
    field("gnss.lon", "deg", "0x10, 8-byte float at 1"),
    field("gnss.lat", "deg", "0x10, 8-byte float at 9"),
    field("gnss.alt", "m", "0x10, 16-bit whole metres at 17", { resolution: 1, offset: 0 }),
    field("gnss.fix", "1", "0x10, byte 19: 1 is 2D, 2 is 3D, 3 and 4 are differential 3D", {
      resolution: 1,
      offset: 0,
    }),
    field("differential", "1", "1 where the quality was 3 or 4", { resolution: 1, offset: 0 }),
    field("gnss.speed", "m/s", "0x11, 4-byte float at 7, km/h", { float32: true }),
    field("gnss.course", "rad", "0x11, 4-byte float at 11, degrees", { float32: true }),
    field("gnss.hdop", "1", "0x11, 4-byte float at 15", { float32: true }),
    field("gnss.sats", "1", "0x11, byte 19", { resolution: 1, offset: 0 }),
  ],
};
const ACCEL: MessageSpec = {
  name: "racehf-bean.acceleration",
  doc: "Packet 0x21, in g; the device's own axes.",
  fields: [
    field("imu.ax", "m/s^2", "4-byte float at 1", { float32: true }),
    field("imu.ay", "m/s^2", "4-byte float at 5", { float32: true }),
    field("imu.az", "m/s^2", "4-byte float at 9", { float32: true }),
  ],
};

function createDecoder(context: DecodeContext): Decoder {
  const tally = createTally(context);
  const gps = new Reading(GPS);
  const accel = new Reading(ACCEL);
  let offset = 0;
  /** Offset of the position that waits for its motion; NaN while none does. */
  let waiting = Number.NaN;

  const finite = (v: number): number => (Number.isFinite(v) ? v : Number.NaN);
  const dropHalf = (reason: string) => {
    if (Number.isFinite(waiting))
      tally.problem({ code: "out-of-sequence", offset: waiting, length: 20, reason });
    waiting = Number.NaN;
  };

  function position(b: Uint8Array, view: DataView): void {
    dropHalf("a position without its motion");
    const v = gps.values;
    const lon = view.getFloat64(1, true);
    const lat = view.getFloat64(9, true);
    const mode = fixMode(b[19]!);
    const placed = mode > 0 && Math.abs(lat) <= 90 && Math.abs(lon) <= 180;
    if (Number.isNaN(mode) || (mode > 0 && !placed))
      tally.problem({
        code: "malformed",
        offset: offset + 1,
        length: 19,
        reason: `position ${lat}, ${lon}, quality ${b[19]}`,
      });
    v[0] = placed ? lon : Number.NaN;
    v[1] = placed ? lat : Number.NaN;
    v[2] = placed ? view.getInt16(17, true) : Number.NaN;
    v[3] = mode;
    v[4] = isDifferential(b[19]!);
    waiting = offset;
  }

  function motion(b: Uint8Array, view: DataView): void {
    if (Number.isNaN(waiting)) {
      tally.problem({
        code: "out-of-sequence",
        offset,
        length: b.length,
        reason: "a motion without its position",
      });
      return;
    }
    waiting = Number.NaN;
    const v = gps.values;
    // speed and course come with the other half; without a fix they mean nothing
    const placed = Number.isFinite(v[0]!);
    v[5] = placed ? finite(view.getFloat32(7, true) / 3.6) : Number.NaN;
    v[6] = placed ? finite(view.getFloat32(11, true) * DEG) : Number.NaN;
    v[7] = finite(view.getFloat32(15, true));
    v[8] = b[19]!;
    gps.tUs = readTime(view, 0);
    tally.reading(gps);
  }

  return {
    stats: tally.stats,
    push(b) {
      const index = b[0];
      const right =
        index === ACCELERATION ? b.length === 17 || b.length === 13 : b.length === LENGTH[index ?? -1];
      if (!right)
        tally.problem({
          code: index !== undefined && index in LENGTH ? "bad-length" : "unsupported",
          offset,
          length: b.length,
          reason: `packet ${index} of ${b.length} bytes`,
        });
      else {
        tally.stats.frames++;
        const view = new DataView(b.buffer, b.byteOffset, b.length);
        if (index === POSITION) position(b, view);
        else if (index === MOTION) motion(b, view);
        else {
          for (let i = 0; i < 3; i++) accel.values[i] = finite(view.getFloat32(1 + 4 * i, true) * G);
          tally.reading(accel);
        }
      }
      offset += b.length;
    },
    end: () => dropHalf("the stream ends behind a position"),
  };
}

function encodeFrames(message: PlainMessage): Uint8Array[] {
  if (message.message === ACCEL.name) {
    const { values: v } = fromPlain(message, ACCEL);
    const b = new Uint8Array(17);
    const view = new DataView(b.buffer);
    b[0] = ACCELERATION;
    for (let i = 0; i < 3; i++) view.setFloat32(1 + 4 * i, v[i]! / G, true);
    view.setFloat32(13, Math.sqrt(v[0]! ** 2 + v[1]! ** 2 + v[2]! ** 2) / G, true);
    return [b];
  }
  if (message.message !== GPS.name)
    throw new CodecError("unsupported", "racehf-bean", 0, `no message "${message.message}"`);
  const r = fromPlain(message, GPS);
  const v = r.values;
  const first = new Uint8Array(20);
  const a = new DataView(first.buffer);
  first[0] = POSITION;
  a.setFloat64(1, v[0] || 0, true);
  a.setFloat64(9, v[1] || 0, true);
  a.setInt16(17, Number.isNaN(v[2]!) ? 0 : Math.round(v[2]!), true);
  first[19] = qualityOf(v[3]!, v[4]!);
  const second = new Uint8Array(20);
  const b = new DataView(second.buffer);
  second[0] = MOTION;
  writeTime(b, 0, r.tUs);
  // a float has room for "not known"
  b.setFloat32(7, v[5]! * 3.6, true);
  b.setFloat32(11, v[6]! / DEG, true);
  b.setFloat32(15, v[7]!, true);
  second[19] = Number.isNaN(v[8]!) ? 0 : v[8]!;
  return [first, second];
}

export const bean: Protocol = {
  name: "racehf-bean",
  title: "RaceHF Bean: Bluetooth notifications of up to 20 bytes",
  carrier: "packet",
  messages: [GPS, ACCEL],
  createFramer: (onFrame, onProblem) =>
    createFramer({ maxLength: 20, probe: (b, start) => LENGTH[b[start]!] ?? -1 }, onFrame, onProblem),
  createDecoder,
  createEncoder: (): Encoder => ({
    encodeFrames,
    encode(m) {
      const frames = encodeFrames(m);
      if (frames.length > 1)
        throw new CodecError(
          "bad-length",
          "racehf-bean",
          0,
          `${m.message} takes ${frames.length} packets: use encodeFrames`,
        );
      return frames[0]!;
    },
  }),
};
