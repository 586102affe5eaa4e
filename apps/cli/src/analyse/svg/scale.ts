/** Maps values to places of a picture. */
export type Scale = {
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly number[];
  readonly digits: number;
  at(value: number): number;
};

const STEPS = [1, 2, 2.5, 5, 10];

/** A step of 1, 2, 2.5 or 5 times a power of ten that cuts `span` into about `count` parts. */
export function niceStep(span: number, count: number): number {
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * STEPS.find((s) => s * power >= rough * (1 - 1e-9))!;
}

const digitsOf = (step: number): number => {
  for (let d = 0; d < 9; d++)
    if (Math.abs(Math.round(step * 10 ** d) / 10 ** d - step) < step * 1e-6) return d;
  return 9;
};

export type ScaleOptions = {
  /** About how many ticks; default 5. */
  readonly ticks?: number;
  /** Let the ends lie on ticks; default true. */
  readonly nice?: boolean;
};

/** From `min` to `max` on `from` to `to` (`to` may be less). Values that are no numbers, or all alike, still give a scale. */
export function scale(
  min: number,
  max: number,
  from: number,
  to: number,
  { ticks = 5, nice = true }: ScaleOptions = {},
): Scale {
  if (!(Number.isFinite(min) && Number.isFinite(max))) [min, max] = [0, 1];
  if (!(max - min > 1e-12 * Math.max(1, Math.abs(min)))) {
    const room = Math.abs(min) > 1e-9 ? Math.abs(min) * 0.1 : 1;
    [min, max] = [min - room, max + room];
  }
  const step = niceStep(max - min, ticks);
  if (nice) {
    min = Math.floor(min / step + 1e-9) * step;
    max = Math.ceil(max / step - 1e-9) * step;
  }
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  const all = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  return {
    min,
    max,
    ticks: all,
    digits: digitsOf(step),
    at: (v) => from + ((v - min) / (max - min)) * (to - from),
  };
}

/** Least and most of what is there. */
export function extent(...columns: readonly ArrayLike<number>[]): [min: number, max: number] {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const values of columns)
    for (let i = 0; i < values.length; i++) {
      const v = values[i]!;
      if (v < min) min = v;
      if (v > max) max = v;
    }
  return [min, max];
}
