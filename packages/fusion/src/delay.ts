import { forgivingPrior, LagCost, leastLag } from "./lag-cost.ts";
import { REF_DISTANCE, REF_FORWARD, REF_YAW, type Reference } from "./reference.ts";

/** Lags that are tried: 0 to 1.48 s. Serial receivers are 0.1 s late, phones a second. */
const LAGS = 38;
const STEP_S = 0.04;
export const LONGEST_DELAY_S = (LAGS - 1) * STEP_S;
const WINDOW_S = 2;
const FORGET_S = 30;
/** Wheel slip under power and the receiver's own filters look like delay: no estimate is better than this. */
const SYSTEMATIC_S = 0.015;
const HISTORY = 64;
/** Residuals of fixes this part of a window apart are independent. */
const INDEPENDENT = 0.4;
/** A wheel's ripple is noise; its mean over this is taken, each side. */
const RIPPLE_S = 0.05;

/** Changes that have to be there before the inertial sensor is judged by them. */
const SPEED_SIGNAL_MPS = 0.7;
const TURN_SIGNAL_RAD = 0.15;
const CONTRADICTS = -0.3;

/** Mean rate of an integral over a short time about tS. */
function rateAbout(ref: Reference, column: number, tS: number, half: number): number {
  return half > 0.01 ? (ref.at(tS + half, column) - ref.at(tS - half, column)) / (2 * half) : 0;
}

/**
 * How late GNSS speed and course are. Their changes over two seconds are compared with what wheel and inertial
 * sensors saw, at every lag; constant differences (bias) fall out with the mean. The lag of the least residual, under
 * a prior, is the delay; the curvature says how well it is known. (Places would tell it too, were it not that their
 * errors wander by more than a delay of 20 ms makes.)
 */
export class DelayEstimator {
  delayS: number;
  sigmaS: number;
  #priorS: number;
  #priorSigmaS: number;
  readonly #speed = new LagCost(LAGS, 0.05);
  readonly #course = new LagCost(LAGS, 0.005);
  /** The inertial sensor's forward force, at the delay that a wheel tells. */
  readonly #forward = new LagCost(1, 0.05);
  /** Whether forward force or yaw rate have the wrong sign: they explain less of what GNSS saw than nothing would. */
  contradicted = false;
  readonly #total = new Float64Array(LAGS);
  readonly #least = new Float64Array(2);
  /** Past fixes: time, speed, continuous yaw of the course. */
  readonly #past = new Float64Array(HISTORY * 3);
  #count = 0;
  #yaw = Number.NaN;

  constructor(priorS: number, priorSigmaS: number) {
    this.#priorS = priorS;
    this.#priorSigmaS = priorSigmaS;
    this.delayS = priorS;
    this.sigmaS = priorSigmaS;
  }

  /** Sigma beyond what every delay is unsure by, s. */
  get unsureS(): number {
    return Math.sqrt(Math.max(0, this.sigmaS * this.sigmaS - 1.2 * SYSTEMATIC_S * SYSTEMATIC_S));
  }

  /** From a saved calibration: the prior of this run. */
  restore(delayS: number, sigmaS: number): void {
    this.#priorS = Math.max(0, Math.min(LONGEST_DELAY_S, delayS));
    this.#priorSigmaS = Math.max(0.005, Math.min(0.06, sigmaS));
    this.delayS = this.#priorS;
    this.sigmaS = this.#priorSigmaS;
  }

  /** Forgets the fixes at hand (a gap), keeps what was learnt. */
  interrupt(): void {
    this.#count = 0;
    this.#yaw = Number.NaN;
  }

