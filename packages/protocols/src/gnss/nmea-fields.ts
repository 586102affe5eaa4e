/** What became of one field. Numbers, not exceptions: the parsers run once a field of every sentence. */
export const OK = 1;
export const EMPTY = 0;
export const BAD = -1;
export type Parsed = typeof OK | typeof EMPTY | typeof BAD;

const DOT = 0x2e;
const MINUS = 0x2d;
const PLUS = 0x2b;
/** The standard says 82; proprietary sentences (PUBX,03 with all satellites) are far longer. */
export const NMEA_MAX_LENGTH = 1024;
const MAX_DECIMALS = 10;
/** So many digits fit 32 bits, where a multiplication takes half the time; minutes have two in front of their decimals. */
const SHORT_DIGITS = 9;
const SHORT_DECIMALS = 7;
const SIXTIETHS = Float64Array.from({ length: MAX_DECIMALS + 1 }, (_, i) => 60 * 10 ** i);
const POW10 = Float64Array.from({ length: MAX_DECIMALS + 3 }, (_, i) => 10 ** i);

/** Where the fields of one sentence lie; field 0 is the address. Filled while the sentence is framed, borrowed until the next. */
export class Fields {
  bytes: Uint8Array = new Uint8Array(0);
  /** Fields behind the address. */
  count = 0;
  /** Field i is bytes[starts[i], starts[i + 1] - 1). */
  readonly starts = new Int32Array(NMEA_MAX_LENGTH + 2);
  /** Index behind the text, at the `*` where there is a checksum. */
  textEnd = 0;
  /** XOR of the text, and what the checksum says it is; -1 where there is none. */
  sum = 0;
  statedSum = -1;

  start(i: number): number {
    return this.starts[i]!;
  }
  end(i: number): number {
    return this.starts[i + 1]! - 1;
  }
  length(i: number): number {
    return i > this.count ? 0 : this.starts[i + 1]! - this.starts[i]! - 1;
  }
  /** The one character of field i; 0 where it is empty, -1 where it is longer. */
  only(i: number): number {
    const length = this.length(i);
    return length === 1 ? this.bytes[this.starts[i]!]! : length === 0 ? 0 : -1;
  }
  /** Character code `k` of field i, -1 where it has none. */
  code(i: number, k: number): number {
    return k < this.length(i) ? this.bytes[this.starts[i]! + k]! : -1;
  }
}

// Results go into `out[slot]`, not through the return value: a returned double is boxed where the call is not inlined.

/** Decimal number with optional sign in b[from, end). Digits behind the tenth decimal are below any resolution and left out. */
export function parseNumber(
  b: Uint8Array,
  from: number,
  end: number,
  out: Float64Array,
  slot: number,
): Parsed {
  if (from === end) return EMPTY;
  let at = from;
  const first = b[at]!;
  if (first === MINUS || first === PLUS) at++;
  let short = 0;
  let digits = 0;
  let decimals = -1;
  for (; at < end && digits < SHORT_DIGITS; at++) {
    const d = b[at]! - 0x30;
    if (d >= 0 && d <= 9) {
      short = (short * 10 + d) | 0;
      digits++;
      if (decimals >= 0) decimals++;
    } else if (b[at] === DOT && decimals < 0) decimals = 0;
    else return BAD;
  }
  let mantissa: number = short;
  for (; at < end; at++) {
    const d = b[at]! - 0x30;
    if (d >= 0 && d <= 9) {
      digits++;
      if (decimals >= MAX_DECIMALS) continue;
      mantissa = mantissa * 10 + d;
      if (decimals >= 0) decimals++;
    } else if (b[at] === DOT && decimals < 0) decimals = 0;
    else return BAD;
  }
  if (digits === 0 || mantissa > Number.MAX_SAFE_INTEGER) return BAD;
  const value = decimals > 0 ? mantissa / POW10[decimals]! : mantissa;
  out[slot] = first === MINUS ? 0 - value : value;
  return OK;
}

/** Degrees and minutes run together (dddmm.mmmm) in b[from, end), as degrees; `isNegative` for south and west. */
export function parseAngle(
  b: Uint8Array,
  from: number,
  end: number,
  isNegative: boolean,
  out: Float64Array,
  slot: number,
): Parsed {
  let whole = 0;
  let wholeDigits = 0;
  let at = from;
  for (; at < end && b[at] !== DOT; at++) {
    const d = b[at]! - 0x30;
    if (d < 0 || d > 9 || ++wholeDigits > 5) return BAD;
    whole = (whole * 10 + d) | 0;
  }
  if (wholeDigits < 3) return BAD;
  const degrees = (whole / 100) | 0;
  let minutes = whole - degrees * 100;
  if (minutes >= 60) return BAD;
  let decimals = 0;
  for (at++; at < end && decimals < SHORT_DECIMALS; at++) {
    const d = b[at]! - 0x30;
    if (d < 0 || d > 9) return BAD;
    decimals++;
    minutes = (minutes * 10 + d) | 0;
  }
  let parts: number = minutes;
  for (; at < end; at++) {
    const d = b[at]! - 0x30;
    if (d < 0 || d > 9) return BAD;
    if (decimals === MAX_DECIMALS) continue;
    decimals++;
    parts = parts * 10 + d;
  }
  const angle = degrees + parts / SIXTIETHS[decimals]!;
  out[slot] = isNegative ? 0 - angle : angle;
  return OK;
}

/** hhmmss.sss in b[at, end) as microseconds of the day; second 60 is a leap second. */
export function parseTimeOfDay(
  b: Uint8Array,
  at: number,
  end: number,
  out: Float64Array,
  slot: number,
): Parsed {
  const length = end - at;
  if (length === 0) return EMPTY;
  if (length < 6 || (length > 6 && b[at + 6] !== DOT)) return BAD;
  const hour = twoDigits(b, at);
  const minute = twoDigits(b, at + 2);
  const second = twoDigits(b, at + 4);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return BAD;
  let fraction = 0;
  let step = 100_000;
  for (let k = at + 7; k < end; k++) {
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
