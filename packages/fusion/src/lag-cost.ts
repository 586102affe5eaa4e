/** Residuals before a verdict. */
const ENOUGH = 80;

/**
 * Residuals between two signals at a row of lags, with forgetting. A constant difference (a bias) does not count:
 * the cost of a lag is the variance of its residuals, summed over two axes where there are two.
 */
export class LagCost {
  readonly lags: number;
  readonly #x: Float64Array;
  readonly #y: Float64Array;
  readonly #square: Float64Array;
  readonly #cost: Float64Array;
  readonly #floor: number;
  #weight = 0;
  #keep = 1;
  #signal = 0;
  #signal2 = 0;

  /** `floor`: residuals smaller than this say nothing, however alike. */
  constructor(lags: number, floor: number) {
    this.lags = lags;
    this.#floor = floor;
    this.#x = new Float64Array(lags);
    this.#y = new Float64Array(lags);
    this.#square = new Float64Array(lags);
    this.#cost = new Float64Array(lags);
  }

  clear(): void {
    this.#weight = 0;
    this.#signal = 0;
    this.#signal2 = 0;
    this.#x.fill(0);
    this.#y.fill(0);
    this.#square.fill(0);
  }

  /** Before the residuals of one fix; `signal` is what the other side has to explain (one axis). */
  next(keep: number, signal = 0): void {
    this.#weight = this.#weight * keep + 1;
    this.#signal = this.#signal * keep + signal;
    this.#signal2 = this.#signal2 * keep + signal * signal;
    this.#keep = keep;
  }

  /** The residual at one lag; every lag has to get one after each `next`. */
  add(lag: number, x: number, y: number): void {
    const keep = this.#keep;
    this.#x[lag] = this.#x[lag]! * keep + x;
    if (y !== 0 || this.#y[lag] !== 0) this.#y[lag] = this.#y[lag]! * keep + y;
    this.#square[lag] = this.#square[lag]! * keep + x * x + y * y;
  }

  #variances(): number {
    const n = this.#weight;
    let least = Number.POSITIVE_INFINITY;
    for (let j = 0; j < this.lags; j++) {
      const x = this.#x[j]! / n;
      const y = this.#y[j]! / n;
      const v = this.#square[j]! / n - x * x - y * y;
      this.#cost[j] = v;
      least = Math.min(least, v);
    }
    return least;
  }

  /**
   * How much of the signal is explained at the best lag: 1 all of it, 0 no more than by a dead sensor, -3 with the
   * wrong sign. NaN while there is too little to say: few residuals, or a signal of less than `least` (1 sigma).
   */
  explained(least: number): number {
    const n = this.#weight;
    if (n < ENOUGH) return Number.NaN;
    const signal = this.#signal2 / n - (this.#signal / n) ** 2;
    return signal < least * least ? Number.NaN : 1 - this.#variances() / signal;
  }

  /** Adds its chi-squared to `total`; so many neighbouring residuals make one independent. */
  addTo(total: Float64Array, samplesPerIndependent: number): void {
    const n = this.#weight;
    if (n < 5) return;
    const cost = this.#cost;
    const least = this.#variances();
    const variance = Math.max(least, this.#floor * this.#floor);
    for (let j = 0; j < this.lags; j++)
      total[j] = total[j]! + (cost[j]! * n) / (variance * samplesPerIndependent);
  }
}

/** Minus twice the logarithm of a prior that is normal near its centre and forgiving far away (Student's t, one degree). */
export const forgivingPrior = (sigmas: number): number => 2 * Math.log(1 + 0.5 * sigmas * sigmas);

/**
 * [position of the least total in steps, sigma in steps] into `out`, by the parabola through the least and its
 * neighbours. A least at the upper end is none.
 */
export function leastLag(total: Float64Array, lags: number, out: Float64Array): boolean {
  let best = 0;
  for (let j = 1; j < lags; j++) if (total[j]! < total[best]!) best = j;
  if (best === lags - 1) return false;
  const i = Math.max(1, Math.min(lags - 2, best));
  const curvature = total[i - 1]! - 2 * total[i]! + total[i + 1]!;
  if (!(curvature > 0)) return false;
  const offset = (0.5 * (total[i - 1]! - total[i + 1]!)) / curvature;
  out[0] = i + Math.max(-1, Math.min(1, offset));
  out[1] = Math.sqrt(2 / curvature);
  return true;
}
