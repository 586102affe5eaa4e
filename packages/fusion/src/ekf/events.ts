import { resetState, widen } from "./condition.ts";
import {
  BIAS_FORWARD,
  BIAS_LEFT,
  BIAS_YAW,
  EAST,
  type Filter,
  NIS,
  NORTH,
  PACKED,
  STATES,
  V_EAST,
  V_NORTH,
  YAW,
} from "./filter.ts";
import { updateDirect, updateForward, updatePair, updateSideSlip, updateSpeed } from "./measure.ts";
import { INPUTS, MODEL, MODEL_FREE, MODEL_HOLD } from "./motion.ts";
import { NOISES, predict, Q_BIAS_FORWARD, Q_BIAS_LEFT, Q_BIAS_YAW, Q_POSITION } from "./predict.ts";

/**
 * Everything that happens to a filter is an event in a slot of a flat array, so that it can be kept, put in order of
 * time, done again, and smoothed. Slot: time, kind, payload, outcome, then state and covariance after the event.
 */
export const TIME_S = 0;
export const KIND = 1;
export const PAYLOAD = 2;
export const PAYLOADS = 12;
export const ACCEPTED = PAYLOAD + PAYLOADS;
export const SLOT_NIS = ACCEPTED + 1;
export const SLOT_X = SLOT_NIS + 1;
export const SLOT_P = SLOT_X + STATES;
export const STRIDE = SLOT_P + PACKED;

/** Nothing (an event that was taken back). */
export const NOTHING = 0;
/** Payload: inputs of motion.ts, then process noise forward, left, yaw, of the position, and of the force biases. */
export const MOVE = 1;
export const MOVE_Q = INPUTS;
/** Payload: a pair of measure.ts, then what is added to each variance before (recovery). */
export const POSITION = 2;
export const VELOCITY = 3;
export const PAIR_WIDEN = 7;
/** POSITION only: the fix delay grew by this since the last fix, s. What the filter learnt of it lies that much behind. */
export const PAIR_SHIFT_S = 8;
/** Payload: z, variance, gate. */
export const SPEED = 4;
export const FORWARD = 5;
export const HEADING = 6;
export const SIDE_SLIP = 7;
export const LEFT_FORCE = 8;
/** Payload: mean forward and left force and yaw rate at standstill, then variance of force, yaw rate and velocity. */
export const REST = 9;
/** Payload: state, value, variance. */
export const RESET = 10;

const noise = new Float64Array(NOISES);
const scratch = new Float64Array(3);

/** Of the yaw gyro's bias, (rad/s)^2/s. */
const IMU_BIAS_YAW = 1e-4 ** 2;
/** Free: 2 sigma^2 rate of a process of 3 m/s^2 (forward) and 0.4 rad/s. */
const FREE_BIAS = 2 * 3 ** 2 * 0.5;
const FREE_YAW = 2 * 0.4 ** 2 * 0.67;
/** It can turn that fast from this speed. */
const FREE_TURN_MPS = 5;

function move(f: Filter, s: Float64Array, at: number): void {
  const model = s[at + MODEL]!;
  noise[0] = s[at + MOVE_Q]!;
  noise[1] = s[at + MOVE_Q + 1]!;
  noise[2] = s[at + MOVE_Q + 2]!;
  noise[Q_POSITION] = s[at + MOVE_Q + 3]!;
  if (model === MODEL_FREE) {
    const agility = s[at + MOVE_Q + 4]!;
    noise[Q_BIAS_FORWARD] = FREE_BIAS * agility;
    noise[Q_BIAS_LEFT] = FREE_BIAS * agility;
    // wheels that do not roll do not turn a vehicle round
    const speed2 = f.x[V_EAST]! * f.x[V_EAST]! + f.x[V_NORTH]! * f.x[V_NORTH]!;
    noise[Q_BIAS_YAW] = FREE_YAW * agility * Math.min(1, speed2 / (FREE_TURN_MPS * FREE_TURN_MPS));
  } else {
    noise[Q_BIAS_FORWARD] = s[at + MOVE_Q + 4]!;
    noise[Q_BIAS_LEFT] = s[at + MOVE_Q + 4]!;
    noise[Q_BIAS_YAW] = model === MODEL_HOLD ? 1e-12 : IMU_BIAS_YAW;
  }
  predict(f, s, at, noise, 0);
}

