import type { SensorCount } from "./counters.ts";
import { FixClock } from "./fix-clock.ts";
import type { FusionOptions, GnssFix } from "./types.ts";

/** Fixes past this accuracy are no help. */
const WORST_M = 200;
const BEST_M = 0.01;
const BEST_MPS = 0.03;
const MOST_MPS = 200;
/** The tangent plane ends here. */
const POLE_DEG = 89.9;

/** A fix that passed the checks: what is new in it, its time on the receiver's grid, and how good it is. */
export type CheckedFix = {
  /** Stamps of place and velocity on the receiver's grid, s. */
  positionS: number;
  velocityS: number;
  lat: number;
  lon: number;
  speed: number;
  course: number;
  newPosition: boolean;
  newVelocity: boolean;
  sigmaM: number;
  speedSigmaMps: number;
};

/**
 * Checks fixes and finds what is new in them: loggers repeat the last fix in every row, and speed and place need not
 * change together. Each is used once.
 */
export class GnssInput {
  readonly fix: CheckedFix = {
    positionS: Number.NaN,
    velocityS: Number.NaN,
    lat: Number.NaN,
    lon: Number.NaN,
    speed: Number.NaN,
    course: Number.NaN,
    newPosition: false,
    newVelocity: false,
    sigmaM: Number.NaN,
    speedSigmaMps: Number.NaN,
  };
  /** Time something new last came. */
  freshS = Number.NaN;
  /** 0, 2 or 3 as last said; NaN when never. */
  quality = Number.NaN;
  hdop = Number.NaN;
  sats = Number.NaN;
  readonly #positionClock = new FixClock();
  readonly #velocityClock = new FixClock();
  /** Share of new velocities that came without a new place: above a tenth they come on their own. */
  #alone = 0;
  readonly #fixSigma: number;
  readonly #hdopSigma: number;
  readonly #speedSigma: number;
  readonly #count: SensorCount;
  #lastS = Number.NEGATIVE_INFINITY;

  constructor(options: FusionOptions, count: SensorCount) {
    this.#fixSigma = options.fixSigmaM ?? 2.5;
    this.#hdopSigma = options.hdopSigmaM ?? 1.5;
    this.#speedSigma = options.speedSigmaMps ?? 0.2;
    this.#count = count;
  }

  /** Returns whether there is anything to use in `fix`. */
  push(tS: number, given: GnssFix): boolean {
    const count = this.#count;
    count.samples++;
    this.quality = given.fix;
    this.hdop = given.hdop;
    this.sats = given.sats;
    const { lat, lon } = given;
    if (
      given.fix === 0 ||
      !(Math.abs(lat) < POLE_DEG && Math.abs(lon) <= 360) ||
      (lat === 0 && lon === 0) ||
      given.hAcc > WORST_M
    ) {
      count.invalid++;
      return false;
    }
    if (!(tS > this.#lastS)) {
      count.late++;
      return false;
    }
    this.#lastS = tS;
    const f = this.fix;
    const speed = given.speed >= 0 && given.speed < MOST_MPS ? given.speed : Number.NaN;
    const course = Math.abs(given.course) < 100 && speed >= 0 ? given.course : Number.NaN;
    f.newPosition = lat !== f.lat || lon !== f.lon;
    const changed = speed !== f.speed || (!Number.isNaN(course) && course !== f.course);
    if (speed >= 0 && changed) this.#alone += 0.05 * ((f.newPosition ? 0 : 1) - this.#alone);
    f.newVelocity = speed >= 0 && (changed || (f.newPosition && this.#alone < 0.1));
    f.lat = lat;
    f.lon = lon;
    f.speed = speed;
    f.course = course;
    if (!f.newPosition && !f.newVelocity) {
      count.repeated++;
      return false;
    }
    if (f.newPosition) count.rate.push(tS);
    this.freshS = tS;
    if (f.newPosition) f.positionS = this.#positionClock.push(tS);
    if (f.newVelocity) f.velocityS = this.#velocityClock.push(tS);
    f.sigmaM =
      given.hAcc > 0
        ? Math.max(BEST_M, given.hAcc)
        : given.hdop > 0 && given.hdop < 50
          ? Math.max(1, this.#hdopSigma * given.hdop)
          : this.#fixSigma;
    f.speedSigmaMps = given.sAcc > 0 ? Math.max(BEST_MPS, given.sAcc) : this.#speedSigma;
    return true;
  }

  /** Another clock, or a long gap. */
  clear(): void {
    this.#lastS = Number.NEGATIVE_INFINITY;
    this.freshS = Number.NaN;
    this.fix.lat = Number.NaN;
  }
}
