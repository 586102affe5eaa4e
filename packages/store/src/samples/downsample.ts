export type Points = { readonly tUs: Float64Array; readonly values: Float64Array };

/**
 * At most `points` of the samples t[0, n), v[0, n), ascending in time: the time is cut into equal stretches, and each
 * gives its lowest and its highest sample, at their own times. A stretch without samples gives none, so gaps stay.
 */
export function minMax(t: Float64Array, v: Float64Array, n: number, points: number): Points {
  if (n <= points) return { tUs: t.slice(0, n), values: v.slice(0, n) };
  const stretches = Math.max(1, Math.floor(points / 2));
  const first = t[0]!;
  const width = (t[n - 1]! - first) / stretches;
  const tUs = new Float64Array(stretches * 2);
  const values = new Float64Array(stretches * 2);
  let out = 0;
  const put = (i: number) => {
    tUs[out] = t[i]!;
    values[out++] = v[i]!;
  };
  let i = 0;
  for (let k = 1; k <= stretches && i < n; k++) {
    const end = k === stretches ? Number.POSITIVE_INFINITY : first + k * width;
    if (t[i]! >= end) continue;
    let lo = i;
    let hi = i;
    for (; i < n && t[i]! < end; i++) {
      const x = v[i]!;
      if (x < v[lo]!) lo = i;
      else if (x > v[hi]!) hi = i;
    }
    put(Math.min(lo, hi));
    if (lo !== hi) put(Math.max(lo, hi));
  }
  return { tUs: tUs.slice(0, out), values: values.slice(0, out) };
}
