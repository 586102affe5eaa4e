/** Value below which a share of sorted values lies, between neighbours on a straight line; NaN without values. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  const n = sorted.length;
  if (n === 0) return Number.NaN;
  const at = Math.max(0, Math.min(1, share)) * (n - 1);
  const i = Math.floor(at);
  const j = Math.min(n - 1, i + 1);
  return sorted[i]! + (at - i) * (sorted[j]! - sorted[i]!);
}

export type GgDiagram = {
  /** Points, m/s^2: to the left, and forward; only where both were measured. */
  readonly latMps2: Float64Array;
  readonly longMps2: Float64Array;
  /** Middle of each direction, rad: 0 is left, pi/2 forward, -pi/2 braking. */
  readonly directionRad: Float64Array;
  /** For each share asked for: how large the acceleration of a direction was at most in that share of the points; NaN without points. */
  readonly envelopeMps2: readonly Float64Array[];
  readonly shares: readonly number[];
};

const LEAST_POINTS = 3;

export type GgOptions = {
  /** Default 36. */
  readonly directions?: number;
  /** Default 50, 90 and 98 %. */
  readonly shares?: readonly number[];
  /** Smaller accelerations are points, but count for no envelope: their direction is noise; default 0, m/s^2. */
  readonly leastMps2?: number;
  /** Directions to either side that count for an envelope too, so that it is smooth; default 0. */
  readonly reach?: number;
};

/** The G-G diagram: how much grip was used in which direction. */
export function ggDiagram(
  latMps2: ArrayLike<number>,
  longMps2: ArrayLike<number>,
  options: GgOptions = {},
): GgDiagram {
  const { directions = 36, shares = [0.5, 0.9, 0.98], leastMps2 = 0, reach = 0 } = options;
  const lat: number[] = [];
  const long: number[] = [];
  const sizes: number[][] = Array.from({ length: directions }, () => []);
  for (let i = 0; i < Math.min(latMps2.length, longMps2.length); i++) {
    const x = latMps2[i]!;
    const y = longMps2[i]!;
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    lat.push(x);
    long.push(y);
    const size = Math.hypot(x, y);
    if (size < leastMps2) continue;
    const turn = Math.atan2(y, x) / (2 * Math.PI);
    const at = Math.floor((turn - Math.floor(turn)) * directions);
    for (let k = -reach; k <= reach; k++) sizes[(at + k + directions) % directions]!.push(size);
  }
  for (const s of sizes) s.sort((a, b) => a - b);
  const middle = (i: number) => {
    const a = ((i + 0.5) * 2 * Math.PI) / directions;
    return a > Math.PI ? a - 2 * Math.PI : a;
  };
  return {
    latMps2: Float64Array.from(lat),
    longMps2: Float64Array.from(long),
    directionRad: Float64Array.from(sizes, (_, i) => middle(i)),
    envelopeMps2: shares.map((share) =>
      Float64Array.from(sizes, (s) => (s.length < LEAST_POINTS ? Number.NaN : percentile(s, share))),
    ),
    shares,
  };
}

export type Histogram = {
  /** One more than there are bins. */
  readonly edges: Float64Array;
  readonly seconds: Float64Array;
  /** Of the time with values; add up to 1. Values beyond the edges count in the outermost bins. */
  readonly shares: Float64Array;
};

/** Time spent in each range of a channel. Gaps in the samples count for nobody. */
export function histogram(
  tUs: ArrayLike<number>,
  values: ArrayLike<number>,
  options: {
    readonly bins?: number;
    readonly min?: number;
    readonly max?: number;
    readonly gapUs?: number;
  } = {},
): Histogram {
  const { bins = 20, gapUs = 2e6 } = options;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!;
    if (v < low) low = v;
    if (v > high) high = v;
  }
  const min = options.min ?? (Number.isFinite(low) ? low : 0);
  const max = options.max ?? (high > min ? high : min + 1);
  const edges = Float64Array.from({ length: bins + 1 }, (_, i) => min + (i * (max - min)) / bins);
  const seconds = new Float64Array(bins);
  let total = 0;
  for (let i = 1; i < values.length; i++) {
    const dt = tUs[i]! - tUs[i - 1]!;
    const v = values[i - 1]!;
    if (!Number.isFinite(v) || !(dt > 0 && dt <= gapUs)) continue;
    const bin = Math.max(0, Math.min(bins - 1, Math.floor(((v - min) / (max - min)) * bins)));
    seconds[bin] = seconds[bin]! + dt / 1e6;
    total += dt / 1e6;
  }
  return { edges, seconds, shares: seconds.map((s) => (total > 0 ? s / total : 0)) };
}
