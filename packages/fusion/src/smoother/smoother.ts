import {
  applyEvent,
  KIND,
  MOVE,
  PAYLOAD,
  POSITION,
  preparePair,
  RESET,
  STRIDE,
  VELOCITY,
} from "../ekf/events.ts";
import { createFilter, EAST, NORTH, PACKED, PACKED_INDEX, STATES, VARIANCE, YAW } from "../ekf/filter.ts";
import { FREE_FORWARD_RATE, FREE_YAW_RATE, MODEL, MODEL_FREE, MODEL_HOLD, rows } from "../ekf/motion.ts";
import { type EventLog, LOG_STRIDE } from "./event-log.ts";
import { linearise, scalarsOf } from "./linearise.ts";

/** Of each node: time, segment, model, state, then 1 sigma of the place (both axes together) and of yaw. */
export const NODE_TIME = 0;
export const NODE_SEGMENT = 1;
export const NODE_MODEL = 2;
export const NODE_X = 3;
export const NODE_SIGMA = NODE_X + STATES;
export const NODE_YAW_SIGMA = NODE_SIGMA + 1;
export const NODE_STRIDE = NODE_YAW_SIGMA + 1;

/** Events between two check points: memory for one block, check points for the rest. */
const BLOCK = 512;
const N = STATES;
/** Each scalar of an event: row of H, gain, innovation over its variance, 1 over the variance. */
const SCALAR = 2 * N + 2;
const SCALARS = 5;

/**
 * Fixed-interval smoother over the log of a run: every state with all measurements of the session, later ones too.
 *
 * Modified Bryson-Frazier form (Bierman, Fixed interval smoothing with discrete measurements, Int. J. Control 18
 * (1973) 65): the adjoint (lambda, Lambda) runs backwards over the same scalar updates,
 *   at z:    lambda <- (I - K H)^T lambda - H^T y/s,  Lambda <- (I - K H)^T Lambda (I - K H) + H^T H/s
 *   at move: lambda <- F^T lambda,                    Lambda <- F^T Lambda F
 * and x_smooth = x - P lambda, P_smooth = P - P Lambda P. Nothing is inverted. The forward run is repeated block by
 * block from check points, so that memory stays a small part of the log.
 */
export class Smoother {
  readonly #log: EventLog;
  readonly #filter = createFilter();
  readonly #trial = createFilter();
  readonly #slot = new Float64Array(STRIDE);
  /** After each event of a block: state and covariance; of a move also the rows of F. */
  readonly #after = new Float64Array(BLOCK * (N + PACKED));
  readonly #jacobians = new Float64Array(BLOCK * 12);
  readonly #keeps = new Float64Array(BLOCK * 2);
  readonly #scalars = new Float64Array(BLOCK * SCALARS * SCALAR);
  readonly #lambda = new Float64Array(N);
  readonly #Lambda = new Float64Array(N * N);
  readonly #h = new Float64Array(N);
  readonly #z = new Float64Array(2);
  readonly #vector = new Float64Array(N);

  constructor(log: EventLog) {
    this.#log = log;
  }

