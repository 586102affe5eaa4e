import { MODEL_FREE } from "./ekf/motion.ts";
import type { Parts } from "./parts.ts";

/** Accelerations are looked at over this long: over less, the noise of the speeds is all one sees. */
const LOOK_S = 0.3;
const LONGEST_S = 1.2;
/** What the process noise of MODEL_FREE stands for, m/s^2. */
const ORDINARY_MPS2 = 3;
/** A race kart brakes and corners at 2 g: on average far below twelve times the ordinary in power. */
const MOST = 12;
/** What was seen is forgotten over a minute. */
const FORGET_S = 60;
/** One bend or one fix that lies does not make a race. */
const BELIEVE_S = 15;

/**
 * How hard a vehicle without an inertial sensor is driven, from the changes of its GNSS velocity: a filter that is told
 * to expect a road car takes the brakes of a kart for a bad receiver.
 */
export class Agility {
  readonly #parts: Parts;
  #atS = Number.NaN;
  #east = 0;
  #north = 0;
  #power = 0;
  #seenS = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A velocity east and north, m/s, with its sigma; NaN where it has no direction. */
  velocity(tS: number, east: number, north: number, sigma: number): void {
    const dt = tS - this.#atS;
    if (dt > 0 && dt < LOOK_S) return;
    const power = ((east - this.#east) ** 2 + (north - this.#north) ** 2 - 4 * sigma * sigma) / (2 * dt * dt);
    this.#atS = tS;
    this.#east = east;
    this.#north = north;
    if (!(dt > 0 && dt < LONGEST_S) || !Number.isFinite(power)) return;
    this.#seenS = Math.min(FORGET_S, this.#seenS + dt);
    // slow to forget: a straight is no reason to be surprised by the next corner
    this.#power += (dt / Math.max(BELIEVE_S, this.#seenS)) * (power - this.#power);
    const e = this.#parts.estimator;
    if (e.model === MODEL_FREE)
      e.agility = Math.max(1, Math.min(MOST, this.#power / (ORDINARY_MPS2 * ORDINARY_MPS2)));
  }
}
