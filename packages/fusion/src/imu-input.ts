import { V_EAST, V_NORTH } from "./ekf/filter.ts";
import { MODEL_FREE } from "./ekf/motion.ts";
import { IMU_SILENT_S, type Parts } from "./parts.ts";
import { LEVEL_FORWARD, LEVEL_YAW_RATE } from "./tilt.ts";

/** No vehicle sensor reads more: 50 g, 6000 deg/s. */
const MOST_MPS2 = 500;
const MOST_RADPS = 105;
/** z has to read upwards on average: else the sensor is turned, and how is not known yet. */
const AXES_S = 1;
const DOWN_MPS2 = -3;
const NOISE_S = 5;
/** (m/s^2)^2 s and (rad/s)^2 s. */
const FORCE_NOISE = 3e-4;
const RATE_NOISE = 2e-7;
const MOST_FORCE_NOISE = 1;
const MOST_RATE_NOISE = 1e-3;

/** Gyro biases that were seen while the orientation was found count as learnt for so long. */
const RENEWED_S = 60;
const RENEWED_SIGMA_RADPS = 0.01;

/** What became of a sample. */
export const IMU_NOTHING = 0;
/** It moved the state between two steps. */
export const IMU_BETWEEN = 1;
/** With it an interval is complete: `dtS`, `mid` and the level force speak of it. */
export const IMU_STEP = 2;

/**
 * Checks inertial samples and gathers them into steps: means over an interval, put into level axes. Tells the others
 * about gaps.
 */
