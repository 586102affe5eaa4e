import { REF_DISTANCE, REF_FORWARD, REF_STEP_S, REF_YAW, type Reference } from "./reference.ts";

/** Lags that are tried: 0 to 0.4 s. */
const LAGS = 21;
const WINDOW_S = 2;
const FORGET_S = 30;
/** Wheel slip under power and the receiver's own filters look like delay: no estimate is better than this. */
const SYSTEMATIC_S = 0.015;
const HISTORY = 64;
/** Residuals of fixes this part of a window apart are independent. */
const INDEPENDENT = 0.4;

/** A wheel's ripple is noise; its mean over this is taken. */
const RIPPLE_S = 0.05;

/** Residuals between GNSS and the reference at every lag, with forgetting. */
class LagCost {
  readonly #sum = new Float64Array(LAGS);
  readonly #square = new Float64Array(LAGS);
  readonly #cost = new Float64Array(LAGS);
  #weight = 0;
  readonly #floor: number;

  constructor(floor: number) {
    this.#floor = floor;
  }

  /** Before the residuals of one fix. */
  next(keep: number): void {
    this.#weight = this.#weight * keep + 1;
    for (let j = 0; j < LAGS; j++) {
      this.#sum[j] = this.#sum[j]! * keep;
      this.#square[j] = this.#square[j]! * keep;
    }
  }

  add(lag: number, residual: number): void {
    this.#sum[lag] = this.#sum[lag]! + residual;
    this.#square[lag] = this.#square[lag]! + residual * residual;
  }

  /** Adds its chi-squared to `total`, in units of independent samples. */
  addTo(total: Float64Array, samplesPerIndependent: number): void {
    const n = this.#weight;
    if (n < 5) return;
    const cost = this.#cost;
    let least = Number.POSITIVE_INFINITY;
    for (let j = 0; j < LAGS; j++) {
      const m = this.#sum[j]! / n;
      cost[j] = this.#square[j]! / n - m * m;
      least = Math.min(least, cost[j]!);
    }
    const variance = Math.max(least, this.#floor * this.#floor);
    for (let j = 0; j < LAGS; j++) total[j] = total[j]! + (cost[j]! * n) / (variance * samplesPerIndependent);
  }
}

/** Mean rate of an integral over a short time about tS. */
function change(ref: Reference, column: number, tS: number, half: number): number {
  return half > 0.01 ? (ref.at(tS + half, column) - ref.at(tS - half, column)) / (2 * half) : 0;
}

/**
 * How late fixes are. Changes of speed and course over two seconds are compared with what wheel and inertial
 * sensors saw, at every lag from 0 to 0.4 s; constant differences (bias) fall out with the mean. (Places would tell it
 * too, were it not that their errors wander by more than a delay of 20 ms makes.) The lag of the
 * least residual, under a prior, is the delay; the curvature says how well it is known.
 */
export class DelayEstimator {
  delayS: number;
  sigmaS: number;
  #priorS: number;
  #priorSigmaS: number;
  readonly #speed = new LagCost(0.05);
  readonly #course = new LagCost(0.005);
  readonly #total = new Float64Array(LAGS);
  /** Past fixes: time, speed, continuous yaw of the course. */
  readonly #past = new Float64Array(HISTORY * 3);
  #count = 0;
  #yaw0 = Number.NaN;

  constructor(priorS: number, priorSigmaS: number) {
    this.#priorS = priorS;
    this.#priorSigmaS = priorSigmaS;
    this.delayS = priorS;
    this.sigmaS = priorSigmaS;
  }

  /** From a saved calibration: the prior of this run. */
  restore(delayS: number, sigmaS: number): void {
    this.#priorS = Math.max(0, Math.min((LAGS - 1) * REF_STEP_S, delayS));
    this.#priorSigmaS = Math.max(0.005, Math.min(0.05, sigmaS));
    this.delayS = this.#priorS;
    this.sigmaS = this.#priorSigmaS;
  }

  /** Forgets the fixes at hand (a gap), keeps what was learnt. */
  interrupt(): void {
    this.#count = 0;
    this.#yaw0 = Number.NaN;
  }

  /**
   * A fix of time tS (as stamped), in order: speed in m/s, yaw of its course in rad (NaN when not known).
   */
  push(tS: number, speedMps: number, yawRad: number, ref: Reference): void {
    if (!(speedMps > 3) || !(yawRad - yawRad === 0)) {
      this.interrupt();
      return;
    }
    let period = this.#count > 0 ? tS - this.#past[((this.#count - 1) % HISTORY) * 3]! : Number.NaN;
    if (period <= 0 || period > 1.5) {
      this.interrupt();
      period = Number.NaN;
    }
    const turn = yawRad - this.#yaw0;
    this.#yaw0 =
      turn - turn === 0 ? this.#yaw0 + turn - 2 * Math.PI * Math.round(turn / (2 * Math.PI)) : yawRad;
    const before = ((this.#count - 1) % HISTORY) * 3;
    const row = (this.#count % HISTORY) * 3;
    this.#past[row] = tS;
    this.#past[row + 1] = speedMps;
    this.#past[row + 2] = this.#yaw0;
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
    const oldest = oldS - (LAGS - 1) * REF_STEP_S - RIPPLE_S;
    const wheel = ref.covers(REF_DISTANCE, oldest);
    const imu = ref.covers(REF_FORWARD, oldest);
    if (!wheel && !imu) return;
    const keep = Math.exp(-period / FORGET_S);
    const dSpeed = this.#past[row + 1]! - this.#past[old + 1]!;
    const dYaw = this.#past[row + 2]! - this.#past[old + 2]!;
    this.#speed.next(keep);
    if (imu) this.#course.next(keep);
    const half = Math.min(RIPPLE_S, ref.newestS - tS);
    for (let j = 0; j < LAGS; j++) {
      const to = tS - j * REF_STEP_S;
      const from = oldS - j * REF_STEP_S;
      const seen = wheel
        ? change(ref, REF_DISTANCE, to, half) - change(ref, REF_DISTANCE, from, half)
        : ref.at(to, REF_FORWARD) - ref.at(from, REF_FORWARD);
      this.#speed.add(j, dSpeed - seen);
      if (imu) this.#course.add(j, dYaw - (ref.at(to, REF_YAW) - ref.at(from, REF_YAW)));
    }
    this.#solve(period);
  }

  #solve(period: number): void {
    const total = this.#total;
    for (let j = 0; j < LAGS; j++) {
      const d = (j * REF_STEP_S - this.#priorS) / this.#priorSigmaS;
      total[j] = d * d;
    }
    const independent = Math.max(1, (INDEPENDENT * WINDOW_S) / period);
    this.#speed.addTo(total, independent);
    this.#course.addTo(total, independent);
    let best = 0;
    for (let j = 1; j < LAGS; j++) if (total[j]! < total[best]!) best = j;
    const i = Math.max(1, Math.min(LAGS - 2, best));
    const curvature = total[i - 1]! - 2 * total[i]! + total[i + 1]!;
    if (!(curvature > 0)) return;
    const offset = (0.5 * (total[i - 1]! - total[i + 1]!)) / curvature;
    this.delayS = (i + Math.max(-1, Math.min(1, offset))) * REF_STEP_S;
    const sigma = REF_STEP_S * Math.sqrt(2 / curvature);
    this.sigmaS = Math.min(this.#priorSigmaS, Math.sqrt(sigma * sigma + SYSTEMATIC_S * SYSTEMATIC_S));
  }
}
