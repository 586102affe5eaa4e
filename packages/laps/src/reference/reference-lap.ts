import { type Path, samplePath } from "../path.ts";

const STEP_M = 2;

/** A lap to compare with: its way in the plane of its layout, and the time at every step of it. */
export type ReferenceLap = {
  readonly name: string;
  /** From start line to finish line; not closed, even on a circuit. */
  readonly path: Path;
  /** Seconds since the lap began, at each sample of the path. */
  readonly timeS: Float64Array;
  readonly lapTimeS: number;
};

/** The fixes of one lap, and the ones just outside: running time s, position m, speed m/s (NaN where not known). */
export type LapRows = {
  readonly count: number;
  readonly tS: ArrayLike<number>;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly speedMps: ArrayLike<number>;
};

/**
 * A reference from the fixes of a lap that began at `startS` and ended at `endS` (both between fixes of `rows`).
 * Time between fixes runs as the speeds at both say (cubic Hermite of time over way, slopes 1/v). Undefined where the
 * rows do not hold the lap.
 */
export function referenceLap(
  name: string,
  rows: LapRows,
  startS: number,
  endS: number,
): ReferenceLap | undefined {
  const { count } = rows;
  let from = 0;
  while (from + 1 < count && rows.tS[from + 1]! <= startS) from++;
  let to = from;
  while (to < count - 1 && rows.tS[to]! < endS) to++;
  if (to - from < 3) return undefined;
  const n = to - from + 1;
  const x = new Float64Array(n);
  const y = new Float64Array(n);
  const s = new Float64Array(n);
  const t = new Float64Array(n);
  const v = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    t[i] = rows.tS[from + i]!;
    x[i] = rows.x[from + i]!;
    y[i] = rows.y[from + i]!;
    v[i] = rows.speedMps[from + i]!;
  }
  trim(t, x, y, v, 0, 1, startS);
  trim(t, x, y, v, n - 1, n - 2, endS);
  for (let i = 1; i < n; i++) s[i] = s[i - 1]! + Math.hypot(x[i]! - x[i - 1]!, y[i]! - y[i - 1]!);
  const path = samplePath(x, y, n, false, STEP_M);
  if (!path) return undefined;
  const timeS = new Float64Array(path.count);
  let k = 0;
  for (let i = 0; i < path.count; i++) {
    const at = Math.min(s[n - 1]!, i * path.stepM);
    while (k < n - 2 && s[k + 1]! < at) k++;
    timeS[i] = timeWithin(s[k]!, s[k + 1]!, t[k]!, t[k + 1]!, v[k]!, v[k + 1]!, at) - startS;
  }
  return { name, path, timeS, lapTimeS: endS - startS };
}

/** Moves the row `i` towards its neighbour `j` to the time `at`. */
function trim(
  t: Float64Array,
  x: Float64Array,
  y: Float64Array,
  v: Float64Array,
  i: number,
  j: number,
  at: number,
): void {
  const f = (at - t[i]!) / (t[j]! - t[i]!);
  if (!(f > 0 && f < 1)) return;
  x[i] = x[i]! + f * (x[j]! - x[i]!);
  y[i] = y[i]! + f * (y[j]! - y[i]!);
  v[i] = v[i]! + f * (v[j]! - v[i]!);
  t[i] = at;
}

/** Time at way `s` between two fixes. Where the speeds contradict the fixes, time runs evenly. */
export function timeWithin(
  s0: number,
  s1: number,
  t0: number,
  t1: number,
  v0: number,
  v1: number,
  s: number,
): number {
  const h = s1 - s0;
  if (!(h > 0)) return t0;
  const u = (s - s0) / h;
  const chord = (t1 - t0) / h;
  const m0 = 1 / v0;
  const m1 = 1 / v1;
  if (!(m0 > 0 && m1 > 0 && m0 < 3 * chord && m1 < 3 * chord)) return t0 + u * (t1 - t0);
  const a = (m0 - chord) * h;
  const b = (chord - m1) * h;
  return t0 + u * (t1 - t0) + u * (1 - u) * (a * (1 - u) + b * u);
}

/** Seconds since its beginning at which a reference was at way `s`. */
export function timeAt(reference: ReferenceLap, s: number): number {
  const { timeS, path } = reference;
  const at = s / path.stepM;
  if (!(at > 0)) return 0;
  if (at >= timeS.length - 1) return reference.lapTimeS;
  const i = Math.floor(at);
  return timeS[i]! + (at - i) * (timeS[i + 1]! - timeS[i]!);
}