export class ImuInput {
  /** Mean over the last interval: ax ay az gx gy gz. */
  readonly mid = new Float64Array(6);
  readonly #parts: Parts;
  /** The sample the interval begins with. */
  readonly #first = new Float64Array(6);
  /** Forward force and yaw rate of the last sample. */
  readonly #previous = new Float64Array(2);
  readonly #sum = new Float64Array(6);
  #hasAll = false;
  #hasZ = false;
  #hasRates = false;
  #count = 0;
  #stepFromS = Number.NaN;
  #up = Number.NaN;
  #forceNoise = 0.005;
  #rateNoise = 1e-6;

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.distrustImu = (fault) => this.#distrust(fault);
    parts.renewImu = () => this.#renew();
    parts.restartImu = () => this.#restart();
  }

  clear(): void {
    this.#up = Number.NaN;
  }

  /** The sensor fell silent. */
  lost(): void {
    const p = this.#parts;
    p.imuActive = false;
    p.stationarity.forgetImu();
    if (p.estimator.running) {
      const { level } = p.tilt;
      p.estimator.useImu(
        false,
        Math.max(-20, Math.min(20, level[LEVEL_FORWARD]! - p.estimator.x[5]!)),
        Math.max(-3, Math.min(3, level[LEVEL_YAW_RATE]! - p.estimator.x[7]!)),
      );
    }
  }

  /** One sample `s[at...] = ax ay az gx gy gz` of the moment's time; the moment gets the length of the interval it ends. */
  push(s: Float64Array, at: number): number {
    const p = this.#parts;
    const { tS } = p.moment;
    const count = p.imuCount;
    const ax = s[at]!;
    const ay = s[at + 1]!;
    const az = s[at + 2]!;
    const gx = s[at + 3]!;
    const gy = s[at + 4]!;
    const gz = s[at + 5]!;
    // sums of squares: one comparison each, and no number that is not finite passes
    if (
      ax * ax + ay * ay + az * az < MOST_MPS2 * MOST_MPS2 &&
      gx * gx + gy * gy + gz * gz < MOST_RADPS * MOST_RADPS
    ) {
      this.#hasAll = true;
    } else if (!this.#fewer(s, at)) {
      count.invalid++;
      return IMU_NOTHING;
    }
    const dt = tS - p.imuS;
    if (!(dt > 0)) {
      if (dt <= 0) count.late++;
      else count.invalid++;
      return IMU_NOTHING;
    }
    count.accepted++;
    if (p.start.running && p.start.push(tS, s, at) && p.start.state === "done") this.#calibrated();
    p.imuS = tS;
    if (!(dt <= IMU_SILENT_S)) {
      this.#begin(s, at);
      if (p.imuTrusted) this.#gap(tS);
      return IMU_NOTHING;
    }
    const sum = this.#sum;
    sum[0] = sum[0]! + ax;
    sum[1] = sum[1]! + ay;
    sum[2] = sum[2]! + az;
    sum[3] = sum[3]! + gx;
    sum[4] = sum[4]! + gy;
    sum[5] = sum[5]! + gz;
    this.#count++;
    const length = tS - this.#stepFromS;
    if (length < p.stepS - 0.5 * dt) {
      this.#previous[0] = ax;
      this.#previous[1] = gz;
      if (p.imuTrusted) p.between.advance(p.moment, s, at);
      return IMU_BETWEEN;
    }
    return this.#step(s, at) ? IMU_STEP : IMU_NOTHING;
  }

  /** z, and rates about x and y, may not be there (NaN). An axis that a sensor has is there every time, and never wild. */
  #fewer(s: Float64Array, at: number): boolean {
    const ax = s[at]!;
    const ay = s[at + 1]!;
    const gz = s[at + 5]!;
    if (!(ax * ax + ay * ay < MOST_MPS2 * MOST_MPS2 && gz * gz < MOST_RADPS * MOST_RADPS)) return false;
    const az = s[at + 2]!;
    const gx = s[at + 3]!;
    const gy = s[at + 4]!;
    if (az * az < MOST_MPS2 * MOST_MPS2) this.#hasZ = true;
    else if (this.#hasAll || this.#hasZ || !Number.isNaN(az)) return false;
    if (gx * gx < MOST_RADPS * MOST_RADPS && gy * gy < MOST_RADPS * MOST_RADPS) this.#hasRates = true;
    else if (this.#hasAll || this.#hasRates || !(Number.isNaN(gx) || Number.isNaN(gy))) return false;
    return true;
  }

  #begin(s: Float64Array, at: number): void {
    for (let i = 0; i < 6; i++) {
      this.#first[i] = s[at + i]!;
      this.#sum[i] = 0;
    }
    this.#previous[0] = s[at]!;
    this.#previous[1] = s[at + 5]!;
    this.#count = 0;
    this.#stepFromS = this.#parts.moment.tS;
  }

  /** An interval is complete. */
  #step(s: Float64Array, at: number): boolean {
    const p = this.#parts;
    const { moment } = p;
    const { mid } = this;
    const n = this.#count;
    const length = moment.tS - this.#stepFromS;
    moment.dtS = length;
    p.imuCount.rate.interval(length / n);
    this.#measureNoise(s, at);
    // trapezoid: half of the sample the interval begins with, half of the one it ends with
    for (let i = 0; i < 6; i++) mid[i] = (this.#sum[i]! + 0.5 * (this.#first[i]! - s[at + i]!)) / n;
    this.#begin(s, at);
    if (p.orientation.watching) p.orientation.collect(moment, mid);
    if (!this.#axes()) return false;
    p.tilt.advance(mid, 0, moment);
    const x = p.estimator.x;
    const { running } = p.estimator;
    moment.speedMps = running ? Math.sqrt(x[V_EAST]! * x[V_EAST]! + x[V_NORTH]! * x[V_NORTH]!) : 0;
    p.reference.imu(moment, p.tilt.level);
    return true;
  }

  /**
   * White noise of force and rate from differences of neighbours, as a spectral density. What the filter takes for
   * granted beyond it is floors: a road is not a test bench.
   */
  #measureNoise(s: Float64Array, at: number): void {
    const dt = this.#parts.moment.dtS / this.#count;
    const force = s[at]! - this.#previous[0]!;
    const rate = s[at + 5]! - this.#previous[1]!;
    const share = Math.min(0.1, (this.#count * dt) / NOISE_S);
    this.#forceNoise += share * (0.5 * force * force * dt - this.#forceNoise);
    this.#rateNoise += share * (0.5 * rate * rate * dt - this.#rateNoise);
    const q = this.#parts.estimator.imuNoise;
    q[0] = Math.min(MOST_FORCE_NOISE, FORCE_NOISE + 1.2 * this.#forceNoise);
    q[2] = Math.min(MOST_RATE_NOISE, RATE_NOISE + 1.2 * this.#rateNoise);
  }

  /** The first sample, or the first after silence. */
  #gap(tS: number): void {
    const p = this.#parts;
    if (p.imuActive) this.lost();
    if (p.estimator.running) {
      if (tS > p.estimator.headS) p.estimator.coast(tS);
      if (p.estimator.model === MODEL_FREE) p.imuJoined = true;
      p.estimator.useImu(true, 0, 0);
    }
    p.imuActive = true;
  }

  /** Upside down or in other axes, the sensor would do harm: the filter goes on without it, and says so. */
  #axes(): boolean {
    const az = this.mid[2]!;
    const dt = this.#parts.moment.dtS;
    if (Number.isNaN(az)) return this.#parts.imuTrusted;
    const p = this.#parts;
    this.#up = Number.isNaN(this.#up) ? az : this.#up + Math.min(1, dt / AXES_S) * (az - this.#up);
    if (p.imuTrusted && this.#up < DOWN_MPS2) this.#distrust("imu-axes");
    return p.imuTrusted;
  }

  #distrust(fault: "imu-axes" | "imu-disagrees"): void {
    const p = this.#parts;
    p.imuTrusted = false;
    p.imuFault = fault;
    if (p.imuActive) this.lost();
  }

  /** What the next sample begins is a new sensor to the filter. */
  #restart(): void {
    const p = this.#parts;
    if (p.imuActive) this.lost();
    p.imuTrusted = true;
    p.imuFault = undefined;
    p.imuS = Number.NEGATIVE_INFINITY;
    this.#up = Number.NaN;
    p.estimator.forgetImu(p.gyroBias[0]!, p.gyroBias[1]!);
  }

  /** The sensor sits otherwise than was thought, or was never measured: from here on it is as the orientation saw it. */
  #renew(): void {
    const p = this.#parts;
    const { rateBias, up, headingRad, lagS } = p.orientation;
    // one that was turned gave the delay from wrong axes
    const axesWrong = !p.imuTrusted || p.orientation.watching;
    p.gyroBias[0] = rateBias[2]!;
    p.gyroBias[1] = RENEWED_SIGMA_RADPS;
    this.#restart();
    p.tilt.clear();
    p.tilt.setRest(up[0]!, up[1]!, up[2]!);
    p.tilt.setGyroBias(rateBias[0]!, rateBias[1]!);
    p.tilt.keep();
    p.tilt.settledS = RENEWED_S;
    p.mounting.clear(headingRad);
    p.tilt.mountingYawRad = p.mounting.yawRad;
    if (!axesWrong && p.delay.confirmed(lagS)) return;
    p.reference.clearImu();
    p.delay.forgetImu(lagS);
  }

  #calibrated(): void {
    const p = this.#parts;
    const m = p.start.mean;
    p.tilt.setRest(m[0]!, m[1]!, m[2]!);
    if (Number.isFinite(m[3]!) && Number.isFinite(m[4]!)) p.tilt.setGyroBias(m[3]!, m[4]!);
    p.gyroBias[0] = m[5]!;
    p.gyroBias[1] = 0.001;
    p.tilt.keep();
    if (p.estimator.running && p.imuActive) {
      p.estimator.reset(5, 0, 0.02);
      p.estimator.reset(6, 0, 0.02);
      p.estimator.reset(7, m[5]!, 0.001 ** 2);
    }
  }
}
