import { type Filter, INNOVATION, INNOVATION_VARIANCE } from "./filter.ts";

/**
 * Scalar update with the optimal gain. `f.col` holds P H^T, `f.last` the innovation y and its variance s = H P H^T + R > 0
 * (in arrays, because a number handed to a function that is not inlined is allocated).
 *
 * x += col y/s and P -= col col^T/s. With the optimal gain this equals the Joseph form (Simon, Optimal State
 * Estimation, 2006, s. 6.1); on a packed triangle it stays symmetric by construction.
 */
export function correct(f: Filter): void {
  const { x, p, col, last } = f;
  const c0 = col[0]!;
  const c1 = col[1]!;
  const c2 = col[2]!;
  const c3 = col[3]!;
  const c4 = col[4]!;
  const c5 = col[5]!;
  const c6 = col[6]!;
  const c7 = col[7]!;
  const g = 1 / last[INNOVATION_VARIANCE]!;
  const y = last[INNOVATION]! * g;
  x[0] = x[0]! + c0 * y;
  x[1] = x[1]! + c1 * y;
  x[2] = x[2]! + c2 * y;
  x[3] = x[3]! + c3 * y;
  x[4] = x[4]! + c4 * y;
  x[5] = x[5]! + c5 * y;
  x[6] = x[6]! + c6 * y;
  x[7] = x[7]! + c7 * y;
  const g0 = c0 * g;
  const g1 = c1 * g;
  const g2 = c2 * g;
  const g3 = c3 * g;
  const g4 = c4 * g;
  const g5 = c5 * g;
  const g6 = c6 * g;
  const g7 = c7 * g;
  p[0] = p[0]! - g0 * c0;
  p[1] = p[1]! - g0 * c1;
  p[2] = p[2]! - g0 * c2;
  p[3] = p[3]! - g0 * c3;
  p[4] = p[4]! - g0 * c4;
  p[5] = p[5]! - g0 * c5;
  p[6] = p[6]! - g0 * c6;
  p[7] = p[7]! - g0 * c7;
  p[8] = p[8]! - g1 * c1;
  p[9] = p[9]! - g1 * c2;
  p[10] = p[10]! - g1 * c3;
  p[11] = p[11]! - g1 * c4;
  p[12] = p[12]! - g1 * c5;
  p[13] = p[13]! - g1 * c6;
  p[14] = p[14]! - g1 * c7;
  p[15] = p[15]! - g2 * c2;
  p[16] = p[16]! - g2 * c3;
  p[17] = p[17]! - g2 * c4;
  p[18] = p[18]! - g2 * c5;
  p[19] = p[19]! - g2 * c6;
  p[20] = p[20]! - g2 * c7;
  p[21] = p[21]! - g3 * c3;
  p[22] = p[22]! - g3 * c4;
  p[23] = p[23]! - g3 * c5;
  p[24] = p[24]! - g3 * c6;
  p[25] = p[25]! - g3 * c7;
  p[26] = p[26]! - g4 * c4;
  p[27] = p[27]! - g4 * c5;
  p[28] = p[28]! - g4 * c6;
  p[29] = p[29]! - g4 * c7;
  p[30] = p[30]! - g5 * c5;
  p[31] = p[31]! - g5 * c6;
  p[32] = p[32]! - g5 * c7;
  p[33] = p[33]! - g6 * c6;
  p[34] = p[34]! - g6 * c7;
  p[35] = p[35]! - g7 * c7;
}
