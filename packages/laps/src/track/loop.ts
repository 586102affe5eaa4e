import { Follower } from "../follower.ts";
import { type Path, samplePath } from "../path.ts";
import { PointGrid } from "./point-grid.ts";
import type { Trail } from "./trail.ts";

/** A way back nearer than this after less than `SHORTEST_M` is no lap. */
export const NEAR_M = 12;
export const SHORTEST_M = 150;
/** Within 40 degrees of the heading then. */
const SAME_HEADING = 0.766;
const SAME_LENGTH = 0.03;
const WIDEST_M = 15;
/** So much of a long session shows its loop; more would only take time. */
const MOST_POINTS = 12_000;

/**
 * The way round that a recording shows: its most usual loop, one lap of it, drawn on the mean of all laps. Undefined
 * where the recording does not come back to where it was.
 */
export function loopOf(trail: Trail): Path | undefined {
  const ends = returnsOf(trail);
  const lengthM = usualLength(trail, ends);
  if (!Number.isFinite(lengthM)) return undefined;
  const from = bestLap(trail, ends, lengthM);
  if (from < 0) return undefined;
  const to = ends[from]!;
  const path = closed(trail, from, to);
  return path && meanOf(path, trail);
}

/** For each point the next one at the same place and heading, -1 without one. */
function returnsOf(t: Trail): Int32Array {
  const grid = new PointGrid(NEAR_M);
  const ends = new Int32Array(t.count).fill(-1);
  const nearest = new Float64Array(t.count);
  for (let j = 0; j < Math.min(t.count, MOST_POINTS); j++) {
    grid.sift(t.x[j]!, t.y[j]!, (i) => {
      const end = ends[i]!;
      // the first return, at its nearest point; what comes later is none
      if (end >= 0 && t.sM[j]! - t.sM[end]! > 3 * NEAR_M) return false;
      const way = t.sM[j]! - t.sM[i]!;
      if (way < SHORTEST_M || t.hx[i]! * t.hx[j]! + t.hy[i]! * t.hy[j]! < SAME_HEADING) return true;
      const dx = t.x[j]! - t.x[i]!;
      const dy = t.y[j]! - t.y[i]!;
      const d = dx * dx + dy * dy;
      if (d > NEAR_M * NEAR_M || (end >= 0 && d >= nearest[i]!)) return true;
      ends[i] = j;
      nearest[i] = d;
      return true;
    });
    grid.add(j, t.x[j]!, t.y[j]!);
  }
  return ends;
}

/** The length that most returns agree on; a neighbouring straight gives others, but fewer. */
function usualLength(t: Trail, ends: Int32Array): number {
  const lengths: number[] = [];
  for (let i = 0; i < t.count; i++) if (ends[i]! >= 0) lengths.push(t.sM[ends[i]!]! - t.sM[i]!);
  lengths.sort((a, b) => a - b);
  let best = 0;
  let usual = Number.NaN;
  for (let low = 0, high = 0; low < lengths.length; low++) {
    while (high < lengths.length && lengths[high]! <= lengths[low]! * (1 + SAME_LENGTH)) high++;
    if (high - low > best) {
      best = high - low;
      usual = lengths[low + (best >> 1)]!;
    }
  }
  return usual;
}

/** Beginning of the loop of that length that closes best and has no gap in it; -1 without one. */
function bestLap(t: Trail, ends: Int32Array, lengthM: number): number {
  const gaps = new Int32Array(t.count + 1);
  for (let i = 0; i < t.count; i++) gaps[i + 1] = gaps[i]! + t.afterGap[i]!;
  let best = Number.POSITIVE_INFINITY;
  let from = -1;
  for (let i = 0; i < t.count; i++) {
    const j = ends[i]!;
    if (j < 0) continue;
    const off = Math.abs((t.sM[j]! - t.sM[i]!) / lengthM - 1);
    if (off > SAME_LENGTH || gaps[j + 1]! - gaps[i + 1]! > 0) continue;
    const score = off + 0.005 * Math.hypot(t.x[j]! - t.x[i]!, t.y[j]! - t.y[i]!);
    if (score < best) {
      best = score;
      from = i;
    }
  }
  return from;
}

/** One lap as a closed way; what its ends lie apart is spread over all of it. */
function closed(t: Trail, from: number, to: number): Path | undefined {
  const n = to - from;
  const x = new Float64Array(n);
  const y = new Float64Array(n);
  // the end may lie a little ahead of or behind the beginning: only its side matters
  const ex = t.x[to]! - t.x[from]!;
  const ey = t.y[to]! - t.y[from]!;
  const side = t.hx[from]! * ey - t.hy[from]! * ex;
  for (let i = 0; i < n; i++) {
    const f = i / n - 0.5;
    x[i] = t.x[from + i]! + f * side * t.hy[from]!;
    y[i] = t.y[from + i]! - f * side * t.hx[from]!;
  }
  return samplePath(x, y, n, true);
}

/** The way moved to the mean of where all laps passed it. */
function meanOf(path: Path, t: Trail): Path {
  const n = path.count;
  const sum = new Float64Array(n);
  const weight = new Float64Array(n);
  followTrail(path, t, (_, s, lateral) => {
    if (Math.abs(lateral) > WIDEST_M) return;
    const i = Math.round(s / path.stepM) % n;
    for (let k = -3; k <= 3; k++) {
      const at = (i + k + n) % n;
      const w = 4 - Math.abs(k);
      sum[at] = sum[at]! + w * lateral;
      weight[at] = weight[at]! + w;
    }
  });
  const x = new Float64Array(n);
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const off = weight[i]! > 0 ? sum[i]! / weight[i]! : 0;
    x[i] = path.x[i]! - path.ty[i]! * off;
    y[i] = path.y[i]! + path.tx[i]! * off;
  }
  return samplePath(x, y, n, path.closed, path.stepM) ?? path;
}

/** Follows a trail along a way in its direction; calls back with each point on it and the advance since the one before (NaN at first). */
export function followTrail(
  path: Path,
  t: Trail,
  visit: (index: number, sM: number, lateralM: number, advanceM: number) => void,
): void {
  const f = new Follower(path);
  for (let i = 0; i < t.count; i++) {
    f.x = t.x[i]!;
    f.y = t.y[i]!;
    let advance = Number.NaN;
    if (f.locked && t.afterGap[i] === 0) {
      f.dx = t.x[i]! - t.x[i - 1]!;
      f.dy = t.y[i]! - t.y[i - 1]!;
      if (f.follow()) advance = f.advanceM;
    } else f.lose();
    if (!f.locked) {
      f.dx = t.hx[i]!;
      f.dy = t.hy[i]!;
      if (!f.acquire()) continue;
    }
    visit(i, f.s, f.lateralM, advance);
  }
}
