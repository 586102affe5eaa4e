import {
  CodecError,
  createTally,
  type DecodeContext,
  type Decoder,
  decodeUtf8,
  type Encoder,
  encodeUtf8,
  fromPlain,
  type PlainMessage,
  type Protocol,
  Reading,
} from "@pitwall/core";
import { GPS_LENGTH, GpsReader, TIME_LENGTH, writeGps, writeTime } from "./gps.ts";
import {
  CAN,
  CAN_BYTES,
  CHARACTERISTIC,
  FILTER,
  GPS,
  MONITOR_CONFIG,
  MONITOR_REPLY,
  MONITOR_VALUE,
  TIME,
} from "./messages.ts";

/** Before each value: who sent it, and the characteristic's number. */
const HEAD = 2;
const FROM_DEVICE = 0;
const FROM_APP = 1;
const MONITOR_VALUE_LENGTH = 5;
/** Length of a filter request by its command. */
const FILTER_LENGTHS = [1, 3, 7];

function createDecoder(context: DecodeContext): Decoder {
  const tally = createTally(context);
  const position = new GpsReader();
  const can = new Reading(CAN);
  const filter = new Reading(FILTER);
  const config = new Reading(MONITOR_CONFIG);
  const reply = new Reading(MONITOR_REPLY);
  const value = new Reading(MONITOR_VALUE);
  let offset = 0;

  function readCan(b: Uint8Array, view: DataView): boolean {
    const length = b.length - HEAD - 4;
    if (length < 1 || length > CAN_BYTES) return false;
    can.values[0] = view.getUint32(HEAD, true);
    for (let i = 0; i < CAN_BYTES; i++) can.values[1 + i] = i < length ? b[HEAD + 4 + i]! : Number.NaN;
    tally.reading(can);
    return true;
  }

  function readFilter(b: Uint8Array, view: DataView): boolean {
    const length = b.length - HEAD;
    const command = b[HEAD]!;
    if (length !== FILTER_LENGTHS[command]) return false;
    filter.values[0] = command;
    filter.values[1] = length >= 3 ? view.getUint16(HEAD + 1) : Number.NaN;
    filter.values[2] = length >= 7 ? view.getUint32(HEAD + 3) : Number.NaN;
    tally.reading(filter);
    return true;
  }

  function readConfig(b: Uint8Array): boolean {
    const length = b.length - HEAD;
    const command = b[HEAD]!;
    const isAdd = command === 2 || command === 3;
    if (command > 5 || (isAdd ? length < 3 : length !== (command === 0 || command === 4 ? 1 : 2)))
      return false;
    config.values[0] = command;
    config.values[1] = length > 1 ? b[HEAD + 1]! : Number.NaN;
    config.values[2] = isAdd ? b[HEAD + 2]! : Number.NaN;
    config.texts = isAdd ? { equation: decodeUtf8(b, HEAD + 3) } : undefined;
    tally.reading(config);
    return true;
  }

  function readReply(b: Uint8Array, view: DataView): boolean {
    const length = b.length - HEAD;
    const isError = b[HEAD] === 2;
    if (b[HEAD]! > 2 || length !== (isError ? 8 : 2)) return false;
    reply.values[0] = b[HEAD]!;
    reply.values[1] = b[HEAD + 1]!;
    for (let i = 0; i < 3; i++) reply.values[2 + i] = isError ? view.getUint16(HEAD + 2 + 2 * i) : Number.NaN;
    tally.reading(reply);
    return true;
  }

  function readValues(b: Uint8Array, view: DataView): boolean {
    const length = b.length - HEAD;
    if (length === 0 || length % MONITOR_VALUE_LENGTH !== 0) return false;
    for (let at = HEAD; at < b.length; at += MONITOR_VALUE_LENGTH) {
      value.values[0] = b[at]!;
      value.values[1] = view.getInt32(at + 1);
      tally.reading(value);
    }
    return true;
  }

  /** False where the value's length or first byte is not what its characteristic has. */
  function read(b: Uint8Array): boolean {
    const view = new DataView(b.buffer, b.byteOffset, b.length);
    switch (b[1]) {
      case CHARACTERISTIC.can:
        return readCan(b, view);
      case CHARACTERISTIC.filter:
        return readFilter(b, view);
      case CHARACTERISTIC.gps:
        if (b.length !== HEAD + GPS_LENGTH) return false;
        tally.reading(position.gps(view, HEAD));
        return true;
      case CHARACTERISTIC.time: {
        const time = b.length === HEAD + TIME_LENGTH ? position.time(view, HEAD) : undefined;
        if (time) tally.reading(time);
        return time !== undefined;
      }
      case CHARACTERISTIC.monitorConfig:
        return b[0] === FROM_APP ? readReply(b, view) : readConfig(b);
      case CHARACTERISTIC.monitorValues:
        return readValues(b, view);
      default:
        return false;
    }
  }

  return {
    stats: tally.stats,
    push(b) {
      let good = false;
      try {
        good = b.length > HEAD && b[0]! <= FROM_APP && read(b);
      } catch (e) {
        // an equation that is no text
        if (!(e instanceof CodecError)) throw e;
      }
      if (good) tally.stats.frames++;
      else
        tally.problem({
          code: b.length <= HEAD ? "truncated" : "malformed",
          offset,
          length: b.length,
          reason: `characteristic ${b[1] ?? "unknown"} with ${Math.max(0, b.length - HEAD)} bytes`,
        });
      offset += b.length;
    },
    end() {},
  };
}

