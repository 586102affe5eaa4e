import { LEFT_FORCE, PAYLOAD, REST, SIDE_SLIP, VELOCITY } from "./ekf/events.ts";
import { BIAS_FORWARD, BIAS_LEFT, BIAS_YAW, V_EAST, V_NORTH, VARIANCE } from "./ekf/filter.ts";
import { GATE_1, PAIR_COS, PAIR_GATE, PAIR_VARIANCE_ALONG, PAIR_VARIANCE_CROSS } from "./ekf/measure.ts";
import { CTRA_SPEED_MPS, MODEL_FREE, MODEL_HOLD, MODEL_UNALIGNED } from "./ekf/motion.ts";
import type { Moment } from "./moment.ts";
import type { Parts } from "./parts.ts";
import { LEVEL_LEFT, LEVEL_YAW_RATE } from "./tilt.ts";

const TICK_S = 0.1;
/** Side slip of tyres: a part of speed, more with lateral acceleration. */
const SLIP_FLOOR_MPS = 0.1;
const SLIP_ANGLE_RAD = 0.02;
const SLIP_PER_MPS2 = 0.004;
/** Change of the slip: (m/s^2)^2 s, and per square of lateral acceleration. */
const SLIP_NOISE = 5e-4;
const SLIP_NOISE_PER = 5e-5;
/** Lateral force minus centripetal: slip, banks and road noise, per tick. */
const LEFT_SIGMA_MPS2 = 0.7;
/**
 * An error of the tilt stays with the ground: a vehicle that turns has another bias forward and left. As much of the
 * bias as is not known turns, up to this, m/s^2.
 */
const TURNED_MPS2 = 0.2;
const REST_SIGMA_MPS = 0.01;
const REST_SIGMA_MPS2 = 0.05;
const REST_SIGMA_RADPS = 0.002;
/** With neither fixes nor wheel for this long, speed is only known not to be absurd. */
const BLIND_S = 20;
const ANY_SPEED_MPS = 30;

/** What is done some times a second, whatever the sample rate: standstill, no-side-slip, levelling, bounds. */
export class Upkeep {
  readonly #parts: Parts;
  readonly #attitude = new Float64Array(2);
  #sumS = 0;
  #sumLeft = 0;
  #sumYawRate = 0;
  #lastS = Number.NaN;
  #sinceBlindS = 0;
  #ticks = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Every inertial sample. */
  collect(level: Float64Array, { dtS }: Moment): void {
    this.#sumS += dtS;
    this.#sumLeft += level[LEVEL_LEFT]! * dtS;
    this.#sumYawRate += level[LEVEL_YAW_RATE]! * dtS;
  }

