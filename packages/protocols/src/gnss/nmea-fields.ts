/** What became of one field. Numbers, not exceptions: the parsers run once a field of every sentence. */
export const OK = 1;
export const EMPTY = 0;
export const BAD = -1;
export type Parsed = typeof OK | typeof EMPTY | typeof BAD;

const COMMA = 0x2c;
const DOT = 0x2e;
const MINUS = 0x2d;
const PLUS = 0x2b;
const MAX_FIELDS = 128;
const MAX_DECIMALS = 10;
const POW10 = Float64Array.from({ length: MAX_DECIMALS + 3 }, (_, i) => 10 ** i);

/** Where the fields of one sentence lie. Field 0 is the address; bytes are borrowed until the next `split`. */
export class Fields {
  bytes: Uint8Array = new Uint8Array(0);
  /** Fields behind the address. */
  count = 0;
  /** Field i is bytes[starts[i], starts[i + 1] - 1). */
  readonly starts = new Int32Array(MAX_FIELDS + 2);

  /** Text of a sentence without `$`, checksum and line end; false where it has more fields than any sentence. */
  split(bytes: Uint8Array, from: number, to: number): boolean {
    this.bytes = bytes;
    const starts = this.starts;
    starts[0] = from;
    let n = 0;
    for (let i = from; i < to; i++) {
      if (bytes[i] !== COMMA) continue;
      if (n === MAX_FIELDS) return false;
      starts[++n] = i + 1;
    }
    starts[n + 1] = to + 1;
    this.count = n;
    return true;
  }

  start(i: number): number {
    return this.starts[i]!;
  }
  end(i: number): number {
    return this.starts[i + 1]! - 1;
  }
  length(i: number): number {
    return i > this.count ? 0 : this.starts[i + 1]! - this.starts[i]! - 1;
  }
  /** Character code `k` of field i, -1 where it has none. */
  code(i: number, k: number): number {
    return k < this.length(i) ? this.bytes[this.starts[i]! + k]! : -1;
  }
}

// Results go into `out[slot]`, not through the return value: a returned double is boxed where the call is not inlined.

/** Decimal number with optional sign. Digits behind the tenth decimal are below any resolution and left out. */
export function parseNumber(f: Fields, i: number, out: Float64Array, slot: number): Parsed {
  if (f.length(i) === 0) return EMPTY;
  const b = f.bytes;
  const end = f.end(i);
  let at = f.start(i);
  const first = b[at]!;
  if (first === MINUS || first === PLUS) at++;
  let mantissa = 0;
  let digits = 0;
  let decimals = -1;
  for (; at < end; at++) {
    const c = b[at]!;
    if (c === DOT && decimals < 0) {
      decimals = 0;
      continue;
    }
    const d = c - 0x30;
    if (d < 0 || d > 9) return BAD;
    digits++;
    if (decimals >= MAX_DECIMALS) continue;
    if (decimals >= 0) decimals++;
    mantissa = mantissa * 10 + d;
  }
  if (digits === 0 || mantissa > Number.MAX_SAFE_INTEGER) return BAD;
  const value = decimals > 0 ? mantissa / POW10[decimals]! : mantissa;
  out[slot] = first === MINUS ? 0 - value : value;
  return OK;
}

/** Degrees and minutes run together (dddmm.mmmm) with the hemisphere in the next field, as degrees; `positive` is N or E. */
export function parseAngle(
  f: Fields,
  i: number,
  positive: number,
  negative: number,
  out: Float64Array,
  slot: number,
): Parsed {
  if (f.length(i) === 0 && f.length(i + 1) <= 1) return EMPTY;
  const side = f.code(i + 1, 0);
  if ((side !== positive && side !== negative) || f.length(i + 1) !== 1) return BAD;
  const b = f.bytes;
  const end = f.end(i);
  let whole = 0;
  let wholeDigits = 0;
  let at = f.start(i);
  for (; at < end && b[at] !== DOT; at++) {
    const d = b[at]! - 0x30;
    if (d < 0 || d > 9 || ++wholeDigits > 5) return BAD;
    whole = whole * 10 + d;
  }
  if (wholeDigits < 3) return BAD;
  const degrees = Math.floor(whole / 100);
  let minutes = whole - degrees * 100;
  if (minutes >= 60) return BAD;
  let decimals = 0;
  for (at++; at < end; at++) {
    const d = b[at]! - 0x30;
    if (d < 0 || d > 9) return BAD;
    if (decimals === MAX_DECIMALS) continue;
    decimals++;
    minutes = minutes * 10 + d;
  }
  const angle = degrees + minutes / (60 * POW10[decimals]!);
  out[slot] = side === negative ? 0 - angle : angle;
  return OK;
}

/** hhmmss.sss as microseconds of the day; second 60 is a leap second. */
export function parseTimeOfDay(f: Fields, i: number, out: Float64Array, slot: number): Parsed {
  const length = f.length(i);
  if (length === 0) return EMPTY;
  const b = f.bytes;
  const at = f.start(i);
  if (length < 6 || (length > 6 && b[at + 6] !== DOT)) return BAD;
  const hour = twoDigits(b, at);
  const minute = twoDigits(b, at + 2);
  const second = twoDigits(b, at + 4);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return BAD;
  let fraction = 0;
  let step = 100_000;
  for (let k = at + 7; k < at + length; k++) {
    const d = b[k]! - 0x30;
    if (d < 0 || d > 9) return BAD;
    fraction += d * step;
    step = Math.trunc(step / 10);
  }
  out[slot] = (hour * 3600 + minute * 60 + second) * 1e6 + fraction;
  return OK;
}

/** Two decimal digits at `at`, -1 where there are none. */
export function twoDigits(b: Uint8Array, at: number): number {
  const tens = b[at]! - 0x30;
  const ones = b[at + 1]! - 0x30;
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1 : tens * 10 + ones;
}
