import type { Moment } from "./moment.ts";

/** Thresholds, each in the unit its name says. Leaving needs more than entering (hysteresis). */
export type StationarityLimits = {
  /** Mean acceleration of 0.1 s against the mean of the last two seconds. */
  readonly enterMps2: number;
  readonly exitMps2: number;
  /** Mean rate of turn of 0.1 s, any axis. */
  readonly enterRadps: number;
  readonly exitRadps: number;
  readonly enterGnssMps: number;
  readonly exitGnssMps: number;
  readonly enterWheelMps: number;
  readonly exitWheelMps: number;
  /** How long everything has to be quiet. */
  readonly quietS: number;
};

export const STATIONARITY: StationarityLimits = {
  enterMps2: 0.4,
  exitMps2: 0.8,
  enterRadps: 0.04,
  exitRadps: 0.1,
  enterGnssMps: 0.4,
  exitGnssMps: 1.2,
  enterWheelMps: 0.05,
  exitWheelMps: 0.25,
  quietS: 1,
};

const BIN_S = 0.1;
/** A speed older than this says nothing. */
const FRESH_S = 1.5;
/** With nothing but an inertial sensor, only long quiet while the filter thinks it hardly moves. */
const BLIND_QUIET_S = 4;

/**
 * Whether the vehicle stands still. Inertial quiet alone is never enough while a speed is known: a car on a smooth
 * road is as quiet as a parked one. Every bin of 0.1 s is judged on means, so that an idling engine does not matter.
 */
export class Stationarity {
  stationary = false;
  /** Mean level force forward, left, up and body rates x, y, z since everything went quiet; for calibration. */
  readonly mean = new Float64Array(9);
  /** How long it has been quiet. */
  quietS = 0;
  readonly limits: StationarityLimits;
  readonly #bin = new Float64Array(9);
  #binS = 0;
  #weight = 0;
  readonly #slow = new Float64Array(3);
  #slowEmpty = true;
  #gnssS = Number.NEGATIVE_INFINITY;
  #gnssMps = Number.NaN;
  #gnssSlow = Number.NaN;
  #gnssFast = 0;
  #wheelS = Number.NEGATIVE_INFINITY;
  #wheelMps = Number.NaN;

  constructor(limits: StationarityLimits = STATIONARITY) {
    this.limits = limits;
  }

  gnss(tS: number, speedMps: number): void {
    if (!(speedMps >= 0)) return;
    const dt = tS - this.#gnssS;
    this.#gnssS = tS;
    this.#gnssMps = speedMps;
    // a mean over half a second: one noisy fix does not end a stop
    const share = dt < 5 ? 1 - Math.exp(-dt / 0.5) : 1;
    this.#gnssSlow = share === 1 ? speedMps : this.#gnssSlow + share * (speedMps - this.#gnssSlow);
    this.#gnssFast = speedMps > this.limits.exitGnssMps ? this.#gnssFast + 1 : 0;
  }

  wheel(tS: number, speedMps: number): void {
    this.#wheelS = tS;
    this.#wheelMps = Math.abs(speedMps);
  }