  /** A fix of time tS (as stamped), in order: speed in m/s, yaw of its course in rad (NaN when not known). */
  push(tS: number, speedMps: number, yawRad: number, ref: Reference): void {
    if (!(speedMps > 3) || !Number.isFinite(yawRad)) {
      this.interrupt();
      return;
    }
    let period = this.#count > 0 ? tS - this.#past[((this.#count - 1) % HISTORY) * 3]! : Number.NaN;
    if (period <= 0 || period > 1.5) {
      this.interrupt();
      period = Number.NaN;
    }
    const turn = yawRad - this.#yaw;
    this.#yaw = Number.isFinite(turn)
      ? this.#yaw + turn - 2 * Math.PI * Math.round(turn / (2 * Math.PI))
      : yawRad;
    const before = ((this.#count - 1) % HISTORY) * 3;
    const row = (this.#count % HISTORY) * 3;
    this.#past[row] = tS;
    this.#past[row + 1] = speedMps;
    this.#past[row + 2] = this.#yaw;
    this.#count++;
    // the fix before this one: the reference may not have reached this one's stamp
    if (period > 0) this.#compare(before, period, ref);
  }

  #compare(row: number, period: number, ref: Reference): void {
    const tS = this.#past[row]!;
    // the fix one window before
    const steps = Math.round(WINDOW_S / period);
    if (steps < 1 || steps >= HISTORY - 1 || steps >= this.#count - 1) return;
    const old = ((this.#count - 2 - steps) % HISTORY) * 3;
    const oldS = this.#past[old]!;
    if (Math.abs(tS - oldS - WINDOW_S) > 0.5 * WINDOW_S || tS > ref.newestS) return;
    const oldest = oldS - LONGEST_DELAY_S - RIPPLE_S;
    const wheel = ref.covers(REF_DISTANCE, oldest);
    const imu = ref.covers(REF_FORWARD, oldest);
    if (!wheel && !imu) return;
    const keep = Math.exp(-period / FORGET_S);
    const dSpeed = this.#past[row + 1]! - this.#past[old + 1]!;
    const dYaw = this.#past[row + 2]! - this.#past[old + 2]!;
    this.#speed.next(keep, dSpeed);
    if (imu) this.#course.next(keep, dYaw);
    if (imu && wheel) {
      const to = tS - this.delayS;
      const from = oldS - this.delayS;
      this.#forward.next(keep, dSpeed);
      this.#forward.add(0, dSpeed - (ref.at(to, REF_FORWARD) - ref.at(from, REF_FORWARD)), 0);
    }
    const half = Math.min(RIPPLE_S, ref.newestS - tS);
    for (let j = 0; j < LAGS; j++) {
      const to = tS - j * STEP_S;
      const from = oldS - j * STEP_S;
      const seen = wheel
        ? rateAbout(ref, REF_DISTANCE, to, half) - rateAbout(ref, REF_DISTANCE, from, half)
        : ref.at(to, REF_FORWARD) - ref.at(from, REF_FORWARD);
      this.#speed.add(j, dSpeed - seen, 0);
      if (imu) this.#course.add(j, dYaw - (ref.at(to, REF_YAW) - ref.at(from, REF_YAW)), 0);
    }
    this.#solve(period);
    if (!imu) return;
    const forward = wheel ? this.#forward : this.#speed;
    this.contradicted =
      forward.explained(SPEED_SIGNAL_MPS) < CONTRADICTS ||
      this.#course.explained(TURN_SIGNAL_RAD) < CONTRADICTS;
  }

  #solve(period: number): void {
    const total = this.#total;
    for (let j = 0; j < LAGS; j++) total[j] = forgivingPrior((j * STEP_S - this.#priorS) / this.#priorSigmaS);
    const independent = Math.max(1, (INDEPENDENT * WINDOW_S) / period);
    this.#speed.addTo(total, independent);
    this.#course.addTo(total, independent);
    if (!leastLag(total, LAGS, this.#least)) return;
    this.delayS = Math.max(0, this.#least[0]! * STEP_S);
    const sigma = this.#least[1]! * STEP_S;
    this.sigmaS = Math.min(this.#priorSigmaS, Math.sqrt(sigma * sigma + SYSTEMATIC_S * SYSTEMATIC_S));
  }
}
