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
  type ProtocolOptions,
  Reading,
  toHex,
} from "@pitwall/core";
import { fixMode, isDifferential, qualityOf, readTime, writeTime } from "./clock.ts";

const SIZE = 80;
/** What fits behind the head of an rpm packet: (80 - 11) / 2. */
const MAX_RPMS = 34;
const DEG = Math.PI / 180;
/** The highest fix quality, and what the poorest fix needs. */
const DIFFERENTIAL = 4;
const LEAST_SATELLITES = 3;

const field = (
  name: string,
  unit: FieldSpec["unit"],
  doc: string,
  more: Partial<FieldSpec> = {},
): FieldSpec => ({ name, unit, doc, ...more });

const GPS: MessageSpec = {
  name: "racehf-kart.gps",
  doc: "Packet 0x11.",
  fields: [
    field("gnss.lon", "deg", "8-byte float at 7"),
    field("gnss.lat", "deg", "8-byte float at 15"),
    field("gnss.speed", "m/s", "4-byte float at 23, km/h", { float32: true }),
    field("gnss.course", "rad", "4-byte float at 27, degrees", { float32: true }),
    field("gnss.hdop", "1", "4-byte float at 31", { float32: true }),
    field("gnss.alt", "m", "16-bit whole metres at 35", { resolution: 1, offset: 0 }),
    field("gnss.sats", "1", "tracked, byte 37", { resolution: 1, offset: 0 }),
    field(
      "gnss.fix",
      "1",
      "byte 38, in the later form byte 39: 1 is 2D, 2 is 3D, 3 and 4 are differential 3D",
      { resolution: 1, offset: 0 },
    ),
    field("differential", "1", "1 where the quality was 3 or 4", { resolution: 1, offset: 0 }),
    field("visibleSats", "1", "byte 38 of the later form", { resolution: 1, offset: 0 }),
  ],
};
const RPM: MessageSpec = {
  name: "racehf-kart.rpm",
  doc: "Packet 0x21: one message an entry of the array, each at its own time from the first.",
  fields: [field("engine.rpm", "rpm", "16 bits", { resolution: 1, offset: 0 })],
};
const TEMPERATURES: MessageSpec = {
  name: "racehf-kart.temperatures",
  doc: "Packet 0x22. A sensor that is not plugged in gives no finite number.",
  fields: [
    field("engine.waterTemp", "degC", "4-byte float at 7", { float32: true }),
    field("engine.headTemp", "degC", "4-byte float at 11", { float32: true }),
    field("engine.exhaustTemp", "degC", "4-byte float at 15", { float32: true }),
  ],
};
const DEVICE: MessageSpec = {
  name: "racehf-kart.device",
  doc: "Packet 0xA1.",
  fields: [
    field("device.battery", "1", "percent at 1; absent where the device says -1", {
      resolution: 0.01,
      offset: 0,
    }),
  ],
};
const PASSIVE: MessageSpec = {
  name: "racehf-kart.reply",
  doc: "Answer to a request, with the option `passive`. Undocumented in part, so its parameters are given as they came.",
  fields: [
    field(
      "class",
      "code",
      "byte 0: 80 version, 90 engine, A0 temperatures, B0 mode, C0 firmware, D0 timers",
      { resolution: 1, offset: 0 },
    ),
    field("item", "code", "byte 1", { resolution: 1, offset: 0 }),
    field("set", "1", "0 the answer to a set, 1 to a read", { resolution: 1, offset: 0 }),
  ],
  texts: ["parameters"],
};
const PASSIVE_CLASSES = new Set([0x80, 0x90, 0xa0, 0xb0, 0xc0, 0xd0]);
const KNOWN = new Set([0x11, 0x21, 0x22, 0xa1, 0x80]);

type Revision = "auto" | "early" | "late";

