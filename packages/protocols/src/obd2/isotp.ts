/** ISO 15765-2: frame kinds in the high nibble of the first byte (protocol control information). */
export const SINGLE = 0;
export const FIRST = 1;
export const CONSECUTIVE = 2;
export const FLOW = 3;

export type FlowStatus = "continue" | "wait" | "overflow";
export const FLOW_STATUSES: readonly FlowStatus[] = ["continue", "wait", "overflow"];

/** What twelve bits can say; a longer message states its length in 32 bits. */
export const MAX_CLASSIC_LENGTH = 4095;
export const CAN_BYTES = 8;

/** N_Bs and N_Cr: how long a peer may be silent in the middle of a message. */
export const PEER_TIMEOUT_US = 1_000_000;

/** Minimum gap between consecutive frames in microseconds; reserved values mean the longest (ISO 15765-2, 9.6.5.5). */
export function separationUs(stMin: number): number {
  if (stMin <= 0x7f) return stMin * 1000;
  return stMin >= 0xf1 && stMin <= 0xf9 ? (stMin - 0xf0) * 100 : 127_000;
}

/** Number of CAN frames of 8 bytes that a message of `length` bytes takes. */
export const frameCount = (length: number): number =>
  length < CAN_BYTES ? 1 : 1 + Math.ceil((length - (length > MAX_CLASSIC_LENGTH ? 2 : 6)) / 7);

/** Writes frame `index` of a message into `out` (8 bytes), padded. Returns the offset behind the bytes it took. */
export function writeFrame(
  message: Uint8Array,
  index: number,
  from: number,
  padding: number,
  out: Uint8Array,
): number {
  const length = message.length;
  let at = 0;
  if (index > 0) out[at++] = (CONSECUTIVE << 4) | (index & 15);
  else if (length < CAN_BYTES) out[at++] = length;
  else if (length <= MAX_CLASSIC_LENGTH) {
    out[at++] = (FIRST << 4) | (length >> 8);
    out[at++] = length & 0xff;
  } else {
    out[at++] = FIRST << 4;
    out[at++] = 0;
    for (let shift = 24; shift >= 0; shift -= 8) out[at++] = (length >>> shift) & 0xff;
  }
  let next = from;
  while (at < CAN_BYTES && next < length) out[at++] = message[next++]!;
  out.fill(padding, at, CAN_BYTES);
  return next;
}

/** All frames of a message, 8 bytes each: what is on the bus once the receiver has let everything through. */
export function segment(message: Uint8Array, padding = 0): Uint8Array[] {
  const frames: Uint8Array[] = [];
  let from = 0;
  for (let i = 0; i < frameCount(message.length); i++) {
    const frame = new Uint8Array(CAN_BYTES);
    from = writeFrame(message, i, from, padding, frame);
    frames.push(frame);
  }
  return frames;
}
