import { findChannel, type Group, type Recording, type Unit } from "@pitwall/core";
import { type Series, sampleAt, seriesOf } from "../analysis/sample.ts";
import { LapsError } from "../errors.ts";
import { type CheckedExpression, checkExpression } from "./check.ts";
import { evaluate } from "./evaluate.ts";
import { type Node, parseExpression } from "./parse.ts";

export type MathChannel = {
  readonly name: string;
  readonly expression: string;
  /** Of the result; else as the expression gives it. */
  readonly unit?: Unit;
  readonly doc?: string;
};

/**
 * Calculates math channels over a recording. They may use each other. Each comes on the time axis of the channel with
 * the most samples among those it uses, other channels between samples on straight lines. Every definition is checked
 * before any is calculated. Throws LapsError with the channel's name and the column, "cycle" for channels that need each
 * other, "missing" for an expression without a channel.
 */
export function mathChannels(recording: Recording, definitions: readonly MathChannel[]): Group[] {
  const ordered = inOrder(definitions);
  const known = new Map<string, Series>();
  const seriesFor = (name: string): Series | undefined => {
    const found = known.get(name) ?? seriesOf(recording, name);
    if (found) known.set(name, found);
    return found;
  };
  const checked = checkAll(ordered, (name) => seriesFor(name)?.field.unit);
  return ordered.map((definition, i) => {
    const group = calculate(definition, checked[i]!, seriesFor);
    known.set(definition.name, seriesOf({ ...recording, groups: [group] }, definition.name) ?? empty(group));
    return group;
  });
}

/** Checks definitions against the channels of the catalogue and those given; the unit of each. Throws as `mathChannels`. */
export function checkMathChannels(
  definitions: readonly MathChannel[],
  unitOf: (name: string) => Unit | undefined = (name) => findChannel(name)?.unit,
): ReadonlyMap<string, Unit> {
  const ordered = inOrder(definitions);
  const checked = checkAll(ordered, unitOf);
  return new Map(ordered.map((d, i) => [d.name, checked[i]!.unit]));
}

function checkAll(
  ordered: readonly MathChannel[],
  unitOf: (name: string) => Unit | undefined,
): CheckedExpression[] {
  const units = new Map<string, Unit>();
  return ordered.map((d) => {
    const checked = named(d, () => checkExpression(d.expression, (n) => units.get(n) ?? unitOf(n), d.unit));
    if (checked.channels.length === 0)
      throw new LapsError("missing", d.name, "the expression uses no channel");
    units.set(d.name, checked.unit);
    return checked;
  });
}

function calculate(
  d: MathChannel,
  checked: CheckedExpression,
  seriesFor: (name: string) => Series | undefined,
): Group {
  const used = checked.channels.map((name) => seriesFor(name)!);
  const axis = used.reduce((a, b) => (b.tUs.length > a.tUs.length ? b : a));
  const start = axis.tUs[0] ?? 0;
  const tS = axis.tUs.map((t) => (t - start) / 1e6);
  const values = evaluate(checked, { tS, gapS: axis.gapUs / 1e6 }, (name) =>
    sampleAt(seriesFor(name)!, axis.tUs),
  );
  const field = { name: d.name, unit: checked.unit, doc: d.doc ?? d.expression };
  return { name: `math/${d.name}`, tUs: axis.tUs, columns: [{ field, values }] };
}

const empty = (group: Group): Series => ({
  field: group.columns[0]!.field,
  tUs: new Float64Array(0),
  values: new Float64Array(0),
  gapUs: 0,
});

/** Sorted so that each comes after those it uses. */
function inOrder(definitions: readonly MathChannel[]): MathChannel[] {
  const byName = new Map(definitions.map((d) => [d.name, d]));
  if (byName.size < definitions.length) {
    const twice = definitions.find((d, i) => definitions.findIndex((o) => o.name === d.name) < i)!;
    throw new LapsError("malformed", twice.name, "two math channels have this name");
  }
  const done = new Set<string>();
  const open: string[] = [];
  const out: MathChannel[] = [];
  const visit = (d: MathChannel): void => {
    if (done.has(d.name)) return;
    if (open.includes(d.name))
      throw new LapsError(
        "cycle",
        d.name,
        `it needs itself: ${[...open.slice(open.indexOf(d.name)), d.name].join(" -> ")}`,
      );
    open.push(d.name);
    for (const name of channelsIn(named(d, () => parseExpression(d.expression)))) {
      const other = byName.get(name);
      if (other) visit(other);
    }
    open.pop();
    done.add(d.name);
    out.push(d);
  };
  for (const d of definitions) visit(d);
  return out;
}

function channelsIn(node: Node): string[] {
  switch (node.kind) {
    case "number":
      return [];
    case "channel":
      return [node.name];
    case "unary":
      return channelsIn(node.operand);
    case "binary":
      return [...channelsIn(node.left), ...channelsIn(node.right)];
    case "call":
      return node.args.flatMap(channelsIn);
  }
}

/** Puts the channel's name before the place of what goes wrong in it. */
function named<T>(d: MathChannel, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (!(cause instanceof LapsError)) throw cause;
    const reason = cause.faults[0]?.reason ?? cause.message;
    throw new LapsError(cause.code, `${d.name}, ${cause.place}`, reason, undefined, { cause });
  }
}
