import { CodecError } from "./errors.ts";

/** One CAN or CAN FD frame; decoders and drivers reuse one instance. */
export type CanFrame = {
  /** 11 or 29 bits, without flags. */
  id: number;
  extended: boolean;
  remote: boolean;
  /** An error frame of the controller, not data. */
  error: boolean;
  fd: boolean;
  length: number;
  /** 64 bytes; the first `length` count. */
  readonly data: Uint8Array;
  /** Microseconds as the logger stamped it (epoch or since its start); NaN when it did not. */
  tUs: number;
};

export const createCanFrame = (): CanFrame => ({
  id: 0,
  extended: false,
  remote: false,
  error: false,
  fd: false,
  length: 0,
  data: new Uint8Array(64),
  tUs: Number.NaN,
});

const EFF = 0x8000_0000;
const RTR = 0x4000_0000;
const ERR = 0x2000_0000;
const HEADER = 5;

/**
 * The byte form in which a CAN frame is journaled and carried in frame batches: u32 little-endian identifier with the
 * flags of SocketCAN's can_id (bit 31 extended, 30 remote, 29 error), u8 flags (bit 0 FD), then the data.
 */
export function writeCanRecord(frame: CanFrame, out: Uint8Array, at = 0): number {
  let id = frame.id;
  if (frame.extended) id += EFF;
  if (frame.remote) id += RTR;
  if (frame.error) id += ERR;
  out[at] = id & 0xff;
  out[at + 1] = (id >>> 8) & 0xff;
  out[at + 2] = (id >>> 16) & 0xff;
  out[at + 3] = (id >>> 24) & 0xff;
  out[at + 4] = frame.fd ? 1 : 0;
  for (let i = 0; i < frame.length; i++) out[at + HEADER + i] = frame.data[i]!;
  return HEADER + frame.length;
}

/** Throws CodecError where bytes[start, end) is no CAN record. */
export function readCanRecord(bytes: Uint8Array, start: number, end: number, frame: CanFrame): CanFrame {
  const length = end - start - HEADER;
  if (length < 0)
    throw new CodecError("truncated", "can", start, `needs at least ${HEADER} bytes, has ${end - start}`);
  const fd = (bytes[start + 4]! & 1) !== 0;
  if (length > (fd ? 64 : 8)) throw new CodecError("bad-length", "can", start, `${length} data bytes`);
  const id =
    (bytes[start]! | (bytes[start + 1]! << 8) | (bytes[start + 2]! << 16) | (bytes[start + 3]! << 24)) >>> 0;
  frame.extended = id >= EFF;
  frame.remote = (id & RTR) !== 0;
  frame.error = (id & ERR) !== 0;
  frame.id = id & (frame.extended ? 0x1fff_ffff : 0x7ff);
  frame.fd = fd;
  frame.length = length;
  for (let i = 0; i < length; i++) frame.data[i] = bytes[start + HEADER + i]!;
  return frame;
}

/** One data frame as a CAN record. */
export function canRecord(id: number, extended: boolean, data: Uint8Array): Uint8Array {
  const frame = { ...createCanFrame(), id, extended, fd: data.length > 8, length: data.length, data };
  const out = new Uint8Array(HEADER + data.length);
  writeCanRecord(frame, out);
  return out;
}
