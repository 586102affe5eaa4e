import { AccelerationBlend, biasConfidence } from "./blend.ts";
import {
  BIAS_FORWARD,
  BIAS_YAW,
  EAST,
  NORTH,
  V_EAST,
  V_NORTH,
  VARIANCE,
  wrapAngle,
  YAW,
} from "./ekf/filter.ts";
import { MODEL_HOLD, MODEL_IMU, MODEL_UNALIGNED } from "./ekf/motion.ts";
import { LowPass } from "./filters.ts";
import { yawToCourse } from "./frames.ts";
import { createFelt, DrivingMode } from "./modes.ts";
import type { Moment } from "./moment.ts";
import type { Parts } from "./parts.ts";
import { LEVEL_FORWARD, LEVEL_UP, LEVEL_YAW_RATE } from "./tilt.ts";
import { createState, type FusionState } from "./types.ts";

const CUTOFF_HZ = 10;
const SLOW_RATE = 4;
/** Fix errors that neighbours share do not average out: this part of a fix's sigma stays. */
export const SHARED_ERROR = 0.5;

/**
 * From the filter to what people look at. Accelerations, yaw rate and driving mode are made at every step; the rest
 * only when somebody looks.
 */
export class Output {
  readonly mode = new DrivingMode();
  readonly #felt = createFelt();
  readonly blend = new AccelerationBlend();
  readonly #state = createState();
  readonly #parts: Parts;
  readonly #cutoffHz: number;
  readonly #forward: LowPass;
  readonly #up: LowPass;
  readonly #yawRate: LowPass;
  readonly #latLon = new Float64Array(2);
  #designedHz = 100;
  /** Forward acceleration, acceleration up, yaw rate, of the last step. */
  readonly #now = new Float64Array(3).fill(Number.NaN);
  /** What GNSS adds to the forward acceleration, m/s^2. */
  #help = 0;
  #tUs = Number.NaN;
  #fresh = true;
  /** Time of the state shown last, s; -Infinity before the first. */
  shownS = Number.NEGATIVE_INFINITY;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#cutoffHz = parts.options.cutoffHz ?? CUTOFF_HZ;
    this.#forward = new LowPass(this.#cutoffHz, 100);
    this.#up = new LowPass(this.#cutoffHz, 100);
    this.#yawRate = new LowPass(this.#cutoffHz, 100);
    const { preset, thresholds } = parts.options;
    if (preset === "custom" && thresholds) this.mode.use(preset, thresholds);
    else if (preset && preset !== "custom") this.mode.use(preset);
  }

  /** One inertial step. The light mode classifies on means over the step, which is low-pass enough. */
  step(moment: Moment, level: Float64Array): void {
    const { estimator: e, light, imuCount } = this.#parts;
    let forward = level[LEVEL_FORWARD]!;
    let up = level[LEVEL_UP]!;
    let yawRate = level[LEVEL_YAW_RATE]!;
    if (!light) {
      const rateHz = imuCount.rate.hz;
      if (rateHz > 0 && Math.abs(rateHz - this.#designedHz) > 0.1 * this.#designedHz) this.#design(rateHz);
      const smoothForward = this.#forward.push(forward);
      const smoothUp = this.#up.push(up);
      const smoothYawRate = this.#yawRate.push(yawRate);
      // means over the steps of a slow sensor are smooth already: filtered as well, they would only be late
      if (!(rateHz > 0 && rateHz < SLOW_RATE * this.#cutoffHz)) {
        forward = smoothForward;
        up = smoothUp;
        yawRate = smoothYawRate;
      }
    }
    const now = this.#now;
    now[1] = up;
    this.#help = this.blend.correction(moment.tS, e.filter.p[VARIANCE[BIAS_FORWARD]!]!);
    if (e.model === MODEL_HOLD) {
      now[0] = 0;
      now[2] = 0;
    } else {
      now[2] = yawRate - e.x[BIAS_YAW]!;
      now[0] =
        e.running && e.model !== MODEL_UNALIGNED ? forward - e.x[BIAS_FORWARD]! + this.#help : Number.NaN;
    }
    this.#classify(moment);
  }

  /** A state without an inertial sensor: minus the biases are the accelerations. */
  stepWithoutImu(moment: Moment): void {
    const e = this.#parts.estimator;
    const hold = e.model === MODEL_HOLD;
    const known = e.running && e.model !== MODEL_UNALIGNED;
    this.#now[0] = hold ? 0 : known ? -e.x[BIAS_FORWARD]! : Number.NaN;
    this.#now[1] = Number.NaN;
    this.#now[2] = hold ? 0 : known ? -e.x[BIAS_YAW]! : Number.NaN;
    this.#classify(moment);
  }

  #classify({ dtS }: Moment): void {
    const e = this.#parts.estimator;
    const x = e.x;
    const speed =
      e.running && e.model !== MODEL_HOLD
        ? Math.sqrt(x[V_EAST]! * x[V_EAST]! + x[V_NORTH]! * x[V_NORTH]!)
        : 0;
    const now = this.#now;
    // a bias that nobody knows yet would show as throttle or brake
    const sure = !this.#parts.imuActive || biasConfidence(e.filter.p[VARIANCE[BIAS_FORWARD]!]!) > 0;
    const felt = this.#felt;
    felt.aLong = sure ? now[0]! : 0;
    felt.aLat = speed * now[2]!;
    felt.yawRate = now[2]!;
    felt.speed = speed;
    felt.dtS = dtS < 1 ? dtS : 0;
    this.mode.push(felt);
  }

  #design(rateHz: number): void {
    this.#designedHz = rateHz;
    this.#forward.design(this.#cutoffHz, rateHz);
    this.#up.design(this.#cutoffHz, rateHz);
    this.#yawRate.design(this.#cutoffHz, rateHz);
  }

  clear(): void {
    this.#forward.clear();
    this.#up.clear();
    this.#yawRate.clear();
    this.mode.clear();
    this.#now.fill(Number.NaN);
    this.shownS = Number.NEGATIVE_INFINITY;
  }

  /** There is a new state. */
  moved({ tUs, tS }: Moment): void {
    this.#tUs = tUs;
    this.shownS = tS;
    this.#fresh = false;
  }

  /** The state shown, filled when it has not been since it moved. */
  read(fixSigmaM: number): FusionState {
    if (!this.#fresh) this.#fill(fixSigmaM);
    this.#fresh = true;
    return this.#state;
  }

  #fill(fixSigmaM: number): void {
    const { estimator: e, local } = this.#parts;
    const s = this.#state;
    const x = e.x;
    const p = e.filter.p;
    s.tUs = this.#tUs;
    s.x = x[EAST]!;
    s.y = x[NORTH]!;
    const hold = e.model === MODEL_HOLD;
    s.vx = hold ? 0 : x[V_EAST]!;
    s.vy = hold ? 0 : x[V_NORTH]!;
    s.speed = Math.sqrt(s.vx * s.vx + s.vy * s.vy);
    const yawKnown = p[VARIANCE[YAW]!]! < 1;
    const turned = local ? local.convergenceRad : 0;
    s.yaw = yawKnown ? wrapAngle(x[YAW]!) : Number.NaN;
    s.yawSigma = yawKnown ? Math.sqrt(p[VARIANCE[YAW]!]!) : Number.NaN;
    s.course =
      s.speed > 0.5
        ? yawToCourse(Math.atan2(s.vy, s.vx) - turned)
        : yawKnown
          ? yawToCourse(x[YAW]! - turned)
          : Number.NaN;
    const shared = fixSigmaM > 0 ? SHARED_ERROR * fixSigmaM : 0;
    s.sigma = Math.sqrt(p[VARIANCE[EAST]!]! + p[VARIANCE[NORTH]!]! + shared * shared);
    const between = this.#parts.light && this.#parts.imuActive && e.model === MODEL_IMU;
    s.aLong = between ? this.#parts.between.shown[0]! + this.#help : this.#now[0]!;
    s.aUp = this.#now[1]!;
    s.yawRate = between ? this.#parts.between.shown[1]! : this.#now[2]!;
    s.aLat = s.speed * s.yawRate;
    if (local) {
      local.toGeodetic(x, EAST, this.#latLon);
      s.lat = this.#latLon[0]!;
      s.lon = this.#latLon[1]!;
    }
    s.mode = this.mode.bits;
  }
}
