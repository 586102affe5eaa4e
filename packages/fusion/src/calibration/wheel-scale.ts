const PRIOR_SIGMA = 0.05;
/** Tyres wear and warm: 0.1 % in ten minutes. */
const DRIFT = 1e-3 ** 2 / 600;

/** True speed over wheel speed, by comparison with GNSS: a scalar Kalman filter. */
export class WheelScale {
  scale = 1;
  sigma = PRIOR_SIGMA;
  #lastS = Number.NaN;

  /**
   * GNSS speed and its sigma, and the wheel speed (times the present scale) of the same moment.
   * Errors of neighbouring fixes are alike, so a fix counts by the time since the last one.
   */
  gnssSpeed(tS: number, speedMps: number, sigmaMps: number, scaledWheelMps: number): void {
    const dt = tS - this.#lastS;
    this.#lastS = tS;
    if (!(dt > 0 && dt < 2) || !(speedMps > 4 && scaledWheelMps > 4)) return;
    const p = this.sigma * this.sigma + DRIFT * dt;
    const r = (sigmaMps * sigmaMps) / (speedMps * speedMps) / Math.min(1, dt);
    const innovation = speedMps / scaledWheelMps - 1;
    if (!(innovation * innovation < 9 * (p + r))) return;
    const gain = p / (p + r);
    this.scale = Math.max(0.5, Math.min(2, this.scale * (1 + gain * innovation)));
    this.sigma = Math.max(5e-4, Math.sqrt(p * (1 - gain)));
  }

  restore(scale: number, sigma: number): void {
    this.scale = Math.max(0.5, Math.min(2, scale));
    this.sigma = Math.max(5e-4, Math.min(PRIOR_SIGMA, sigma));
  }
}
