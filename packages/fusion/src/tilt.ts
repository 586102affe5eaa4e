import { attitudeOf, STANDARD_GRAVITY_MPS2, upOf } from "./frames.ts";
import type { Moment } from "./moment.ts";

/** Where `Tilt.level` puts what it makes of a sample. */
export const LEVEL_FORWARD = 0;
export const LEVEL_LEFT = 1;
export const LEVEL_UP = 2;
export const LEVEL_YAW_RATE = 3;

/**
 * The attitude follows the filter's biases with a time constant that grows from the first to the second as gyro bias
 * becomes known; a phone's gyro starts with some degrees a second, a calibrated one with none. The bias follows six
 * times slower (damping 1.2).
 */
const LEVELLING_S = [2, 20] as const;
const SETTLED_S = 180;
const BIAS_SLOWER = 6;
/** What an unknown gyro bias does to forward and left force: random walk, (m/s^2)^2/s, and how fast that goes. */
const UNSETTLED_NOISE = 0.3 ** 2;
const SETTLED_NOISE = 0.015 ** 2;
const UNSETTLED_S = 10;
/** Without rates the slope of the road is bias: 1 % in a second. */
const SLOPE_NOISE = 0.1 ** 2;

/**
 * Which way is up, in body axes: the mounting and the slope of the road at once. It needs no trigonometry: the
 * direction u turns with the gyro, du/dt = u x omega, and the level axes follow from it,
 * x_level = (e_x - u_x u)/n, y_level = (0, u_z, -u_y)/n, n = sqrt(1 - u_x^2). Gravity has no part along them.
 *
 * What the filter finds as accelerometer bias is mostly an error of u (a tilt of 1 deg reads 0.17 m/s^2), so u takes
 * the bias over, slowly. Gyro bias about x and y is the integral of that, and the mean rate at standstill.
 */
export class Tilt {
  readonly up = new Float64Array([0, 0, 1]);
  readonly gyroBias = new Float64Array(2);
  /** Level forward, level left, up (gravity-free) in m/s^2, yaw rate in rad/s. */
  readonly level = new Float64Array(4);
  /**
   * The same for `Between`: forward = rows 0 to 2 on ax ay az + row 3, yaw rate = rows 4 and 5 on gy gz + row 6.
   * Written by `prepareRows`; an axis with weight 0 may be absent.
   */
  readonly rows = new Float64Array([1, 0, 0, 0, 0, 1, 0]);
  /** What `takeOver` took since it was last asked, forward and left, m/s^2. */
  readonly taken = new Float64Array(2);
  /** Whether x and y rates come with the samples. Without them u stands still. */
  hasRates = false;
  /** How long x and y gyro biases have been learnt, s. */
  settledS = 0;
  /** Direction and biases were measured: at rest, or against what the vehicle did. */
  measured = false;
  /** As they were measured last. */
  readonly #measuredUp = new Float64Array([0, 0, 1]);
  readonly #measuredBias = new Float64Array(2);
  /** Yaw of the sensor's forward axis in the vehicle, counter-clockwise, rad. */
  #mountingYawRad = 0;
  #cosMounting = 1;
  #sinMounting = 0;

  get mountingYawRad(): number {
    return this.#mountingYawRad;
  }

  set mountingYawRad(rad: number) {
    this.#mountingYawRad = rad;
    this.#cosMounting = Math.cos(rad);
    this.#sinMounting = Math.sin(rad);
  }

