/*
 * Frames of reference, all right-handed (ISO 8855):
 *   body     x forward, y left, z up, fixed to the vehicle
 *   level    the body turned upright: x and y horizontal, x under the body's x
 *   ground   x east, y north, z up
 *   vehicle  x forward, y left, horizontal: the ground turned by yaw
 * Attitude is yaw-pitch-roll (3-2-1): R = Rz(yaw) Ry(pitch) Rx(roll) takes body to ground. Yaw is counter-clockwise
 * from east; with z up, positive pitch lowers the nose and positive roll lifts the left side.
 */

export const STANDARD_GRAVITY_MPS2 = 9.806_65;

/** Course (clockwise from north) to yaw (counter-clockwise from east), and back: the same map. In [-pi, 3 pi/2). */
export const courseToYaw = (rad: number): number => Math.PI / 2 - rad;

/** Course in [0, 2 pi) of a yaw. */
export function yawToCourse(yawRad: number): number {
  const c = (Math.PI / 2 - yawRad) % (2 * Math.PI);
  return c < 0 ? c + 2 * Math.PI : c;
}

/** What an accelerometer at rest reads in body axes, m/s^2: the third row of R times g. */
export function restForce(rollRad: number, pitchRad: number, gMps2: number, out: Float64Array): void {
  out[0] = -gMps2 * Math.sin(pitchRad);
  out[1] = gMps2 * Math.sin(rollRad) * Math.cos(pitchRad);
  out[2] = gMps2 * Math.cos(rollRad) * Math.cos(pitchRad);
}

/** Specific force minus gravity, in body axes; `out` may be `force`. */
export function removeGravity(
  force: Float64Array,
  rollRad: number,
  pitchRad: number,
  gMps2: number,
  out: Float64Array,
): void {
  const sp = Math.sin(pitchRad);
  const cp = Math.cos(pitchRad);
  out[0] = force[0]! + gMps2 * sp;
  out[1] = force[1]! - gMps2 * Math.sin(rollRad) * cp;
  out[2] = force[2]! - gMps2 * Math.cos(rollRad) * cp;
}

/** Body to level: Ry(pitch) Rx(roll). `out` may be `v`. */
export function bodyToLevel(v: Float64Array, rollRad: number, pitchRad: number, out: Float64Array): void {
  const sr = Math.sin(rollRad);
  const cr = Math.cos(rollRad);
  const sp = Math.sin(pitchRad);
  const cp = Math.cos(pitchRad);
  const x = v[0]!;
  const y = cr * v[1]! - sr * v[2]!;
  const z = sr * v[1]! + cr * v[2]!;
  out[0] = cp * x + sp * z;
  out[1] = y;
  out[2] = cp * z - sp * x;
}

/** Level to ground: Rz(yaw). `out` may be `v`. */
export function levelToGround(v: Float64Array, yawRad: number, out: Float64Array): void {
  const c = Math.cos(yawRad);
  const s = Math.sin(yawRad);
  const x = v[0]!;
  const y = v[1]!;
  out[0] = c * x - s * y;
  out[1] = s * x + c * y;
  out[2] = v[2]!;
}

/** Ground to vehicle: forward and left components of a horizontal vector. `out` may be `v`. */
export function groundToVehicle(v: Float64Array, yawRad: number, out: Float64Array): void {
  const c = Math.cos(yawRad);
  const s = Math.sin(yawRad);
  const x = v[0]!;
  const y = v[1]!;
  out[0] = c * x + s * y;
  out[1] = c * y - s * x;
}

/** Rate of yaw from body rates: (gy sin(roll) + gz cos(roll))/cos(pitch). */
export function yawRateOf(gyRadps: number, gzRadps: number, rollRad: number, pitchRad: number): number {
  return (gyRadps * Math.sin(rollRad) + gzRadps * Math.cos(rollRad)) / Math.cos(pitchRad);
}

/** The direction "up" in body axes, [x, y, z]: the third row of R. */
export function upOf(rollRad: number, pitchRad: number, out: Float64Array): void {
  restForce(rollRad, pitchRad, 1, out);
}

/** [roll, pitch] of an "up" in body axes. */
export function attitudeOf(up: Float64Array, out: Float64Array): void {
  out[0] = Math.atan2(up[1]!, up[2]!);
  out[1] = Math.atan2(-up[0]!, Math.sqrt(up[1]! * up[1]! + up[2]! * up[2]!));
}
