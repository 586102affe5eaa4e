import type { Moment } from "../moment.ts";
import { carry } from "./carry.ts";
import { condition, resetState } from "./condition.ts";
import { ACCEPTED, KIND, MOVE, MOVE_Q, NOTHING, PAYLOAD, RESET, REST, SLOT_NIS, TIME_S } from "./events.ts";
import {
  BIAS_FORWARD,
  BIAS_LEFT,
  BIAS_YAW,
  createFilter,
  EAST,
  type Filter,
  NORTH,
  STATES,
  V_EAST,
  V_NORTH,
  VARIANCE,
  wrapAngle,
  YAW,
} from "./filter.ts";
import { type EventSink, History } from "./history.ts";
import {
  DT_S,
  FORWARD_MPS2,
  INPUTS,
  LEFT_MPS2,
  MODEL,
  MODEL_FREE,
  MODEL_HOLD,
  MODEL_IMU,
  MODEL_UNALIGNED,
  TAKEN_FORWARD,
  TAKEN_LEFT,
  YAW_RATE_RADPS,
} from "./motion.ts";

export type EstimatorOptions = {
  readonly capacity: number;
  readonly spanS: number;
  readonly onLeave?: EventSink;
};

/** What became of a measurement. */
export const USED = 1;
export const REJECTED = 0;
export const TOO_OLD = -1;

/** Process noise forward, left ((m/s^2)^2 s) and of yaw (rad^2/s) of each model. */
export const NOISE: readonly (readonly [number, number, number])[] = [
  [0.02, 0.03, 1e-5], // MODEL_IMU
  [0.05, 0.05, 1e-4], // MODEL_FREE
  [4, 4, 1e-3], // MODEL_UNALIGNED
  [1e-6, 1e-6, 1e-9], // MODEL_HOLD
];

/** Without an inertial sensor a step is at most this long. */
const COAST_STEP_S = 0.1;

/**
 * Filter and history as one: inertial intervals move it forward, measurements come in at their own time.
 * Times are seconds since the time base of whoever owns it.
 */
export class Estimator {
  readonly filter: Filter = createFilter();
  readonly history: History;
  /** State at the newest inertial sample. Between two steps `Between` moves it ahead of `filter.x`. */
  readonly x = new Float64Array(STATES);
  /** Time of `x`, s. */
  nowS = Number.NaN;
  model: number = MODEL_UNALIGNED;
  running = false;
  /** Noise of the place itself: the part of fix errors that averaging does not remove, m^2/s. */
  placeNoise = 0;
  /** Process noise forward, left and of yaw with an inertial sensor: as measured. */
  readonly imuNoise = new Float64Array(NOISE[MODEL_IMU]!);
  /** Of forward and left bias, (m/s^2)^2/s. */
  biasNoise = 1e-3;
  /** Process noise is this many times what it should be: inertial data and fixes disagree. */
  noiseScale = 1;
  /** Without an inertial sensor: variance of the vehicle's own accelerations over that of an ordinary drive. */
  agility = 1;
  /** Times a value that is not finite was caught and the filter started again: stays 0. */
  restarts = 0;
  /** Normalised innovation squared of the last measurement. */
  nis = Number.NaN;
  readonly #inputs = new Float64Array(INPUTS);
  /** `filter.x` as `x` last took it over. */
  readonly #head = new Float64Array(STATES);
  #headS = Number.NaN;
  /** First position that has to be done again; -1: none. */
  #dirty = -1;
  /** Biases of the inertial sensor, and their variances, for when it comes, or comes back. */
  readonly #imuBias = new Float64Array([0, 0, 0, 1, 1, 1e-4]);

  constructor(options: EstimatorOptions) {
    this.history = new History(this.filter, options.capacity, options.spanS, options.onLeave);
  }

  /** Time of the newest step. */
  get headS(): number {
    return this.#headS;
  }

  /** Starts at a place with an unknown course. */
  start(tS: number, eastM: number, northM: number, sigmaM: number): void {
    const f = this.filter;
    this.history.flush();
    f.p.fill(0);
    f.x.fill(0);
    const v = sigmaM * sigmaM;
    const at: readonly (readonly [number, number, number])[] = [
      [EAST, eastM, v],
      [NORTH, northM, v],
      [YAW, 0, 10],
      [V_EAST, 0, 100],
      [V_NORTH, 0, 100],
      [BIAS_FORWARD, 0, 1],
      [BIAS_LEFT, 0, 1],
      [BIAS_YAW, 0, 0.01 ** 2],
    ];
    // the first events of the history say the whole state, so that a smoother can start from them
    this.#headS = tS;
    this.nowS = tS;
    for (const [i, value, variance] of at) {
      resetState(f, i, value, variance);
      this.reset(i, value, variance);
    }
    this.model = MODEL_UNALIGNED;
    this.running = true;
    this.#takeOver();
  }

