/** What a path is drawn into: Path2D, or a test's list. */
export type PathSink = { moveTo(x: number, y: number): void; lineTo(x: number, y: number): void };

export type TraceInput = {
  readonly tUs: Float64Array;
  readonly values: Float64Array;
  /** Samples [from, to) are drawn. */
  readonly from: number;
  readonly to: number;
  readonly isGap: (aUs: number, bUs: number) => boolean;
  readonly x: (tUs: number) => number;
  readonly y: (value: number) => number;
};

/**
 * A line through samples. Where several fall on one pixel column the column's first, lowest, highest and last are
 * drawn, so that no extreme is lost; breaks at gaps. A sample between two gaps becomes a dot.
 */
export function tracePath(input: TraceInput, out: PathSink): void {
  const { tUs, values, from, to, isGap, x, y } = input;
  let column = Number.NaN;
  let low = 0;
  let high = 0;
  let last = 0;
  let points = 0;
  let previousUs = Number.NaN;
  let firstX = 0;
  let firstY = 0;

  const flush = () => {
    if (Number.isNaN(column)) return;
    if (low !== high) {
      if (last !== low) out.lineTo(column, y(low));
      out.lineTo(column, y(high));
      if (last !== high) out.lineTo(column, y(last));
    }
  };
  const end = () => {
    flush();
    if (points === 1) out.lineTo(firstX + 1, firstY);
    points = 0;
    column = Number.NaN;
  };

  for (let i = from; i < to; i++) {
    const t = tUs[i]!;
    const v = values[i]!;
    if (isGap(previousUs, t)) end();
    previousUs = t;
    const px = Math.round(x(t));
    points++;
    if (px === column) {
      if (v < low) low = v;
      else if (v > high) high = v;
      last = v;
      continue;
    }
    flush();
    const py = y(v);
    if (points === 1) {
      out.moveTo(px, py);
      firstX = px;
      firstY = py;
    } else out.lineTo(px, py);
    column = px;
    low = v;
    high = v;
    last = v;
  }
  end();
}

/** Least and greatest of values [from, to); min above max where there is none. */
export function extentOf(values: Float64Array, from: number, to: number): { min: number; max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) {
    const v = values[i]!;
    if (v < min) min = v;
    if (v > max) max = v;
  }
  return { min, max };
}
