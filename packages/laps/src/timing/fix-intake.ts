import type { Plane } from "../plane.ts";
import { DeviceTime } from "./device-time.ts";

/** No vehicle here is faster. */
const FASTEST_MPS = 130;
const JUMP_SLACK_M = 10;
const MOST_JUMPS = 4;
/** A receiver that states less is guessing. */
const WORST_ACCURACY_M = 30;

/**
 * Decides whether a fix counts, and puts it into the plane and on the running clock. Inputs and outputs are fields (see
 * `DeviceTime`); allocates nothing.
 */
export class FixIntake {
  /** In: a fix as `LapTimer.fix` takes it. */
  tUs = Number.NaN;
  latDeg = Number.NaN;
  lonDeg = Number.NaN;
  speedMps = Number.NaN;
  courseRad = Number.NaN;
  hAccM = Number.NaN;
  /** Out: running time, s from the first one; position, m; velocity, m/s or NaN. */
  tS = Number.NaN;
  x = Number.NaN;
  y = Number.NaN;
  vx = Number.NaN;
  vy = Number.NaN;
  readonly time = new DeviceTime();
  used = 0;
  invalid = 0;
  held = 0;
  jumps = 0;
  readonly #plane: Plane;
  readonly #maxGapS: number;
  #lastLatDeg = Number.NaN;
  #lastLonDeg = Number.NaN;
  #lastSpeedMps = Number.NaN;
  #firstUs = Number.NaN;
  #run = 0;

  constructor(plane: Plane, maxGapS: number) {
    this.#plane = plane;
    this.#maxGapS = maxGapS;
  }

  /** The fix in the fields above: whether it is used. */
  take(): boolean {
    const { latDeg, lonDeg, speedMps, time } = this;
    if (
      !(Math.abs(latDeg) <= 90 && Math.abs(lonDeg) <= 180 && Math.abs(this.tUs) < Number.POSITIVE_INFINITY) ||
      (latDeg === 0 && lonDeg === 0) ||
      this.hAccM > WORST_ACCURACY_M
    ) {
      this.invalid++;
      return false;
    }
    // a row that repeats the last fix is no new one; only at standstill do real fixes repeat
    if (latDeg === this.#lastLatDeg && lonDeg === this.#lastLonDeg && !(speedMps < 1)) {
      this.held++;
      return false;
    }
    const x = this.#plane.x(lonDeg);
    const y = this.#plane.y(latDeg);
    const dx = x - this.x;
    const dy = y - this.y;
    const moved = Math.sqrt(dx * dx + dy * dy);
    time.deviceUs = this.tUs;
    time.movedM = moved;
    time.paceMps = Math.min(speedMps, this.#lastSpeedMps);
    if (!time.next()) return false;
    if (moved > (FASTEST_MPS * time.stepUs) / 1e6 + JUMP_SLACK_M && ++this.#run <= MOST_JUMPS) {
      this.jumps++;
      return false;
    }
    this.#run = 0;
    if (Number.isNaN(this.#firstUs)) this.#firstUs = time.nowUs;
    this.used++;
    this.tS = (time.nowUs - this.#firstUs) / 1e6;
    this.x = x;
    this.y = y;
    const still = speedMps === 0;
    this.vx = still ? 0 : speedMps * Math.sin(this.courseRad);
    this.vy = still ? 0 : speedMps * Math.cos(this.courseRad);
    this.#lastLatDeg = latDeg;
    this.#lastLonDeg = lonDeg;
    this.#lastSpeedMps = speedMps;
    return true;
  }

  /** Whether fixes are missing between that running time and the fix taken. */
  isAfterGap(lastS: number): boolean {
    return this.tS - lastS > Math.max(this.#maxGapS, (2.5 * this.time.intervalUs) / 1e6);
  }

  /** Device time of a running time, whole microseconds. */
  deviceUs(tS: number): number {
    return Math.round(this.#firstUs + tS * 1e6 - this.time.offsetUs);
  }
}