  /** Whether wheel or GNSS speak for standstill (1), against it (-1), or say nothing (0). */
  speedEvidence(tS: number): -1 | 0 | 1 {
    const l = this.limits;
    const wheel = tS - this.#wheelS < FRESH_S;
    const gnss = tS - this.#gnssS < FRESH_S;
    if (wheel && this.#wheelMps > l.exitWheelMps) return -1;
    if (gnss && (this.#gnssFast >= 2 || this.#gnssSlow > l.exitGnssMps)) return -1;
    if (wheel && this.#wheelMps > l.enterWheelMps) return 0;
    if (gnss && this.#gnssMps <= l.enterGnssMps && this.#gnssSlow <= l.enterGnssMps) return 1;
    // a wheel that does not turn while GNSS is silent
    return wheel && !gnss ? 1 : 0;
  }

  /**
   * One inertial interval: level force in m/s^2 (gravity-free), raw body force and rates `s[at...]`.
   * Returns true when `stationary` changed.
   */
  push(moment: Moment, level: Float64Array, s: Float64Array, at: number): boolean {
    const bin = this.#bin;
    const { dtS } = moment;
    for (let i = 0; i < 3; i++) bin[i] = bin[i]! + level[i]! * dtS;
    for (let i = 0; i < 6; i++) bin[3 + i] = bin[3 + i]! + s[at + i]! * dtS;
    this.#binS += dtS;
    if (this.#binS < BIN_S - 1e-9) return false;
    const was = this.stationary;
    const length = this.#binS;
    for (let i = 0; i < 9; i++) bin[i] = bin[i]! / length;
    this.#judge(moment, length);
    bin.fill(0);
    this.#binS = 0;
    return was !== this.stationary;
  }

  #judge({ tS, speedMps, speedSigmaMps }: Moment, length: number): void {
    const bin = this.#bin;
    const slow = this.#slow;
    const l = this.limits;
    if (this.#slowEmpty) {
      for (let i = 0; i < 3; i++) slow[i] = bin[i]!;
      this.#slowEmpty = false;
    }
    let off2 = 0;
    for (let i = 0; i < 3; i++) {
      const d = bin[i]! - slow[i]!;
      off2 += d * d;
      slow[i] = slow[i]! + d * Math.min(1, length / 2);
    }
    let turning = 0;
    for (let i = 6; i < 9; i++) {
      const w = Math.abs(bin[i]!);
      if (w > turning) turning = w; // NaN (an axis that is not there) never is
    }
    const off = Math.sqrt(off2);
    const evidence = this.speedEvidence(tS);
    if (this.stationary) {
      if (evidence < 0 || off > l.exitMps2 || turning > l.exitRadps) {
        this.stationary = false;
        this.#restart();
      } else this.#collect(length);
      return;
    }
    const slowEnough = evidence > 0 || (evidence === 0 && speedMps < 0.5 && speedSigmaMps < 1);
    if (!slowEnough || off > l.enterMps2 || turning > l.enterRadps || !(off2 >= 0)) {
      this.#restart();
      return;
    }
    this.#collect(length);
    this.quietS += length;
    if (this.quietS >= (evidence > 0 ? l.quietS : BLIND_QUIET_S) - 1e-9) this.stationary = true;
  }

  #collect(length: number): void {
    // the newest ten seconds count
    this.#weight = Math.min(10, this.#weight + length);
    const share = length / this.#weight;
    for (let i = 0; i < 9; i++) this.mean[i] = this.mean[i]! + share * (this.#bin[i]! - this.mean[i]!);
  }

  #restart(): void {
    this.quietS = 0;
    this.#weight = 0;
  }

  /** Without an inertial sensor: judged at each fix or wheel sample, on speeds alone. Returns true when it changed. */
  pushWithoutImu(tS: number, dtS: number): boolean {
    const evidence = this.speedEvidence(tS);
    const was = this.stationary;
    if (evidence < 0) {
      this.stationary = false;
      this.quietS = 0;
    } else if (evidence > 0) {
      this.quietS += Math.min(1, Math.max(0, dtS));
      if (this.quietS >= 2 * this.limits.quietS) this.stationary = true;
    } else if (!this.stationary) this.quietS = 0;
    return was !== this.stationary;
  }

  /** The inertial sensor fell silent: what stands still does so until a speed speaks against it. */
  forgetImu(): void {
    this.#restart();
    this.#slowEmpty = true;
    this.#bin.fill(0);
    this.#binS = 0;
  }

  /** Forgets what was quiet (another clock). */
  clear(): void {
    this.stationary = false;
    this.forgetImu();
    this.#gnssS = Number.NEGATIVE_INFINITY;
    this.#wheelS = Number.NEGATIVE_INFINITY;
  }
}
