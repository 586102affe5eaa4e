import { V_EAST, V_NORTH } from "./ekf/filter.ts";
import { IMU_SILENT_S, type Parts } from "./parts.ts";
import { LEVEL_FORWARD, LEVEL_YAW_RATE } from "./tilt.ts";

/** No vehicle sensor reads more: 50 g, 6000 deg/s. */
const MOST_MPS2 = 500;
const MOST_RADPS = 105;
/** z has to read upwards on average: else the axes are not as agreed. */
const AXES_S = 1;

const NOISE_S = 5;
/** (m/s^2)^2 s and (rad/s)^2 s. */
const FORCE_NOISE = 3e-4;
const RATE_NOISE = 2e-7;
const MOST_FORCE_NOISE = 1;
const MOST_RATE_NOISE = 1e-3;

/** Checks inertial samples, turns the mean of two neighbours into level axes, and tells the others about gaps. */
export class ImuInput {
  /** Length of the last interval, s. */
  dtS = 0;
  /** Mean of the last two samples: ax ay az gx gy gz. */
  readonly mid = new Float64Array(6);
  readonly #parts: Parts;
  readonly #last = new Float64Array(6);
  #up = Number.NaN;
  #forceNoise = 0.005;
  #rateNoise = 1e-6;

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.distrustImu = () => this.#distrust("imu-disagrees");
  }

  clear(): void {
    this.#up = Number.NaN;
  }

  /** The sensor fell silent. */
  lost(): void {
    const p = this.#parts;
    p.imuActive = false;
    p.stationarity.clear();
    if (p.estimator.running) {
      const { level } = p.tilt;
      p.estimator.useImu(
        false,
        Math.max(-20, Math.min(20, level[LEVEL_FORWARD]! - p.estimator.x[5]!)),
        Math.max(-3, Math.min(3, level[LEVEL_YAW_RATE]! - p.estimator.x[7]!)),
      );
    }
  }

  /** One sample `s[at...] = ax ay az gx gy gz`. Returns whether there is an interval to move over. */
  push(tS: number, s: Float64Array, at: number): boolean {
    const p = this.#parts;
    const count = p.imuCount;
    count.samples++;
    const ax = s[at]!;
    const ay = s[at + 1]!;
    const gz = s[at + 5]!;
    if (
      !(Math.abs(ax) < MOST_MPS2 && Math.abs(ay) < MOST_MPS2 && Math.abs(gz) < MOST_RADPS) ||
      Math.abs(s[at + 2]!) >= MOST_MPS2 ||
      Math.abs(s[at + 3]!) >= MOST_RADPS ||
      Math.abs(s[at + 4]!) >= MOST_RADPS ||
      Number.isNaN(tS)
    ) {
      count.invalid++;
      return false;
    }
    const dt = tS - p.imuS;
    if (dt <= 0) {
      count.late++;
      return false;
    }
    count.rate.push(tS);
    count.accepted++;
    if (p.start.push(tS, s, at) && p.start.state === "done") this.#calibrated();
    const gap = !(dt <= IMU_SILENT_S);
    if (gap && p.imuTrusted) this.#gap(tS, s, at);
    const { mid } = this;
    if (!gap) this.#measureNoise(s, at, dt);
    for (let i = 0; i < 6; i++) {
      mid[i] = 0.5 * (this.#last[i]! + s[at + i]!);
      this.#last[i] = s[at + i]!;
    }
    p.imuS = tS;
    if (gap || !this.#axes(mid[2]!, dt)) return false;
    this.dtS = dt;
    p.tilt.advance(mid, 0, dt);
    const { level } = p.tilt;
    const x = p.estimator.x;
    const speed = p.estimator.running ? Math.sqrt(x[V_EAST]! * x[V_EAST]! + x[V_NORTH]! * x[V_NORTH]!) : 0;
    p.reference.advance(tS, level[LEVEL_FORWARD]!, level[LEVEL_YAW_RATE]!, speed * level[LEVEL_YAW_RATE]!);
    return true;
  }

  /**
   * White noise of force and rate from differences of neighbours, as a spectral density. What the filter takes for
   * granted beyond it is floors: a road is not a test bench.
   */
  #measureNoise(s: Float64Array, at: number, dt: number): void {
    const force = s[at]! - this.#last[0]!;
    const rate = s[at + 5]! - this.#last[5]!;
    const share = Math.min(0.1, dt / NOISE_S);
    this.#forceNoise += share * (0.5 * force * force * dt - this.#forceNoise);
    this.#rateNoise += share * (0.5 * rate * rate * dt - this.#rateNoise);
    const q = this.#parts.estimator.imuNoise;
    q[0] = Math.min(MOST_FORCE_NOISE, FORCE_NOISE + 1.2 * this.#forceNoise);
    q[2] = Math.min(MOST_RATE_NOISE, RATE_NOISE + 1.2 * this.#rateNoise);
  }

  /** The first sample, or the first after silence. */
  #gap(tS: number, s: Float64Array, at: number): void {
    const p = this.#parts;
    if (p.imuActive) this.lost();
    for (let i = 0; i < 6; i++) this.#last[i] = s[at + i]!;
    p.reference.restart(tS);
    if (p.estimator.running) {
      if (tS > p.estimator.headS) p.estimator.coast(tS);
      p.estimator.useImu(true, 0, 0);
    }
    p.imuActive = true;
  }

  /** Upside down or in other axes, the sensor would do harm: the filter goes on without it, and says so. */
  #axes(az: number, dt: number): boolean {
    if (Number.isNaN(az)) return true;
    const p = this.#parts;
    this.#up = !Number.isNaN(this.#up) ? this.#up + Math.min(1, dt / AXES_S) * (az - this.#up) : az;
    if (p.imuTrusted && this.#up < -3) this.#distrust("imu-axes");
    return p.imuTrusted;
  }

  #distrust(fault: "imu-axes" | "imu-disagrees"): void {
    const p = this.#parts;
    p.imuTrusted = false;
    p.imuFault = fault;
    if (p.imuActive) this.lost();
  }

  #calibrated(): void {
    const p = this.#parts;
    const m = p.start.mean;
    p.tilt.setRest(m[0]!, m[1]!, m[2]!);
    if (Number.isFinite(m[3]!) && Number.isFinite(m[4]!)) p.tilt.setGyroBias(m[3]!, m[4]!);
    p.gyroBias[0] = m[5]!;
    p.gyroBias[1] = 0.001;
    if (p.estimator.running && p.imuActive) {
      p.estimator.reset(5, 0, 0.02);
      p.estimator.reset(6, 0, 0.02);
      p.estimator.reset(7, m[5]!, 0.001 ** 2);
    }
  }
}
