import { correct } from "./correct.ts";
import {
  type Filter,
  INNOVATION,
  INNOVATION_VARIANCE,
  NIS,
  PACKED_INDEX,
  STATES,
  V_EAST,
  V_NORTH,
  VARIANCE,
  wrapAngle,
  YAW,
} from "./filter.ts";

/*
 * Every update reads its values from an array at an offset, leaves state and covariance alone when the normalised
 * innovation squared (NIS) is over the gate or not finite, and returns whether it was used. `f.last` has the NIS.
 * A gate of Infinity accepts everything finite.
 */

/** Chi-squared at 99.97 % for one and two degrees of freedom. */
export const GATE_1 = 13;
export const GATE_2 = 16;

function gated(f: Filter, innovation: number, s: number, gate: number): boolean {
  const nis = (innovation * innovation) / s;
  f.last[NIS] = nis;
  f.last[INNOVATION] = innovation;
  f.last[INNOVATION_VARIANCE] = s;
  return nis <= gate && s > 0 && nis < Number.POSITIVE_INFINITY; // also rejects NaN
}

/** z = x[i] + v. `m`: [z, variance, gate]; yaw wraps. */
export function updateDirect(f: Filter, i: number, m: Float64Array, at: number): boolean {
  const difference = m[at]! - f.x[i]!;
  const innovation = i === YAW ? wrapAngle(difference) : difference;
  if (!gated(f, innovation, f.p[VARIANCE[i]!]! + m[at + 1]!, m[at + 2]!)) return false;
  const base = i * STATES;
  for (let r = 0; r < STATES; r++) f.col[r] = f.p[PACKED_INDEX[base + r]!]!;
  correct(f);
  return true;
}

/** Where `updatePair` finds its values. */
export const PAIR_COS = 0;
export const PAIR_SIN = 1;
export const PAIR_ALONG = 2;
export const PAIR_CROSS = 3;
export const PAIR_VARIANCE_ALONG = 4;
export const PAIR_VARIANCE_CROSS = 5;
export const PAIR_GATE = 6;

/**
 * A horizontal vector, measured in axes turned by an angle (along, cross), of states i (east) and i + 1 (north):
 * both axes pass one gate with two degrees of freedom, then come in one after the other (their errors are independent).
 */
export function updatePair(f: Filter, i: number, m: Float64Array, at: number): boolean {
  const { x, p, col, last } = f;
  const c = m[at + PAIR_COS]!;
  const s = m[at + PAIR_SIN]!;
  const rA = m[at + PAIR_VARIANCE_ALONG]!;
  const rC = m[at + PAIR_VARIANCE_CROSS]!;
  const yA = m[at + PAIR_ALONG]! - (c * x[i]! + s * x[i + 1]!);
  const yC = m[at + PAIR_CROSS]! - (c * x[i + 1]! - s * x[i]!);
  const pE = p[VARIANCE[i]!]!;
  const pN = p[VARIANCE[i + 1]!]!;
  const pEN = p[VARIANCE[i]! + 1]!;
  const sA = c * c * pE + 2 * c * s * pEN + s * s * pN + rA;
  const sC = s * s * pE - 2 * c * s * pEN + c * c * pN + rC;
  const sAC = c * s * (pN - pE) + (c * c - s * s) * pEN;
  const det = sA * sC - sAC * sAC;
  const nis = (yA * yA * sC - 2 * yA * yC * sAC + yC * yC * sA) / det;
  last[NIS] = nis;
  if (!(nis <= m[at + PAIR_GATE]! && det > 0 && nis < Number.POSITIVE_INFINITY)) return false;
  const e = i * STATES;
  const n = e + STATES;
  last[INNOVATION] = yA;
  last[INNOVATION_VARIANCE] = sA;
  for (let r = 0; r < STATES; r++) col[r] = c * p[PACKED_INDEX[e + r]!]! + s * p[PACKED_INDEX[n + r]!]!;
  correct(f);
  for (let r = 0; r < STATES; r++) col[r] = c * p[PACKED_INDEX[n + r]!]! - s * p[PACKED_INDEX[e + r]!]!;
  last[INNOVATION] = m[at + PAIR_CROSS]! - (c * x[i + 1]! - s * x[i]!);
  last[INNOVATION_VARIANCE] = c * col[i + 1]! - s * col[i]! + rC;
  correct(f);
  return true;
}

const YAW_ROW = YAW * STATES;
const V_EAST_ROW = V_EAST * STATES;
const V_NORTH_ROW = V_NORTH * STATES;

function column(f: Filter, hYaw: number, hEast: number, hNorth: number): void {
  const { p, col } = f;
  for (let r = 0; r < STATES; r++)
    col[r] =
      hYaw * p[PACKED_INDEX[YAW_ROW + r]!]! +
      hEast * p[PACKED_INDEX[V_EAST_ROW + r]!]! +
      hNorth * p[PACKED_INDEX[V_NORTH_ROW + r]!]!;
}

/** z = forward velocity vE cos(yaw) + vN sin(yaw), as a wheel sees it. `m`: [z, variance, gate]; z has no sign: it takes the state's. */
export function updateForward(f: Filter, m: Float64Array, at: number): boolean {
  const { x, col } = f;
  const c = Math.cos(x[YAW]!);
  const s = Math.sin(x[YAW]!);
  const forward = x[V_EAST]! * c + x[V_NORTH]! * s;
  const left = x[V_NORTH]! * c - x[V_EAST]! * s;
  const z = forward < 0 ? -m[at]! : m[at]!;
  column(f, left, c, s);
  const variance = left * col[YAW]! + c * col[V_EAST]! + s * col[V_NORTH]!;
  if (!gated(f, z - forward, variance + m[at + 1]!, m[at + 2]!)) return false;
  correct(f);
  return true;
}

/** z = |v|. `m`: [z, variance, gate]. Below 0.5 m/s the direction is not known well enough and nothing is done. */
export function updateSpeed(f: Filter, m: Float64Array, at: number): boolean {
  const { x, col } = f;
  const speed = Math.sqrt(x[V_EAST]! * x[V_EAST]! + x[V_NORTH]! * x[V_NORTH]!);
  f.last[NIS] = Number.NaN;
  if (!(speed > 0.5)) return false;
  const c = x[V_EAST]! / speed;
  const s = x[V_NORTH]! / speed;
  column(f, 0, c, s);
  const variance = c * col[V_EAST]! + s * col[V_NORTH]!;
  if (!gated(f, m[at]! - speed, variance + m[at + 1]!, m[at + 2]!)) return false;
  correct(f);
  return true;
}

/** The vehicle does not slide: left velocity vN cos(yaw) - vE sin(yaw) = 0. `m`: [0, variance, gate]. */
export function updateSideSlip(f: Filter, m: Float64Array, at: number): boolean {
  const { x, col } = f;
  const c = Math.cos(x[YAW]!);
  const s = Math.sin(x[YAW]!);
  const forward = x[V_EAST]! * c + x[V_NORTH]! * s;
  const left = x[V_NORTH]! * c - x[V_EAST]! * s;
  column(f, -forward, -s, c);
  const variance = -forward * col[YAW]! - s * col[V_EAST]! + c * col[V_NORTH]!;
  if (!gated(f, m[at]! - left, variance + m[at + 1]!, m[at + 2]!)) return false;
  correct(f);
  return true;
}
