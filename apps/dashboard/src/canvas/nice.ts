/** Largest of 1, 2, 5 times a power of ten that is not above `x`. */
export function niceBelow(x: number): number {
  const power = 10 ** Math.floor(Math.log10(x));
  const digit = x / power;
  // 0.3 / 0.1 and its like fall a rounding step short.
  return (digit >= 5 - 1e-9 ? 5 : digit >= 2 - 1e-9 ? 2 : 1) * power;
}

export type Extent = { readonly min: number; readonly max: number };

/**
 * Axis range for values within `extent`: a tenth of air on both sides, on whole steps. A range in use stays while the
 * values fit and fill half of it, so that an axis does not dance.
 */
export function axisRange(extent: Extent, leastSpan: number, inUse?: Extent, zeroBased = false): Extent {
  let { min, max } = extent;
  if (!(max >= min)) return inUse ?? { min: 0, max: 1 };
  if (zeroBased) min = Math.min(0, min);
  const span = Math.max(max - min, leastSpan);
  if (inUse && min >= inUse.min && max <= inUse.max && span >= (inUse.max - inUse.min) / 2) return inUse;
  const middle = (min + max) / 2;
  if (max - min < leastSpan) {
    min = zeroBased ? min : middle - leastSpan / 2;
    max = min + leastSpan;
  }
  const step = niceBelow(span / 5);
  const air = span / 10;
  const low = zeroBased && min === 0 ? 0 : Math.floor((min - air) / step) * step;
  return { min: low, max: Math.ceil((max + air) / step) * step };
}

/** Labels of an axis stand so far apart, pixels; closer, but no closer than the least, where there would be only one. */
const APART_PX = 22;
const LEAST_APART_PX = 13;

/** Values to label on an axis of `heightPx`: on whole steps, and more than one wherever there is room. */
export function axisTicks(min: number, max: number, heightPx: number): number[] {
  const perPx = (max - min) / heightPx;
  if (!(perPx > 0)) return [];
  let step = niceBelow(APART_PX * perPx);
  while (step < APART_PX * perPx * (1 - 1e-9)) step = niceBelow(step * 2.5);
  const ticksBy = (by: number): number[] => {
    const first = Math.ceil(min / by - 1e-9);
    const count = Math.floor(max / by + 1e-9) - first + 1;
    return Array.from({ length: Math.max(0, count) }, (_, i) => (first + i) * by);
  };
  let ticks = ticksBy(step);
  while (ticks.length < 2) {
    step = niceBelow(step * 0.6);
    if (step < LEAST_APART_PX * perPx) break;
    ticks = ticksBy(step);
  }
  return ticks;
}

/** Rings of the G-meter: full scale in g for a largest reading. */
const G_SCALES = [0.3, 0.5, 1, 1.5, 2, 3, 4, 6, 10];
export function gScale(largestG: number): number {
  return G_SCALES.find((s) => largestG <= s * 0.95) ?? G_SCALES.at(-1)!;
}
/** Distance between rings for a full scale. */
export const gRing = (fullG: number): number =>
  fullG <= 0.3 ? 0.1 : fullG <= 0.5 ? 0.25 : fullG <= 2 ? 0.5 : fullG <= 4 ? 1 : 2;