  stop(): void {
    this.running = false;
    this.history.flush();
  }

  /** Sets one state at the head. */
  reset(i: number, value: number, variance: number): void {
    const slot = this.history.take(RESET);
    const s = this.history.slots;
    s[slot + TIME_S] = this.#headS;
    s[slot + PAYLOAD] = i;
    s[slot + PAYLOAD + 1] = value;
    s[slot + PAYLOAD + 2] = variance;
    this.history.append(slot);
    this.#follow();
  }

  /** Sets one state at tS, to be done with the next `settle`. */
  resetAt(tS: number, i: number, value: number, variance: number): void {
    const slot = this.history.take(RESET);
    const s = this.history.slots;
    s[slot + PAYLOAD] = i;
    s[slot + PAYLOAD + 1] = value;
    s[slot + PAYLOAD + 2] = variance;
    this.put(slot, tS);
  }

  /**
   * One inertial interval that ends at the moment: level forward and left force (m/s^2) and yaw rate (rad/s), means over
   * the interval, in `level[0], [1], [3]`. `taken` is what the attitude took over of the biases; it is cleared.
   */
  advance({ tS }: Pick<Moment, "tS">, level: Float64Array, taken: Float64Array): void {
    const u = this.#inputs;
    u[DT_S] = tS - this.#headS;
    u[FORWARD_MPS2] = level[0]!;
    u[LEFT_MPS2] = level[1]!;
    u[YAW_RATE_RADPS] = level[3]!;
    u[TAKEN_FORWARD] = taken[0]!;
    u[TAKEN_LEFT] = taken[1]!;
    taken[0] = 0;
    taken[1] = 0;
    this.#headS = tS;
    this.#move();
  }