  /** Turns u through one interval, then puts the sample `s[at...] = ax ay az gx gy gz` into level axes. */
  advance(s: Float64Array, at: number, { dtS }: Moment): void {
    const u = this.up;
    const wx = s[at + 3]! - this.gyroBias[0]!;
    const wy = s[at + 4]! - this.gyroBias[1]!;
    const wz = s[at + 5]!;
    let x = u[0]!;
    let y = u[1]!;
    let z = u[2]!;
    const turning = Number.isFinite(wx) && Number.isFinite(wy);
    if (turning) {
      this.hasRates = true;
      const dx = (y * wz - z * wy) * dtS;
      const dy = (z * wx - x * wz) * dtS;
      const dz = (x * wy - y * wx) * dtS;
      x += dx;
      y += dy;
      z += dz;
      const n = 1 / Math.sqrt(x * x + y * y + z * z);
      x *= n;
      y *= n;
      z *= n;
      u[0] = x;
      u[1] = y;
      u[2] = z;
    }
    const ax = s[at]!;
    const ay = s[at + 1]!;
    const azGiven = s[at + 2]!;
    // the sign keeps V8 from boxing a choice between a number and an imported constant
    const az = Number.isFinite(azGiven) ? azGiven : +STANDARD_GRAVITY_MPS2;
    const n2 = Math.max(1 - x * x, 0.01);
    const n = Math.sqrt(n2);
    const alongUp = ax * x + ay * y + az * z;
    const forward = (ax - x * alongUp) / n;
    const left = (z * ay - y * az) / n;
    const c = this.#cosMounting;
    const sn = this.#sinMounting;
    const out = this.level;
    out[LEVEL_FORWARD] = c * forward - sn * left;
    out[LEVEL_LEFT] = sn * forward + c * left;
    out[LEVEL_UP] = alongUp - STANDARD_GRAVITY_MPS2;
    out[LEVEL_YAW_RATE] = turning ? (wy * y + wz * z) / n2 : wz * z;
  }

  /** Fills `rows`. Without z the vertical force is g, without x and y rates only z turns. */
  prepareRows(hasZ: boolean): void {
    const k = this.rows;
    const x = this.up[0]!;
    const y = this.up[1]!;
    const z = this.up[2]!;
    const n2 = Math.max(1 - x * x, 0.01);
    const n = Math.sqrt(n2);
    const c = this.#cosMounting;
    const s = this.#sinMounting;
    const vertical = (s * y - c * x * z) / n;
    k[0] = (c * (1 - x * x)) / n;
    k[1] = (-c * x * y - s * z) / n;
    k[2] = hasZ ? vertical : 0;
    k[3] = hasZ ? 0 : vertical * STANDARD_GRAVITY_MPS2;
    k[4] = this.hasRates ? y / n2 : 0;
    k[5] = this.hasRates ? z / n2 : z;
    k[6] = this.hasRates ? -this.gyroBias[1]! * k[4] : 0;
  }

  /** Another sensor, or another orientation of it: upright, with nothing learnt. */
  clear(): void {
    this.up.fill(0);
    this.up[2] = 1;
    this.gyroBias.fill(0);
    this.taken.fill(0);
    this.settledS = 0;
    this.measured = false;
    this.mountingYawRad = 0;
  }

  /** What was measured of it stands. */
  keep(): void {
    this.measured = true;
    this.#measuredUp.set(this.up);
    this.#measuredBias.set(this.gyroBias);
  }

