import { BIAS_FORWARD, BIAS_LEFT, BIAS_YAW, EAST, NORTH, V_EAST, V_NORTH, wrapAngle, YAW } from "./filter.ts";

/** What moves the state over one interval: where each input is kept, counted from an offset. */
export const DT_S = 0;
/** Specific force along the level forward and left axes, m/s^2, gravity-free. */
export const FORWARD_MPS2 = 1;
export const LEFT_MPS2 = 2;
export const YAW_RATE_RADPS = 3;
/** Bias that the attitude has taken over since the last interval, m/s^2. */
export const TAKEN_FORWARD = 4;
export const TAKEN_LEFT = 5;
/** One of the models below. */
export const MODEL = 6;
export const INPUTS = 7;

/** Inputs from an inertial sensor. */
export const MODEL_IMU = 0;
/** No inertial sensor: minus the biases are the acceleration and the yaw rate, as first-order Gauss-Markov processes. */
export const MODEL_FREE = 1;
/** Yaw is not known yet: velocity is a random walk. */
export const MODEL_UNALIGNED = 2;
/** At standstill: nothing moves. */
export const MODEL_HOLD = 3;

/** Above this speed the velocity turns with the yaw rate (CTRA), below it follows the accelerometer alone (CA). */
export const CTRA_SPEED_MPS = 2;

/** Biases decay at this rate, 1/s, in MODEL_FREE: braking and cornering last about this long. */
export const FREE_FORWARD_RATE = 1 / 2;
export const FREE_YAW_RATE = 1 / 1.5;

/**
 * Derivatives of the velocity that `moveState` made last, by the state before: the rows of F for vE and vN, each with
 * the columns yaw, vE, vN, bias forward, bias left, bias yaw; then cosine and sine of the heading they belong to.
 * Borrowed: valid until the next call.
 */
export const rows = new Float64Array(14);
export const ROW_EAST = 0;
export const ROW_NORTH = 6;
export const ROW_COS = 12;
export const ROW_SIN = 13;

/**
 * Moves `x` over one interval of constant inputs into `out` (which may be `x`).
 *
 * CTRA: the velocity is an earth-frame vector that turns with the body by theta = omega dt while the forward
 * acceleration a adds to it, v(t) = R(omega t)(v0 + a t e(psi0)); the position is its exact integral,
 * dx = (vx sin th - vy (1 - cos th))/omega + a (P cos psi - Q sin psi), P = int t cos(omega t), Q = int t sin(omega t).
 * CA: both accelerations act at the mid-interval heading. Angles: Farrell, Aided Navigation (2008), s. 9.3;
 * CTRA: Schubert et al., Comparison and Evaluation of Advanced Motion Models (FUSION 2008).
 */
