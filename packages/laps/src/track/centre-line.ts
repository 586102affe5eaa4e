import { lengthOf } from "../path.ts";
import { Plane } from "../plane.ts";
import { gateAcross } from "./placed-gate.ts";
import type { Layout, Point } from "./track.ts";

export const START_WIDTH_M = 40;
/** Ends nearer than this make a line a circuit. */
const CLOSED_M = 30;
/** A stated length that differs more from its line is that of another layout. */
const SAME_LENGTH = 0.02;

export type LineLayout = { readonly layout: Layout; readonly notes: readonly string[] };

/**
 * A layout from a drawn line alone. The start line lies across its first point, in the direction in which it is drawn;
 * a line whose ends meet is a circuit, else a stage that finishes at its last point.
 */
export function layoutFromLine(name: string, line: readonly Point[], statedM = Number.NaN): LineLayout {
  const notes: string[] = [];
  const first = line[0]!;
  const plane = new Plane(first[0], first[1]);
  const x = line.map((p) => plane.x(p[1]));
  const y = line.map((p) => plane.y(p[0]));
  const n = line.length;
  const apart = Math.hypot(x[n - 1]! - x[0]!, y[n - 1]! - y[0]!);
  const closed = n > 3 && apart < CLOSED_M;
  const repeats = closed && apart < 1;
  const points = repeats ? line.slice(0, -1) : line;
  const lengthM = lengthOf(x, y, n, closed);
  if (Math.abs(statedM / lengthM - 1) > SAME_LENGTH)
    notes.push(
      `${name}: the line is ${lengthM.toFixed(0)} m long, stated are ${statedM.toFixed(0)} m; the line's length is taken`,
    );
  const stated = Math.abs(statedM / lengthM - 1) <= SAME_LENGTH;
  const before = closed ? (repeats ? n - 2 : n - 1) : 0;
  const start = gateAcross("start", first[0], first[1], courseOf(x, y, before, 1), START_WIDTH_M);
  const last = line[n - 1]!;
  return {
    layout: {
      name,
      closed,
      start,
      ...(!closed && {
        finish: gateAcross("finish", last[0], last[1], courseOf(x, y, n - 2, n - 1), START_WIDTH_M),
      }),
      splits: [],
      centreLine: points,
      lengthM: stated ? statedM : lengthM,
    },
    notes,
  };
}

function courseOf(x: readonly number[], y: readonly number[], from: number, to: number): number {
  return Math.atan2(x[to]! - x[from]!, y[to]! - y[from]!);
}
