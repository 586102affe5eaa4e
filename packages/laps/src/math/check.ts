import type { Unit } from "@pitwall/core";
import { LapsError } from "../errors.ts";
import { FUNCTIONS, type FunctionSpec } from "./functions.ts";
import { type Node, parseExpression } from "./parse.ts";
import {
  combine,
  type Dimension,
  isUnit,
  meaningOf,
  nameOf,
  sameDimension,
  scaled,
  unitFor,
} from "./quantity.ts";

/** A part of an expression with what it measures. Values are calculated in coherent SI units. */
export type Typed = {
  readonly node: Node;
  readonly parts: readonly Typed[];
  readonly dimension: Dimension;
  /** The unit it is shown in where it keeps that of its operands (deg stays deg). */
  readonly shown: Unit | undefined;
  /** A plain number: in sums and comparisons it takes on the other side's unit. */
  readonly bare: boolean;
  /** For a bare number: SI units it stands for, once it took on a unit. */
  readonly factor: number;
};

export type CheckedExpression = {
  readonly text: string;
  readonly root: Typed;
  /** Of the result. */
  readonly unit: Unit;
  readonly channels: readonly string[];
};

/** The unit of a channel; undefined where there is no such channel. */
export type UnitOf = (channel: string) => Unit | undefined;

/**
 * Parses an expression and checks it before it is used: channels and functions exist, units fit. `declared` is the unit
 * the result shall have. Throws LapsError "syntax", "too-complex", "unknown-name" or "unit-mismatch", each with the
 * column.
 */
export function checkExpression(text: string, unitOf: UnitOf, declared?: Unit): CheckedExpression {
  const channels = new Set<string>();
  const root = typed(parseExpression(text), unitOf, channels);
  const unit = declared ?? root.shown ?? unitFor(root.dimension);
  if (unit === undefined)
    throw new LapsError(
      "unit-mismatch",
      "result",
      `${nameOf(root.dimension)} has no name here; divide by a quantity, or take value(...)`,
    );
  const wanted = meaningOf(unit);
  if (!wanted) throw new LapsError("unit-mismatch", "result", `nothing can be calculated in ${unit}`);
  if (!root.bare && !sameDimension(wanted.dimension, root.dimension))
    throw new LapsError(
      "unit-mismatch",
      "result",
      `it is ${nameOf(root.dimension)}, not ${unit}; numbers may carry a unit, as in 9.80665[m/s^2]`,
    );
  return { text, root: root.bare ? { ...root, factor: wanted.factor } : root, unit, channels: [...channels] };
}

function typed(node: Node, unitOf: UnitOf, channels: Set<string>): Typed {
  const at = (n: Node) => `column ${n.at}`;
  const make = (parts: readonly Typed[], dimension: Dimension, shown?: Unit): Typed => ({
    node,
    parts,
    dimension,
    shown,
    bare: false,
    factor: 1,
  });
  switch (node.kind) {
    case "number": {
      if (node.unit === undefined) return { ...make([], {}), bare: true };
      const meaning = isUnit(node.unit) ? meaningOf(node.unit) : undefined;
      if (!meaning || !isUnit(node.unit))
        throw new LapsError("unknown-name", at(node), `[${node.unit}] is no unit to calculate with`);
      return { ...make([], meaning.dimension, node.unit), factor: meaning.factor };
    }
    case "channel": {
      const unit = unitOf(node.name);
      if (unit === undefined)
        throw new LapsError("unknown-name", at(node), `there is no channel "${node.name}"`);
      const meaning = meaningOf(unit);
      if (!meaning) throw new LapsError("unit-mismatch", at(node), `"${node.name}" is ${unit}, not a number`);
      channels.add(node.name);
      return { ...make([], meaning.dimension, unit), factor: meaning.factor };
    }
    case "unary": {
      const operand = typed(node.operand, unitOf, channels);
      if (node.operator === "!") return make([operand], {}, "1");
      return { ...make([operand], operand.dimension, operand.shown), bare: operand.bare };
    }
    case "binary":
      return binary(node, typed(node.left, unitOf, channels), typed(node.right, unitOf, channels));
    case "call": {
      const spec = Object.hasOwn(FUNCTIONS, node.name) ? FUNCTIONS[node.name] : undefined;
      if (!spec) throw new LapsError("unknown-name", at(node), `there is no function "${node.name}"`);
      if (node.args.length < spec.least || node.args.length > spec.most)
        throw new LapsError(
          "syntax",
          at(node),
          `${node.name} takes ${spec.least}${spec.most > spec.least ? ` to ${spec.most}` : ""} values`,
        );
      return called(
        node,
        spec,
        node.args.map((a) => typed(a, unitOf, channels)),
      );
    }
  }
}

const ACCELERATION: Dimension = { m: 1, s: -2 };
/** Standard gravity as people write it (9.80665, 9.81, 9.8): an acceleration divided by it is meant in g, a ratio. */
const isGravity = ({ node, bare }: Typed): boolean =>
  bare && node.kind === "number" && Math.abs(node.value - 9.80665) < 0.01;

type BinaryNode = Extract<Node, { kind: "binary" }>;
type CallNode = Extract<Node, { kind: "call" }>;

