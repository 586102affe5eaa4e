/** A finite decimal as whole number / power of ten, exact; numbers too long for that come back with scale 1. */
export type Decimal = { readonly digits: number; readonly scale: number };

const MAX_SCALE = 1e15;

/** Of the text of a number, as "0.01", "-67.67" or "1.5E-05". */
export function parseDecimal(text: string): Decimal {
  const [mantissa = "", exponent = "0"] = text.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const power = fraction.length - Number(exponent);
  const digits = Number(whole + fraction);
  const scale = 10 ** Math.max(0, power);
  const value = digits * 10 ** Math.max(0, -power);
  if (Number.isSafeInteger(value) && scale <= MAX_SCALE) return { digits: value, scale };
  return { digits: Number(text), scale: 1 };
}

/** (raw * factor + offset) / divisor of a factor and an offset. */
export function commonScale(factor: Decimal, offset: Decimal) {
  const divisor = Math.max(factor.scale, offset.scale);
  const f = factor.digits * (divisor / factor.scale);
  const o = offset.digits * (divisor / offset.scale);
  if (Number.isSafeInteger(f) && Number.isSafeInteger(o)) return { factor: f, offset: o, divisor };
  return { factor: factor.digits / factor.scale, offset: offset.digits / offset.scale, divisor: 1 };
}
