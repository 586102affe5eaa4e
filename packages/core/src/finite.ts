import { CodecError } from "./errors.ts";

/** Marks infinite values "not available"; returns the index of the first one, -1 where all were finite or absent. */
export function dropInfinite(values: Float64Array): number {
  let first = -1;
  for (let i = values.length - 1; i >= 0; i--) {
    const x = values[i]!;
    if (x - x === 0 || Number.isNaN(x)) continue;
    values[i] = Number.NaN;
    first = i;
  }
  return first;
}

/** A whole number that fits `bits` bits, or CodecError "out-of-range". */
export function requireUnsigned(x: number, bits: number, place: string, name: string): number {
  if (Number.isInteger(x) && x >= 0 && x < 2 ** bits) return x;
  throw new CodecError("out-of-range", place, 0, `${name}=${x} does not fit ${bits} bits`);
}
