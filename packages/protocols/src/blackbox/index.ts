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
  type ProblemCode,
  type Protocol,
  Reading,
  sumBytesFast,
  Unwrapper,
} from "@pitwall/core";
import { type BlackboxPacket, PACKETS } from "./packets.ts";

const SYNC_LO = 0x55;
const SYNC_HI = 0xaa;
const LEGACY = PACKETS[0]!;
const LONGEST = 82;

/** The packet that may start here: 55 AA at offset 1 behind a known version, or at offset 0 for the legacy form. */
function probe(b: Uint8Array, start: number, end: number): number {
  const first = b[start]!;
  if (first === SYNC_LO) {
    if (start + 1 === end) return 0;
    return b[start + 1] === SYNC_HI ? LEGACY.byteLength : -1;
  }
  if (first < 1 || first >= PACKETS.length) return -1;
  if (start + 1 === end) return 0;
  if (b[start + 1] !== SYNC_LO) return -1;
  if (start + 2 === end) return 0;
  return b[start + 2] === SYNC_HI ? PACKETS[first]!.byteLength : -1;
}

function check(_b: Uint8Array, view: DataView, start: number, end: number): ProblemCode | undefined {
  const sum = sumBytesFast(view, start, end - 2) & 0xffff;
  return sum === view.getUint16(end - 2, true) ? undefined : "bad-checksum";
}

const RULE: FrameRule = { maxLength: LONGEST, probe, check };

export const createBlackboxFramer = (onFrame: OnFrame, onProblem?: OnProblem): Framer =>
  createFramer(RULE, onFrame, onProblem);

/** Where in each packet's row the decoder has to look twice. */
const places = PACKETS.map((p) => {
  const at = (name: string) => p.spec.fields.findIndex((f) => f.name === name);
  return {
    time: at("timestampMs"),
    lat: at("gnss.lat"),
    lon: at("gnss.lon"),
    valid: at("gpsValid"),
    course: at("gnss.course"),
    heading: at("vehicle.course"),
  };
});

const TURN = 2 * Math.PI;
const U32_MS_US = 2 ** 32 * 1000;

function createDecoder(context: DecodeContext): Decoder {
  const tally = createTally(context);
  const kinds = PACKETS.map((packet, i) => ({ packet, at: places[i]!, r: new Reading(packet.spec) }));
  const boot = new Unwrapper(U32_MS_US);

  function decode(bytes: Uint8Array, view: DataView, start: number): void {
    const first = bytes[start]!;
    const version = first === SYNC_LO ? 0 : first;
    const { packet, at, r } = kinds[version]!;
    const v = r.values;
    const finite = packet.read(view, start, v, 0);
    r.bootUs = boot.next(v[at.time]! * 1000);
    tally.stats.frames++;
    if (v[at.valid] === 0) {
      v[at.lat] = Number.NaN;
      v[at.lon] = Number.NaN;
    } else if (!(Math.abs(v[at.lat]!) <= 90 && Math.abs(v[at.lon]!) <= 180)) {
      refuse(packet, at.lat, v[at.lat]!);
      v[at.lat] = Number.NaN;
      v[at.lon] = Number.NaN;
    }
    if (at.heading >= 0 && v[at.heading]! < 0) v[at.heading] = v[at.heading]! + TURN;
    if (at.course >= 0 && v[at.course]! < 0) v[at.course] = v[at.course]! + TURN;
    if (!finite) dropNonFinite(packet, v, at);
    tally.reading(r);
  }

  /** NaN is how "not available" is sent for the course; anywhere else it is a fault of the device, counted once a value. */
  function dropNonFinite(packet: BlackboxPacket, v: Float64Array, at: (typeof places)[number]): void {
    for (let i = 0; i < v.length; i++) {
      const x = v[i]!;
      if (Number.isFinite(x)) continue;
      v[i] = Number.NaN;
      const expected = i === at.course || i === at.lat || i === at.lon;
      if (!expected) refuse(packet, i, x);
    }
  }

  function refuse(packet: BlackboxPacket, field: number, value: number): void {
    const spec = packet.spec.fields[field]!;
    const place = packet.fields.find((f) => f.name === spec.name)!;
    tally.problem({
      code: "out-of-range",
      offset: framer.frameOffset + place.offset,
      length: 4,
      reason: `${spec.name} = ${value}`,
    });
  }

  const framer = createBlackboxFramer((bytes, view, start) => decode(bytes, view, start), tally.problem);
  return {
    stats: tally.stats,
    push: (bytes) => framer.push(bytes),
    end: () => framer.end(),
  };
}

/** One packet as bytes, checksum set. */
export function encodeBlackbox(packet: BlackboxPacket, values: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(packet.byteLength);
  const view = new DataView(bytes.buffer);
  packet.write(view, 0, values);
  const magicAt = packet.version === 0 ? 0 : 1;
  if (packet.version > 0) view.setUint8(0, packet.version);
  view.setUint16(magicAt, 0xaa55, true);
  view.setUint16(bytes.length - 2, sumBytesFast(view, 0, bytes.length - 2) & 0xffff, true);
  return bytes;
}

/** Floats without a value go as NaN where the protocol knows that, else as 0. */
function encode(message: PlainMessage): Uint8Array {
  const packet = PACKETS.find((p) => p.name === message.message);
  if (!packet) throw new CodecError("unsupported", "blackbox", 0, `no message "${message.message}"`);
  const row = fromPlain(message, packet.spec).values;
  const spec = packet.spec.fields;
  for (let i = 0; i < row.length; i++) {
    if (Number.isFinite(row[i]!)) continue;
    const name = spec[i]!.name;
    if (name === "timestampMs" && message.bootUs !== undefined) row[i] = (message.bootUs / 1000) % 2 ** 32;
    else if (name !== "gnss.course") row[i] = 0;
  }
  return encodeBlackbox(packet, row);
}

export const blackbox: Protocol = {
  name: "blackbox",
  title: "Blackbox telemetry packets, versions 1 to 4 and the form without a version",
  carrier: "stream",
  messages: PACKETS.map((p) => p.spec),
  createFramer: createBlackboxFramer,
  createDecoder,
  createEncoder: (): Encoder => ({ encode }),
};
export { PACKETS as BLACKBOX_PACKETS } from "./packets.ts";
