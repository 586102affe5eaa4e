import type { CheckedExpression, Typed } from "./check.ts";
import { type Axis, average, delay, derivative, FUNCTIONS, integral, lowpass } from "./functions.ts";
import type { BinaryOperator } from "./parse.ts";
import { meaningOf } from "./quantity.ts";

/** Channel values in the channel's own unit, on the axis. */
export type Inputs = (channel: string) => Float64Array;

/** Evaluates a checked expression on an axis; the result is in its unit. NaN in gives NaN out. */
export function evaluate(expression: CheckedExpression, axis: Axis, inputs: Inputs): Float64Array {
  const si = values(expression.root, axis, inputs);
  const factor = meaningOf(expression.unit)!.factor;
  return factor === 1 ? si : si.map((v) => v / factor);
}

const TWO: Readonly<Record<BinaryOperator, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => (b === 0 ? Number.NaN : a / b),
  // a remainder that does not change its sign with the value's
  "%": (a, b) => (b === 0 ? Number.NaN : a - b * Math.floor(a / b)),
  "^": (a, b) => a ** b,
  "<": (a, b) => truth(a < b, a, b),
  "<=": (a, b) => truth(a <= b, a, b),
  ">": (a, b) => truth(a > b, a, b),
  ">=": (a, b) => truth(a >= b, a, b),
  "==": (a, b) => truth(a === b, a, b),
  "!=": (a, b) => truth(a !== b, a, b),
  "&&": (a, b) => truth(a !== 0 && b !== 0, a, b),
  "||": (a, b) => truth(a !== 0 || b !== 0, a, b),
};
const truth = (is: boolean, a: number, b: number): number => (Number.isNaN(a + b) ? Number.NaN : is ? 1 : 0);

/** In coherent SI units. */
function values(t: Typed, axis: Axis, inputs: Inputs): Float64Array {
  const { node, parts } = t;
  const n = axis.tS.length;
  switch (node.kind) {
    case "number":
      return new Float64Array(n).fill(node.value * t.factor);
    case "channel": {
      const own = inputs(node.name);
      return t.factor === 1 ? own : own.map((v) => v * t.factor);
    }
    case "unary": {
      const v = values(parts[0]!, axis, inputs);
      return scaledBare(
        t,
        node.operator === "-"
          ? v.map((x) => -x)
          : v.map((x) => (Number.isNaN(x) ? Number.NaN : x === 0 ? 1 : 0)),
      );
    }
    case "binary": {
      const a = values(parts[0]!, axis, inputs);
      const b = values(parts[1]!, axis, inputs);
      const two = TWO[node.operator];
      return scaledBare(
        t,
        a.map((x, i) => two(x, b[i]!)),
      );
    }
    case "call":
      return scaledBare(t, call(t, axis, inputs));
  }
}

/** An expression of plain numbers that took on a unit as a whole. */
const scaledBare = (t: Typed, v: Float64Array): Float64Array =>
  t.factor === 1 ? v : v.map((x) => x * t.factor);

function call(t: Typed, axis: Axis, inputs: Inputs): Float64Array {
  const { node, parts } = t;
  if (node.kind !== "call") throw new TypeError("not a call");
  const spec = FUNCTIONS[node.name]!;
  const [a, b, c] = parts.map((p) => values(p, axis, inputs)) as [Float64Array, Float64Array, Float64Array];
  const shownFactor = (p: Typed): number => (p.shown && meaningOf(p.shown)?.factor) ?? 1;
  switch (spec.kind) {
    case "same": {
      const all = parts.map((p) => values(p, axis, inputs));
      return a.map((_, i) => {
        for (const v of all) if (Number.isNaN(v[i]!)) return Number.NaN;
        return spec.each(...all.map((v) => v[i]!));
      });
    }
    case "same-to-angle":
      return a.map((x, i) => spec.each(x, b[i]!));
    case "ratio":
      return a.map(spec.each);
    case "shown": {
      const factor = shownFactor(parts[0]!);
      return a.map((x) => spec.each(x / factor) * factor);
    }
    case "value": {
      const factor = shownFactor(parts[0]!);
      return a.map((x) => x / factor);
    }
    case "root":
      return a.map(Math.sqrt);
    case "sign":
      return a.map(Math.sign);
    case "bit":
      return a.map((x, i) => (Number.isNaN(x) ? Number.NaN : Math.floor(x / 2 ** b[i]!) % 2));
    case "if":
      return a.map((x, i) => (Number.isNaN(x) ? Number.NaN : x !== 0 ? b[i]! : c[i]!));
    case "derivative":
      return derivative(axis, a);
    case "integral":
      return integral(axis, a, b);
    case "lowpass":
      return lowpass(axis, a, b[0] ?? Number.NaN);
    case "average":
      return average(axis, a, b[0] ?? Number.NaN);
    case "delay":
      return delay(axis, a, b[0] ?? Number.NaN);
  }
}
