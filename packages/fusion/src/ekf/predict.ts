import type { Filter } from "./filter.ts";
import {
  FREE_FORWARD_RATE,
  FREE_YAW_RATE,
  MODEL,
  MODEL_FREE,
  MODEL_HOLD,
  moveState,
  ROW_COS,
  ROW_SIN,
  rows,
} from "./motion.ts";

/** Process noise as spectral densities: where each is kept, counted from an offset. */
export const Q_FORWARD = 0; // (m/s^2)^2 s
export const Q_LEFT = 1; // (m/s^2)^2 s
export const Q_YAW = 2; // rad^2/s
export const Q_BIAS_FORWARD = 3; // (m/s^2)^2/s
export const Q_BIAS_LEFT = 4;
export const Q_BIAS_YAW = 5; // (rad/s)^2/s
export const Q_POSITION = 6; // m^2/s
export const NOISES = 7;

/**
 * Moves state and covariance over one interval: P' = F P F^T + Q on the packed upper triangle, unrolled over the
 * zeros of F. The velocity rows are the exact derivative of `moveState`; the position rows are
 * F_pos = I_pos + dt/2 (I_vel + F_vel), the trapezoid of the velocity rows (relative error theta^2/12).
 *
 * @param u inputs of the interval at `at`, see motion.ts
 * @param q process noise at `qAt`, see above
 */
