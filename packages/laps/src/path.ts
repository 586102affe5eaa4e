/**
 * A way in the plane, sampled at even steps of arc length. A closed one ends where it began: sample `count - 1` is one
 * step before sample 0.
 */
export type Path = {
  readonly closed: boolean;
  readonly lengthM: number;
  readonly stepM: number;
  readonly count: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Unit tangents in driving direction. */
  readonly tx: Float64Array;
  readonly ty: Float64Array;
};

/** Length of a polyline; with the way back to the first point where it is closed. */
export function lengthOf(x: ArrayLike<number>, y: ArrayLike<number>, count: number, closed: boolean): number {
  let sum = 0;
  for (let i = 1; i < count; i++) sum += Math.hypot(x[i]! - x[i - 1]!, y[i]! - y[i - 1]!);
  if (closed && count > 1) sum += Math.hypot(x[0]! - x[count - 1]!, y[0]! - y[count - 1]!);
  return sum;
}

/**
 * Samples a polyline at steps of about `stepM`; undefined where it is shorter than four steps. Repeated points are
 * harmless. Tangents are taken over two steps on either side, so that they do not show a receiver's noise.
 */
export function samplePath(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  count: number,
  closed: boolean,
  stepM = 3,
): Path | undefined {
  const lengthM = lengthOf(x, y, count, closed);
  const steps = Math.round(lengthM / stepM);
  if (!(steps >= 4)) return undefined;
  const step = lengthM / steps;
  const n = closed ? steps : steps + 1;
  const px = new Float64Array(n);
  const py = new Float64Array(n);
  let from = 0;
  let before = 0;
  let segment = segmentLength(x, y, count, 0);
  for (let i = 0; i < n; i++) {
    const s = i * step;
    while (before + segment < s && from < count - (closed ? 1 : 2)) {
      before += segment;
      from++;
      segment = segmentLength(x, y, count, from);
    }
    const to = from + 1 === count ? 0 : from + 1;
    const f = segment > 0 ? Math.min(1, (s - before) / segment) : 0;
    px[i] = x[from]! + f * (x[to]! - x[from]!);
    py[i] = y[from]! + f * (y[to]! - y[from]!);
  }
  const tx = new Float64Array(n);
  const ty = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const a = closed ? (i + n - 2) % n : Math.max(0, i - 2);
    const b = closed ? (i + 2) % n : Math.min(n - 1, i + 2);
    const dx = px[b]! - px[a]!;
    const dy = py[b]! - py[a]!;
    const d = Math.hypot(dx, dy) || 1;
    tx[i] = dx / d;
    ty[i] = dy / d;
  }
  return { closed, lengthM, stepM: step, count: n, x: px, y: py, tx, ty };
}

function segmentLength(x: ArrayLike<number>, y: ArrayLike<number>, count: number, i: number): number {
  const j = i + 1 === count ? 0 : i + 1;
  return Math.hypot(x[j]! - x[i]!, y[j]! - y[i]!);
}

/** The same closed way beginning at another place: at arc length `sM` of the old one. */
export function startPathAt(path: Path, sM: number): Path {
  const { count: n, stepM } = path;
  const x = new Float64Array(n);
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const at = (((sM / stepM + i) % n) + n) % n;
    const a = Math.floor(at) % n;
    const b = (a + 1) % n;
    const f = at - Math.floor(at);
    x[i] = path.x[a]! + f * (path.x[b]! - path.x[a]!);
    y[i] = path.y[a]! + f * (path.y[b]! - path.y[a]!);
  }
  return samplePath(x, y, n, true, stepM) ?? path;
}
