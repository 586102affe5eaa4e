import { LapsError } from "../errors.ts";
import type { Path } from "../path.ts";
import { Plane } from "../plane.ts";
import { gateAcross, middleOf, placeGate } from "./placed-gate.ts";
import { pathOf, placeLayout, placeOnPath } from "./placed-layout.ts";
import type { Ends, Gate, Layout, Point, Split } from "./track.ts";

/** Where a start line goes: along the way by metres, to a place, or to two ends. */
export type StartMove = { readonly byM: number } | { readonly at: Point } | { readonly ends: Ends };

/** A place further from the way than this is not on it. */
const NEAR_M = 50;
const WIDTH_M = 30;

type Way = { readonly plane: Plane; readonly path: Path };

/**
 * The layout with its start line elsewhere: square to the way, as wide as before; with two ends, as they are. Splits
 * stay where they are on the ground, and are put in the order in which they are passed now. Throws LapsError
 * "missing" without a centre line, "out-of-range" for a place off the way.
 */
export function moveStart(layout: Layout, move: StartMove, widthM = widthOf(layout.start)): Layout {
  const way = wayOf(layout);
  const sM = "byM" in move ? startOn(way, layout) + move.byM : nearest(way, pointOf(move)).sM;
  const moved: Layout = {
    ...layout,
    start: "ends" in move ? gateBetween("start", move.ends, way) : acrossWay("start", way, sM, widthM),
  };
  return { ...moved, splits: inOrder(moved) };
}

/** The layout with other splits, by their ends; each is crossed in the direction of the way there. Throws as `moveStart`. */
export function withSplits(layout: Layout, splits: readonly Ends[]): Layout {
  const way = wayOf(layout);
  const made: Layout = {
    ...layout,
    splits: splits.map((ends, i): Split => gateBetween(`split ${i + 1}`, ends, way)),
  };
  return { ...made, splits: inOrder(made) };
}

/** The layout with splits square to the way at some places. Throws as `moveStart`. */
export function withSplitsAt(layout: Layout, places: readonly Point[], widthM = WIDTH_M): Layout {
  const way = wayOf(layout);
  const splits = places.map((p, i) => acrossWay(`split ${i + 1}`, way, nearest(way, p).sM, widthM));
  const made: Layout = { ...layout, splits };
  return { ...made, splits: inOrder(made) };
}

/** The layout divided into sectors of the same length. Throws LapsError "missing" without a centre line. */
export function divideEvenly(
  layout: Layout,
  sectors: number,
  nameOf: (k: number) => string = (k) => `split ${k}`,
  widthM = WIDTH_M,
): Layout {
  const way = wayOf(layout);
  const from = startOn(way, layout);
  const lengthM = layout.closed ? way.path.lengthM : way.path.lengthM - from;
  const splits = Array.from({ length: Math.max(0, sectors - 1) }, (_, i) =>
    acrossWay(nameOf(i + 1), way, from + ((i + 1) * lengthM) / sectors, widthM),
  );
  return { ...layout, splits };
}

/** Width of a gate, m. */
export function widthOf(gate: Gate): number {
  const plane = new Plane(gate.ends[0], gate.ends[1]);
  return Math.hypot(plane.x(gate.ends[3]), plane.y(gate.ends[2]));
}

function wayOf(layout: Layout): Way {
  const [lat, lon] = middleOf(layout.start.ends);
  const plane = new Plane(lat, lon);
  const path = layout.centreLine && pathOf(layout.centreLine, plane, layout.closed);
  if (!path)
    throw new LapsError("missing", layout.name, "the layout has no centre line; record one by driving it");
  return { plane, path };
}

function startOn({ plane, path }: Way, layout: Layout): number {
  const sM = placeOnPath(path, placeGate(plane, layout.start));
  if (Number.isNaN(sM))
    throw new LapsError("out-of-range", layout.name, "the centre line does not pass the start line");
  return sM;
}

function acrossWay(name: string, { plane, path }: Way, sM: number, widthM: number): Gate {
  const { count, stepM, closed, lengthM } = path;
  const s = closed ? sM - Math.floor(sM / lengthM) * lengthM : sM;
  if (s < 0 || s > lengthM)
    throw new LapsError(
      "out-of-range",
      name,
      `${s.toFixed(0)} m is beyond the way of ${lengthM.toFixed(0)} m`,
    );
  const at = s / stepM;
  const low = closed ? Math.floor(at) % count : Math.min(count - 2, Math.floor(at));
  const f = closed ? at - Math.floor(at) : at - low;
  const high = low + 1 === count ? 0 : low + 1;
  const between = (v: Float64Array) => v[low]! + f * (v[high]! - v[low]!);
  const course = Math.atan2(between(path.tx), between(path.ty));
  return gateAcross(name, plane.lat(between(path.y)), plane.lon(between(path.x)), course, widthM);
}

const pointOf = (move: { readonly at: Point } | { readonly ends: Ends }): Point =>
  "at" in move ? move.at : middleOf(move.ends);

function nearest({ plane, path }: Way, [lat, lon]: Point): { readonly sM: number; readonly index: number } {
  const x = plane.x(lon);
  const y = plane.y(lat);
  let index = 0;
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < path.count; i++) {
    const d = Math.hypot(path.x[i]! - x, path.y[i]! - y);
    if (d < best) {
      best = d;
      index = i;
    }
  }
  if (best > NEAR_M)
    throw new LapsError("out-of-range", `${lat}, ${lon}`, `lies ${best.toFixed(0)} m from the track`);
  const along = (x - path.x[index]!) * path.tx[index]! + (y - path.y[index]!) * path.ty[index]!;
  return { sM: index * path.stepM + along, index };
}

/** Two ends as a gate that is crossed as the way runs there. */
function gateBetween(name: string, ends: Ends, way: Way): Gate {
  const { index } = nearest(way, middleOf(ends));
  const course = Math.atan2(way.path.tx[index]!, way.path.ty[index]!);
  const gate: Gate = { name, ends, course: course < 0 ? course + 2 * Math.PI : course };
  placeGate(way.plane, gate);
  return gate;
}

/** Those that the way does not pass stay behind the others. */
function inOrder(layout: Layout): readonly Split[] {
  const { plane, path } = layout.closed ? placeLayout({ ...layout, splits: [] }) : wayOf(layout);
  if (!path) return layout.splits;
  const placeOf = (split: Split) => {
    const s = placeOnPath(path, placeGate(plane, split));
    return Number.isNaN(s) ? Number.POSITIVE_INFINITY : s;
  };
  return layout.splits
    .map((split) => ({ split, s: placeOf(split) }))
    .sort((a, b) => (a.s === b.s ? 0 : a.s - b.s))
    .map(({ split }) => split);
}
