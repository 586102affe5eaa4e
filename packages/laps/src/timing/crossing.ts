import type { PlacedGate } from "../track/placed-gate.ts";
import type { Receiver } from "./receiver.ts";

/** Vehicles change their acceleration by about this much between two fixes, m/s^2: what interpolation cannot know. */
const UNKNOWN_ACCELERATION_MPS2 = 4;

/** One crossing of a gate; a timer owns one and fills it anew. */
export class Crossing {
  /** Running time, s. */
  tS = Number.NaN;
  /** +1 in the gate's direction, -1 against it. */
  direction = 1;
  /** Place along the gate from its middle, m. */
  alongM = 0;
  /** Speed across the gate, m/s. */
  speedMps = 0;
  /** Variance of the place at which the gate was taken to be crossed, m^2; without the receiver's slow error. */
  variance = 0;
  /** How long the vehicle stood where its place cannot tell whether it was over the gate, s. */
  stoodS = 0;

  /**
   * Between the fix before and the newest of a receiver, for a gate that lies between them. Distance from the gate runs
   * as the velocities say, bent evenly to meet both positions (cubic Hermite for a velocity that changes evenly);
   * without velocities along the chord.
   */
  solve(gate: PlacedGate, r: Receiver): this {
    const dt = r.tS - r.beforeS;
    const d0 = gate.nx * (r.beforeX - gate.mx) + gate.ny * (r.beforeY - gate.my);
    const d1 = gate.nx * (r.x - gate.mx) + gate.ny * (r.y - gate.my);
    const chord = (d1 - d0) / dt;
    let w0 = gate.nx * r.beforeVx + gate.ny * r.beforeVy;
    let w1 = gate.nx * r.vx + gate.ny * r.vy;
    const measured = Number.isFinite(w0 + w1);
    if (!measured) {
      const sum = r.beforeSpeedMps + r.speedMps;
      w0 = sum > 0.5 ? (2 * chord * r.beforeSpeedMps) / sum : chord;
      w1 = sum > 0.5 ? (2 * chord * r.speedMps) / sum : chord;
    }
    const bend = chord - (w0 + w1) / 2;
    const start = w0 + bend;
    const slope = (w1 - w0) / dt;
    let tau = rootOf(d0, start, slope, chord);
    // smoothing may place the fix before just behind the gate
    if (!(tau >= -0.5 * dt)) tau = -0.5 * dt;
    else if (tau > dt) tau = dt;
    this.tS = r.beforeS + tau;
    this.direction = d1 >= d0 ? 1 : -1;
    this.speedMps = Math.abs(measured ? w0 + slope * tau : gate.nx * r.meanVx + gate.ny * r.meanVy);
    const f = tau / dt;
    const x = r.beforeX + f * (r.x - r.beforeX);
    const y = r.beforeY + f * (r.y - r.beforeY);
    // the bow between the fixes: the velocity across the chord, parabola through both ends
    const across = measured
      ? (gate.ny * (r.beforeVx - r.vx) - gate.nx * (r.beforeVy - r.vy)) * 0.5 * dt * f * (1 - f)
      : 0;
    this.alongM = gate.ny * (x - gate.mx) - gate.nx * (y - gate.my) + across;
    const unknown = (UNKNOWN_ACCELERATION_MPS2 * dt * dt) / (measured ? 32 : 8);
    this.variance = r.variance + unknown * unknown + (r.jumpM * r.jumpM) / 4;
    return this;
  }
}

/** Smallest-change root of d + w t + a t^2 / 2. */
function rootOf(d: number, w: number, a: number, chord: number): number {
  const discriminant = w * w - 2 * a * d;
  if (!(discriminant >= 0)) return -d / chord;
  const root = Math.sqrt(discriminant);
  const divisor = w >= 0 ? w + root : w - root;
  return divisor === 0 ? -d / chord : (-2 * d) / divisor;
}
