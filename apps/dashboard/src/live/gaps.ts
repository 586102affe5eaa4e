import type { Span } from "./coverage.ts";
import type { Series } from "./series.ts";

/** A distance of this many usual steps between neighbours is a gap. */
const FAR = 5;
/** Shorter breaks are jitter of the sender, not a gap. */
const LEAST_US = 150_000;
const PROBES = 65;

/** The usual distance between neighbours: the median of up to 65 of the newest thousand. NaN below three samples. */
export function usualStepUs(tUs: Float64Array): number {
  const newest = tUs.subarray(Math.max(0, tUs.length - 1000));
  const steps = newest.length - 1;
  if (steps < 2) return Number.NaN;
  const n = Math.min(PROBES, steps);
  const probes = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const at = Math.floor((i * steps) / n);
    probes[i] = newest[at + 1]! - newest[at]!;
  }
  return probes.sort()[n >>> 1]!;
}

/** Distances above this are a gap where every sample is held. Infinite while nothing is known of the rate. */
export function gapLimitUs(usualUs: number): number {
  return Number.isNaN(usualUs) ? Number.POSITIVE_INFINITY : Math.max(FAR * usualUs, LEAST_US);
}

/**
 * Tells gaps from thinning: where only the extremes of steps are held, neighbours lie up to two steps apart.
 * Call with ascending times; it walks along the spans.
 */
export function createGapRule(
  spans: readonly Span[],
  limitUs: number,
): (aUs: number, bUs: number) => boolean {
  let at = 0;
  return (aUs, bUs) => {
    if (!(bUs - aUs > limitUs)) return false;
    while (at < spans.length && spans[at]!.toUs < aUs) at++;
    let stepUs = 0;
    for (let i = at; i < spans.length && spans[i]!.fromUs <= bUs; i++)
      if (spans[i]!.stepUs > stepUs) stepUs = spans[i]!.stepUs;
    return bUs - aUs > Math.max(limitUs, 3 * stepUs);
  };
}

const known = new WeakMap<Series, { length: number; version: number; limitUs: number }>();

/** The gap limit of a series, taken anew when it has changed by more than a few hundred samples. */
export function gapLimitOf(series: Series): number {
  const k = known.get(series);
  if (
    k &&
    k.version === series.version &&
    series.length - k.length < 256 &&
    (k.length >= 64 || k.length === series.length)
  )
    return k.limitUs;
  const limitUs = gapLimitUs(usualStepUs(fineTimes(series)));
  known.set(series, { length: series.length, version: series.version, limitUs });
  return limitUs;
}

/** Newest stretch of which every sample is held; all of it where there is none. */
function fineTimes(series: Series): Float64Array {
  const fine = series.coverage.spans.findLast((s) => s.stepUs === 0 && s.toUs > s.fromUs);
  if (!fine) return series.tUs;
  const times = series.tUs.subarray(series.indexAtOrAfter(fine.fromUs), series.indexAtOrAfter(fine.toUs + 1));
  return times.length >= 3 ? times : series.tUs;
}

/** Gaps between the samples of [fromUs, toUs], each as the times of the samples beside it. */
export function findGaps(series: Series, fromUs: number, toUs: number): [aUs: number, bUs: number][] {
  const t = series.tUs;
  const isGap = createGapRule(series.coverage.spans, gapLimitOf(series));
  const gaps: [number, number][] = [];
  const end = Math.min(series.indexAtOrAfter(toUs) + 1, t.length);
  for (let i = Math.max(1, series.indexAtOrAfter(fromUs)); i < end; i++)
    if (isGap(t[i - 1]!, t[i]!)) gaps.push([t[i - 1]!, t[i]!]);
  return gaps;
}