  /** What was felt since it was measured was wrong: back to that, or to upright. */
  revert(): void {
    this.taken.fill(0);
    this.up.fill(0);
    this.up[2] = 1;
    this.gyroBias.fill(0);
    this.settledS = 0;
    if (!this.measured) return;
    this.up.set(this.#measuredUp);
    this.gyroBias.set(this.#measuredBias);
    this.settledS = SETTLED_S;
  }

  /** Level forward and left force, m/s^2, that it reads of gravity when `up` is the vertical in truth; into `out`. */
  misread(up: Float64Array, out: Float64Array): void {
    const x = this.up[0]!;
    const y = this.up[1]!;
    const z = this.up[2]!;
    const dot = up[0]! * x + up[1]! * y + up[2]! * z;
    const n = Math.sqrt(Math.max(1 - x * x, 0.01));
    const forward = (STANDARD_GRAVITY_MPS2 * (up[0]! - x * dot)) / n;
    const left = (STANDARD_GRAVITY_MPS2 * (z * up[1]! - y * up[2]!)) / n;
    out[0] = this.#cosMounting * forward - this.#sinMounting * left;
    out[1] = this.#sinMounting * forward + this.#cosMounting * left;
  }

  /** Level force of the mean of samples at standstill is zero: u is their direction. Returns the angle moved, rad. */
  setRest(ax: number, ay: number, az: number): number {
    const norm = Math.sqrt(ax * ax + ay * ay + az * az);
    if (!(norm > 0.9)) return 0;
    const u = this.up;
    const dot = (ax * u[0]! + ay * u[1]! + az * u[2]!) / norm;
    u[0] = ax / norm;
    u[1] = ay / norm;
    u[2] = az / norm;
    return Math.acos(Math.min(1, Math.max(-1, dot)));
  }

  /** Gyro biases about x and y as measured at rest, rad/s. */
  setGyroBias(x: number, y: number): void {
    this.gyroBias[0] = clampBias(x);
    this.gyroBias[1] = clampBias(y);
    this.settledS = SETTLED_S;
  }

  /** Noise of the filter's forward and left bias, (m/s^2)^2/s. */
  get biasNoise(): number {
    if (!this.hasRates) return SLOPE_NOISE;
    return SETTLED_NOISE + UNSETTLED_NOISE * Math.exp(-this.settledS / UNSETTLED_S);
  }

  /** From a sensor that reports its attitude. */
  setAttitude(rollRad: number, pitchRad: number): void {
    upOf(rollRad, pitchRad, this.up);
  }

  /** [roll, pitch] in rad, into `out`. */
  attitude(out: Float64Array): void {
    attitudeOf(this.up, out);
  }

  /**
   * Takes a share of the filter's forward and left accelerometer bias into u; `taken` says how much the biases have
   * to give up.
   */
  takeOver(biasForward: number, biasLeft: number, dtS: number): void {
    if (!this.hasRates) return;
    this.settledS = Math.min(SETTLED_S, this.settledS + dtS);
    const timeConstantS = LEVELLING_S[0] + ((LEVELLING_S[1] - LEVELLING_S[0]) * this.settledS) / SETTLED_S;
    const biasS = BIAS_SLOWER * timeConstantS;
    const share = Math.min(1, dtS / timeConstantS);
    const c = this.#cosMounting;
    const s = this.#sinMounting;
    // back from vehicle to sensor heading
    const forward = (c * biasForward + s * biasLeft) * share;
    const left = (c * biasLeft - s * biasForward) * share;
    const u = this.up;
    const x = u[0]!;
    const y = u[1]!;
    const z = u[2]!;
    const n = Math.sqrt(Math.max(1 - x * x, 0.01));
    const f = forward / (STANDARD_GRAVITY_MPS2 * n);
    const l = left / (STANDARD_GRAVITY_MPS2 * n);
    // u + f x_level + l y_level
    let nx = x + f * (1 - x * x);
    let ny = y - f * x * y + l * z;
    let nz = z - f * x * z - l * y;
    const norm = 1 / Math.sqrt(nx * nx + ny * ny + nz * nz);
    nx *= norm;
    ny *= norm;
    nz *= norm;
    u[0] = nx;
    u[1] = ny;
    u[2] = nz;
    // the rotation that did it, minus its part about up: omega = l x_level - f y_level
    this.gyroBias[0] = clampBias(this.gyroBias[0]! - l / biasS);
    this.gyroBias[1] = clampBias(this.gyroBias[1]! + f / biasS);
    this.taken[0] = this.taken[0]! + biasForward * share;
    this.taken[1] = this.taken[1]! + biasLeft * share;
  }
}

/** A gyro worse than 6 deg/s is broken, not biased. */
const clampBias = (b: number): number => Math.max(-0.1, Math.min(0.1, b));
