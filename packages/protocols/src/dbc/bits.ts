import type { DbcSignal } from "./model.ts";

/** One byte's share of a signal: ((data[byte] >> shift) & mask) * weight. */
export type Share = {
  readonly byte: number;
  readonly shift: number;
  readonly mask: number;
  readonly weight: number;
};

const WORD = 2 ** 32;

/** Which bits of which bytes make up a signal, lowest first; no share reaches over bit 32. */
export function sharesOf(s: Pick<DbcSignal, "start" | "length" | "little">): Share[] {
  const shares: Share[] = [];
  if (s.little) {
    for (let bit = 0; bit < s.length; ) {
      const at = s.start + bit;
      const shift = at & 7;
      const count = Math.min(8 - shift, s.length - bit, bit < 32 ? 32 - bit : 8);
      shares.push({ byte: at >> 3, shift, mask: 2 ** count - 1, weight: 2 ** bit });
      bit += count;
    }
    return shares;
  }
  // from the lowest bit up: position counts bits from the top of byte 0
  let position = (s.start >> 3) * 8 + (7 - (s.start & 7)) + s.length - 1;
  for (let bit = 0; bit < s.length; ) {
    const shift = 7 - (position & 7);
    const count = Math.min(8 - shift, s.length - bit, bit < 32 ? 32 - bit : 8);
    shares.push({ byte: position >> 3, shift, mask: 2 ** count - 1, weight: 2 ** bit });
    bit += count;
    position -= count;
  }
  return shares;
}

/** Bytes a frame must have for the signal to be in it. */
export const bytesOf = (shares: readonly Share[]): number => Math.max(...shares.map((s) => s.byte)) + 1;

/** Beyond this many bits a sum of shares rounds more than once. */
export const EXACT_BITS = 53;

/** The number in these bits; beyond 53 bits the nearest one that a double can be. */
export function readShares(
  data: Uint8Array,
  shares: readonly Share[],
  length: number,
  signed: boolean,
): number {
  let low = 0;
  let high = 0;
  for (const s of shares) {
    const part = (data[s.byte]! >> s.shift) & s.mask;
    if (s.weight < WORD) low += part * s.weight;
    else high += part * (s.weight / WORD);
  }
  if (length <= 32) return signed && low >= 2 ** (length - 1) ? low - 2 ** length : low;
  if (signed && high >= 2 ** (length - 33)) high -= 2 ** (length - 32);
  return high * WORD + low;
}

/** Writes a number of at most 53 bits, or a larger one as far as it is exact. */
export function writeShares(data: Uint8Array, shares: readonly Share[], raw: number): void {
  // both words of a negative number as two's complement has them
  const high = Math.floor(raw / WORD);
  writeWords(data, shares, raw - high * WORD, high);
}

function writeWords(data: Uint8Array, shares: readonly Share[], low: number, high: number): void {
  for (const s of shares) {
    const size = s.mask + 1;
    const word = Math.floor(s.weight < WORD ? low / s.weight : high / (s.weight / WORD));
    const part = ((word % size) + size) % size;
    data[s.byte] = (data[s.byte]! & ~(s.mask << s.shift)) | (part << s.shift);
  }
}

const scratch = new DataView(new ArrayBuffer(8));

/** The float in these bits, wherever they lie. */
export function readFloat(data: Uint8Array, shares: readonly Share[], bits: 32 | 64): number {
  let low = 0;
  let high = 0;
  for (const s of shares) {
    const part = (data[s.byte]! >> s.shift) & s.mask;
    if (s.weight < WORD) low += part * s.weight;
    else high += part * (s.weight / WORD);
  }
  scratch.setUint32(4, low);
  scratch.setUint32(0, high);
  return bits === 32 ? scratch.getFloat32(4) : scratch.getFloat64(0);
}

export function writeFloat(data: Uint8Array, shares: readonly Share[], bits: 32 | 64, value: number): void {
  if (bits === 32) {
    scratch.setFloat32(4, value);
    scratch.setUint32(0, 0);
  } else scratch.setFloat64(0, value);
  writeWords(data, shares, scratch.getUint32(4), scratch.getUint32(0));
}
