import type { Lap } from "../timing/lap.ts";

/** The fastest lap that counts; undefined without one. */
export function bestLap<L extends Pick<Lap, "valid" | "timeS">>(laps: readonly L[]): L | undefined {
  let best: L | undefined;
  for (const lap of laps)
    if (lap.valid && !(lap.timeS >= (best?.timeS ?? Number.POSITIVE_INFINITY))) best = lap;
  return best;
}

/** The best of each sector over the laps that count, put together; NaN while a sector was never completed. */
export function theoreticalBestS(laps: readonly Pick<Lap, "valid" | "sectorsS">[]): number {
  const bests = bestSectorsS(laps);
  return bests.length === 0 ? Number.NaN : bests.reduce((sum, s) => sum + s, 0);
}

export function bestSectorsS(laps: readonly Pick<Lap, "valid" | "sectorsS">[]): number[] {
  const bests: number[] = [];
  for (const lap of laps)
    if (lap.valid)
      for (const [i, s] of lap.sectorsS.entries())
        if (!(s >= (bests[i] ?? Number.POSITIVE_INFINITY)) && !Number.isNaN(s)) bests[i] = s;
        else bests[i] ??= Number.NaN;
  return bests;
}

/**
 * The fastest way round from anywhere to the same place again: over two laps that follow each other, from each split to
 * the same split. Never slower than the best lap; NaN without a lap that counts.
 */
export function rollingBestS(laps: readonly Lap[]): number {
  let best = bestLap(laps)?.timeS ?? Number.NaN;
  for (let k = 1; k < laps.length; k++) {
    const a = laps[k - 1]!;
    const b = laps[k]!;
    if (!a.valid || !b.valid || b.startUs !== a.endUs) continue;
    for (let i = 0; i < a.splitsS.length; i++) {
      const round = a.timeS - a.splitsS[i]! + b.splitsS[i]!;
      if (round < best) best = round;
    }
  }
  return best;
}

/** The same, from every step of the way: times over way of two laps that follow each other (see `timesOver`). */
export function rollingBestOf(profiles: readonly (Float64Array | undefined)[]): number {
  let best = Number.POSITIVE_INFINITY;
  for (const [k, b] of profiles.entries()) {
    if (!b) continue;
    best = Math.min(best, b[b.length - 1]!);
    const a = profiles[k - 1];
    if (!a) continue;
    const last = Math.min(a.length, b.length) - 1;
    for (let i = 0; i <= last; i++) best = Math.min(best, a[a.length - 1]! - a[i]! + b[i]!);
  }
  return Number.isFinite(best) ? best : Number.NaN;
}

export type Consistency = {
  readonly laps: number;
  readonly meanS: number;
  /** Sample standard deviation, s. */
  readonly deviationS: number;
  /** The same, of a robust kind: 1.4826 times the median absolute deviation. */
  readonly typicalS: number;
  /** 1 - deviation / mean: what other tools show as a percentage. */
  readonly ratio: number;
};

/** How alike the laps are that count and lie within `withinS` of the best (so that a slow lap in traffic does not). */
export function consistency(
  laps: readonly Lap[],
  withinS = Number.POSITIVE_INFINITY,
): Consistency | undefined {
  const best = bestLap(laps);
  if (!best) return undefined;
  const times = laps.filter((l) => l.valid && l.timeS <= best.timeS + withinS).map((l) => l.timeS);
  const n = times.length;
  const meanS = times.reduce((sum, t) => sum + t, 0) / n;
  const deviationS =
    n < 2 ? Number.NaN : Math.sqrt(times.reduce((sum, t) => sum + (t - meanS) ** 2, 0) / (n - 1));
  const mid = median(times);
  const typicalS = n < 2 ? Number.NaN : 1.4826 * median(times.map((t) => Math.abs(t - mid)));
  return { laps: n, meanS, deviationS, typicalS, ratio: 1 - deviationS / meanS };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const i = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[i]! : (sorted[i - 1]! + sorted[i]!) / 2;
}
