import type { Estimator } from "./ekf/estimator.ts";
import { BIAS_FORWARD, BIAS_YAW, EAST, NORTH, V_EAST, V_NORTH, YAW } from "./ekf/filter.ts";
import { CTRA_SPEED_MPS, MODEL_IMU } from "./ekf/motion.ts";
import type { Moment } from "./moment.ts";
import type { Tilt } from "./tilt.ts";

const SMOOTH_S = 0.016;

/**
 * The state at every inertial sample between two steps of the filter, at a tenth of a step's price: attitude and
 * biases as of the last step, first-order turns, yaw not wrapped. The next step replaces it.
 */
export class Between {
  readonly #estimator: Estimator;
  readonly #tilt: Tilt;
  /** Forward acceleration and yaw rate without biases, lightly smoothed: as the full mode's low-pass would show them. */
  readonly shown = new Float64Array(2);
  #cos = 1;
  #sin = 0;

  constructor(estimator: Estimator, tilt: Tilt) {
    this.#estimator = estimator;
    this.#tilt = tilt;
  }

  /** After a step. */
  begin(hasZ: boolean): void {
    this.#tilt.prepareRows(hasZ);
    const yaw = this.#estimator.x[YAW]!;
    this.#cos = Math.cos(yaw);
    this.#sin = Math.sin(yaw);
  }

  /** Takes a sample that ends a step into what is shown: a slow sensor has no others. `dt` since the one before, s. */
  show(dt: number, s: Float64Array, at: number): void {
    const x = this.#estimator.x;
    const k = this.#tilt.rows;
    const { shown } = this;
    let a = k[0]! * s[at]! + k[1]! * s[at + 1]! - x[BIAS_FORWARD]!;
    a += k[2] === 0 ? k[3]! : k[2]! * s[at + 2]!;
    let w = k[5]! * s[at + 5]! - x[BIAS_YAW]!;
    if (k[4] !== 0) w += k[4]! * s[at + 4]! + k[6]!;
    const share = dt > 0 ? dt / (SMOOTH_S + dt) : 1;
    shown[0] = shown[0]! + share * (a - shown[0]!);
    shown[1] = shown[1]! + share * (w - shown[1]!);
  }

  /** Moves the state over one sample `s[at...] = ax ay az gx gy gz`. */
  advance({ tS }: Moment, s: Float64Array, at: number): void {
    const e = this.#estimator;
    const dt = tS - e.nowS;
    e.nowS = tS;
    if (e.model !== MODEL_IMU || !e.running) return;
    const x = e.x;
    const k = this.#tilt.rows;
    const shown = this.shown;
    let a = k[0]! * s[at]! + k[1]! * s[at + 1]! - x[BIAS_FORWARD]!;
    a += k[2] === 0 ? k[3]! : k[2]! * s[at + 2]!;
    let w = k[5]! * s[at + 5]! - x[BIAS_YAW]!;
    if (k[4] !== 0) w += k[4]! * s[at + 4]! + k[6]!;
    const share = dt / (SMOOTH_S + dt);
    shown[0] = shown[0]! + share * (a - shown[0]!);
    shown[1] = shown[1]! + share * (w - shown[1]!);
    const turn = w * dt;
    const dv = a * dt;
    const vE = x[V_EAST]!;
    const vN = x[V_NORTH]!;
    const c = this.#cos;
    const n = this.#sin;
    const ctra = vE * vE + vN * vN > CTRA_SPEED_MPS * CTRA_SPEED_MPS ? turn : 0;
    const newE = vE - ctra * vN + dv * c;
    const newN = vN + ctra * vE + dv * n;
    const half = 0.5 * dt;
    x[EAST] = x[EAST]! + half * (vE + newE);
    x[NORTH] = x[NORTH]! + half * (vN + newN);
    x[V_EAST] = newE;
    x[V_NORTH] = newN;
    x[YAW] = x[YAW]! + turn;
    this.#cos = c - turn * n;
    this.#sin = n + turn * c;
  }
}
