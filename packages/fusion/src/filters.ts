/**
 * Second-order low-pass of Butterworth shape (Q = 1/sqrt 2) by the bilinear transform.
 * R. Bristow-Johnson, Cookbook formulae for audio EQ biquad filter coefficients (LPF). Direct form I.
 */
export class LowPass {
  /** b0, b1, b2, a1, a2, then x1, x2, y1, y2. */
  readonly #c = new Float64Array(9);
  #empty = true;

  constructor(cutoffHz: number, rateHz: number) {
    this.design(cutoffHz, rateHz);
  }

  /** New coefficients; what the filter holds stays. The cut-off is kept under 0.45 of the rate, where it still means something. */
  design(cutoffHz: number, rateHz: number): void {
    if (!(cutoffHz > 0 && rateHz > 0 && rateHz < Number.POSITIVE_INFINITY))
      throw new RangeError(`low-pass: cut-off ${cutoffHz} Hz at ${rateHz} Hz`);
    const w = (2 * Math.PI * Math.min(cutoffHz, 0.45 * rateHz)) / rateHz;
    const cos = Math.cos(w);
    const alpha = Math.sin(w) / Math.SQRT2;
    const a0 = 1 + alpha;
    const c = this.#c;
    c[0] = (1 - cos) / 2 / a0;
    c[1] = (1 - cos) / a0;
    c[2] = c[0];
    c[3] = (-2 * cos) / a0;
    c[4] = (1 - alpha) / a0;
  }

  get coefficients(): readonly [b0: number, b1: number, b2: number, a1: number, a2: number] {
    const c = this.#c;
    return [c[0]!, c[1]!, c[2]!, c[3]!, c[4]!];
  }

  /** As if `value` had been there for ever. */
  reset(value: number): void {
    this.#c.fill(value, 5);
    this.#empty = false;
  }

  clear(): void {
    this.#empty = true;
  }

  /** The first value is taken as the past. A value that is not finite is skipped: the last output stays. */
  push(value: number): number {
    const c = this.#c;
    if (!Number.isFinite(value)) return this.#empty ? Number.NaN : c[7]!;
    if (this.#empty) this.reset(value);
    const y = c[0]! * value + c[1]! * c[5]! + c[2]! * c[6]! - c[3]! * c[7]! - c[4]! * c[8]!;
    c[6] = c[5]!;
    c[5] = value;
    c[8] = c[7]!;
    c[7] = y;
    return y;
  }
}

/** Exponential moving average over irregular steps: a first-order low-pass with a time constant. NaN before the first value. */
export class Ema {
  readonly timeConstantS: number;
  value = Number.NaN;

  constructor(timeConstantS: number) {
    this.timeConstantS = timeConstantS;
  }

  /** A value that is not finite is skipped. */
  push(value: number, dtS: number): number {
    if (!Number.isFinite(value)) return this.value;
    if (!Number.isFinite(this.value)) this.value = value;
    else this.value += (value - this.value) * (1 - Math.exp(-Math.max(0, dtS) / this.timeConstantS));
    return this.value;
  }

  reset(value = Number.NaN): void {
    this.value = value;
  }
}

/** Rate of events in Hz as an EMA over their intervals. */
export class RateMeter {
  #lastS = Number.NaN;
  #interval = Number.NaN;
  readonly #alpha: number;

  constructor(alpha = 0.1) {
    this.#alpha = alpha;
  }

  push(tS: number): void {
    const dt = tS - this.#lastS;
    if (!(dt <= 0)) this.#lastS = tS;
    // a pause is not a rate
    if (dt > 0 && dt < 5) this.interval(dt);
  }

  /** The time between two events, s. */
  interval(dtS: number): void {
    this.#interval = this.#interval > 0 ? this.#interval + this.#alpha * (dtS - this.#interval) : dtS;
  }

  get hz(): number {
    return this.#interval > 0 ? 1 / this.#interval : 0;
  }

  get lastS(): number {
    return this.#lastS;
  }

  clear(): void {
    this.#lastS = Number.NaN;
  }
}
