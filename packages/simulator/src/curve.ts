/** A point of a centre line: metres east, north and up. */
export type Point = {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** Roll of the road about the way, radians; positive where its left edge is the higher one. 0 where it is not said. */
  readonly bankRad?: number;
};

/** Where a curve is at a parameter, with its derivatives by that parameter. Reused by the caller. */
export type CurveState = {
  x: number;
  y: number;
  z: number;
  dx: number;
  dy: number;
  dz: number;
  ddx: number;
  ddy: number;
  ddz: number;
  bankRad: number;
  dBankRad: number;
};

export const createCurveState = (): CurveState => ({
  x: 0,
  y: 0,
  z: 0,
  dx: 0,
  dy: 0,
  dz: 0,
  ddx: 0,
  ddy: 0,
  ddz: 0,
  bankRad: 0,
  dBankRad: 0,
});

/** How the slope angle changes along the horizontal way, radians a metre: positive in a dip, negative on a crest. */
export function slopePerM(c: Readonly<CurveState>): number {
  const d2 = c.dx * c.dx + c.dy * c.dy;
  const d = Math.sqrt(d2);
  const rise = c.dz / d;
  return (c.ddz - (rise * (c.dx * c.ddx + c.dy * c.ddy)) / d) / (d2 * (1 + rise * rise));
}

/**
 * Uniform cubic B-spline through the plane: twice continuously differentiable, so that curvature has no jumps.
 * Parameter u runs over [0, segments]; control point i has its weight's middle at u = i.
 */
export class Curve {
  readonly segments: number;
  readonly #x: Float64Array;
  readonly #y: Float64Array;
  readonly #z: Float64Array;
  readonly #bank: Float64Array | undefined;

  /** An open curve of n control points has n - 3 segments. */
  constructor(points: readonly Point[]) {
    if (points.length < 4) throw new RangeError(`a curve needs 4 points, has ${points.length}`);
    this.segments = points.length - 3;
    this.#x = Float64Array.from(points, (p) => p.x);
    this.#y = Float64Array.from(points, (p) => p.y);
    this.#z = Float64Array.from(points, (p) => p.z);
    if (points.some((p) => (p.bankRad ?? 0) !== 0))
      this.#bank = Float64Array.from(points, (p) => p.bankRad ?? 0);
  }

  at(u: number, out: CurveState): CurveState {
    const i = Math.min(this.segments - 1, Math.max(0, Math.floor(u)));
    const t = u - i;
    const s = 1 - t;
    const b0 = (s * s * s) / 6;
    const b1 = (3 * t * t * t - 6 * t * t + 4) / 6;
    const b2 = (-3 * t * t * t + 3 * t * t + 3 * t + 1) / 6;
    const b3 = (t * t * t) / 6;
    const d0 = (-s * s) / 2;
    const d1 = (3 * t * t - 4 * t) / 2;
    const d2 = (-3 * t * t + 2 * t + 1) / 2;
    const d3 = (t * t) / 2;
    const e1 = 3 * t - 2;
    const e2 = 1 - 3 * t;
    const x = this.#x;
    const y = this.#y;
    out.x = b0 * x[i]! + b1 * x[i + 1]! + b2 * x[i + 2]! + b3 * x[i + 3]!;
    out.y = b0 * y[i]! + b1 * y[i + 1]! + b2 * y[i + 2]! + b3 * y[i + 3]!;
    out.dx = d0 * x[i]! + d1 * x[i + 1]! + d2 * x[i + 2]! + d3 * x[i + 3]!;
    out.dy = d0 * y[i]! + d1 * y[i + 1]! + d2 * y[i + 2]! + d3 * y[i + 3]!;
    out.ddx = s * x[i]! + e1 * x[i + 1]! + e2 * x[i + 2]! + t * x[i + 3]!;
    out.ddy = s * y[i]! + e1 * y[i + 1]! + e2 * y[i + 2]! + t * y[i + 3]!;
    const z = this.#z;
    out.z = b0 * z[i]! + b1 * z[i + 1]! + b2 * z[i + 2]! + b3 * z[i + 3]!;
    out.dz = d0 * z[i]! + d1 * z[i + 1]! + d2 * z[i + 2]! + d3 * z[i + 3]!;
    out.ddz = s * z[i]! + e1 * z[i + 1]! + e2 * z[i + 2]! + t * z[i + 3]!;
    const bank = this.#bank;
    if (bank) {
      out.bankRad = b0 * bank[i]! + b1 * bank[i + 1]! + b2 * bank[i + 2]! + b3 * bank[i + 3]!;
      out.dBankRad = d0 * bank[i]! + d1 * bank[i + 1]! + d2 * bank[i + 2]! + d3 * bank[i + 3]!;
    }
    return out;
  }
}
