import { Grid } from "./grid.ts";
import type { Moment } from "./moment.ts";
import { LEVEL_FORWARD, LEVEL_YAW_RATE } from "./tilt.ts";

/** Columns of the reference. Integrals over time, so that a mean over any window is one subtraction. */
export const REF_FORWARD = 0; // level forward force, m/s
export const REF_YAW = 1; // yaw rate, rad
export const REF_CENTRIPETAL = 2; // speed x yaw rate, m/s
export const REF_DISTANCE = 3; // wheel speed, m
export const REF_WHEEL = 4; // wheel speed itself, m/s: not an integral
const FIRST_OF_WHEEL = REF_DISTANCE;

/** A sensor that is silent for longer starts again. */
const GAP_S = 0.5;

/** What inertial and wheel sensors saw in the last five seconds, on a regular grid: GNSS is compared with it at any delay. */
export class Reference {
  readonly #imu = new Grid(3);
  readonly #wheel = new Grid(2);

  /** One wheel speed, scaled, m/s. */
  wheel(tS: number, speedMps: number): void {
    const g = this.#wheel;
    const dt = tS - g.tS;
    if (dt > 0 && dt < GAP_S) {
      g.begin();
      g.now[0] = g.now[0]! + 0.5 * (speedMps + g.now[1]!) * dt;
      g.now[1] = speedMps;
      g.end(tS);
    } else if (dt !== 0) {
      g.restart(tS);
      g.now[1] = speedMps;
    }
  }

  /** One interval of inertial samples; `level` has its means as `Tilt` puts them. */
  imu({ tS, speedMps }: Moment, level: Float64Array): void {
    const g = this.#imu;
    const yawRate = level[LEVEL_YAW_RATE]!;
    const dt = tS - g.tS;
    if (dt > 0 && dt < GAP_S) {
      g.begin();
      g.now[0] = g.now[0]! + level[LEVEL_FORWARD]! * dt;
      g.now[1] = g.now[1]! + yawRate * dt;
      g.now[2] = g.now[2]! + speedMps * yawRate * dt;
      g.end(tS);
    } else if (dt !== 0) g.restart(tS);
  }

  /** The inertial sensor is turned or another: its past is none. */
  clearImu(): void {
    this.#imu.tS = Number.NEGATIVE_INFINITY;
  }

  /** Another clock. */
  clear(): void {
    this.clearImu();
    this.#wheel.tS = Number.NEGATIVE_INFINITY;
  }

  /** A wheel speed came in the last half second before tS. */
  hasWheel(tS: number): boolean {
    return tS - this.#wheel.tS < GAP_S;
  }

  /** Whether a column is whole between two times. */
  covers(column: number, fromS: number, toS: number): boolean {
    const g = column >= FIRST_OF_WHEEL ? this.#wheel : this.#imu;
    return g.covers(fromS) && toS <= g.newestS;
  }

  /** A column at a time that is covered. */
  at(tS: number, column: number): number {
    return column >= FIRST_OF_WHEEL ? this.#wheel.at(tS, column - FIRST_OF_WHEEL) : this.#imu.at(tS, column);
  }
}
