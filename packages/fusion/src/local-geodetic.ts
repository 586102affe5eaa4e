import type { TangentPlane } from "./geodesy.ts";

const STEP_M = 200;

const turn = (deg: number): number => (deg > 180 ? deg - 360 : deg < -180 ? deg + 360 : deg);

/**
 * Plane to degrees at the price of a few multiplications: a quadratic about an anchor that follows the vehicle,
 * exact to 1e-6 m. Also the meridian convergence: how far local east is turned from the plane's east.
 */
export class LocalGeodetic {
  readonly plane: TangentPlane;
  /** Angle from the plane's east to local east at the anchor, rad. */
  convergenceRad = 0;
  readonly #anchor = new Float64Array(2);
  readonly #lat = new Float64Array(6);
  readonly #lon = new Float64Array(6);
  readonly #probe = new Float64Array(2);
  readonly #samples = new Float64Array(18);

  constructor(plane: TangentPlane) {
    this.plane = plane;
    this.#moveTo(0, 0);
  }

  /** [lat deg, lon deg] of the point `xy[at], xy[at + 1]` of the plane, into `out`. */
  toGeodetic(xy: Float64Array, at: number, out: Float64Array): void {
    let x = xy[at]! - this.#anchor[0]!;
    let y = xy[at + 1]! - this.#anchor[1]!;
    if (!(x * x + y * y < STEP_M * STEP_M)) {
      this.#moveTo(xy[at]!, xy[at + 1]!);
      x = 0;
      y = 0;
    }
    const a = this.#lat;
    const o = this.#lon;
    out[0] = a[0]! + x * (a[1]! + a[3]! * x + a[4]! * y) + y * (a[2]! + a[5]! * y);
    out[1] = turn(o[0]! + x * (o[1]! + o[3]! * x + o[4]! * y) + y * (o[2]! + o[5]! * y));
  }

  /** Taylor coefficients by central differences of the exact map. */
  #moveTo(eastM: number, northM: number): void {
    this.#anchor[0] = eastM;
    this.#anchor[1] = northM;
    const probe = this.#probe;
    const s = this.#samples;
    for (let i = 0; i < 9; i++) {
      const dx = ((i % 3) - 1) * STEP_M;
      const dy = (Math.floor(i / 3) - 1) * STEP_M;
      this.plane.toGeodetic(eastM + dx, northM + dy, probe);
      s[2 * i] = probe[0]!;
      s[2 * i + 1] = probe[1]!;
    }
    for (let k = 0; k < 2; k++) {
      const c = k === 0 ? this.#lat : this.#lon;
      const centre = s[8 + k]!;
      const at = (i: number): number => turn(s[2 * i + k]! - centre);
      c[0] = centre;
      c[1] = (at(5) - at(3)) / (2 * STEP_M);
      c[2] = (at(7) - at(1)) / (2 * STEP_M);
      c[3] = (at(5) + at(3)) / (2 * STEP_M * STEP_M);
      c[4] = (at(8) - at(6) - at(2) + at(0)) / (4 * STEP_M * STEP_M);
      c[5] = (at(7) + at(1)) / (2 * STEP_M * STEP_M);
    }
    this.convergenceRad = Math.atan2(this.#lon[2]!, this.#lon[1]!);
  }
}