function rest(f: Filter, s: Float64Array, at: number): boolean {
  const gate = Number.POSITIVE_INFINITY;
  scratch[2] = gate;
  scratch[0] = 0;
  scratch[1] = s[at + 5]!;
  const used = updateDirect(f, V_EAST, scratch, 0);
  updateDirect(f, V_NORTH, scratch, 0);
  scratch[1] = s[at + 3]!;
  scratch[0] = s[at]!;
  updateDirect(f, BIAS_FORWARD, scratch, 0);
  scratch[0] = s[at + 1]!;
  updateDirect(f, BIAS_LEFT, scratch, 0);
  scratch[0] = s[at + 2]!;
  scratch[1] = s[at + 4]!;
  updateDirect(f, BIAS_YAW, scratch, 0);
  return used;
}

/** What a pair does before its values are used: recovery widens, and a changed delay moves the place. */
export function preparePair(f: Filter, kind: number, s: Float64Array, at: number): void {
  const more = s[at + PAIR_WIDEN]!;
  if (kind === VELOCITY) {
    if (more > 0) {
      widen(f, V_EAST, more);
      widen(f, V_NORTH, more);
    }
    return;
  }
  if (more > 0) {
    widen(f, EAST, more);
    widen(f, NORTH, more);
    // a filter that was this wrong about the place was wrong about the way there
    widen(f, V_EAST, 4);
    widen(f, V_NORTH, 4);
    widen(f, YAW, 0.05);
  }
  const shift = s[at + PAIR_SHIFT_S]!;
  if (shift !== 0) {
    f.x[EAST] = f.x[EAST]! + shift * f.x[V_EAST]!;
    f.x[NORTH] = f.x[NORTH]! + shift * f.x[V_NORTH]!;
  }
}

function act(f: Filter, kind: number, s: Float64Array, at: number): boolean {
  switch (kind) {
    case MOVE:
      move(f, s, at);
      return true;
    case POSITION:
      preparePair(f, kind, s, at);
      return updatePair(f, EAST, s, at);
    case VELOCITY:
      preparePair(f, kind, s, at);
      return updatePair(f, V_EAST, s, at);
    case SPEED:
      return updateSpeed(f, s, at);
    case FORWARD:
      return updateForward(f, s, at);
    case HEADING:
      return updateDirect(f, YAW, s, at);
    case SIDE_SLIP:
      return updateSideSlip(f, s, at);
    case LEFT_FORCE:
      return updateDirect(f, BIAS_LEFT, s, at);
    case REST:
      return rest(f, s, at);
    case RESET:
      resetState(f, s[at]!, s[at + 1]!, s[at + 2]!);
      return true;
    default:
      return true;
  }
}

/** Does the event of a slot to the filter and notes outcome, state and covariance in the slot. */
export function applyEvent(f: Filter, s: Float64Array, slot: number): boolean {
  f.last[NIS] = Number.NaN;
  const used = act(f, s[slot + KIND]!, s, slot + PAYLOAD);
  s[slot + ACCEPTED] = used ? 1 : 0;
  s[slot + SLOT_NIS] = f.last[NIS]!;
  s.set(f.x, slot + SLOT_X);
  s.set(f.p, slot + SLOT_P);
  return used;
}

/** Puts the filter back to where it was after the event of a slot. */
export function restoreFrom(f: Filter, s: Float64Array, slot: number): void {
  const { x, p } = f;
  for (let i = 0; i < STATES; i++) x[i] = s[slot + SLOT_X + i]!;
  for (let i = 0; i < PACKED; i++) p[i] = s[slot + SLOT_P + i]!;
}