export function moveState(x: Float64Array, u: Float64Array, at: number, out: Float64Array): void {
  const dt = u[at]!;
  const model = u[at + MODEL]!;
  const biasForward = x[BIAS_FORWARD]!;
  const biasLeft = x[BIAS_LEFT]!;
  const biasYaw = x[BIAS_YAW]!;
  const yaw = x[YAW]!;
  const vE = x[V_EAST]!;
  const vN = x[V_NORTH]!;
  if (model === MODEL_HOLD) {
    for (let i = 0; i < 5; i++) out[i] = x[i]!;
    out[BIAS_FORWARD] = biasForward - u[at + TAKEN_FORWARD]!;
    out[BIAS_LEFT] = biasLeft - u[at + TAKEN_LEFT]!;
    out[BIAS_YAW] = biasYaw;
    return;
  }
  const yawRate = u[at + YAW_RATE_RADPS]! - biasYaw;
  const theta = yawRate * dt;
  if (model === MODEL_UNALIGNED) {
    out[EAST] = x[EAST]! + vE * dt;
    out[NORTH] = x[NORTH]! + vN * dt;
    out[YAW] = wrapAngle(yaw + theta);
    out[V_EAST] = vE;
    out[V_NORTH] = vN;
    out[BIAS_FORWARD] = biasForward - u[at + TAKEN_FORWARD]!;
    out[BIAS_LEFT] = biasLeft - u[at + TAKEN_LEFT]!;
    out[BIAS_YAW] = biasYaw;
    rows.fill(0);
    rows[ROW_EAST + 1] = 1;
    rows[ROW_NORTH + 2] = 1;
    rows[ROW_COS] = 1;
    return;
  }
  const a = u[at + FORWARD_MPS2]! - biasForward;
  if (vE * vE + vN * vN > CTRA_SPEED_MPS * CTRA_SPEED_MPS) {
    const c = Math.cos(yaw);
    const s = Math.sin(yaw);
    const t2 = theta * theta;
    let cosT: number;
    let sinT: number;
    let oneMinusCos: number; // (1 - cos th)/th
    let sinc: number;
    let p: number;
    let q: number;
    if (t2 < 0.01) {
      // Taylor series to th^8: the closed forms cancel where th is small
      sinc = 1 - (t2 / 6) * (1 - (t2 / 20) * (1 - (t2 / 42) * (1 - t2 / 72)));
      const half = 0.5 * (1 - (t2 / 12) * (1 - (t2 / 30) * (1 - t2 / 56)));
      cosT = 1 - t2 * half;
      sinT = theta * sinc;
      oneMinusCos = theta * half;
      p = 0.5 - (t2 / 8) * (1 - (t2 / 18) * (1 - t2 / 40));
      q = (theta / 3) * (1 - (t2 / 10) * (1 - (t2 / 28) * (1 - t2 / 54)));
    } else {
      sinT = Math.sin(theta);
      cosT = Math.cos(theta);
      sinc = sinT / theta;
      oneMinusCos = (1 - cosT) / theta;
      p = (theta * sinT + cosT - 1) / t2;
      q = (sinT - theta * cosT) / t2;
    }
    const ad2 = a * dt * dt;
    out[EAST] = x[EAST]! + dt * (sinc * vE - oneMinusCos * vN) + ad2 * (p * c - q * s);
    out[NORTH] = x[NORTH]! + dt * (oneMinusCos * vE + sinc * vN) + ad2 * (p * s + q * c);
    const turnedCos = c * cosT - s * sinT;
    const turnedSin = s * cosT + c * sinT;
    const dv = a * dt;
    const newE = cosT * vE - sinT * vN + dv * turnedCos;
    const newN = sinT * vE + cosT * vN + dv * turnedSin;
    out[V_EAST] = newE;
    out[V_NORTH] = newN;
    rows[0] = -dv * turnedSin;
    rows[1] = cosT;
    rows[2] = -sinT;
    rows[3] = -dt * turnedCos;
    rows[4] = 0;
    rows[5] = dt * newN;
    rows[6] = dv * turnedCos;
    rows[7] = sinT;
    rows[8] = cosT;
    rows[9] = -dt * turnedSin;
    rows[10] = 0;
    rows[11] = -dt * newE;
    rows[ROW_COS] = turnedCos;
    rows[ROW_SIN] = turnedSin;
  } else {
    const left = u[at + LEFT_MPS2]! - biasLeft;
    const mid = yaw + 0.5 * theta;
    const c = Math.cos(mid);
    const s = Math.sin(mid);
    const dvE = (a * c - left * s) * dt;
    const dvN = (a * s + left * c) * dt;
    out[EAST] = x[EAST]! + (vE + 0.5 * dvE) * dt;
    out[NORTH] = x[NORTH]! + (vN + 0.5 * dvN) * dt;
    out[V_EAST] = vE + dvE;
    out[V_NORTH] = vN + dvN;
    rows[0] = -dvN;
    rows[1] = 1;
    rows[2] = 0;
    rows[3] = -dt * c;
    rows[4] = dt * s;
    rows[5] = 0.5 * dt * dvN;
    rows[6] = dvE;
    rows[7] = 0;
    rows[8] = 1;
    rows[9] = -dt * s;
    rows[10] = -dt * c;
    rows[11] = -0.5 * dt * dvE;
    rows[ROW_COS] = c;
    rows[ROW_SIN] = s;
  }
  out[YAW] = wrapAngle(yaw + theta);
  if (model === MODEL_FREE) {
    const keep = Math.exp(-FREE_FORWARD_RATE * dt);
    out[BIAS_FORWARD] = biasForward * keep;
    out[BIAS_LEFT] = biasLeft * keep;
    out[BIAS_YAW] = biasYaw * Math.exp(-FREE_YAW_RATE * dt);
  } else {
    out[BIAS_FORWARD] = biasForward - u[at + TAKEN_FORWARD]!;
    out[BIAS_LEFT] = biasLeft - u[at + TAKEN_LEFT]!;
    out[BIAS_YAW] = biasYaw;
  }
}
