import {
  CodecError,
  crc16Xmodem,
  createFramer,
  createTally,
  type DecodeContext,
  type Decoder,
  type Encoder,
  type FrameRule,
  type Framer,
  type OnFrame,
  type OnProblem,
  type PlainMessage,
  type ProblemCode,
  type Protocol,
  type ProtocolOptions,
} from "@pitwall/core";
import { MAX_PAYLOAD } from "./fragments.ts";
import { DRIVE_OPTIONS, parseDrive } from "./options.ts";
import { createPayloadDecoder } from "./payload-decoder.ts";
import { encodePayload, PAYLOAD_MESSAGES } from "./payload-encoder.ts";
import { SETUP_VALUES, VALUES } from "./values.ts";

const SHORT = 2;
const LONG = 3;
const END = 3;
/** Checksum and end byte. */
const TRAILER = 3;
/** The firmware sends the two-byte length from here on, and refuses it below. */
const LONG_FROM = 255;

/** Start byte 2 with one byte of length, 3 with two; the three-byte form is for packets far beyond a controller's buffer. */
function probe(b: Uint8Array, start: number, end: number): number {
  const first = b[start]!;
  if (first !== SHORT && first !== LONG) return -1;
  if (start + first > end - 1) return 0;
  const length = first === SHORT ? b[start + 1]! : b[start + 1]! * 256 + b[start + 2]!;
  if (length === 0 || length > MAX_PAYLOAD || (first === LONG && length < LONG_FROM)) return -1;
  return first + length + TRAILER;
}

function check(b: Uint8Array, view: DataView, start: number, end: number): ProblemCode | undefined {
  if (b[end - 1] !== END) return "malformed";
  const crc = crc16Xmodem(b, start + b[start]!, end - TRAILER);
  return crc === view.getUint16(end - TRAILER) ? undefined : "bad-checksum";
}

const RULE: FrameRule = { maxLength: LONG + MAX_PAYLOAD + TRAILER, probe, check };

export const createVescFramer = (onFrame: OnFrame, onProblem?: OnProblem): Framer =>
  createFramer(RULE, onFrame, onProblem);

function createDecoder(context: DecodeContext, options?: ProtocolOptions): Decoder {
  const tally = createTally(context);
  const payloads = createPayloadDecoder(parseDrive(options), tally.reading);
  const framer = createVescFramer((bytes, view, start, end) => {
    tally.stats.frames++;
    const head = bytes[start]!;
    try {
      payloads.read(view, start + head, end - TRAILER);
    } catch (e) {
      if (!(e instanceof CodecError)) throw e;
      const offset = framer.frameOffset + head + e.offset;
      tally.problem({ code: e.code, offset, length: end - start, reason: e.message });
    }
  }, tally.problem);
  return {
    stats: tally.stats,
    push: (bytes) => framer.push(bytes),
    end: () => framer.end(),
  };
}

/** A payload in its frame. */
export function frameVescPayload(payload: Uint8Array): Uint8Array {
  const n = payload.length;
  if (n === 0 || n > MAX_PAYLOAD) throw new CodecError("bad-length", "vesc-uart", 0, `payload of ${n} bytes`);
  const head = n < LONG_FROM ? [SHORT, n] : [LONG, n >> 8, n & 0xff];
  const out = new Uint8Array(head.length + n + TRAILER);
  out.set(head);
  out.set(payload, head.length);
  const crc = crc16Xmodem(payload, 0, n);
  out.set([crc >> 8, crc & 0xff, END], head.length + n);
  return out;
}

function encode(message: PlainMessage): Uint8Array {
  const payload = encodePayload(message, false);
  if (!payload) throw new CodecError("unsupported", "vesc-uart", 0, `no message "${message.message}"`);
  return frameVescPayload(payload);
}

export const vescUart: Protocol = {
  name: "vesc-uart",
  title: "VESC and Flipsky controllers on a serial line or Bluetooth",
  carrier: "stream",
  messages: PAYLOAD_MESSAGES,
  layouts: [VALUES.layout, SETUP_VALUES.layout],
  options: DRIVE_OPTIONS,
  createFramer: createVescFramer,
  createDecoder,
  createEncoder: (): Encoder => ({ encode }),
};
