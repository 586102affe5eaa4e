import { AccelerationBlend } from "./blend.ts";
import { BIAS_FORWARD, BIAS_YAW, EAST, NORTH, V_EAST, V_NORTH, VARIANCE, YAW } from "./ekf/filter.ts";
import { MODEL_HOLD, MODEL_UNALIGNED } from "./ekf/motion.ts";
import { LowPass } from "./filters.ts";
import { yawToCourse } from "./frames.ts";
import { DrivingMode } from "./modes.ts";
import type { Parts } from "./parts.ts";
import { LEVEL_FORWARD, LEVEL_UP, LEVEL_YAW_RATE } from "./tilt.ts";
import { createState, type FusionState } from "./types.ts";

const CUTOFF_HZ = 10;
/** Fix errors that neighbours share do not average out: this part of a fix's sigma stays. */
export const SHARED_ERROR = 0.5;
/** Forward bias this well known needs no help from GNSS; this badly, all it can get. */
const SURE_MPS2 = 0.05;
const UNSURE_MPS2 = 0.3;

/** From the filter to what people look at: low-passed accelerations, degrees, driving mode. */
export class Output {
  readonly state: FusionState = createState();
  readonly mode = new DrivingMode();
  readonly blend = new AccelerationBlend();
  readonly #parts: Parts;
  readonly #cutoffHz: number;
  readonly #forward: LowPass;
  readonly #up: LowPass;
  readonly #yawRate: LowPass;
  readonly #latLon = new Float64Array(2);
  readonly #filtered = new Float64Array(3).fill(Number.NaN);
  #designedHz = 100;
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

  /** The low-passes see every inertial sample. */
  inertial(level: Float64Array, rateHz: number): void {
    if (rateHz > 0 && Math.abs(rateHz - this.#designedHz) > 0.1 * this.#designedHz) {
      this.#designedHz = rateHz;
      this.#forward.design(this.#cutoffHz, rateHz);
      this.#up.design(this.#cutoffHz, rateHz);
      this.#yawRate.design(this.#cutoffHz, rateHz);
    }
    this.#filtered[0] = this.#forward.push(level[LEVEL_FORWARD]!);
    this.#filtered[1] = this.#up.push(level[LEVEL_UP]!);
    this.#filtered[2] = this.#yawRate.push(level[LEVEL_YAW_RATE]!);
  }

  /** 0 to 1: how well forward acceleration is known without GNSS. */
  get confidence(): number {
    const f = this.#parts.estimator.filter;
    const sigma = Math.sqrt(f.p[VARIANCE[BIAS_FORWARD]!]!);
    return Math.max(0, Math.min(1, (UNSURE_MPS2 - sigma) / (UNSURE_MPS2 - SURE_MPS2)));
  }

  clear(): void {
    this.#forward.clear();
    this.#up.clear();
    this.#yawRate.clear();
    this.mode.clear();
    this.shownS = Number.NEGATIVE_INFINITY;
  }

  /** Fills `state` from the estimator at its head. */
  fill(tUs: number, tS: number, fixSigmaM: number): void {
    const { estimator: e, imuActive, local } = this.#parts;
    const s = this.state;
    const x = e.x;
    const p = e.filter.p;
    const dt = tS - this.shownS;
    this.shownS = tS;
    s.tUs = tUs;
    s.x = x[EAST]!;
    s.y = x[NORTH]!;
    const hold = e.model === MODEL_HOLD;
    const known = e.model !== MODEL_UNALIGNED;
    if (hold) {
      s.vx = 0;
      s.vy = 0;
      s.speed = 0;
    } else {
      s.vx = x[V_EAST]!;
      s.vy = x[V_NORTH]!;
      s.speed = Math.sqrt(s.vx * s.vx + s.vy * s.vy);
    }
    const yawKnown = p[VARIANCE[YAW]!]! < 1;
    const turned = local ? local.convergenceRad : 0;
    s.yaw = yawKnown ? x[YAW]! : Number.NaN;
    s.yawSigma = yawKnown ? Math.sqrt(p[VARIANCE[YAW]!]!) : Number.NaN;
    s.course =
      s.speed > 0.5
        ? yawToCourse(Math.atan2(s.vy, s.vx) - turned)
        : yawKnown
          ? yawToCourse(x[YAW]! - turned)
          : Number.NaN;
    const shared = fixSigmaM > 0 ? SHARED_ERROR * fixSigmaM : 0;
    s.sigma = Math.sqrt(p[VARIANCE[EAST]!]! + p[VARIANCE[NORTH]!]! + shared * shared);
    if (hold) {
      s.yawRate = 0;
      s.aLong = 0;
      s.aLat = 0;
      s.aUp = imuActive ? this.#filtered[1]! : Number.NaN;
    } else if (!known) {
      s.yawRate = imuActive ? this.#filtered[2]! - x[BIAS_YAW]! : Number.NaN;
      s.aLong = Number.NaN;
      s.aLat = Number.NaN;
      s.aUp = imuActive ? this.#filtered[1]! : Number.NaN;
    } else if (imuActive) {
      s.yawRate = this.#filtered[2]! - x[BIAS_YAW]!;
      s.aLong = this.#filtered[0]! - x[BIAS_FORWARD]! + this.blend.correction(tS, this.confidence);
      s.aLat = s.speed * s.yawRate;
      s.aUp = this.#filtered[1]!;
    } else {
      s.yawRate = -x[BIAS_YAW]!;
      s.aLong = -x[BIAS_FORWARD]!;
      s.aLat = s.speed * s.yawRate;
      s.aUp = Number.NaN;
    }
    if (local) {
      local.toGeodetic(x, EAST, this.#latLon);
      s.lat = this.#latLon[0]!;
      s.lon = this.#latLon[1]!;
    }
    s.mode = this.mode.push(s.aLong, s.aLat, s.yawRate, s.speed, dt > 0 && dt < 1 ? dt : 0);
  }
}
