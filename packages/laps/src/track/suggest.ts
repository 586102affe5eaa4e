import type { Path } from "../path.ts";
import { Plane } from "../plane.ts";
import type { Trace } from "../trace.ts";
import { followTrail, loopOf } from "./loop.ts";
import { gateAcross } from "./placed-gate.ts";
import type { Layout, Point } from "./track.ts";
import { type Trail, trailOf } from "./trail.ts";

/** Half a start line is as wide as the spread of lines there and this, but never reaches a neighbouring straight. */
const MARGIN_M = 10;
const WIDEST_HALF_M = 25;
const NARROWEST_HALF_M = 5;
/** Nobody suggests a line in a bend sharper than this, rad/m. */
const STRAIGHT_RADPM = 0.004;

/** The plane about a recording's first fix; undefined without one. */
export function planeOfTrace(trace: Trace): Plane | undefined {
  for (let i = 0; i < trace.length; i++) {
    const lat = trace.latDeg[i]!;
    const lon = trace.lonDeg[i]!;
    if (Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && (lat !== 0 || lon !== 0)) return new Plane(lat, lon);
  }
  return undefined;
}

/**
 * A layout from a drive alone: the way round (at least one lap, however it begins and ends) with a start line where it
 * was passed most often, on a straight, fast, and away from other parts of the track. Undefined where nothing closes.
 */
export function suggestLayout(trace: Trace, name = "suggested"): Layout | undefined {
  const plane = planeOfTrace(trace);
  if (!plane) return undefined;
  const trail = trailOf(trace, plane);
  const path = loopOf(trail);
  return path && layoutOn(path, trail, plane, name);
}

export function layoutOn(path: Path, trail: Trail, plane: Plane, name: string): Layout {
  const passes = countPasses(path, trail);
  const at = bestPlace(path, passes);
  const half = Math.min(
    WIDEST_HALF_M,
    Math.max(NARROWEST_HALF_M, Math.min(passes.spreadM[at]! + MARGIN_M, 0.6 * clearance(path, at))),
  );
  const lat = plane.lat(path.y[at]!);
  const lon = plane.lon(path.x[at]!);
  return {
    name,
    closed: true,
    start: gateAcross("start", lat, lon, Math.atan2(path.tx[at]!, path.ty[at]!), 2 * half),
    splits: [],
    centreLine: pointsOf(path, plane, at),
    lengthM: path.lengthM,
  };
}

/** A way's samples as places, beginning with sample `first`. */
export function pointsOf(path: Path, plane: Plane, first = 0): Point[] {
  return Array.from({ length: path.count }, (_, k) => {
    const i = (first + k) % path.count;
    return [round7(plane.lat(path.y[i]!)), round7(plane.lon(path.x[i]!))] as const;
  });
}
const round7 = (deg: number) => Math.round(deg * 1e7) / 1e7;

type Passes = { readonly count: Int32Array; readonly speedMps: Float64Array; readonly spreadM: Float64Array };

function countPasses(path: Path, trail: Trail): Passes {
  const n = path.count;
  const count = new Int32Array(n);
  const speedMps = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  const spreadM = new Float64Array(n);
  let before = Number.NaN;
  followTrail(path, trail, (i, s, lateral, advance) => {
    const from = Number.isFinite(advance) ? before : s;
    before = s;
    if (!(advance > 0)) return;
    const steps = Math.round(s / path.stepM) - Math.round(from / path.stepM);
    const ahead = steps < -n / 2 ? steps + n : steps;
    for (let k = 1; k <= ahead; k++) {
      const at = (Math.round(from / path.stepM) + k + n) % n;
      count[at] = count[at]! + 1;
      speedMps[at] = Math.min(speedMps[at]!, trail.speedMps[i]!);
      spreadM[at] = Math.max(spreadM[at]!, Math.min(15, Math.abs(lateral)));
    }
  });
  return { count, speedMps, spreadM };
}

function bestPlace(path: Path, { count, speedMps }: Passes): number {
  const n = path.count;
  const reach = Math.max(1, Math.round(15 / path.stepM));
  let most = 0;
  for (const c of count) most = Math.max(most, c);
  let best = Number.NEGATIVE_INFINITY;
  let at = 0;
  for (let i = 0; i < n; i++) {
    // the fewest passes about here: a line at the very end of what was driven is on the edge of being missed
    let passes = most;
    let slowest = Number.POSITIVE_INFINITY;
    for (let k = -reach; k <= reach; k++) {
      const j = (i + k + n) % n;
      passes = Math.min(passes, count[j]!);
      slowest = Math.min(slowest, speedMps[j]!);
    }
    if (!Number.isFinite(slowest)) continue;
    const a = (i - reach + n) % n;
    const b = (i + reach) % n;
    const turn = Math.abs(path.tx[a]! * path.ty[b]! - path.ty[a]! * path.tx[b]!) / (2 * reach * path.stepM);
    const bend = Math.max(0, turn - STRAIGHT_RADPM) * 5000;
    const score = 1000 * passes + slowest - bend - Math.max(0, 30 - clearance(path, i));
    if (score > best) {
      best = score;
      at = i;
    }
  }
  return at;
}

/** Distance to the nearest other part of the way, m. */
function clearance(path: Path, at: number): number {
  const away = Math.ceil(60 / path.stepM);
  let nearest = Number.POSITIVE_INFINITY;
  for (let k = away; k <= path.count - away; k++) {
    const j = (at + k) % path.count;
    nearest = Math.min(nearest, Math.hypot(path.x[j]! - path.x[at]!, path.y[j]! - path.y[at]!));
  }
  return nearest;
}
