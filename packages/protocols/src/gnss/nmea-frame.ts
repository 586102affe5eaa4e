import { type FrameRule, hexDigit, type ProblemCode } from "@pitwall/core";
import { type Fields, NMEA_MAX_LENGTH } from "./nmea-fields.ts";

const DOLLAR = 0x24;
const STAR = 0x2a;
const COMMA = 0x2c;
const LAST_PRINTABLE = 0x7e;
const CR = 0x0d;
const LF = 0x0a;

/** Index behind a line end at `at`, 0 while it may still grow. CR comes twice where a text-mode file took CR LF for LF. */
function behindLineEnd(b: Uint8Array, at: number, end: number, last: boolean): number {
  let i = at;
  while (i < end && b[i] === CR) i++;
  if (i >= end) return last ? end : 0;
  return b[i] === LF ? i + 1 : i;
}

/**
 * A sentence runs from `$` to its checksum and line end. It also ends in front of anything that cannot be inside one:
 * another `$`, a control byte, a byte over 0x7E (a binary frame); `check` then calls it truncated.
 * On the way its fields and the sum of its text are noted: one pass over the bytes instead of three.
 */
function probe(fields: Fields, b: Uint8Array, start: number, end: number, last: boolean): number {
  if (b[start] !== DOLLAR) return -1;
  const starts = fields.starts;
  starts[0] = start + 1;
  let n = 0;
  let sum = 0;
  let i = start + 1;
  const most = Math.min(end, start + NMEA_MAX_LENGTH);
  for (; i < most; i++) {
    const c = b[i]!;
    if (c > COMMA && c <= LAST_PRINTABLE) sum ^= c;
    else if (c === COMMA) {
      sum ^= c;
      starts[++n] = i + 1;
    } else if (c === STAR || c === DOLLAR || c < 0x20 || c > LAST_PRINTABLE) break;
    else sum ^= c;
  }
  if (i >= end && !last) return 0;
  fields.bytes = b;
  fields.count = n;
  starts[n + 1] = i + 1;
  fields.textEnd = i;
  fields.sum = sum;
  fields.statedSum = -1;
  if (i >= end) return end - start;
  const c = b[i]!;
  if (c === STAR) {
    if (i + 2 >= end && !last) return 0;
    const high = i + 2 < end ? hexDigit(b[i + 1]!) : -1;
    const low = i + 2 < end ? hexDigit(b[i + 2]!) : -1;
    if (high < 0 || low < 0) return i + 1 - start;
    fields.statedSum = high * 16 + low;
    i += 3;
  } else if (c !== CR && c !== LF) return i - start;
  const behind = behindLineEnd(b, i, end, last);
  return behind === 0 ? 0 : behind - start;
}

/** Asked about the bytes that were probed last. */
function check(fields: Fields, end: number, checksumNeeded: boolean): ProblemCode | undefined {
  if (fields.statedSum >= 0) return fields.statedSum === fields.sum ? undefined : "bad-checksum";
  // without a line end it was cut, whatever is lost
  if (fields.textEnd === end || fields.bytes[fields.textEnd] === STAR) return "truncated";
  return checksumNeeded ? "bad-checksum" : undefined;
}

/**
 * `fields` describes the sentence when it is handed over, until the next probe.
 * `checksumNeeded`: a whole line without `*HH` is refused as "bad-checksum".
 */
export const nmeaRule = (checksumNeeded: boolean, fields: Fields): FrameRule => ({
  maxLength: NMEA_MAX_LENGTH,
  probe: (b, start, end, last) => probe(fields, b, start, end, last),
  check: (_b, _view, _start, end) => check(fields, end, checksumNeeded),
});
