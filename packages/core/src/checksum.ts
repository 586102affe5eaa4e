/** Sum of bytes [start, end), unbounded; mask at the call site. */
export function sumBytes(b: Uint8Array, start: number, end: number): number {
  let s = 0;
  for (let i = start; i < end; i++) s += b[i]!;
  return s;
}

/** Two byte sums in the 16-bit halves of a word. */
const LANES = 0x00ff_00ff;
/** Words that two lanes hold before they could overflow: 128 of 2 x 255 stay under 65,536. */
const WORDS = 128;

/** Sum of bytes by 32-bit words: four bytes a step, folded pairwise; equals `sumBytes` for up to 2^16 bytes. */
export function sumBytesFast(view: DataView, start: number, end: number): number {
  let s = 0;
  let i = start;
  const words = start + ((end - start) & ~3);
  while (i < words) {
    const stop = Math.min(words, i + 4 * WORDS);
    const pairs = stop - ((stop - i) & 7);
    let even = 0;
    let odd = 0;
    for (; i < pairs; i += 8) {
      const v = view.getUint32(i, true);
      const w = view.getUint32(i + 4, true);
      even += (v & LANES) + (w & LANES);
      odd += ((v >>> 8) & LANES) + ((w >>> 8) & LANES);
    }
    if (i < stop) {
      const v = view.getUint32(i, true);
      even += v & LANES;
      odd += (v >>> 8) & LANES;
      i += 4;
    }
    s += (even & 0xffff) + (even >>> 16) + (odd & 0xffff) + (odd >>> 16);
  }
  for (; i < end; i++) s += view.getUint8(i);
  return s;
}

export function xorBytes(b: Uint8Array, start: number, end: number): number {
  let x = 0;
  for (let i = start; i < end; i++) x ^= b[i]!;
  return x;
}

/** 8-bit Fletcher over [start, end) as UBX uses it; low byte ckA, high byte ckB. */
export function fletcher8(b: Uint8Array, start: number, end: number): number {
  let a = 0;
  let c = 0;
  for (let i = start; i < end; i++) {
    a = (a + b[i]!) & 0xff;
    c = (c + a) & 0xff;
  }
  return a | (c << 8);
}

function crcTable16(poly: number, reflected: boolean): Uint16Array {
  const table = new Uint16Array(256);
  for (let n = 0; n < 256; n++) {
    let c = reflected ? n : n << 8;
    for (let k = 0; k < 8; k++) {
      if (reflected) c = c & 1 ? (c >>> 1) ^ poly : c >>> 1;
      else c = c & 0x8000 ? ((c << 1) ^ poly) & 0xffff : (c << 1) & 0xffff;
    }
    table[n] = c;
  }
  return table;
}
const XMODEM = crcTable16(0x1021, false);
const MODBUS = crcTable16(0xa001, true);

/** CRC-16/XMODEM: poly 0x1021, init 0, not reflected; "123456789" gives 0x31C3. */
export function crc16Xmodem(b: Uint8Array, start: number, end: number): number {
  let c = 0;
  for (let i = start; i < end; i++) c = ((c << 8) & 0xffff) ^ XMODEM[(c >>> 8) ^ b[i]!]!;
  return c;
}

/** CRC-16/MODBUS: poly 0x8005 reflected, init 0xFFFF; "123456789" gives 0x4B37. */
export function crc16Modbus(b: Uint8Array, start: number, end: number): number {
  let c = 0xffff;
  for (let i = start; i < end; i++) c = (c >>> 8) ^ MODBUS[(c ^ b[i]!) & 0xff]!;
  return c;
}

/**
 * Four tables of 256: the n-th advances a byte by n more (slicing by four, Kounavis and Berry 2005).
 * Signed, because V8 reads unsigned words as floating-point numbers: that took twice the time.
 */
const CRC32 = /* @__PURE__ */ (() => {
  const table = new Int32Array(4 * 256);
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb8_8320 : c >>> 1;
    table[n] = c;
  }
  for (let n = 256; n < table.length; n++)
    table[n] = (table[n - 256]! >>> 8) ^ table[table[n - 256]! & 0xff]!;
  return table;
})();

/** CRC-32/ISO-HDLC (zip, PNG, MCAP); "123456789" gives 0xCBF43926. */
export function crc32(b: Uint8Array, start: number, end: number): number {
  let c = -1;
  let i = start;
  for (const last = end - 3; i < last; i += 4) {
    c ^= b[i]! | (b[i + 1]! << 8) | (b[i + 2]! << 16) | (b[i + 3]! << 24);
    c =
      CRC32[768 + (c & 0xff)]! ^
      CRC32[512 + ((c >>> 8) & 0xff)]! ^
      CRC32[256 + ((c >>> 16) & 0xff)]! ^
      CRC32[c >>> 24]!;
  }
  for (; i < end; i++) c = (c >>> 8) ^ CRC32[(c ^ b[i]!) & 0xff]!;
  return ~c >>> 0;
}