export function predict(f: Filter, u: Float64Array, at: number, q: Float64Array, qAt: number): void {
  const x = f.x;
  const p = f.p;
  const dt = u[at]!;
  const model = u[at + MODEL]!;
  moveState(x, u, at, x);

  if (model === MODEL_HOLD) {
    p[21] = p[21]! + q[qAt + Q_FORWARD]! * dt;
    p[26] = p[26]! + q[qAt + Q_LEFT]! * dt;
    p[15] = p[15]! + q[qAt + Q_YAW]! * dt;
    p[30] = p[30]! + q[qAt + Q_BIAS_FORWARD]! * dt;
    p[33] = p[33]! + q[qAt + Q_BIAS_LEFT]! * dt;
    p[35] = p[35]! + q[qAt + Q_BIAS_YAW]! * dt;
    return;
  }

  const c = rows[ROW_COS]!;
  const s = rows[ROW_SIN]!;
  const f32 = rows[0]!;
  const f33 = rows[1]!;
  const f34 = rows[2]!;
  const f35 = rows[3]!;
  const f36 = rows[4]!;
  const f37 = rows[5]!;
  const f42 = rows[6]!;
  const f43 = rows[7]!;
  const f44 = rows[8]!;
  const f45 = rows[9]!;
  const f46 = rows[10]!;
  const f47 = rows[11]!;
  const h = 0.5 * dt;

  const p00 = p[0]!;
  const p01 = p[1]!;
  const p02 = p[2]!;
  const p03 = p[3]!;
  const p04 = p[4]!;
  const p05 = p[5]!;
  const p06 = p[6]!;
  const p07 = p[7]!;
  const p11 = p[8]!;
  const p12 = p[9]!;
  const p13 = p[10]!;
  const p14 = p[11]!;
  const p15 = p[12]!;
  const p16 = p[13]!;
  const p17 = p[14]!;
  const p22 = p[15]!;
  const p23 = p[16]!;
  const p24 = p[17]!;
  const p25 = p[18]!;
  const p26 = p[19]!;
  const p27 = p[20]!;
  const p33 = p[21]!;
  const p34 = p[22]!;
  const p35 = p[23]!;
  const p36 = p[24]!;
  const p37 = p[25]!;
  const p44 = p[26]!;
  const p45 = p[27]!;
  const p46 = p[28]!;
  const p47 = p[29]!;
  const p55 = p[30]!;
  const p56 = p[31]!;
  const p57 = p[32]!;
  const p66 = p[33]!;
  const p67 = p[34]!;
  const p77 = p[35]!;

  // A = F P: velocity rows
  const a30 = f32 * p02 + f33 * p03 + f34 * p04 + f35 * p05 + f36 * p06 + f37 * p07;
  const a31 = f32 * p12 + f33 * p13 + f34 * p14 + f35 * p15 + f36 * p16 + f37 * p17;
  const a32 = f32 * p22 + f33 * p23 + f34 * p24 + f35 * p25 + f36 * p26 + f37 * p27;
  const a33 = f32 * p23 + f33 * p33 + f34 * p34 + f35 * p35 + f36 * p36 + f37 * p37;
  const a34 = f32 * p24 + f33 * p34 + f34 * p44 + f35 * p45 + f36 * p46 + f37 * p47;
  const a35 = f32 * p25 + f33 * p35 + f34 * p45 + f35 * p55 + f36 * p56 + f37 * p57;
  const a36 = f32 * p26 + f33 * p36 + f34 * p46 + f35 * p56 + f36 * p66 + f37 * p67;
  const a37 = f32 * p27 + f33 * p37 + f34 * p47 + f35 * p57 + f36 * p67 + f37 * p77;
  const a41 = f42 * p12 + f43 * p13 + f44 * p14 + f45 * p15 + f46 * p16 + f47 * p17;
  const a42 = f42 * p22 + f43 * p23 + f44 * p24 + f45 * p25 + f46 * p26 + f47 * p27;
  const a43 = f42 * p23 + f43 * p33 + f44 * p34 + f45 * p35 + f46 * p36 + f47 * p37;
  const a44 = f42 * p24 + f43 * p34 + f44 * p44 + f45 * p45 + f46 * p46 + f47 * p47;
  const a45 = f42 * p25 + f43 * p35 + f44 * p45 + f45 * p55 + f46 * p56 + f47 * p57;
  const a46 = f42 * p26 + f43 * p36 + f44 * p46 + f45 * p56 + f46 * p66 + f47 * p67;
  const a47 = f42 * p27 + f43 * p37 + f44 * p47 + f45 * p57 + f46 * p67 + f47 * p77;
  // position rows
  const a00 = p00 + h * (p03 + a30);
  const a01 = p01 + h * (p13 + a31);
  const a02 = p02 + h * (p23 + a32);
  const a03 = p03 + h * (p33 + a33);
  const a04 = p04 + h * (p34 + a34);
  const a05 = p05 + h * (p35 + a35);
  const a06 = p06 + h * (p36 + a36);
  const a07 = p07 + h * (p37 + a37);
  const a11 = p11 + h * (p14 + a41);
  const a12 = p12 + h * (p24 + a42);
  const a13 = p13 + h * (p34 + a43);
  const a14 = p14 + h * (p44 + a44);
  const a15 = p15 + h * (p45 + a45);
  const a16 = p16 + h * (p46 + a46);
  const a17 = p17 + h * (p47 + a47);
  // yaw row
  const a22 = p22 - dt * p27;
  const a23 = p23 - dt * p37;
  const a24 = p24 - dt * p47;
  const a25 = p25 - dt * p57;
  const a26 = p26 - dt * p67;
  const a27 = p27 - dt * p77;

  let e5 = 1;
  let e7 = 1;
  if (model === MODEL_FREE) {
    e5 = Math.exp(-FREE_FORWARD_RATE * dt);
    e7 = Math.exp(-FREE_YAW_RATE * dt);
  }

  // process noise of the velocity, forward and left turned into east and north
  const qF = q[qAt + Q_FORWARD]! * dt;
  const qL = q[qAt + Q_LEFT]! * dt;
  const qEE = qF * c * c + qL * s * s;
  const qEN = (qF - qL) * c * s;
  const qNN = qF * s * s + qL * c * c;
  const h2 = (dt * dt) / 3;
  const qP = q[qAt + Q_POSITION]! * dt;

  // P' = A F^T + Q
  const n33 = a32 * f32 + a33 * f33 + a34 * f34 + a35 * f35 + a36 * f36 + a37 * f37;
  const n34 = a32 * f42 + a33 * f43 + a34 * f44 + a35 * f45 + a36 * f46 + a37 * f47;
  const n44 = a42 * f42 + a43 * f43 + a44 * f44 + a45 * f45 + a46 * f46 + a47 * f47;
  const n03 = a02 * f32 + a03 * f33 + a04 * f34 + a05 * f35 + a06 * f36 + a07 * f37;
  const n04 = a02 * f42 + a03 * f43 + a04 * f44 + a05 * f45 + a06 * f46 + a07 * f47;
  const n13 = a12 * f32 + a13 * f33 + a14 * f34 + a15 * f35 + a16 * f36 + a17 * f37;
  const n14 = a12 * f42 + a13 * f43 + a14 * f44 + a15 * f45 + a16 * f46 + a17 * f47;
  p[0] = a00 + h * (a03 + n03) + qEE * h2 + qP;
  p[1] = a01 + h * (a04 + n04) + qEN * h2;
  p[2] = a02 - dt * a07;
  p[3] = n03 + qEE * h;
  p[4] = n04 + qEN * h;
  p[5] = a05 * e5;
  p[6] = a06 * e5;
  p[7] = a07 * e7;
  p[8] = a11 + h * (a14 + n14) + qNN * h2 + qP;
  p[9] = a12 - dt * a17;
  p[10] = n13 + qEN * h;
  p[11] = n14 + qNN * h;
  p[12] = a15 * e5;
  p[13] = a16 * e5;
  p[14] = a17 * e7;
  p[15] = a22 - dt * a27 + q[qAt + Q_YAW]! * dt;
  p[16] = a22 * f32 + a23 * f33 + a24 * f34 + a25 * f35 + a26 * f36 + a27 * f37;
  p[17] = a22 * f42 + a23 * f43 + a24 * f44 + a25 * f45 + a26 * f46 + a27 * f47;
  p[18] = a25 * e5;
  p[19] = a26 * e5;
  p[20] = a27 * e7;
  p[21] = n33 + qEE;
  p[22] = n34 + qEN;
  p[23] = a35 * e5;
  p[24] = a36 * e5;
  p[25] = a37 * e7;
  p[26] = n44 + qNN;
  p[27] = a45 * e5;
  p[28] = a46 * e5;
  p[29] = a47 * e7;
  p[30] = p55 * e5 * e5 + q[qAt + Q_BIAS_FORWARD]! * dt;
  p[31] = p56 * e5 * e5;
  p[32] = p57 * e5 * e7;
  p[33] = p66 * e5 * e5 + q[qAt + Q_BIAS_LEFT]! * dt;
  p[34] = p67 * e5 * e7;
  p[35] = p77 * e7 * e7 + q[qAt + Q_BIAS_YAW]! * dt;
}
