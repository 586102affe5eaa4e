import { carriedOver, type Fusion, type FusionState } from "@pitwall/fusion";
import type { Carried, Learnt } from "../carried.ts";
import type { SensorName } from "./one-of.ts";

/** Driving with the same sensors that makes what was learnt worth keeping, s: a lap or two. */
const DRIVEN_S = 60;
const DRIVING_MPS = 3;
const LONGEST_STEP_US = 200_000;
/** Of `calibration.confidence`. */
const SURE = 0.5;
/** States of the filter in which it does not know its inertial sensor. */
const DOUBTS: ReadonlySet<string> = new Set([
  "no-imu",
  "imu-stale",
  "imu-axes",
  "imu-disagrees",
  "not-calibrated",
]);

const same = (a: SensorName, b: SensorName): boolean =>
  a.device === b.device && a.source === b.source && a.messages === b.messages;

/** What the fusion of a session learns of its sensors, and what it began with. */
export type Learning = {
  /** What is worth keeping by now; undefined while that is nothing. */
  learnt(): Learnt | undefined;
  /** The session whose calibration this one began with; undefined where it began with none. */
  readonly from: string | undefined;
};

/** Gives a fusion what is known of its sensors, once they are there: another sensor does not inherit it. */
export class CarryOver implements Learning {
  readonly #fusion: Fusion;
  readonly #known: Carried[] = [];
  #imu: SensorName | undefined;
  #receiver: SensorName | undefined;
  #drivenUs = 0;
  #lastUs = Number.NaN;
  from: string | undefined;

  constructor(fusion: Fusion) {
    this.#fusion = fusion;
  }

  know(carried: Carried): void {
    this.#known.push(carried);
  }

  /** The sensors in use now: the same objects while they are the same. Call before a fix or an inertial sample goes in. */
  use(imu: SensorName | undefined, receiver: SensorName | undefined): void {
    if (imu === this.#imu && receiver === this.#receiver) return;
    this.#imu = imu;
    this.#receiver = receiver;
    this.#drivenUs = 0;
    if (this.from !== undefined || !imu || !receiver) return;
    const known = this.#known.find((k) => same(k.imu, imu));
    if (!known) return;
    this.from = known.session;
    const calibration = carriedOver(known.calibration);
    // how late fixes are is a matter of the receiver
    const { delay } = same(known.receiver, receiver) ? calibration : this.#fusion.save();
    this.#fusion.restore({ ...calibration, delay });
  }

  /** Every state that comes out. */
  state(s: FusionState): void {
    const step = s.tUs - this.#lastUs;
    this.#lastUs = s.tUs;
    if (s.speed > DRIVING_MPS && step > 0 && step < LONGEST_STEP_US) this.#drivenUs += step;
  }

  learnt(): Learnt | undefined {
    const imu = this.#imu;
    const receiver = this.#receiver;
    if (!imu || !receiver || this.#drivenUs < DRIVEN_S * 1e6) return undefined;
    const { calibration, degraded } = this.#fusion.summary();
    if (!(calibration.confidence > SURE) || degraded.some((d) => DOUBTS.has(d))) return undefined;
    return { imu, receiver, calibration: this.#fusion.save() };
  }
}
