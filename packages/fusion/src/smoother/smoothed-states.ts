import { EAST, NORTH, V_EAST, V_NORTH, wrapAngle, YAW } from "../ekf/filter.ts";
import { MODEL_HOLD, MODEL_UNALIGNED } from "../ekf/motion.ts";
import { yawToCourse } from "../frames.ts";
import type { LocalGeodetic } from "../local-geodetic.ts";
import type { DrivingMode } from "../modes.ts";
import type { FusionState } from "../types.ts";
import {
  NODE_MODEL,
  NODE_SEGMENT,
  NODE_SIGMA,
  NODE_STRIDE,
  NODE_TIME,
  NODE_X,
  NODE_YAW_SIGMA,
} from "./smoother.ts";

/** Accelerations are differences over this many nodes, each side. */
const REACH = 1;

/** States between smoothed nodes: the place by a cubic through places and velocities, the rest linear. */
export class SmoothedStates {
  readonly #nodes: Float64Array;
  readonly #local: LocalGeodetic;
  readonly #mode: DrivingMode;
  readonly #xy = new Float64Array(2);
  readonly #latLon = new Float64Array(2);
  #node = 0;
  #lastS = Number.NaN;

  constructor(nodes: Float64Array, local: LocalGeodetic, mode: DrivingMode) {
    this.#nodes = nodes;
    this.#local = local;
    this.#mode = mode;
  }

  /** Fills all but `tUs`, `aUp` and what `sigma` has beyond the filter's. Times in order. False where there is no node. */
  at(tS: number, sharedSigmaM: number, out: FusionState): boolean {
    const n = this.#nodes;
    const last = n.length / NODE_STRIDE - 1;
    while (this.#node < last - 1 && n[(this.#node + 1) * NODE_STRIDE]! < tS) this.#node++;
    const a = this.#node * NODE_STRIDE;
    const b = a + NODE_STRIDE;
    if (last < 1 || n[a + NODE_SEGMENT] !== n[b + NODE_SEGMENT]) return false;
    const h = n[b + NODE_TIME]! - n[a + NODE_TIME]!;
    const u = (tS - n[a + NODE_TIME]!) / h;
    if (!(u > -2 && u < 2)) return false;
    const mix = (k: number): number => n[a + k]! + u * (n[b + k]! - n[a + k]!);
    const x = (k: number): number => mix(NODE_X + k);
    out.x = this.#cubic(a + NODE_X + EAST, a + NODE_X + V_EAST, h, u);
    out.y = this.#cubic(a + NODE_X + NORTH, a + NODE_X + V_NORTH, h, u);
    const hold = n[b + NODE_MODEL] === MODEL_HOLD;
    out.vx = hold ? 0 : x(V_EAST);
    out.vy = hold ? 0 : x(V_NORTH);
    out.speed = Math.sqrt(out.vx * out.vx + out.vy * out.vy);
    const yawKnown = n[b + NODE_YAW_SIGMA]! < 1;
    const turn = wrapAngle(n[b + NODE_X + YAW]! - n[a + NODE_X + YAW]!);
    out.yaw = yawKnown ? wrapAngle(n[a + NODE_X + YAW]! + u * turn) : Number.NaN;
    out.yawSigma = yawKnown ? mix(NODE_YAW_SIGMA) : Number.NaN;
    const sigma = mix(NODE_SIGMA);
    out.sigma = Math.sqrt(sigma * sigma + sharedSigmaM * sharedSigmaM);
    this.#accelerations(u, hold || n[b + NODE_MODEL] === MODEL_UNALIGNED, hold, out);
    this.#xy[0] = out.x;
    this.#xy[1] = out.y;
    this.#local.toGeodetic(this.#xy, 0, this.#latLon);
    out.lat = this.#latLon[0]!;
    out.lon = this.#latLon[1]!;
    const turned = this.#local.convergenceRad;
    out.course =
      out.speed > 0.5
        ? yawToCourse(Math.atan2(out.vy, out.vx) - turned)
        : yawKnown
          ? yawToCourse(out.yaw - turned)
          : Number.NaN;
    const dt = tS - this.#lastS;
    this.#lastS = tS;
    out.mode = this.#mode.push({ ...out, dtS: dt > 0 && dt < 1 ? dt : 0 });
    return true;
  }

  /** Forward acceleration and yaw rate about this time: differences of smoothed speed and yaw, so without lag. */
  #accelerations(u: number, unknown: boolean, hold: boolean, out: FusionState): void {
    if (unknown) {
      const value = hold ? 0 : Number.NaN;
      out.aLong = value;
      out.aLat = value;
      out.yawRate = value;
      return;
    }
    const n = this.#nodes;
    const first = this.#node - REACH;
    let aLong = 0;
    let yawRate = 0;
    let weights = 0;
    // slopes of the neighbouring intervals, weighted by a triangle about now
    for (let k = first; k <= this.#node + REACH; k++) {
      const a = k * NODE_STRIDE;
      const b = a + NODE_STRIDE;
      if (k < 0 || b >= n.length || n[a + NODE_SEGMENT] !== n[b + NODE_SEGMENT]) continue;
      const dt = n[b + NODE_TIME]! - n[a + NODE_TIME]!;
      if (!(dt > 0)) continue;
      const weight = Math.max(0, REACH + 0.5 - Math.abs(k + 0.5 - this.#node - u));
      const yaw = n[a + NODE_X + YAW]!;
      const turn = wrapAngle(n[b + NODE_X + YAW]! - yaw);
      // each velocity along its own yaw: a body that turns does not accelerate forward by turning
      const forward = (at: number, heading: number): number =>
        n[at + NODE_X + V_EAST]! * Math.cos(heading) + n[at + NODE_X + V_NORTH]! * Math.sin(heading);
      aLong += (weight * (forward(b, yaw + turn) - forward(a, yaw))) / dt;
      yawRate += (weight * turn) / dt;
      weights += weight;
    }
    out.aLong = weights > 0 ? aLong / weights : Number.NaN;
    out.yawRate = weights > 0 ? yawRate / weights : Number.NaN;
    out.aLat = out.speed * out.yawRate;
  }

  #cubic(at: number, vAt: number, h: number, u: number): number {
    const n = this.#nodes;
    const p0 = n[at]!;
    const p1 = n[at + NODE_STRIDE]!;
    const m0 = n[vAt]! * h;
    const m1 = n[vAt + NODE_STRIDE]! * h;
    const u2 = u * u;
    const u3 = u2 * u;
    return (2 * u3 - 3 * u2 + 1) * p0 + (u3 - 2 * u2 + u) * m0 + (3 * u2 - 2 * u3) * p1 + (u3 - u2) * m1;
  }
}