function createDecoder(context: DecodeContext, options: ProtocolOptions = {}): Decoder {
  const revision = (options["revision"] ?? "auto") as Revision;
  const passive = options["passive"] === true;
  const tally = createTally(context);
  const gps = new Reading(GPS);
  const rpm = new Reading(RPM);
  const temperatures = new Reading(TEMPERATURES);
  const device = new Reading(DEVICE);
  const reply = new Reading(PASSIVE);
  let offset = 0;

  const refuse = (at: number, length: number, reason: string) =>
    tally.problem({ code: "malformed", offset: offset + at, length, reason });
  const finite = (v: number): number => (Number.isFinite(v) ? v : Number.NaN);

  /** Seen to be the later form: from then on it is, also while byte 39 is 0 for want of a fix. */
  let seenLate = false;

  /**
   * Without a fix the later form has 0 at 39 and a number of satellites at 38, which the early form would read as a
   * quality. No quality is over 4, and no fix is made of fewer than three satellites.
   */
  function isLate(b: Uint8Array): boolean {
    if (revision !== "auto") return revision === "late";
    if (b[39] !== 0 || b[38]! > DIFFERENTIAL) seenLate = true;
    return seenLate || (b[38] !== 0 && b[37]! < LEAST_SATELLITES);
  }

  function readGps(b: Uint8Array, view: DataView): void {
    const v = gps.values;
    const lon = view.getFloat64(7, true);
    const lat = view.getFloat64(15, true);
    const late = isLate(b);
    const quality = late ? b[39]! : b[38]!;
    const mode = fixMode(quality);
    if (Number.isNaN(mode)) refuse(late ? 39 : 38, 1, `fix quality ${quality}`);
    const placed = mode > 0 && Math.abs(lat) <= 90 && Math.abs(lon) <= 180;
    if (mode > 0 && !placed) refuse(7, 16, `position ${lat}, ${lon}`);
    v[0] = placed ? lon : Number.NaN;
    v[1] = placed ? lat : Number.NaN;
    v[2] = placed ? finite(view.getFloat32(23, true) / 3.6) : Number.NaN;
    v[3] = placed ? finite(view.getFloat32(27, true) * DEG) : Number.NaN;
    v[4] = finite(view.getFloat32(31, true));
    v[5] = placed ? view.getInt16(35, true) : Number.NaN;
    v[6] = b[37]!;
    v[7] = mode;
    v[8] = isDifferential(quality);
    v[9] = late ? b[38]! : Number.NaN;
    gps.tUs = readTime(view, 0);
    tally.reading(gps);
  }

  function readRpm(view: DataView): void {
    const intervalMs = view.getUint16(7, true);
    let count = view.getUint16(9, true);
    if (count > MAX_RPMS) {
      refuse(9, 2, `${count} rpm values, ${MAX_RPMS} fit`);
      count = MAX_RPMS;
    }
    const first = readTime(view, 0);
    for (let i = 0; i < count; i++) {
      rpm.values[0] = view.getUint16(11 + 2 * i, true);
      rpm.tUs = first + i * intervalMs * 1000;
      tally.reading(rpm);
    }
  }

  function read(b: Uint8Array): void {
    const view = new DataView(b.buffer, b.byteOffset, b.length);
    const index = b[0]!;
    if (index === 0x11) readGps(b, view);
    else if (index === 0x21) readRpm(view);
    else if (index === 0x22) {
      for (let i = 0; i < 3; i++) temperatures.values[i] = finite(view.getFloat32(7 + 4 * i, true));
      temperatures.tUs = readTime(view, 0);
      tally.reading(temperatures);
    } else if (index === 0xa1) {
      const percent = view.getInt8(1);
      if (percent > 100) refuse(1, 1, `battery ${percent} %`);
      device.values[0] = percent >= 0 && percent <= 100 ? percent / 100 : Number.NaN;
      tally.reading(device);
    } else if (passive && PASSIVE_CLASSES.has(index)) {
      reply.values[0] = index;
      reply.values[1] = b[1]!;
      reply.values[2] = b[2]!;
      reply.texts = { parameters: toHex(b, 3) };
      tally.reading(reply);
    } else if (index !== 0x80)
      tally.problem({ code: "unsupported", offset, length: b.length, reason: `packet ${index}` });
  }

  return {
    stats: tally.stats,
    push(bytes) {
      if (bytes.length === SIZE) {
        tally.stats.frames++;
        read(bytes);
      } else
        tally.problem({
          code: "bad-length",
          offset,
          length: bytes.length,
          reason: `${bytes.length} bytes, a packet has ${SIZE}`,
        });
      offset += bytes.length;
    },
    end() {},
  };
}

