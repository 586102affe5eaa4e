import { Follower } from "../follower.ts";
import type { LapTimerState } from "../timing/timer-options.ts";
import { type ReferenceLap, timeAt } from "./reference-lap.ts";

const TRY_AGAIN_S = 0.5;
const MOVING_MPS = 2;

/**
 * The time gained or lost against a reference lap, at the same place of the track: the foot of the perpendicular on the
 * reference's way, so that another line, or an odometer that reads differently, does not count as time. Allocates
 * nothing per fix.
 */
export class LiveDelta {
  readonly reference: ReferenceLap;
  /** Seconds; positive is slower than the reference. NaN where the place is not known. */
  deltaS = Number.NaN;
  /** The lap's time if the rest is driven as the reference was. */
  predictedS = Number.NaN;
  /** Way along the reference, m. */
  sM = Number.NaN;
  readonly #follower: Follower;
  #x = Number.NaN;
  #y = Number.NaN;
  #triedS = Number.NEGATIVE_INFINITY;

  constructor(reference: ReferenceLap) {
    this.reference = reference;
    this.#follower = new Follower(reference.path);
  }

  /** A lap began at the line. */
  start(): void {
    this.#follower.place(0);
    this.#x = Number.NaN;
    this.#triedS = Number.NEGATIVE_INFINITY;
    this.deltaS = this.predictedS = this.sM = Number.NaN;
  }

  /** The timer used a fix; call after it. Returns the delta. */
  fix(timer: LapTimerState): number {
    const f = this.#follower;
    const { x, y, vx, vy, elapsedS } = timer;
    const first = Number.isNaN(this.#x);
    f.x = x;
    f.y = y;
    f.dx = first ? vx * elapsedS || 0 : x - this.#x;
    f.dy = first ? vy * elapsedS || 0 : y - this.#y;
    this.#x = x;
    this.#y = y;
    if (f.locked) f.follow();
    if (!f.locked && elapsedS - this.#triedS >= TRY_AGAIN_S) {
      this.#triedS = elapsedS;
      const speed = Math.sqrt(vx * vx + vy * vy);
      f.dx = vx / speed;
      f.dy = vy / speed;
      if (speed > MOVING_MPS) f.acquire();
    }
    if (!f.locked) {
      this.sM = this.deltaS = this.predictedS = Number.NaN;
      return Number.NaN;
    }
    this.sM = f.s;
    this.deltaS = elapsedS - timeAt(this.reference, f.s);
    this.predictedS = this.reference.lapTimeS + this.deltaS;
    return this.deltaS;
  }
}
