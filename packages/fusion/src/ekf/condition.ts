import { type Filter, PACKED_INDEX, STATES, VARIANCE, wrapAngle, YAW } from "./filter.ts";

/** Largest and smallest variance of each state: beyond them a filter means nothing, or loses digits. */
const LARGEST: readonly number[] = [1e10, 1e10, 10, 4e4, 4e4, 100, 100, 1];
const SMALLEST: readonly number[] = [1e-8, 1e-8, 1e-10, 1e-10, 1e-10, 1e-10, 1e-10, 1e-14];

/** Multiplies row and column i by `factor`: P stays positive. */
function scale(f: Filter, i: number, factor: number): void {
  for (let r = 0; r < STATES; r++) {
    const k = PACKED_INDEX[i * STATES + r]!;
    f.p[k] = f.p[k]! * (r === i ? factor * factor : factor);
  }
}

/** State i is set, and what was known of it (correlations too) forgotten. */
export function resetState(f: Filter, i: number, value: number, variance: number): void {
  for (let r = 0; r < STATES; r++) f.p[PACKED_INDEX[i * STATES + r]!] = 0;
  f.x[i] = i === YAW ? wrapAngle(value) : value;
  f.p[VARIANCE[i]!] = variance;
}

/** Adds variance to state i: it is less certain than it was thought to be. */
export function widen(f: Filter, i: number, variance: number): void {
  const k = VARIANCE[i]!;
  f.p[k] = Math.min(f.p[k]! + variance, LARGEST[i]!);
}

/** Smallest pivot of the Cholesky factorisation of P scaled to unit diagonal: positive for a positive definite P. */
export function smallestPivot(f: Filter): number {
  const l: number[] = new Array(STATES * STATES).fill(0);
  let smallest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < STATES; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = f.p[PACKED_INDEX[i * STATES + j]!]! / Math.sqrt(f.p[VARIANCE[i]!]! * f.p[VARIANCE[j]!]!);
      for (let k = 0; k < j; k++) sum -= l[i * STATES + k]! * l[j * STATES + k]!;
      if (i === j) {
        if (!(sum > 0)) return Number.isNaN(sum) ? Number.NaN : sum;
        smallest = Math.min(smallest, sum);
        l[i * STATES + i] = Math.sqrt(sum);
      } else l[i * STATES + j] = sum / l[j * STATES + j]!;
    }
  }
  return smallest;
}

/**
 * Keeps every variance inside its bounds and every correlation inside (-1, 1).
 * Returns false when the filter holds a value that is not finite and has to be started again.
 */
export function condition(f: Filter): boolean {
  const { x, p } = f;
  for (let i = 0; i < STATES; i++) if (!(Math.abs(x[i]!) < 1e12)) return false;
  for (let k = 0; k < p.length; k++) if (!(Math.abs(p[k]!) < 1e15)) return false;
  for (let i = 0; i < STATES; i++) {
    const variance = p[VARIANCE[i]!]!;
    if (variance > LARGEST[i]!) scale(f, i, Math.sqrt(LARGEST[i]! / variance));
    else if (variance < SMALLEST[i]!) p[VARIANCE[i]!] = SMALLEST[i]!;
  }
  for (let i = 0; i < STATES; i++)
    for (let j = i + 1; j < STATES; j++) {
      const k = PACKED_INDEX[i * STATES + j]!;
      const most = 0.99999 * Math.sqrt(p[VARIANCE[i]!]! * p[VARIANCE[j]!]!);
      if (p[k]! > most) p[k] = most;
      else if (p[k]! < -most) p[k] = -most;
    }
  return true;
}