function encode(message: PlainMessage, options: ProtocolOptions): Uint8Array {
  const bytes = new Uint8Array(SIZE);
  const view = new DataView(bytes.buffer);
  const spec = kart.messages.find((m) => m.name === message.message);
  if (!spec) throw new CodecError("unsupported", "racehf-kart", 0, `no message "${message.message}"`);
  const r = fromPlain(message, spec);
  const v = r.values;
  const whole = (i: number, at: number, lo: number, hi: number): number => {
    const x = Number.isNaN(v[i]!) ? 0 : Math.round(v[i]!);
    if (!(x >= lo && x <= hi))
      throw new CodecError("out-of-range", spec.name, at, `${spec.fields[i]!.name} = ${v[i]}`);
    return x;
  };
  if (spec !== DEVICE && spec !== PASSIVE) writeTime(view, 0, r.tUs);
  if (spec === GPS) {
    bytes[0] = 0x11;
    view.setFloat64(7, v[0]!, true);
    view.setFloat64(15, v[1]!, true);
    view.setFloat32(23, v[2]! * 3.6, true);
    view.setFloat32(27, v[3]! / DEG, true);
    view.setFloat32(31, v[4]!, true);
    view.setInt16(35, whole(5, 35, -32_768, 32_767), true);
    bytes[37] = whole(6, 37, 0, 255);
    const quality = qualityOf(v[7]!, v[8]!);
    const late =
      options["revision"] === "late" || (options["revision"] !== "early" && Number.isFinite(v[9]!));
    bytes[late ? 39 : 38] = quality;
    if (late) bytes[38] = whole(9, 38, 0, 255);
  } else if (spec === RPM) {
    bytes[0] = 0x21;
    view.setUint16(7, 0, true);
    view.setUint16(9, 1, true);
    view.setUint16(11, whole(0, 11, 0, 65_535), true);
  } else if (spec === TEMPERATURES) {
    bytes[0] = 0x22;
    for (let i = 0; i < 3; i++) view.setFloat32(7 + 4 * i, v[i]!, true);
  } else if (spec === DEVICE) {
    bytes[0] = 0xa1;
    view.setInt8(1, Number.isNaN(v[0]!) ? -1 : Math.round(v[0]! * 100));
  } else
    throw new CodecError(
      "unsupported",
      spec.name,
      0,
      "requests are not sent: the device's answers are documented in part only",
    );
  return bytes;
}

export const kart: Protocol = {
  name: "racehf-kart",
  title: "RaceHF Kart: Bluetooth notifications of 80 bytes",
  carrier: "packet",
  messages: [GPS, RPM, TEMPERATURES, DEVICE, PASSIVE],
  options: {
    revision: {
      doc: "place of the fix quality: byte 38 (early) or 39 (late); auto tells by the bytes",
      values: ["auto", "early", "late"],
      default: "auto",
    },
    passive: {
      doc: "decode answers to requests, which share byte 0x80 with a packet without meaning",
      default: false,
    },
  },
  createFramer: (onFrame, onProblem) =>
    createFramer(
      { maxLength: SIZE, probe: (b, start) => (KNOWN.has(b[start]!) ? SIZE : -1) },
      onFrame,
      onProblem,
    ),
  createDecoder,
  createEncoder: (options = {}): Encoder => ({ encode: (m) => encode(m, options) }),
};
