/*
 * How a sensor sits in the vehicle, any way round: v = R s takes sensor axes to those of the vehicle (x forward, y left,
 * z up). As a unit quaternion [w, x, y, z], or as a matrix of nine numbers row by row.
 */

/** After so many, eigenvalues that differ by half a percent differ by a factor of 10^8. */
const SQUARINGS = 12;

/** Product of two rotations, first b and then a; `out` is neither. */
export function composed(a: Float64Array, b: Float64Array, out: Float64Array): void {
  out[0] = a[0]! * b[0]! - a[1]! * b[1]! - a[2]! * b[2]! - a[3]! * b[3]!;
  out[1] = a[0]! * b[1]! + a[1]! * b[0]! + a[2]! * b[3]! - a[3]! * b[2]!;
  out[2] = a[0]! * b[2]! - a[1]! * b[3]! + a[2]! * b[0]! + a[3]! * b[1]!;
  out[3] = a[0]! * b[3]! + a[1]! * b[2]! - a[2]! * b[1]! + a[3]! * b[0]!;
}

/** Moves a part of the way from one rotation to another that is not far. */
export function blended(q: Float64Array, to: Float64Array, part: number): void {
  const dot = q[0]! * to[0]! + q[1]! * to[1]! + q[2]! * to[2]! + q[3]! * to[3]!;
  const share = dot < 0 ? -part : part;
  let length = 0;
  for (let i = 0; i < 4; i++) {
    q[i] = (1 - part) * q[i]! + share * to[i]!;
    length += q[i]! * q[i]!;
  }
  length = Math.sqrt(length);
  for (let i = 0; i < 4; i++) q[i] = q[i]! / length;
}

export function matrixOf(q: Float64Array, out: Float64Array): void {
  const w = q[0]!;
  const x = q[1]!;
  const y = q[2]!;
  const z = q[3]!;
  out[0] = 1 - 2 * (y * y + z * z);
  out[1] = 2 * (x * y - w * z);
  out[2] = 2 * (x * z + w * y);
  out[3] = 2 * (x * y + w * z);
  out[4] = 1 - 2 * (x * x + z * z);
  out[5] = 2 * (y * z - w * x);
  out[6] = 2 * (x * z - w * y);
  out[7] = 2 * (y * z + w * x);
  out[8] = 1 - 2 * (x * x + y * y);
}

/** Three numbers of `s` from `at`, turned, into `out` from `to`; not in place. */
export function turned(
  matrix: Float64Array,
  s: Float64Array,
  at: number,
  out: Float64Array,
  to: number,
): void {
  const x = s[at]!;
  const y = s[at + 1]!;
  const z = s[at + 2]!;
  out[to] = matrix[0]! * x + matrix[1]! * y + matrix[2]! * z;
  out[to + 1] = matrix[3]! * x + matrix[4]! * y + matrix[5]! * z;
  out[to + 2] = matrix[6]! * x + matrix[7]! * y + matrix[8]! * z;
}

/** Angle between the vehicle's vertical and the sensor's z, 0 to pi rad. */
export const tiltOf = (matrix: Float64Array): number => Math.acos(Math.max(-1, Math.min(1, matrix[8]!)));

/** Where the sensor's x points in the vehicle, seen from above: counter-clockwise from forward, rad. */
export const headingOf = (matrix: Float64Array): number => Math.atan2(matrix[3]!, matrix[0]!);

/** Angle of the rotation between two, rad. */
export const angleBetween = (a: Float64Array, b: Float64Array): number =>
  2 * Math.acos(Math.min(1, Math.abs(a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]! + a[3]! * b[3]!)));

/**
 * Finds the rotation of least squares between pairs of vectors. Horn, "Closed-form solution of absolute orientation
 * using unit quaternions", 1987: the eigenvector of the largest eigenvalue of a symmetric matrix of four rows; here by
 * squaring that matrix until only this one is left.
 */
export class BestRotation {
  readonly #n = new Float64Array(16);
  readonly #square = new Float64Array(16);

  /** From `m[3 i + j]`, the sums of weight x s_i x v_j, into the quaternion `q`. False when there is nothing to go by. */
  solve(m: Float64Array, q: Float64Array): boolean {
    this.#fill(m);
    const n = this.#n;
    let norm = 0;
    for (let i = 0; i < 16; i++) norm += n[i]! * n[i]!;
    if (!(norm > 0 && norm < Number.POSITIVE_INFINITY)) return false;
    norm = Math.sqrt(norm);
    // the largest eigenvalue in size is the largest
    for (let i = 0; i < 4; i++) n[5 * i] = n[5 * i]! + 0.5 * norm;
    for (let k = 0; k < SQUARINGS; k++) this.#squareOnce();
    let at = 0;
    for (let i = 1; i < 4; i++) if (n[5 * i]! > n[5 * at]!) at = i;
    let length = 0;
    for (let i = 0; i < 4; i++) length += n[4 * at + i]! ** 2;
    length = Math.sqrt(length);
    for (let i = 0; i < 4; i++) q[i] = n[4 * at + i]! / length;
    return length > 0;
  }

  #fill(m: Float64Array): void {
    const n = this.#n;
    n[0] = m[0]! + m[4]! + m[8]!;
    n[1] = m[5]! - m[7]!;
    n[2] = m[6]! - m[2]!;
    n[3] = m[1]! - m[3]!;
    n[5] = m[0]! - m[4]! - m[8]!;
    n[6] = m[1]! + m[3]!;
    n[7] = m[6]! + m[2]!;
    n[10] = m[4]! - m[0]! - m[8]!;
    n[11] = m[5]! + m[7]!;
    n[15] = m[8]! - m[0]! - m[4]!;
    this.#mirror(n);
  }

  #mirror(n: Float64Array): void {
    for (let i = 0; i < 4; i++) for (let j = 0; j < i; j++) n[4 * i + j] = n[4 * j + i]!;
  }

  /** Squares the matrix, scaled to a trace of one. */
  #squareOnce(): void {
    const n = this.#n;
    const s = this.#square;
    for (let i = 0; i < 4; i++)
      for (let j = i; j < 4; j++) {
        let sum = 0;
        for (let k = 0; k < 4; k++) sum += n[4 * i + k]! * n[4 * j + k]!;
        s[4 * i + j] = sum;
      }
    const scale = 1 / (s[0]! + s[5]! + s[10]! + s[15]!);
    for (let i = 0; i < 16; i++) n[i] = s[i]! * scale;
    this.#mirror(n);
  }
}
