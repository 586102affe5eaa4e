import { createGapRule, gapLimitOf } from "./gaps.ts";
import type { Series } from "./series.ts";

/**
 * Visits the samples of two series at the times of the first, from index `from` on. Thinned history keeps other times
 * of each channel: there the second is taken on the line between its neighbours, unless a gap lies between them.
 */
export function forEachPair(
  a: Series,
  b: Series,
  from: number,
  visit: (tUs: number, va: number, vb: number) => void,
): void {
  const isGap = createGapRule(b.coverage.spans, gapLimitOf(b));
  const ta = a.tUs;
  const va = a.values;
  const tb = b.tUs;
  const vb = b.values;
  let k = from < ta.length ? b.indexAtOrAfter(ta[from]!) : 0;
  for (let i = from; i < ta.length; i++) {
    const t = ta[i]!;
    while (k < tb.length && tb[k]! < t) k++;
    if (tb[k] === t) visit(t, va[i]!, vb[k]!);
    else if (k > 0 && k < tb.length && !isGap(tb[k - 1]!, tb[k]!)) {
      const share = (t - tb[k - 1]!) / (tb[k]! - tb[k - 1]!);
      visit(t, va[i]!, vb[k - 1]! + share * (vb[k]! - vb[k - 1]!));
    }
  }
}
