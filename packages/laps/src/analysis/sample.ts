import type { Column, Recording } from "@pitwall/core";

/** Farther apart than this, and than three usual intervals, two samples have a gap between them. */
const GAP_US = 2e6;
/** Values of these units are not numbers to draw a line between. */
const STEPS: ReadonlySet<string> = new Set(["bits", "code", "text"]);

/** One channel, its samples without the absent ones; times in microseconds, ascending. */
export type Series = {
  readonly field: Column["field"];
  readonly tUs: Float64Array;
  readonly values: Float64Array;
  /** No value is drawn between samples farther apart. */
  readonly gapUs: number;
};

/** The samples of a channel, from the group that has most of them; undefined where there is none. */
export function seriesOf(recording: Recording, id: string): Series | undefined {
  let best: Series | undefined;
  for (const group of recording.groups)
    for (const { field, values } of group.columns) {
      if (field.name !== id) continue;
      let n = 0;
      for (const v of values) if (Number.isFinite(v)) n++;
      if (n === 0 || n <= (best?.values.length ?? 0)) continue;
      const t = new Float64Array(n);
      const kept = new Float64Array(n);
      for (let i = 0, k = 0; i < values.length; i++)
        if (Number.isFinite(values[i]!)) {
          t[k] = group.tUs[i]!;
          kept[k++] = values[i]!;
        }
      best = { field, tUs: t, values: kept, gapUs: Math.max(GAP_US, 3 * usualInterval(t)) };
    }
  return best;
}

function usualInterval(t: Float64Array): number {
  const steps = new Float64Array(Math.min(501, t.length - 1));
  const stride = Math.max(1, Math.floor((t.length - 1) / steps.length));
  for (let i = 0; i < steps.length; i++) steps[i] = t[i * stride + 1]! - t[i * stride]!;
  steps.sort();
  return steps[steps.length >> 1] ?? 0;
}

/** A channel at given ascending times: between samples on a straight line (enumerations keep the last), NaN in gaps and outside. */
export function sampleAt(series: Series, tUs: ArrayLike<number>): Float64Array {
  const { tUs: t, values, gapUs, field } = series;
  const hold = STEPS.has(field.unit);
  const out = new Float64Array(tUs.length).fill(Number.NaN);
  let k = 0;
  for (let i = 0; i < out.length; i++) {
    const at = tUs[i]!;
    while (k + 1 < t.length && t[k + 1]! <= at) k++;
    if (at < t[k]!) continue;
    if (at === t[k]) out[i] = values[k]!;
    else if (k + 1 < t.length && t[k + 1]! - t[k]! <= gapUs) {
      const f = (at - t[k]!) / (t[k + 1]! - t[k]!);
      out[i] = hold ? values[k]! : values[k]! + f * (values[k + 1]! - values[k]!);
    }
  }
  return out;
}

/** Index of the last time at or before `at`; -1 where all are later. */
export function lastAt(tUs: Float64Array, at: number): number {
  let low = -1;
  let high = tUs.length;
  while (high - low > 1) {
    const mid = (low + high) >> 1;
    if (tUs[mid]! <= at) low = mid;
    else high = mid;
  }
  return low;
}