  /** Call with the head moved to the moment; does its work some times a second. */
  tick({ tS, heardS }: Moment): void {
    const dt = tS - this.#lastS;
    if (dt < TICK_S - 1e-4) return;
    this.#lastS = tS;
    const fresh = dt < 1;
    const p = this.#parts;
    const e = p.estimator;
    if (e.running && fresh) {
      if (e.model === MODEL_HOLD) this.#rest(dt);
      else if (e.model !== MODEL_UNALIGNED) this.#drive(dt);
      if (tS - heardS > BLIND_S) this.#bound(dt);
      if (++this.#ticks % 16 === 0) e.check();
    }
    this.#sumS = 0;
    this.#sumLeft = 0;
    this.#sumYawRate = 0;
  }

  #rest(dt: number): void {
    const p = this.#parts;
    const e = p.estimator;
    const mean = p.stationarity.mean;
    const slot = e.measurement(REST);
    const m = e.history.slots;
    const at = slot + PAYLOAD;
    m[at] = 0;
    m[at + 1] = 0;
    m[at + 2] = e.filter.x[BIAS_YAW]!;
    m[at + 3] = 100;
    m[at + 4] = 1;
    m[at + 5] = REST_SIGMA_MPS ** 2;
    if (p.imuActive && mean[5]! > 5) {
      // the mean force at rest is the vertical: what is left of it forward and left is zero
      p.tilt.setRest(mean[3]!, mean[4]!, mean[5]!);
      if (!Number.isNaN(mean[6]!) && !Number.isNaN(mean[7]!)) {
        p.tilt.setGyroBias(mean[6]!, mean[7]!);
        p.tilt.keep();
      }
      m[at + 3] = REST_SIGMA_MPS2 ** 2;
      m[at + 2] = mean[8]! * p.tilt.up[2]!;
      m[at + 4] = REST_SIGMA_RADPS ** 2;
      p.tilt.attitude(this.#attitude);
      p.mounting.learnTilt(this.#attitude[0]!, this.#attitude[1]!, dt);
    }
    e.placeNow(slot);
  }

  #drive(dt: number): void {
    const p = this.#parts;
    const e = p.estimator;
    const x = e.x;
    const speed = Math.sqrt(x[V_EAST]! * x[V_EAST]! + x[V_NORTH]! * x[V_NORTH]!);
    const yawRate = this.#sumS > 0 ? this.#sumYawRate / this.#sumS - x[BIAS_YAW]! : -x[BIAS_YAW]!;
    const centripetal = speed * yawRate;
    const m = e.history.slots;
    if ((p.options.sideSlip ?? "none") === "none" && speed > 1.5) {
      const sigma = SLIP_FLOOR_MPS + speed * (SLIP_ANGLE_RAD + SLIP_PER_MPS2 * Math.abs(centripetal));
      const slot = e.measurement(SIDE_SLIP);
      m[slot + PAYLOAD] = 0;
      // the slip of one corner lasts: all ticks of a second are one opinion
      m[slot + PAYLOAD + 1] = (sigma * sigma) / Math.min(1, dt);
      m[slot + PAYLOAD + 2] = GATE_1;
      e.placeNow(slot);
    }
    if (e.model === MODEL_FREE || this.#sumS === 0) return;
    e.imuNoise[1] = SLIP_NOISE + SLIP_NOISE_PER * centripetal * centripetal;
    if (speed > CTRA_SPEED_MPS) {
      const slot = e.measurement(LEFT_FORCE);
      const sigma = LEFT_SIGMA_MPS2 + 0.1 * Math.abs(centripetal);
      m[slot + PAYLOAD] = this.#sumLeft / this.#sumS - centripetal;
      m[slot + PAYLOAD + 1] = (sigma * sigma * TICK_S) / Math.min(1, dt);
      m[slot + PAYLOAD + 2] = 25;
      e.placeNow(slot);
    }
    const turning = Math.min(TURNED_MPS2 ** 2, e.filter.p[VARIANCE[BIAS_FORWARD]!]!) * yawRate * yawRate;
    e.biasNoise = p.tilt.biasNoise + turning;
    p.tilt.takeOver(x[BIAS_FORWARD]!, x[BIAS_LEFT]!, dt);
    p.tilt.attitude(this.#attitude);
    if (e.filter.p[VARIANCE[BIAS_FORWARD]!]! < 0.04)
      p.mounting.learnTilt(this.#attitude[0]!, this.#attitude[1]!, 0.2 * dt);
  }

  /** Dead reckoning has an end: speed has no certain direction any more, but it is not absurd either. */
  #bound(dt: number): void {
    this.#sinceBlindS += dt;
    if (this.#sinceBlindS < 1) return;
    this.#sinceBlindS = 0;
    const e = this.#parts.estimator;
    const slot = e.measurement(VELOCITY);
    const m = e.history.slots;
    const at = slot + PAYLOAD;
    for (let i = 0; i < 9; i++) m[at + i] = 0;
    m[at + PAIR_COS] = 1;
    m[at + PAIR_VARIANCE_ALONG] = ANY_SPEED_MPS ** 2;
    m[at + PAIR_VARIANCE_CROSS] = ANY_SPEED_MPS ** 2;
    m[at + PAIR_GATE] = Number.POSITIVE_INFINITY;
    e.placeNow(slot);
  }
}
