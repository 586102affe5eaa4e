import { FORWARD, HEADING, LEFT_FORCE, POSITION, REST, SIDE_SLIP, SPEED, VELOCITY } from "../ekf/events.ts";
import { BIAS_FORWARD, BIAS_LEFT, BIAS_YAW, EAST, V_EAST, V_NORTH, wrapAngle, YAW } from "../ekf/filter.ts";
import {
  PAIR_ALONG,
  PAIR_COS,
  PAIR_CROSS,
  PAIR_SIN,
  PAIR_VARIANCE_ALONG,
  PAIR_VARIANCE_CROSS,
} from "../ekf/measure.ts";

/** Scalar measurements that an event consists of. */
export function scalarsOf(kind: number): number {
  switch (kind) {
    case POSITION:
    case VELOCITY:
      return 2;
    case REST:
      return 5;
    case SPEED:
    case FORWARD:
    case HEADING:
    case SIDE_SLIP:
    case LEFT_FORCE:
      return 1;
    default:
      return 0;
  }
}

const REST_STATES = [V_EAST, V_NORTH, BIAS_FORWARD, BIAS_LEFT, BIAS_YAW] as const;

/**
 * The k-th scalar measurement of an event, linearised about x: its row of H into `h`, [innovation, variance] into
 * `out`. The same measurements as in ekf/measure.ts, in the same order.
 */
export function linearise(
  kind: number,
  k: number,
  m: Float64Array,
  at: number,
  x: Float64Array,
  h: Float64Array,
  out: Float64Array,
): void {
  h.fill(0);
  switch (kind) {
    case POSITION:
    case VELOCITY: {
      const i = kind === POSITION ? EAST : V_EAST;
      const c = m[at + PAIR_COS]!;
      const s = m[at + PAIR_SIN]!;
      h[i] = k === 0 ? c : -s;
      h[i + 1] = k === 0 ? s : c;
      out[0] = m[at + (k === 0 ? PAIR_ALONG : PAIR_CROSS)]! - (h[i]! * x[i]! + h[i + 1]! * x[i + 1]!);
      out[1] = m[at + (k === 0 ? PAIR_VARIANCE_ALONG : PAIR_VARIANCE_CROSS)]!;
      return;
    }
    case REST: {
      const i = REST_STATES[k]!;
      h[i] = 1;
      out[0] = (k < 2 ? 0 : m[at + k - 2]!) - x[i]!;
      out[1] = k < 2 ? m[at + 5]! : k < 4 ? m[at + 3]! : m[at + 4]!;
      return;
    }
    case SPEED: {
      const speed = Math.sqrt(x[V_EAST]! * x[V_EAST]! + x[V_NORTH]! * x[V_NORTH]!);
      h[V_EAST] = x[V_EAST]! / speed;
      h[V_NORTH] = x[V_NORTH]! / speed;
      out[0] = m[at]! - speed;
      break;
    }
    case HEADING:
      h[YAW] = 1;
      out[0] = wrapAngle(m[at]! - x[YAW]!);
      break;
    case LEFT_FORCE:
      h[BIAS_LEFT] = 1;
      out[0] = m[at]! - x[BIAS_LEFT]!;
      break;
    default: {
      const c = Math.cos(x[YAW]!);
      const s = Math.sin(x[YAW]!);
      const forward = x[V_EAST]! * c + x[V_NORTH]! * s;
      const left = x[V_NORTH]! * c - x[V_EAST]! * s;
      if (kind === FORWARD) {
        h[YAW] = left;
        h[V_EAST] = c;
        h[V_NORTH] = s;
        out[0] = (forward < 0 ? -m[at]! : m[at]!) - forward;
      } else {
        h[YAW] = -forward;
        h[V_EAST] = -s;
        h[V_NORTH] = c;
        out[0] = m[at]! - left;
      }
    }
  }
  out[1] = m[at + 1]!;
}
