import type { FixIntake } from "./fix-intake.ts";

/** Median of |third difference| of white noise of unit sigma: 0.6745 sqrt(20). */
const MEDIAN_OF_THIRD = 3.0165;
const PACE = 1.03;

/**
 * White noise of a velocity, from third differences (which a vehicle's own motion hardly shows) by their median (which
 * the odd hard braking does not move). Allocates nothing.
 */
export class VelocityNoise {
  /** m^2/s^2 per axis. */
  variance = 0.0025;
  #median = 0.05 * MEDIAN_OF_THIRD;
  #filled = 0;
  #x1 = 0;
  #x2 = 0;
  #x3 = 0;
  #y1 = 0;
  #y2 = 0;
  #y3 = 0;

  restart(): void {
    this.#filled = 0;
  }

  add(i: FixIntake): void {
    const { vx, vy } = i;
    if (this.#filled >= 3) {
      const ax = Math.abs(vx - 3 * (this.#x1 - this.#x2) - this.#x3);
      const ay = Math.abs(vy - 3 * (this.#y1 - this.#y2) - this.#y3);
      // a step of a running median: up and down by the same factor
      const up = (ax > this.#median ? 1 : -1) + (ay > this.#median ? 1 : -1);
      const factor = up > 0 ? PACE * PACE : up < 0 ? 1 / (PACE * PACE) : 1;
      this.#median = Math.max(1e-4, Math.min(10, this.#median * factor));
      const sigma = this.#median / MEDIAN_OF_THIRD;
      this.variance = sigma * sigma;
    } else this.#filled++;
    this.#x3 = this.#x2;
    this.#x2 = this.#x1;
    this.#x1 = vx;
    this.#y3 = this.#y2;
    this.#y2 = this.#y1;
    this.#y1 = vy;
  }
}