  /** Nodes in order of time, one an interval of the log, NODE_STRIDE numbers each. */
  run(): Float64Array {
    const log = this.#log;
    const blocks = Math.ceil(log.length / BLOCK);
    const points = new Float64Array(blocks * (N + PACKED));
    let moves = 0;
    for (let b = 0; b < blocks; b++) {
      points.set(this.#filter.x, b * (N + PACKED));
      points.set(this.#filter.p, b * (N + PACKED) + N);
      for (let i = b * BLOCK; i < Math.min(log.length, (b + 1) * BLOCK); i++) {
        this.#forward(i);
        if (log.chunk(i)[log.at(i) + KIND] === MOVE) moves++;
      }
    }
    const nodes = new Float64Array(moves * NODE_STRIDE);
    let node = moves;
    for (let b = blocks - 1; b >= 0; b--) {
      const first = b * BLOCK;
      const last = Math.min(log.length, first + BLOCK);
      this.#filter.x.set(points.subarray(b * (N + PACKED), b * (N + PACKED) + N));
      this.#filter.p.set(points.subarray(b * (N + PACKED) + N, (b + 1) * (N + PACKED)));
      for (let i = first; i < last; i++) this.#forward(i, i - first);
      for (let i = last - 1; i >= first; i--) {
        if (log.chunk(i)[log.at(i) + KIND] === MOVE) this.#emit(nodes, --node, i, i - first);
        this.#backward(i, i - first);
      }
    }
    this.#numberSegments(nodes);
    return nodes;
  }

  /** Does one event; with a place in the block, keeps what the way back needs. */
  #forward(i: number, k = -1): void {
    const log = this.#log;
    const f = this.#filter;
    const slot = this.#slot;
    const chunk = log.chunk(i);
    const at = log.at(i);
    for (let j = 0; j < LOG_STRIDE; j++) slot[j] = chunk[at + j]!;
    const kind = slot[KIND]!;
    if (k >= 0 && scalarsOf(kind) > 0) this.#gains(kind, k);
    applyEvent(f, slot, 0);
    if (k < 0) return;
    this.#after.set(f.x, k * (N + PACKED));
    this.#after.set(f.p, k * (N + PACKED) + N);
    if (kind === MOVE && slot[PAYLOAD + MODEL] !== MODEL_HOLD) {
      for (let j = 0; j < 12; j++) this.#jacobians[k * 12 + j] = rows[j]!;
      const free = slot[PAYLOAD + MODEL] === MODEL_FREE;
      this.#keeps[k * 2] = free ? Math.exp(-FREE_FORWARD_RATE * slot[PAYLOAD]!) : 1;
      this.#keeps[k * 2 + 1] = free ? Math.exp(-FREE_YAW_RATE * slot[PAYLOAD]!) : 1;
    }
  }

  /** H, gain, innovation and variance of each scalar of the event in `slot`, from the state before it. */
  #gains(kind: number, k: number): void {
    const { x, p } = this.#trial;
    x.set(this.#filter.x);
    p.set(this.#filter.p);
    if (kind === POSITION || kind === VELOCITY) preparePair(this.#trial, kind, this.#slot, PAYLOAD);
    const h = this.#h;
    for (let n = 0; n < scalarsOf(kind); n++) {
      linearise(kind, n, this.#slot, PAYLOAD, x, h, this.#z);
      const at = (k * SCALARS + n) * SCALAR;
      let s = this.#z[1]!;
      for (let r = 0; r < N; r++) {
        let sum = 0;
        for (let c = 0; c < N; c++) sum += p[PACKED_INDEX[r * N + c]!]! * h[c]!;
        this.#vector[r] = sum;
        s += h[r]! * sum;
      }
      for (let r = 0; r < N; r++) {
        this.#scalars[at + r] = h[r]!;
        this.#scalars[at + N + r] = this.#vector[r]! / s;
        x[r] = x[r]! + (this.#vector[r]! / s) * this.#z[0]!;
        for (let c = r; c < N; c++) {
          const q = PACKED_INDEX[r * N + c]!;
          p[q] = p[q]! - (this.#vector[r]! * this.#vector[c]!) / s;
        }
      }
      this.#scalars[at + 2 * N] = this.#z[0]! / s;
      this.#scalars[at + 2 * N + 1] = 1 / s;
    }
  }

  #backward(i: number, k: number): void {
    const log = this.#log;
    const chunk = log.chunk(i);
    const at = log.at(i);
    const kind = chunk[at + KIND]!;
    if (kind === MOVE) {
      if (chunk[at + PAYLOAD + MODEL] !== MODEL_HOLD) this.#backOverMove(k, chunk[at + PAYLOAD]!);
    } else if (kind === RESET) {
      const state = chunk[at + PAYLOAD]!;
      this.#lambda[state] = 0;
      for (let r = 0; r < N; r++) {
        this.#Lambda[state * N + r] = 0;
        this.#Lambda[r * N + state] = 0;
      }
    } else for (let n = scalarsOf(kind) - 1; n >= 0; n--) this.#backOverScalar((k * SCALARS + n) * SCALAR);
  }

  #backOverScalar(at: number): void {
    const s = this.#scalars;
    const l = this.#lambda;
    const L = this.#Lambda;
    const g = this.#vector;
    let kl = s[at + 2 * N]!;
    let kLk = s[at + 2 * N + 1]!;
    for (let r = 0; r < N; r++) {
      kl += s[at + N + r]! * l[r]!;
      let sum = 0;
      for (let c = 0; c < N; c++) sum += L[r * N + c]! * s[at + N + c]!;
      g[r] = sum;
      kLk += s[at + N + r]! * sum;
    }
    for (let r = 0; r < N; r++) {
      const h = s[at + r]!;
      l[r] = l[r]! - h * kl;
      for (let c = 0; c < N; c++)
        L[r * N + c] = L[r * N + c]! - h * g[c]! - g[r]! * s[at + c]! + kLk * h * s[at + c]!;
    }
  }

  /** v <- F^T v for a column v: the transposed rows of F of ekf/predict.ts. */
  #transpose(k: number, dt: number, v: Float64Array, at: number, step: number): void {
    const j = this.#jacobians;
    const o = k * 12;
    const half = 0.5 * dt;
    const e = v[at]!;
    const n = v[at + step]!;
    const yaw = v[at + 2 * step]!;
    // F_pos = I + dt/2 (I + F_vel): places act on the velocity rows as half their weight
    const vE = v[at + 3 * step]! + half * e;
    const vN = v[at + 4 * step]! + half * n;
    v[at + 2 * step] = yaw + j[o]! * vE + j[o + 6]! * vN;
    v[at + 3 * step] = half * e + j[o + 1]! * vE + j[o + 7]! * vN;
    v[at + 4 * step] = half * n + j[o + 2]! * vE + j[o + 8]! * vN;
    v[at + 5 * step] = this.#keeps[k * 2]! * v[at + 5 * step]! + j[o + 3]! * vE + j[o + 9]! * vN;
    v[at + 6 * step] = this.#keeps[k * 2]! * v[at + 6 * step]! + j[o + 4]! * vE + j[o + 10]! * vN;
    v[at + 7 * step] =
      this.#keeps[k * 2 + 1]! * v[at + 7 * step]! - dt * yaw + j[o + 5]! * vE + j[o + 11]! * vN;
  }

  #backOverMove(k: number, dt: number): void {
    this.#transpose(k, dt, this.#lambda, 0, 1);
    const L = this.#Lambda;
    for (let c = 0; c < N; c++) this.#transpose(k, dt, L, c, N);
    for (let r = 0; r < N; r++) this.#transpose(k, dt, L, r * N, 1);
    // rounding must not make it lopsided
    for (let r = 0; r < N; r++)
      for (let c = r + 1; c < N; c++) {
        const mean = 0.5 * (L[r * N + c]! + L[c * N + r]!);
        L[r * N + c] = mean;
        L[c * N + r] = mean;
      }
  }

  /** The node at the end of the move of event i. */
  #emit(nodes: Float64Array, node: number, i: number, k: number): void {
    const a = this.#after;
    const base = k * (N + PACKED);
    const out = node * NODE_STRIDE;
    const chunk = this.#log.chunk(i);
    const at = this.#log.at(i);
    nodes[out + NODE_TIME] = chunk[at]!;
    nodes[out + NODE_MODEL] = chunk[at + PAYLOAD + MODEL]!;
    for (let r = 0; r < N; r++) {
      let sum = 0;
      for (let c = 0; c < N; c++) sum += a[base + N + PACKED_INDEX[r * N + c]!]! * this.#lambda[c]!;
      nodes[out + NODE_X + r] = a[base + r]! - sum;
    }
    const variance = (r: number): number =>
      Math.max(1e-12, a[base + N + VARIANCE[r]!]! - this.#reduction(base, r));
    nodes[out + NODE_SIGMA] = Math.sqrt(variance(EAST) + variance(NORTH));
    nodes[out + NODE_YAW_SIGMA] = Math.sqrt(variance(YAW));
  }

  /** [P Lambda P] of one state. */
  #reduction(base: number, r: number): number {
    const a = this.#after;
    let sum = 0;
    for (let i = 0; i < N; i++) {
      const pi = a[base + N + PACKED_INDEX[r * N + i]!]!;
      for (let j = 0; j < N; j++)
        sum += pi * this.#Lambda[i * N + j]! * a[base + N + PACKED_INDEX[r * N + j]!]!;
    }
    return sum;
  }

  /** A new segment begins where time leaps: nothing is interpolated across it. */
  #numberSegments(nodes: Float64Array): void {
    let segment = 0;
    for (let n = 0; n < nodes.length; n += NODE_STRIDE) {
      if (n > 0 && !(Math.abs(nodes[n]! - nodes[n - NODE_STRIDE]!) < 1.5)) segment++;
      nodes[n + NODE_SEGMENT] = segment;
    }
  }
}