function binary(node: BinaryNode, left: Typed, right: Typed): Typed {
  const bare = left.bare && right.bare;
  const result = (parts: readonly Typed[], dimension: Dimension, shown?: Unit): Typed => ({
    node,
    parts,
    dimension,
    shown,
    bare: false,
    factor: 1,
  });
  switch (node.operator) {
    case "*":
    case "/": {
      const dimension = combine(left.dimension, right.dimension, node.operator === "*" ? 1 : -1);
      // times or by a plain number a quantity stays in its unit
      if (node.operator === "/" && isGravity(right) && sameDimension(left.dimension, ACCELERATION))
        return result([left, { ...right, dimension: ACCELERATION, bare: false }], {}, "1");
      const shown = right.bare ? left.shown : node.operator === "*" && left.bare ? right.shown : undefined;
      return { ...result([left, right], dimension, shown), bare };
    }
    case "^": {
      if (bare) return { ...result([left, right], {}), bare };
      if (
        left.dimension &&
        Object.keys(left.dimension).length === 0 &&
        Object.keys(right.dimension).length === 0
      )
        return result([left, right], {}, "1");
      const { node: exponent } = right;
      if (exponent.kind !== "number" || exponent.unit !== undefined || !Number.isInteger(exponent.value))
        throw new LapsError(
          "unit-mismatch",
          `column ${node.at}`,
          "a quantity can be raised to a whole number only",
        );
      return result([left, right], scaled(left.dimension, exponent.value));
    }
    case "&&":
    case "||":
      return result([left, right], {}, "1");
    default: {
      const parts = alike(node, [left, right]);
      const first = parts[0]!;
      if (node.operator === "+" || node.operator === "-" || node.operator === "%")
        return { ...result(parts, first.dimension, first.shown ?? parts[1]!.shown), bare };
      return result(parts, {}, "1");
    }
  }
}

/** One quantity for all: plain numbers take on the unit of the first that has one. */
function alike(node: Node, parts: readonly Typed[]): Typed[] {
  const lead = parts.find((p) => !p.bare);
  if (!lead) return [...parts];
  const factor = (lead.shown && meaningOf(lead.shown)?.factor) ?? 1;
  return parts.map((p) => {
    if (p.bare) return { ...p, dimension: lead.dimension, shown: lead.shown, bare: false, factor };
    if (!sameDimension(p.dimension, lead.dimension))
      throw new LapsError(
        "unit-mismatch",
        `column ${node.at}`,
        `${nameOf(lead.dimension)} and ${nameOf(p.dimension)} cannot be put together`,
      );
    return p;
  });
}

function called(node: CallNode, spec: FunctionSpec, args: readonly Typed[]): Typed {
  const first = args[0]!;
  const second = args[1];
  const place = `column ${node.at}`;
  const give = (parts: readonly Typed[], dimension: Dimension, shown?: Unit): Typed => ({
    node,
    parts,
    dimension,
    shown,
    bare: false,
    factor: 1,
  });
  const constant = (t: Typed | undefined, dimension: Dimension, what: string): void => {
    if (t?.node.kind === "number" && (t.bare || sameDimension(t.dimension, dimension)) && t.node.value > 0)
      return;
    throw new LapsError("unit-mismatch", place, `${node.name} needs ${what} as a positive number`);
  };
  switch (spec.kind) {
    case "same": {
      const parts = alike(node, args);
      return {
        ...give(parts, parts[0]!.dimension, parts.find((p) => p.shown)?.shown),
        bare: parts.every((p) => p.bare),
      };
    }
    case "same-to-angle":
      return give(alike(node, args), { rad: 1 }, "rad");
    case "ratio":
      if (!sameDimension(first.dimension, {}))
        throw new LapsError(
          "unit-mismatch",
          place,
          `${node.name} of ${nameOf(first.dimension)} has no meaning`,
        );
      return give(args, spec.gives, spec.gives.rad ? "rad" : "1");
    case "root": {
      const half = scaled(first.dimension, 0.5);
      if (Object.values(half).some((e) => !Number.isInteger(e)))
        throw new LapsError("unit-mismatch", place, `${nameOf(first.dimension)} has no square root`);
      return { ...give(args, half), bare: first.bare };
    }
    case "sign":
    case "value":
      return give(args, {}, "1");
    case "bit":
      constantOrZero(node, second);
      return give(args, {}, "1");
    case "shown":
      return { ...give(args, first.dimension, first.shown), bare: first.bare };
    case "if": {
      const branches = alike(node, args.slice(1));
      return {
        ...give([first, ...branches], branches[0]!.dimension, branches.find((b) => b.shown)?.shown),
        bare: branches.every((b) => b.bare),
      };
    }
    case "derivative":
      return give(args, combine(first.dimension, { s: 1 }, -1));
    case "integral":
      return give(args, combine(first.dimension, { s: 1 }, 1));
    case "lowpass":
      constant(second, { s: -1 }, "a frequency in Hz");
      return give(args, first.dimension, first.shown);
    case "average":
    case "delay":
      constant(second, { s: 1 }, "a time in seconds");
      return give(args, first.dimension, first.shown);
  }
}

function constantOrZero(node: CallNode, t: Typed | undefined): void {
  const n = t?.node.kind === "number" ? t.node.value : Number.NaN;
  if (!(Number.isInteger(n) && n >= 0 && n < 32))
    throw new LapsError("unit-mismatch", `column ${node.at}`, "bit needs a number from 0 to 31");
}