  #move(): void {
    const slot = this.history.take(MOVE);
    const s = this.history.slots;
    s[slot + TIME_S] = this.#headS;
    const at = slot + PAYLOAD;
    const u = this.#inputs;
    u[MODEL] = this.model;
    for (let i = 0; i < INPUTS; i++) s[at + i] = u[i]!;
    const q = this.model === MODEL_IMU ? this.imuNoise : NOISE[this.model]!;
    const more = this.model === MODEL_HOLD ? 1 : this.noiseScale;
    s[at + MOVE_Q] = q[0]! * more;
    s[at + MOVE_Q + 1] = q[1]! * more;
    s[at + MOVE_Q + 2] = q[2]! * more;
    s[at + MOVE_Q + 3] = this.placeNoise;
    s[at + MOVE_Q + 4] = this.model === MODEL_FREE ? this.agility : this.biasNoise;
    this.history.append(slot);
    this.nowS = this.#headS;
    this.#takeOver();
  }

  /** Moves on without an inertial sensor. */
  coast(tS: number): void {
    const u = this.#inputs;
    while (tS - this.#headS > 1e-6) {
      const left = tS - this.#headS;
      u.fill(0);
      u[DT_S] = left > 1.5 * COAST_STEP_S ? COAST_STEP_S : left;
      this.#headS = left > 1.5 * COAST_STEP_S ? this.#headS + COAST_STEP_S : tS;
      this.#move();
    }
  }

  /** The inertial sensor fell silent, or is back: the last three states change their meaning. */
  useImu(present: boolean, forwardMps2: number, yawRateRadps: number): void {
    const f = this.filter;
    if (present) {
      const b = this.#imuBias;
      for (let i = 0; i < 3; i++) this.reset(BIAS_FORWARD + i, b[i]!, b[i + 3]! + (i < 2 ? 0.01 : 1e-6));
      if (this.model === MODEL_FREE) this.model = MODEL_IMU;
      return;
    }
    for (let i = 0; i < 3; i++) {
      this.#imuBias[i] = f.x[BIAS_FORWARD + i]!;
      this.#imuBias[i + 3] = f.p[VARIANCE[BIAS_FORWARD + i]!]!;
    }
    this.reset(BIAS_FORWARD, -forwardMps2, 4);
    this.reset(BIAS_LEFT, 0, 4);
    this.reset(BIAS_YAW, -yawRateRadps, 0.1);
    if (this.model === MODEL_IMU) this.model = MODEL_FREE;
  }

  /** The inertial sensor that comes, or comes back, is another, of which no more is known than its yaw-rate bias, rad/s. */
  forgetImu(biasYaw: number, sigma: number): void {
    this.#imuBias.set([0, 0, biasYaw, 1, 1, sigma * sigma]);
  }

  /** Yaw becomes known at tS: everything since is done again with it. */
  align(tS: number, yawRad: number, sigmaRad: number, model: number): void {
    const h = this.history;
    const s = h.slots;
    const slot = h.take(RESET);
    const position = Math.max(1, h.positionFor(tS));
    for (let i = position; i < h.length; i++) {
      const at = h.slotAt(i);
      if (s[at + KIND] === MOVE && s[at + PAYLOAD + MODEL] === MODEL_UNALIGNED)
        this.#moveAs(at + PAYLOAD, model);
    }
    s[slot + PAYLOAD] = YAW;
    s[slot + PAYLOAD + 1] = yawRad;
    s[slot + PAYLOAD + 2] = sigmaRad * sigmaRad;
    if (this.model === MODEL_UNALIGNED) this.model = model;
    h.insert(slot, position);
    h.repeatFrom(position);
    this.#follow();
  }

  /** Takes back what was assumed of standstill after tS. */
  release(tS: number, model: number): void {
    const h = this.history;
    const s = h.slots;
    this.model = model;
    let first = h.length;
    for (let i = h.length - 1; i > 0 && h.timeAt(i) > tS; i--) {
      const at = h.slotAt(i);
      if (s[at + KIND] === REST) s[at + KIND] = NOTHING;
      else if (s[at + KIND] === MOVE && s[at + PAYLOAD + MODEL] === MODEL_HOLD)
        this.#moveAs(at + PAYLOAD, model);
      else continue;
      first = i;
    }
    if (first < h.length) h.repeatFrom(first);
    this.#follow();
  }

  /** A move of the past becomes one of another model. */
  #moveAs(at: number, model: number): void {
    const s = this.history.slots;
    s[at + MODEL] = model;
    const q = model === MODEL_IMU ? this.imuNoise : NOISE[model]!;
    for (let k = 0; k < 3; k++) s[at + MOVE_Q + k] = q[k]!;
    s[at + MOVE_Q + 4] = model === MODEL_FREE ? this.agility : this.biasNoise;
  }

  /** A slot for a measurement; the payload starts at PAYLOAD. Hand it to `put` or `placeNow`. */
  measurement(kind: number): number {
    return this.history.take(kind);
  }

  /** Puts a measurement in at its time, to be done with the next `settle`. False when it is older than the history. */
  put(slot: number, tS: number): boolean {
    const h = this.history;
    const position = h.positionFor(tS);
    if (position === 0) {
      h.giveBack(slot);
      return false;
    }
    carry(h, slot, tS, position, this.filter.x, this.x, this.nowS);
    h.insert(slot, position);
    this.#dirty = this.#dirty < 0 ? position : Math.min(position, this.#dirty);
    return true;
  }

  /** Does everything again from the first measurement that was put in. */
  settle(): void {
    if (this.#dirty < 0) return;
    this.history.repeatFrom(this.#dirty);
    this.#dirty = -1;
    this.#follow();
  }

  /** What became of a measurement that was settled; `nis` tells how it fitted. */
  outcome(slot: number): number {
    const s = this.history.slots;
    this.nis = s[slot + SLOT_NIS]!;
    return s[slot + ACCEPTED] === 1 ? USED : REJECTED;
  }

  /** One measurement at its time. */
  place(slot: number, tS: number): number {
    if (!this.put(slot, tS)) return TOO_OLD;
    this.settle();
    return this.outcome(slot);
  }

  /** A measurement at the head. */
  placeNow(slot: number): number {
    const h = this.history;
    h.slots[slot + TIME_S] = h.headS;
    h.append(slot);
    this.#follow();
    return this.outcome(slot);
  }

  /** `x` is the filter's. */
  #takeOver(): void {
    const f = this.filter.x;
    for (let i = 0; i < STATES; i++) {
      this.x[i] = f[i]!;
      this.#head[i] = f[i]!;
    }
  }

  /** `x`, which may be ahead, changes as the filter changed. */
  #follow(): void {
    const f = this.filter.x;
    for (let i = 0; i < STATES; i++) {
      this.x[i] = this.x[i]! + (f[i]! - this.#head[i]!);
      this.#head[i] = f[i]!;
    }
    this.x[YAW] = wrapAngle(this.x[YAW]!);
  }

  /** Bounds and finiteness; a filter that is not finite starts again where it last was. */
  check(): void {
    if (!this.running || condition(this.filter)) return;
    this.restarts++;
    this.stop();
  }
}
