import type { Dimension } from "./quantity.ts";

/** The samples an expression is evaluated on: seconds, ascending; `gapS` apart there is a gap between two. */
export type Axis = { readonly tS: Float64Array; readonly gapS: number };

/** What a function takes and gives: "same" is one quantity for all, numbers without a unit take it on. */
export type FunctionSpec = {
  readonly least: number;
  readonly most: number;
  readonly doc: string;
} & (
  | { readonly kind: "same"; readonly each: (...args: number[]) => number }
  | { readonly kind: "same-to-angle"; readonly each: (a: number, b: number) => number }
  | { readonly kind: "shown"; readonly each: (a: number) => number }
  | { readonly kind: "ratio"; readonly each: (a: number) => number; readonly gives: Dimension }
  | { readonly kind: "root" }
  | { readonly kind: "sign" }
  | { readonly kind: "if" }
  | { readonly kind: "value" }
  | { readonly kind: "bit" }
  | { readonly kind: "derivative" }
  | { readonly kind: "integral" }
  | { readonly kind: "lowpass" }
  | { readonly kind: "average" }
  | { readonly kind: "delay" }
);

const same = (
  least: number,
  most: number,
  doc: string,
  each: (...args: number[]) => number,
): FunctionSpec => ({
  kind: "same",
  least,
  most,
  doc,
  each,
});
const shown = (doc: string, each: (a: number) => number): FunctionSpec => ({
  kind: "shown",
  least: 1,
  most: 1,
  doc,
  each,
});
const ratio = (doc: string, each: (a: number) => number, gives: Dimension = {}): FunctionSpec => ({
  kind: "ratio",
  least: 1,
  most: 1,
  doc,
  each,
  gives,
});

/** NaN where any is: `Math.min` does so, a chain of comparisons would not. */
export const FUNCTIONS: Readonly<Record<string, FunctionSpec>> = {
  abs: same(1, 1, "size without sign", Math.abs),
  min: same(2, 8, "smallest", Math.min),
  max: same(2, 8, "largest", Math.max),
  clamp: same(3, 3, "value, not below, not above", (v, low, high) => Math.min(Math.max(v, low), high)),
  hypot: same(2, 3, "root of the sum of squares", (...v) => Math.sqrt(v.reduce((sum, x) => sum + x * x, 0))),
  floor: shown("whole number below, in the unit shown", Math.floor),
  ceil: shown("whole number above, in the unit shown", Math.ceil),
  round: shown("nearest whole number, in the unit shown", Math.round),
  sign: { kind: "sign", least: 1, most: 1, doc: "-1, 0 or 1" },
  sqrt: { kind: "root", least: 1, most: 1, doc: "square root" },
  exp: ratio("e to the power", Math.exp),
  log: ratio("natural logarithm", Math.log),
  sin: ratio("sine of an angle", Math.sin),
  cos: ratio("cosine of an angle", Math.cos),
  tan: ratio("tangent of an angle", Math.tan),
  asin: ratio("angle of a sine", Math.asin, { rad: 1 }),
  acos: ratio("angle of a cosine", Math.acos, { rad: 1 }),
  atan: ratio("angle of a tangent", Math.atan, { rad: 1 }),
  atan2: { kind: "same-to-angle", least: 2, most: 2, doc: "angle of y, x", each: Math.atan2 },
  if: { kind: "if", least: 3, most: 3, doc: "if(condition, then, else)" },
  value: { kind: "value", least: 1, most: 1, doc: "the number alone, in the unit shown" },
  bit: { kind: "bit", least: 2, most: 2, doc: "bit(field, number from 0): 0 or 1" },
  derivative: { kind: "derivative", least: 1, most: 1, doc: "change a second" },
  integral: {
    kind: "integral",
    least: 1,
    most: 2,
    doc: "sum over time; begins anew where the second changes",
  },
  lowpass: { kind: "lowpass", least: 2, most: 2, doc: "lowpass(x, frequency in Hz): first order" },
  average: {
    kind: "average",
    least: 2,
    most: 2,
    doc: "average(x, seconds): mean of as much time about each sample",
  },
  delay: { kind: "delay", least: 2, most: 2, doc: "delay(x, seconds): what it was" },
};

/** Central differences; one-sided at the ends and beside gaps. */
export function derivative({ tS, gapS }: Axis, v: Float64Array): Float64Array {
  return v.map((_, i) => {
    const a = i > 0 && tS[i]! - tS[i - 1]! <= gapS && Number.isFinite(v[i - 1]!) ? i - 1 : i;
    const b = i + 1 < v.length && tS[i + 1]! - tS[i]! <= gapS && Number.isFinite(v[i + 1]!) ? i + 1 : i;
    return a === b || Number.isNaN(v[i]!) ? Number.NaN : (v[b]! - v[a]!) / (tS[b]! - tS[a]!);
  });
}

/** Trapezoids; nothing is added over gaps. Begins anew at 0 where `reset` changes. */
export function integral({ tS, gapS }: Axis, v: Float64Array, reset?: Float64Array): Float64Array {
  let sum = 0;
  let last = -1;
  return v.map((value, i) => {
    if (reset && i > 0 && reset[i] !== reset[i - 1] && Number.isFinite(reset[i]!)) {
      sum = 0;
      last = -1;
    }
    if (Number.isNaN(value)) return Number.NaN;
    if (last >= 0 && tS[i]! - tS[last]! <= gapS) sum += ((value + v[last]!) / 2) * (tS[i]! - tS[last]!);
    last = i;
    return sum;
  });
}

/** First order, exact for a value that holds between samples: y += (1 - exp(-2 pi f dt)) (x - y). */
export function lowpass({ tS, gapS }: Axis, v: Float64Array, hz: number): Float64Array {
  let y = Number.NaN;
  let last = -1;
  return v.map((value, i) => {
    if (Number.isNaN(value)) return Number.NaN;
    const dt = last >= 0 ? tS[i]! - tS[last]! : Number.POSITIVE_INFINITY;
    y = dt <= gapS ? y + (1 - Math.exp(-2 * Math.PI * hz * dt)) * (value - y) : value;
    last = i;
    return y;
  });
}

export function average({ tS }: Axis, v: Float64Array, seconds: number): Float64Array {
  const sums = new Float64Array(v.length + 1);
  const counts = new Float64Array(v.length + 1);
  for (let i = 0; i < v.length; i++) {
    const ok = Number.isFinite(v[i]!);
    sums[i + 1] = sums[i]! + (ok ? v[i]! : 0);
    counts[i + 1] = counts[i]! + (ok ? 1 : 0);
  }
  let a = 0;
  let b = 0;
  return v.map((value, i) => {
    while (tS[a]! < tS[i]! - seconds / 2) a++;
    while (b < v.length && tS[b]! <= tS[i]! + seconds / 2) b++;
    return Number.isNaN(value) ? Number.NaN : (sums[b]! - sums[a]!) / (counts[b]! - counts[a]!);
  });
}

export function delay({ tS, gapS }: Axis, v: Float64Array, seconds: number): Float64Array {
  let k = 0;
  return v.map((_, i) => {
    const at = tS[i]! - seconds;
    if (at < tS[0]!) return Number.NaN;
    while (k + 1 < v.length && tS[k + 1]! <= at) k++;
    if (k + 1 >= v.length || tS[k] === at) return v[k]!;
    const span = tS[k + 1]! - tS[k]!;
    return span > gapS ? Number.NaN : v[k]! + ((at - tS[k]!) / span) * (v[k + 1]! - v[k]!);
  });
}
