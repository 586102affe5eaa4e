import type { DbcSignal } from "./model.ts";

/** One byte's share of a signal: ((data[byte] >> shift) & mask) * weight. */
export type Share = {
  readonly byte: number;
  readonly shift: number;
  readonly mask: number;
  readonly weight: number;
};

/** Which bits of which bytes make up a signal, lowest first. */
export function sharesOf(s: Pick<DbcSignal, "start" | "length" | "little">): Share[] {
  const shares: Share[] = [];
  if (s.little) {
    for (let bit = 0; bit < s.length; ) {
      const at = s.start + bit;
      const shift = at & 7;
      const count = Math.min(8 - shift, s.length - bit);
      shares.push({ byte: at >> 3, shift, mask: 2 ** count - 1, weight: 2 ** bit });
      bit += count;
    }
    return shares;
  }
  // from the lowest bit up: position counts bits from the top of byte 0
  let position = (s.start >> 3) * 8 + (7 - (s.start & 7)) + s.length - 1;
  for (let bit = 0; bit < s.length; ) {
    const shift = 7 - (position & 7);
    const count = Math.min(8 - shift, s.length - bit);
    shares.push({ byte: position >> 3, shift, mask: 2 ** count - 1, weight: 2 ** bit });
    bit += count;
    position -= count;
  }
  return shares;
}

/** Bytes a frame must have for the signal to be in it. */
export const bytesOf = (shares: readonly Share[]): number => Math.max(...shares.map((s) => s.byte)) + 1;

/** The unsigned number in these bits; beyond 2^53 the lowest bits are lost. */
export function readShares(data: Uint8Array, shares: readonly Share[]): number {
  let raw = 0;
  for (const s of shares) raw += ((data[s.byte]! >> s.shift) & s.mask) * s.weight;
  return raw;
}

export function writeShares(data: Uint8Array, shares: readonly Share[], raw: number): void {
  for (const s of shares) {
    const part = Math.floor(raw / s.weight) % (s.mask + 1);
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
    if (s.weight < 2 ** 32) low += part * s.weight;
    else high += part * (s.weight / 2 ** 32);
  }
  // a share that reaches over bit 32
  high += Math.floor(low / 2 ** 32);
  scratch.setUint32(4, low % 2 ** 32);
  scratch.setUint32(0, high);
  return bits === 32 ? scratch.getFloat32(4) : scratch.getFloat64(0);
}

export function writeFloat(data: Uint8Array, shares: readonly Share[], bits: 32 | 64, value: number): void {
  if (bits === 32) {
    scratch.setFloat32(4, value);
    scratch.setUint32(0, 0);
  } else scratch.setFloat64(0, value);
  const low = scratch.getUint32(4);
  const high = scratch.getUint32(0);
  for (const s of shares) {
    const word = s.weight < 2 ** 32 ? low : high;
    const weight = s.weight < 2 ** 32 ? s.weight : s.weight / 2 ** 32;
    let part = Math.floor(word / weight) % (s.mask + 1);
    // a share that reaches over bit 32 has its upper bits in the other word
    if (s.weight < 2 ** 32 && s.weight * (s.mask + 1) > 2 ** 32) {
      const lowBits = Math.log2(2 ** 32 / s.weight);
      part = Math.floor(low / s.weight) + ((high * 2 ** lowBits) % (s.mask + 1));
    }
    data[s.byte] = (data[s.byte]! & ~(s.mask << s.shift)) | (part << s.shift);
  }
}
