import { REF_FORWARD, type Reference } from "./reference.ts";

/** Share of GNSS by the rate of fixes: the seldomer they come, the less they see of a brake point. */
export function rateWeight(hz: number): number {
  return hz >= 20 ? 0.7 : hz >= 10 ? 0.5 : hz > 0 ? 0.3 : 0;
}

const STALE_S = 0.4;
const SMOOTH_S = 0.5;

/**
 * Forward acceleration from GNSS and inertial sensor. GNSS says the mean over the time between two fixes, without
 * bias but late; so the inertial mean over that same time is compared with it, and the smoothed difference, weighted,
 * corrects the inertial value of now. Nothing is delayed, and with a sure bias nothing is changed.
 */
export class AccelerationBlend {
  #lastS = Number.NaN;
  #lastMps = Number.NaN;
  #error = Number.NaN;
  #weight = 0;
  #atS = Number.NEGATIVE_INFINITY;
  /** GNSS acceleration of the last interval, m/s^2; NaN when there is none. */
  gnssMps2 = Number.NaN;

  /** A GNSS speed, delay taken off its time. `forwardBias` is the filter's. */
  gnss(tS: number, nowS: number, speedMps: number, hz: number, forwardBias: number, ref: Reference): void {
    const dt = tS - this.#lastS;
    const from = this.#lastS;
    const change = speedMps - this.#lastMps;
    this.#lastS = tS;
    this.#lastMps = speedMps;
    this.gnssMps2 = dt > 0.02 && dt < 1.2 ? change / dt : Number.NaN;
    if (Number.isNaN(this.gnssMps2) || tS > ref.newestS || !ref.covers(REF_FORWARD, from)) return;
    const imu = (ref.at(tS, REF_FORWARD) - ref.at(from, REF_FORWARD)) / dt - forwardBias;
    const error = this.gnssMps2 - imu;
    const share = 1 - Math.exp(-dt / SMOOTH_S);
    this.#error =
      nowS - this.#atS < 2 && !Number.isNaN(this.#error)
        ? this.#error + share * (error - this.#error)
        : error;
    this.#weight = rateWeight(hz);
    this.#atS = nowS;
  }

  /** What to add to the inertial acceleration at nowS; `confidence` 0 to 1 in its bias. */
  correction(nowS: number, confidence: number): number {
    const age = nowS - this.#atS;
    if (!(age < 2 * STALE_S + 0.6)) return 0;
    const fresh = age < STALE_S + 0.6 ? 1 : 0.5;
    return !Number.isNaN(this.#error) ? this.#weight * fresh * (1 - confidence) * this.#error : 0;
  }
}
