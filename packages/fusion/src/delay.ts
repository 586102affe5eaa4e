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
const HISTORY = 96;
/** A wheel's ripple is noise; its mean over this is taken, each side. */
const RIPPLE_S = 0.1;
/** Fixes closer than this to the last are skipped; this long after a fix it is compared; this often. */
const CLOSEST_S = 0.035;
const SETTLED_S = 0.1 + RIPPLE_S;
const COMPARE_S = 0.19;
/** Residuals of fixes this part of a window apart are independent. */
const INDEPENDENT = 0.4;
/** Places wander by this over the window; their delay differs from that of velocities by about this. */
const WANDER_M = 0.3;
const PLACE_SIGMA_S = 0.04;
/** Changes that have to be there before the inertial sensor is judged by them. */
const SPEED_SIGNAL_MPS = 0.7;
const TURN_SIGNAL_RAD = 0.15;
const CONTRADICTS = -0.3;
/** A delay that was seen roughly speaks against a prior so far away. */
const FAR_S = 0.15;
/** It counts as learnt when it is known like this. */
const LEARNT_S = 0.025;

/** Mean wheel speed about tS. */
const rateAbout = (ref: Reference, tS: number): number =>
  (ref.at(tS + RIPPLE_S, REF_DISTANCE) - ref.at(tS - RIPPLE_S, REF_DISTANCE)) / (2 * RIPPLE_S);

/**
 * How late GNSS speed and course are. Their changes over two seconds are compared with what wheel and inertial
 * sensors saw, at every lag; constant differences (bias) fall out with the mean. The lag of the least residual, under
 * a prior, is the delay; the curvature says how well it is known. (Places would tell it too, were it not that their
 * errors wander by more than a delay of 20 ms makes.)
 */
export class DelayEstimator {
  delayS = Number.NaN;
  sigmaS = Number.NaN;
  /** Delay of places minus delay of velocities, s, as far as a wheel tells it. */
  placeLagS = 0;
  #priorS = Number.NaN;
  #priorSigmaS = Number.NaN;
  readonly #speed = new LagCost(LAGS, 0.05);
  readonly #course = new LagCost(LAGS, 0.005);
  readonly #way = new LagCost(LAGS, WANDER_M);
  /** The inertial sensor's forward force, at the delay that a wheel tells. */
  readonly #forward = new LagCost(1, 0.05);
  /** It was learnt in this run, and not taken back since. */
  learnt = false;
  /** Whether forward force or yaw rate have the wrong sign: they explain less of what GNSS saw than nothing would. */
  contradicted = false;
  readonly #total = new Float64Array(LAGS);
  readonly #least = new Float64Array(2);
  /** Past fixes: time, speed, continuous yaw of the course, way along it. */
  readonly #past = new Float64Array(HISTORY * 4);
  #count = 0;
  #yaw = Number.NaN;
  #along = 0;
  #east = Number.NaN;
  #north = Number.NaN;
  #comparedS = Number.NEGATIVE_INFINITY;
  /** Speeds are compared with a wheel's. */
  #byWheel = false;

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
  restore(delayS: number, placeLagS: number, sigmaS: number): void {
    this.#priorS = Math.max(0, Math.min(LONGEST_DELAY_S, delayS));
    this.#priorSigmaS = Math.max(0.005, Math.min(0.06, sigmaS));
    this.delayS = this.#priorS;
    this.placeLagS = Math.max(-0.2, Math.min(0.2, placeLagS));
    this.sigmaS = this.#priorSigmaS;
  }