/** A packet: the head, then room for the value. */
function packet(from: number, characteristic: number, length: number): { bytes: Uint8Array; view: DataView } {
  const bytes = new Uint8Array(HEAD + length);
  bytes[0] = from;
  bytes[1] = characteristic;
  return { bytes, view: new DataView(bytes.buffer) };
}

const whole = (x: number): number => (Number.isNaN(x) ? 0 : Math.round(x));

function encodeCan(v: Float64Array): Uint8Array {
  let length = 0;
  while (length < CAN_BYTES && Number.isFinite(v[1 + length]!)) length++;
  if (length === 0) throw new CodecError("bad-length", CAN.name, 4, "a packet has at least one byte");
  const { bytes, view } = packet(FROM_DEVICE, CHARACTERISTIC.can, 4 + length);
  view.setUint32(HEAD, whole(v[0]!), true);
  for (let i = 0; i < length; i++) bytes[HEAD + 4 + i] = v[1 + i]!;
  return bytes;
}

function encodeFilter(v: Float64Array): Uint8Array {
  const length = FILTER_LENGTHS[v[0]!];
  if (length === undefined) throw new CodecError("out-of-range", FILTER.name, 0, `command ${v[0]}`);
  const { bytes, view } = packet(FROM_APP, CHARACTERISTIC.filter, length);
  bytes[HEAD] = v[0]!;
  if (length >= 3) view.setUint16(HEAD + 1, whole(v[1]!));
  if (length >= 7) view.setUint32(HEAD + 3, whole(v[2]!));
  return bytes;
}

function encodeConfig(v: Float64Array, equation: string): Uint8Array {
  const command = v[0]!;
  const isAdd = command === 2 || command === 3;
  const text = isAdd ? encodeUtf8(equation) : new Uint8Array(0);
  const length = isAdd ? 3 + text.length : command === 0 || command === 4 ? 1 : 2;
  const { bytes } = packet(FROM_DEVICE, CHARACTERISTIC.monitorConfig, length);
  bytes[HEAD] = command;
  if (length > 1) bytes[HEAD + 1] = whole(v[1]!);
  if (isAdd) {
    bytes[HEAD + 2] = whole(v[2]!);
    bytes.set(text, HEAD + 3);
  }
  return bytes;
}

function encodeReply(v: Float64Array): Uint8Array {
  const isError = v[0] === 2;
  const { bytes, view } = packet(FROM_APP, CHARACTERISTIC.monitorConfig, isError ? 8 : 2);
  bytes[HEAD] = v[0]!;
  bytes[HEAD + 1] = whole(v[1]!);
  if (isError) for (let i = 0; i < 3; i++) view.setUint16(HEAD + 2 + 2 * i, whole(v[2 + i]!));
  return bytes;
}

/** GPS with a time takes two packets: the hour's characteristic 4, then 3. */
function encodeFrames(message: PlainMessage): Uint8Array[] {
  const spec = racechronoDiy.messages.find((m) => m.name === message.message);
  if (!spec) throw new CodecError("unsupported", "racechrono-diy", 0, `no message "${message.message}"`);
  const r = fromPlain(message, spec);
  const v = r.values;
  switch (spec) {
    case GPS: {
      const main = packet(FROM_DEVICE, CHARACTERISTIC.gps, GPS_LENGTH);
      writeGps(main.view, HEAD, v, r.tUs);
      if (!Number.isFinite(r.tUs)) return [main.bytes];
      const time = packet(FROM_DEVICE, CHARACTERISTIC.time, TIME_LENGTH);
      writeTime(time.view, HEAD, r.tUs);
      return [time.bytes, main.bytes];
    }
    case TIME: {
      if (!Number.isFinite(r.tUs)) throw new CodecError("out-of-range", TIME.name, 0, "needs tUs");
      const time = packet(FROM_DEVICE, CHARACTERISTIC.time, TIME_LENGTH);
      writeTime(time.view, HEAD, r.tUs, Number.isFinite(v[0]!) ? v[0]! & 7 : undefined);
      return [time.bytes];
    }
    case CAN:
      return [encodeCan(v)];
    case FILTER:
      return [encodeFilter(v)];
    case MONITOR_CONFIG:
      return [encodeConfig(v, r.texts?.["equation"] ?? "")];
    case MONITOR_REPLY:
      return [encodeReply(v)];
    default: {
      const { bytes, view } = packet(FROM_APP, CHARACTERISTIC.monitorValues, MONITOR_VALUE_LENGTH);
      bytes[HEAD] = whole(v[0]!);
      view.setInt32(HEAD + 1, whole(v[1]!));
      return [bytes];
    }
  }
}

export const racechronoDiy: Protocol = {
  name: "racechrono-diy",
  title: "RaceChrono DIY over Bluetooth: position and CAN frames for the app",
  carrier: "packet",
  messages: [GPS, TIME, CAN, FILTER, MONITOR_CONFIG, MONITOR_REPLY, MONITOR_VALUE],
  createDecoder,
  createEncoder: (): Encoder => ({
    encodeFrames,
    encode(message) {
      const frames = encodeFrames(message);
      if (frames.length > 1)
        throw new CodecError("unsupported", message.message, 0, "takes two packets: use encodeFrames");
      return frames[0]!;
    },
  }),
};
