/** How fast phase and period follow, and what a step of the receiver's clock is, as a part of its period. */
const PHASE_GAIN = 0.1;
const PERIOD_GAIN = 0.002;
const STEP = 0.45;
const SETTLED = 4;

/**
 * A receiver computes fixes on a regular grid, but they are stamped when they were read, some ms later or earlier.
 * A phase-locked loop on the stamps gives the grid back: at 50 m/s, 10 ms of jitter are half a metre.
 * Missing epochs are bridged; stamps that follow no grid are passed on as they are.
 */
export class FixClock {
  #phaseS = Number.NaN;
  #periodS = Number.NaN;
  #deviation = 0;
  #count = 0;

  /** Smoothed time of a fix stamped `tS`. */
  push(tS: number): number {
    const step = tS - this.#phaseS;
    if (!(step > 0 && step < 10)) {
      this.#restart(tS, Number.NaN);
      return tS;
    }
    if (!(this.#periodS > 0)) {
      this.#restart(tS, step);
      return tS;
    }
    const epochs = Math.max(1, Math.round(step / this.#periodS));
    const expected = this.#phaseS + epochs * this.#periodS;
    const error = tS - expected;
    this.#deviation += 0.05 * (Math.abs(error) / this.#periodS - this.#deviation);
    if (epochs > 20 || Math.abs(error) > STEP * this.#periodS) {
      // a first interval that was two or three epochs long shows as steps of half a period
      this.#restart(tS, Math.min(step, this.#periodS));
      return tS;
    }
    const learning = this.#count < 20 ? 1 / (this.#count + 2) : 0;
    this.#phaseS = expected + Math.max(PHASE_GAIN, learning) * error;
    this.#periodS += (Math.max(PERIOD_GAIN, learning * learning) * error) / epochs;
    this.#count++;
    return this.#count > SETTLED && this.#deviation < 0.25 ? this.#phaseS : tS;
  }

  #restart(tS: number, periodS: number): void {
    this.#phaseS = tS;
    this.#periodS = periodS;
    this.#count = 0;
  }
}