  /**
   * What the inertial sensor said was wrong: begins again, at another prior when that was far off. What a wheel said stays.
   */
  forgetImu(delayS: number): void {
    this.learnt = Number.isFinite(delayS);
    this.#course.clear();
    this.#forward.clear();
    this.contradicted = false;
    if (this.#byWheel) return;
    this.#speed.clear();
    if (Math.abs(delayS - this.#priorS) > FAR_S) this.#priorS = delayS;
    this.delayS = this.#priorS;
    this.sigmaS = this.#priorSigmaS;
  }

  /** Whether a delay that was seen roughly speaks for the one learnt. */
  confirmed(delayS: number): boolean {
    return this.learnt && !this.contradicted && !(Math.abs(delayS - this.delayS) > FAR_S);
  }

  /** Forgets the fixes at hand (a gap), keeps what was learnt. */
  interrupt(): void {
    this.#count = 0;
    this.#yaw = Number.NaN;
  }

  /** A fix of time tS (as stamped), in order: speed in m/s, yaw of its course in rad (NaN when not known), place in m (NaN when
   * it is not of the same time). */
  push(tS: number, speedMps: number, yawRad: number, eastM: number, northM: number, ref: Reference): void {
    if (!(speedMps > 3) || !Number.isFinite(yawRad)) {
      this.interrupt();
      return;
    }
    const last = ((this.#count - 1) % HISTORY) * 4;
    const period = this.#count > 0 ? tS - this.#past[last]! : Number.NaN;
    if (period <= 0 || period > 1.5) this.interrupt();
    const turn = yawRad - this.#yaw;
    this.#yaw = Number.isFinite(turn)
      ? this.#yaw + turn - 2 * Math.PI * Math.round(turn / (2 * Math.PI))
      : yawRad;
    const way = (eastM - this.#east) * Math.cos(yawRad) + (northM - this.#north) * Math.sin(yawRad);
    this.#east = eastM;
    this.#north = northM;
    this.#along = Number.isFinite(way) ? this.#along + way : Number.NaN;
    if (this.#count === 0) this.#along = 0;
    if (period < CLOSEST_S) return;
    const row = (this.#count % HISTORY) * 4;
    this.#past[row] = tS;
    this.#past[row + 1] = speedMps;
    this.#past[row + 2] = this.#yaw;
    this.#past[row + 3] = this.#along;
    this.#count++;
    if (!(tS - this.#comparedS < COMPARE_S)) this.#compare(tS, ref);
  }

  /** Row of the newest fix that is not younger than tS; -1 when there is none. */
  #rowBefore(tS: number): number {
    const oldest = Math.max(0, this.#count - HISTORY);
    for (let i = this.#count - 1; i >= oldest; i--) {
      const row = (i % HISTORY) * 4;
      if (this.#past[row]! <= tS) return row;
    }
    return -1;
  }

  #compare(nowS: number, ref: Reference): void {
    // a fix that the reference has passed for certain, and the fix one window before it
    const row = this.#rowBefore(nowS - SETTLED_S);
    const tS = row < 0 ? Number.NaN : this.#past[row]!;
    const old = this.#rowBefore(tS - WINDOW_S + 0.5 * CLOSEST_S);
    if (old < 0) return;
    const oldS = this.#past[old]!;
    if (tS - oldS > 1.5 * WINDOW_S) return;
    const oldest = oldS - LONGEST_DELAY_S - RIPPLE_S;
    const wheel = ref.covers(REF_DISTANCE, oldest, tS + RIPPLE_S);
    const imu = ref.covers(REF_FORWARD, oldest, tS);
    if (!wheel && !imu) return;
    const period = Math.min(1, nowS - this.#comparedS || 1);
    this.#comparedS = nowS;
    const keep = Math.exp(-period / FORGET_S);
    this.#byWheel = wheel;
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
    const dWay = this.#past[row + 3]! - this.#past[old + 3]!;
    const way = wheel && Number.isFinite(dWay);
    if (way) this.#way.next(keep);
    for (let j = 0; j < LAGS; j++) {
      const to = tS - j * STEP_S;
      const from = oldS - j * STEP_S;
      const seen = wheel
        ? rateAbout(ref, to) - rateAbout(ref, from)
        : ref.at(to, REF_FORWARD) - ref.at(from, REF_FORWARD);
      this.#speed.add(j, dSpeed - seen, 0);
      if (way) this.#way.add(j, dWay - (ref.at(to, REF_DISTANCE) - ref.at(from, REF_DISTANCE)), 0);
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
    if (sigma < LEARNT_S) this.learnt = true;
    this.sigmaS = Math.min(this.#priorSigmaS, Math.sqrt(sigma * sigma + SYSTEMATIC_S * SYSTEMATIC_S));
    for (let j = 0; j < LAGS; j++) total[j] = ((j * STEP_S - this.delayS) / PLACE_SIGMA_S) ** 2;
    this.#way.addTo(total, independent);
    if (leastLag(total, LAGS, this.#least)) this.placeLagS = this.#least[0]! * STEP_S - this.delayS;
  }
}
