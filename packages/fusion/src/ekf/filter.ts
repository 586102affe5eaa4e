/** State indices. Ground frame x east, y north; yaw counter-clockwise from east; biases in the level frame of the body. */
export const EAST = 0;
export const NORTH = 1;
export const YAW = 2;
export const V_EAST = 3;
export const V_NORTH = 4;
/** Forward and left accelerometer bias, m/s^2, and yaw-rate bias, rad/s: measured = true + bias. */
export const BIAS_FORWARD = 5;
export const BIAS_LEFT = 6;
export const BIAS_YAW = 7;
export const STATES = 8;
export const PACKED = 36;

/**
 * One extended Kalman filter: everything is allocated here, nothing afterwards.
 * P is symmetric by construction: only its upper triangle is stored, row by row.
 */
export type Filter = {
  /** [east m, north m, yaw rad, vE m/s, vN m/s, bias forward m/s^2, bias left m/s^2, bias yaw rate rad/s] */
  readonly x: Float64Array;
  readonly p: Float64Array;
  /** P H^T of the update at hand. */
  readonly col: Float64Array;
  /** Of the last update: normalised innovation squared, then innovation and innovation variance of the last axis. */
  readonly last: Float64Array;
};

export const NIS = 0;
export const INNOVATION = 1;
export const INNOVATION_VARIANCE = 2;

export const createFilter = (): Filter => ({
  x: new Float64Array(STATES),
  p: new Float64Array(PACKED),
  col: new Float64Array(STATES),
  last: new Float64Array(3),
});

/** Where P[row][column] is kept. */
export const packedIndex = (row: number, column: number): number => {
  const i = Math.min(row, column);
  const j = Math.max(row, column);
  return i * STATES - (i * (i - 1)) / 2 + (j - i);
};

/** packedIndex of every pair, row-major 8 x 8: column i of P without branches. */
export const PACKED_INDEX: readonly number[] = Array.from({ length: STATES * STATES }, (_, k) =>
  packedIndex(Math.floor(k / STATES), k % STATES),
);

/** Index of each variance. */
export const VARIANCE: readonly number[] = Array.from({ length: STATES }, (_, i) => packedIndex(i, i));

/** Angle in (-pi, pi]. */
export function wrapAngle(a: number): number {
  if (a > Math.PI || a <= -Math.PI) {
    const w = a - 2 * Math.PI * Math.floor((a + Math.PI) / (2 * Math.PI));
    return w <= -Math.PI ? w + 2 * Math.PI : w > Math.PI ? w - 2 * Math.PI : w;
  }
  return a;
}
