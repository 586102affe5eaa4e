import { wrapAngle } from "../ekf/filter.ts";

/** Samples that make the offset certain, and how fast it follows before and after. */
const FULL = 50;
const FAST = 0.1;
const SLOW = 0.02;
/** Turning that tells the sense of the sensor's yaw, rad. */
const SENSE_RAD = 0.5;

/**
 * A sensor's own yaw against the filter's: its sense (some count clockwise) from what it does in turns, its offset
 * from agreement while the filter's yaw is well known.
 */
export class Magnetometer {
  /** Filter yaw = sense x sensor yaw + offset. Sense is 0 until it is known. */
  sense: -1 | 0 | 1 = 0;
  offsetRad = 0;
  samples = 0;
  #lastSensor = Number.NaN;
  #lastYaw = Number.NaN;
  #same = 0;
  #opposite = 0;

  /** 0 to 1. */
  get confidence(): number {
    return Math.min(1, this.samples / FULL);
  }

  /** Yaw that the sensor means, rad; NaN while that is not known. */
  yaw(sensorRad: number): number {
    return this.sense !== 0 && this.samples >= FULL / 2
      ? wrapAngle(this.sense * sensorRad + this.offsetRad)
      : Number.NaN;
  }

  /** Both yaws at one moment, at most some times a second. `trusted`: moving, and the filter's yaw well known. */
  learn(sensorRad: number, yawRad: number, trusted: boolean): void {
    const dSensor = wrapAngle(sensorRad - this.#lastSensor);
    const dYaw = wrapAngle(yawRad - this.#lastYaw);
    this.#lastSensor = sensorRad;
    this.#lastYaw = yawRad;
    if (!trusted) {
      this.#lastSensor = Number.NaN;
      return;
    }
    if (!(Math.abs(dSensor) < 1 && Math.abs(dYaw) < 1)) return;
    if (this.sense === 0) {
      this.#same += Math.abs(dYaw - dSensor);
      this.#opposite += Math.abs(dYaw + dSensor);
      const turned = Math.max(this.#same, this.#opposite);
      if (turned < 2 * SENSE_RAD) return;
      if (turned < 2 * Math.min(this.#same, this.#opposite)) {
        // it agrees with neither: start again
        this.#same = 0;
        this.#opposite = 0;
        return;
      }
      this.sense = this.#same < this.#opposite ? 1 : -1;
      this.offsetRad = wrapAngle(yawRad - this.sense * sensorRad);
      this.samples = 1;
      return;
    }
    const error = wrapAngle(yawRad - this.sense * sensorRad - this.offsetRad);
    this.offsetRad = wrapAngle(this.offsetRad + (this.samples < FULL ? FAST : SLOW) * error);
    this.samples = Math.min(FULL, this.samples + 1);
  }

  restore(sense: number, offsetRad: number, samples: number): void {
    this.sense = sense === 1 || sense === -1 ? sense : 0;
    this.offsetRad = wrapAngle(offsetRad);
    this.samples = this.sense === 0 ? 0 : Math.max(0, Math.min(FULL, samples));
  }
}
