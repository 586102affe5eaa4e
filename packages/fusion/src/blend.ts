import { BIAS_FORWARD } from "./ekf/filter.ts";
import type { Parts } from "./parts.ts";
import { REF_FORWARD } from "./reference.ts";

/** Share of GNSS by the rate of fixes: the seldomer they come, the less they see of a brake point. */
export function rateWeight(hz: number): number {
  return hz >= 20 ? 0.7 : hz >= 10 ? 0.5 : hz > 0 ? 0.3 : 0;
}

/** Forward bias this well known needs no help from GNSS; this badly, all it can get. m/s^2 */
const SURE = 0.05;
const UNSURE = 0.3;

/** 0 to 1: how well forward acceleration is known without GNSS, by the variance of its bias. */
export const biasConfidence = (variance: number): number =>
  Math.max(0, Math.min(1, (UNSURE - Math.sqrt(variance)) / (UNSURE - SURE)));

/** Seldom fixes age slower: stale after this, or after one and a half of their own intervals. */
const STALE_S = 0.4;
const SMOOTH_S = 0.5;
const SHORTEST_S = 0.02;
const LONGEST_S = 1.2;

/**
 * Forward acceleration from GNSS and inertial sensor. GNSS says the mean over the time between two fixes, without
 * bias but late; so the inertial mean over that same time is compared with it, and the smoothed difference, weighted
 * by rate, freshness and confidence, corrects the inertial value of now. Nothing is delayed, and with a sure bias
 * nothing is changed.
 */
export class AccelerationBlend {
  /** GNSS acceleration of the last interval, m/s^2; NaN when there is none. */
  gnssMps2 = Number.NaN;
  #lastS = Number.NaN;
  #lastMps = Number.NaN;
  #error = Number.NaN;
  #weight = 0;
  #atS = Number.NEGATIVE_INFINITY;
  #staleS = STALE_S;

  /** A GNSS speed of time tS (delay taken off), which came at nowS. */
  gnss(tS: number, nowS: number, speedMps: number, p: Parts): void {
    const dt = tS - this.#lastS;
    const from = this.#lastS;
    const change = speedMps - this.#lastMps;
    this.#lastS = tS;
    this.#lastMps = speedMps;
    this.gnssMps2 = dt > SHORTEST_S && dt < LONGEST_S ? change / dt : Number.NaN;
    const ref = p.reference;
    if (Number.isNaN(this.gnssMps2) || !ref.covers(REF_FORWARD, from, tS)) return;
    const imu = (ref.at(tS, REF_FORWARD) - ref.at(from, REF_FORWARD)) / dt - p.estimator.x[BIAS_FORWARD]!;
    const error = this.gnssMps2 - imu;
    const share = 1 - Math.exp(-dt / SMOOTH_S);
    const known = nowS - this.#atS < 2 && !Number.isNaN(this.#error);
    this.#error = known ? this.#error + share * (error - this.#error) : error;
    this.#weight = rateWeight(p.position.rate.hz);
    this.#staleS = Math.max(STALE_S, 1.5 * dt);
    this.#atS = nowS;
  }

  /** What to add to the inertial acceleration at nowS; `variance` is that of its bias. */
  correction(nowS: number, variance: number): number {
    if (!(nowS - this.#atS < this.#staleS) || Number.isNaN(this.#error)) return 0;
    return this.#weight * (1 - biasConfidence(variance)) * this.#error;
  }
}
