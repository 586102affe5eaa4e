import { type FrameRule, fletcher8, type ProblemCode } from "@pitwall/core";

const SYNC_1 = 0xb5;
const SYNC_2 = 0x62;
export const UBX_HEAD = 6;
const CHECKSUM = 2;

/** The longest payload taken for real: a receiver's longest lists (raw measurements of all satellites) are under 3 KiB. */
const MAX_PAYLOAD = 4096;
export const UBX_MAX_LENGTH = UBX_HEAD + MAX_PAYLOAD + CHECKSUM;

/**
 * Sync B5 62, class, id, u16 payload length, payload, checksum. `lengthFits` knows payload lengths of messages that
 * have one: a damaged length field is then refused at once, not after the thousands of bytes it asks for.
 */
export function probeUbx(
  b: Uint8Array,
  start: number,
  end: number,
  lengthFits: (cls: number, id: number, length: number) => boolean,
): number {
  if (b[start] !== SYNC_1) return -1;
  if (start + 1 >= end) return 0;
  if (b[start + 1] !== SYNC_2) return -1;
  if (start + UBX_HEAD > end) return 0;
  const length = b[start + 4]! | (b[start + 5]! << 8);
  // a frame cut to its head: `checkUbx` sees that it is too short and refuses it by its length
  if (!lengthFits(b[start + 2]!, b[start + 3]!, length)) return UBX_HEAD;
  return UBX_HEAD + length + CHECKSUM;
}

export function checkUbx(b: Uint8Array, start: number, end: number): ProblemCode | undefined {
  const length = b[start + 4]! | (b[start + 5]! << 8);
  if (end - start !== UBX_HEAD + length + CHECKSUM) return "bad-length";
  const sum = fletcher8(b, start + 2, end - CHECKSUM);
  return b[end - 2] === (sum & 0xff) && b[end - 1] === sum >> 8 ? undefined : "bad-checksum";
}

export const ubxRule = (lengthFits: (cls: number, id: number, length: number) => boolean): FrameRule => ({
  maxLength: UBX_MAX_LENGTH,
  probe: (b, start, end) => probeUbx(b, start, end, lengthFits),
  check: (b, _view, start, end) => checkUbx(b, start, end),
});

/** A whole frame around a payload. */
export function ubxFrame(cls: number, id: number, payload: ArrayLike<number>): Uint8Array {
  const frame = new Uint8Array(UBX_HEAD + payload.length + CHECKSUM);
  frame[0] = SYNC_1;
  frame[1] = SYNC_2;
  frame[2] = cls;
  frame[3] = id;
  frame[4] = payload.length & 0xff;
  frame[5] = payload.length >> 8;
  frame.set(payload, UBX_HEAD);
  const sum = fletcher8(frame, 2, frame.length - CHECKSUM);
  frame[frame.length - 2] = sum & 0xff;
  frame[frame.length - 1] = sum >> 8;
  return frame;
}
