import { type FrameRule, hexDigit, type ProblemCode, xorBytes } from "@pitwall/core";

const DOLLAR = 0x24;
const STAR = 0x2a;
const CR = 0x0d;
const LF = 0x0a;

/** The standard says 82; proprietary sentences (PUBX,03 with all satellites) are far longer. */
export const NMEA_MAX_LENGTH = 1024;

/** Index behind a line end at `at`, 0 while it may still grow. CR comes twice where a text-mode file took CR LF for LF. */
function behindLineEnd(b: Uint8Array, at: number, end: number, last: boolean): number {
  let i = at;
  while (i < end && b[i] === CR) i++;
  if (i >= end) return last ? end : 0;
  return b[i] === LF ? i + 1 : i;
}

/**
 * A sentence runs from `$` to its checksum and line end. It also ends in front of anything that cannot be inside one:
 * another `$`, a control byte, a byte over 0x7E (a binary frame); `checkNmea` then calls it truncated.
 */
export function probeNmea(b: Uint8Array, start: number, end: number, last: boolean): number {
  if (b[start] !== DOLLAR) return -1;
  for (let i = start + 1; i < end; i++) {
    const c = b[i]!;
    if (c > STAR && c <= 0x7e) continue;
    if (c === STAR) {
      if (i + 2 >= end && !last) return 0;
      if (i + 2 >= end || hexDigit(b[i + 1]!) < 0 || hexDigit(b[i + 2]!) < 0) return i + 1 - start;
      const behind = behindLineEnd(b, i + 3, end, last);
      return behind === 0 ? 0 : behind - start;
    }
    if (c === CR || c === LF) {
      const behind = behindLineEnd(b, i, end, last);
      return behind === 0 ? 0 : behind - start;
    }
    if (c === DOLLAR || c < 0x20 || c > 0x7e) return i - start;
  }
  return last ? end - start : 0;
}

/** Index behind the last byte of the text, line end and checksum left out. */
export function endOfText(b: Uint8Array, start: number, end: number): number {
  let to = end;
  if (to > start && b[to - 1] === LF) to--;
  while (to > start && b[to - 1] === CR) to--;
  return to - 3 > start && b[to - 3] === STAR ? to - 3 : to;
}

function check(b: Uint8Array, start: number, end: number, needed: boolean): ProblemCode | undefined {
  const to = endOfText(b, start, end);
  if (b[to] === STAR && to + 3 <= end) {
    const stated = hexDigit(b[to + 1]!) * 16 + hexDigit(b[to + 2]!);
    return stated === xorBytes(b, start + 1, to) ? undefined : "bad-checksum";
  }
  // without a line end it was cut, whatever is lost
  if (to === end || b[to - 1] === STAR) return "truncated";
  return needed ? "bad-checksum" : undefined;
}

/** `checksumNeeded`: a whole line without `*HH` is refused as "bad-checksum". */
export const nmeaRule = (checksumNeeded: boolean): FrameRule => ({
  maxLength: NMEA_MAX_LENGTH,
  probe: probeNmea,
  check: (b, _view, start, end) => check(b, start, end, checksumNeeded),
});
