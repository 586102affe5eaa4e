import type { FieldSpec } from "@pitwall/core";

/** How many decimals a value of a field needs: digits behind the point, or the shortest text that gives the same double or float. */
export type Decimals = number | "double" | "float";

/**
 * Decimals that keep a field within its resolution. For a step that is no power of ten (0.01 deg in radians, say)
 * one more, so that the nearest step is never in doubt.
 */
export function decimalsOf(field: Pick<FieldSpec, "resolution" | "offset" | "float32">): Decimals {
  const step = field.resolution;
  if (step === undefined || !(step > 0)) return field.float32 ? "float" : "double";
  let places = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  if (Math.abs(step * 10 ** places - 1) > 1e-9 && !isWhole(step * 10 ** places)) places++;
  if (field.offset !== undefined) while (places < 15 && !isWhole(field.offset * 10 ** places)) places++;
  return places > 15 ? "double" : places;
}

const isWhole = (x: number): boolean => Math.abs(x - Math.round(x)) < 1e-6;

/** Plain decimal text without trailing zeros and without an exponent where that is possible. */
export function decimalText(value: number, decimals: Decimals): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value + 0 === 0 ? 0 : value);
  if (decimals === "double") return plainText(value);
  if (decimals === "float") return floatText(value);
  const text = value.toFixed(decimals);
  if (text.indexOf(".") < 0) return text === "-0" ? "0" : text;
  let end = text.length;
  while (text.charCodeAt(end - 1) === 48) end--;
  if (text.charCodeAt(end - 1) === 46) end--;
  const short = text.slice(0, end);
  return short === "-0" ? "0" : short;
}

/** The fewest digits that give the same 32-bit float. */
function floatText(value: number): string {
  if (Math.fround(value) !== value) return plainText(value);
  for (let digits = 6; digits <= 9; digits++) {
    const x = Number(value.toPrecision(digits));
    if (Math.fround(x) === value) return plainText(x);
  }
  return plainText(value);
}

/** Zeros behind the point that are still written out. */
const MOST_ZEROS = 30;

/** The shortest text of a number; without an exponent where it is small (`1e-7`), which schemas and simple readers refuse. */
function plainText(value: number): string {
  const text = String(value);
  const m = /^(-?)(\d)(?:\.(\d+))?e-(\d+)$/.exec(text);
  if (!m || Number(m[4]) > MOST_ZEROS) return text;
  return `${m[1]}0.${"0".repeat(Number(m[4]) - 1)}${m[2]}${m[3] ?? ""}`;
}
