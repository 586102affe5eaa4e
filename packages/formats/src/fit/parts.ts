import type { ProblemLog } from "../table/problems.ts";

/** Bytes of a header that name it one: ".FIT" at 8. */
export const isFitHeader = (bytes: Uint8Array, at = 0): boolean =>
  (bytes[at] === 12 || bytes[at] === 14) &&
  bytes[at + 8] === 0x2e &&
  bytes[at + 9] === 0x46 &&
  bytes[at + 10] === 0x49 &&
  bytes[at + 11] === 0x54;

/** CRC of the FIT protocol (Garmin, "Flexible and Interoperable Data Transfer Protocol"): polynomial 0xA001, reflected. */
function crc16(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0;
  for (let i = from; i < to; i++) {
    crc ^= bytes[i]!;
    for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return crc;
}

/**
 * Where the last whole message ends, and why the walk ended there if it was in front of `to`. Sizes as in the protocol:
 * a definition says how long the fields of its data messages are.
 */
function lastWhole(bytes: Uint8Array, from: number, to: number): { end: number; damage?: string } {
  const sizes = new Array<number | undefined>(16);
  /** A time stamp in the first field is not sent where the header holds it. */
  const stamps = new Uint8Array(16);
  let at = from;
  while (at < to) {
    const head = bytes[at]!;
    let next: number;
    if ((head & 0xc0) === 0x40) {
      const fields = at + 6 + (bytes[at + 5] ?? 0) * 3;
      const own = head & 0x20 ? 1 + (bytes[fields] ?? 0) * 3 : 0;
      next = fields + own;
      if (next > to) break;
      if ((head & 0x10) !== 0 || bytes[at + 2]! > 1) return { end: at, damage: "no message begins here" };
      let size = 0;
      for (let f = at + 6; f < fields; f += 3) size += bytes[f + 1]!;
      for (let f = fields + 1; f < next; f += 3) size += bytes[f + 1]!;
      sizes[head & 15] = size;
      stamps[head & 15] = bytes[at + 5]! > 0 && bytes[at + 6] === 253 ? bytes[at + 7]! : 0;
    } else {
      const short = (head & 0x80) !== 0;
      const local = short ? (head >> 5) & 3 : head & 15;
      const size = sizes[local];
      if (size === undefined || (!short && (head & 0x30) !== 0))
        return { end: at, damage: "no message begins here" };
      next = at + 1 + size - (short ? stamps[local]! : 0);
      if (next > to) break;
    }
    at = next;
  }
  return { end: at };
}

/** One of the files that may follow each other in one: a copy with a header that says what can be read of it. */
export type FitPart = { readonly bytes: Uint8Array<ArrayBuffer> };

/** The parts of a file; what is cut off, damaged or never finished goes into the problem log, and the rest is kept. */
export function fitParts(bytes: Uint8Array, problems: ProblemLog): FitPart[] {
  const parts: FitPart[] = [];
  for (let at = 0; isFitHeader(bytes, at); ) {
    const header = bytes[at]!;
    const from = at + header;
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, header);
    const stated = view.getUint32(4, true);
    const left = bytes.length - from;
    // a recording that was broken off keeps the size with which it was begun
    const unfinished = stated === 0 && left > 2;
    if (unfinished)
      problems.add("truncated", "the recording was not finished: its header names no size", { offset: at });
    else if (stated > left)
      problems.add("truncated", `the file has ${bytes.length - at} of ${stated + header + 2} bytes`, {
        offset: bytes.length,
      });
    const to = unfinished ? bytes.length : Math.min(from + stated, bytes.length);
    const { end, damage } = lastWhole(bytes, from, to);
    const sum = bytes.length >= to + 2 ? bytes[to]! | (bytes[to + 1]! << 8) : 0;
    if (damage !== undefined && !(unfinished && end === to - 2))
      problems.add("malformed", `${damage}; the ${to - end} bytes from here on are left out`, {
        offset: end,
      });
    // 0 is a sum that was not worked out
    else if (!unfinished && sum !== 0 && sum !== crc16(bytes, at, to))
      problems.add("bad-checksum", "the checksum is wrong: single values may be damaged", { offset: to });
    const part = new Uint8Array(end - at + 2);
    part.set(bytes.subarray(at, end));
    new DataView(part.buffer).setUint32(4, end - from, true);
    if (end > from) parts.push({ bytes: part });
    at = to + 2;
  }
  return parts;
}
