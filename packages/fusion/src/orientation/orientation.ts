import { wrapAngle } from "../ekf/filter.ts";
import type { Moment } from "../moment.ts";
import { createFit, Evidence, SEEN_ACROSS, SEEN_ALONG, SEEN_TURN } from "./evidence.ts";
import { Integrals } from "./integrals.ts";
import {
  angleBetween,
  BestRotation,
  blended,
  composed,
  headingOf,
  matrixOf,
  tiltOf,
  turned,
} from "./rotation.ts";

/** Delays of fixes that are tried when the delay is not given, s. */
const LAGS = 9;
const FIRST_LAG_S = 0.06;
const LAG_STEP_S = 0.18;
const WINDOW_S = 0.6;
const GAP_S = 1.5;
/** Slower than the first it may be going backwards, and course is noise; slower than the second it stands. */
const MOVING_MPS = 4;
const STILL_MPS = 0.4;
/** So much standstill says all there is about the vertical, s. */
const STILL_S = 6;
/** No vehicle does this: a fix that jumped. */
const MOST_MPS2 = 25;
const MOST_RADPS = 3;
const FORGET_S = 90;

/** What an evaluation came to. */
export const NOTHING_NEW = 0;
/** The sensor does not stand upright, and more is not known yet. */
export const NOT_UPRIGHT = 1;
/** A rotation was found and is in use from the next sample on. */
export const FOUND = 2;
/** The sensor stands as it is taken to stand. */
export const AGREES = 3;

/**
 * What the fine calibration has to deal with by itself: up to these nothing is turned. 39 and 40 deg: what is crooked by
 * less than 30 is not turned however much hills and bias mislead.
 */
const FINE_TILT_RAD = 0.68;
const FINE_HEADING_RAD = 0.7;
/** Tilted so far the sensor does harm: 60 deg. */
const NOT_UPRIGHT_RAD = 1.05;
/** Doubt about the heading that is too much, rad. */
const MOST_SIGMA_RAD = 0.07;
/** Moving windows before a verdict, s. */
const LEAST_S = 6;
/** The part of the horizontal force that GNSS saw which the sensor has to explain. */
const EXPLAINED = 0.6;
/** A mirror image is wrong by four times what it should explain, noise hardly ever by more than once. */
const MOST_WRONG = 1.3;
/** A turn to the left has to be so far from one to the right, by what turning errs, (rad/s)^2. */
const TURN_SIGMAS = 6;
const TURN_FLOOR = 0.003 ** 2;
/** (rad/s)^2 weigh as much as so many (m/s^2)^2. */
const TURN_WEIGHT = 100;
/** Neighbouring windows err alike: so many seconds count as one. */
const INDEPENDENT_S = 1;
const FORCE_FLOOR = 0.02;
/** Verdicts in a row, and how far they may be apart. */
const VERDICTS = 3;
const ALIKE_RAD = 0.17;

const UPRIGHT = new Float64Array([1, 0, 0, 0, 1, 0, 0, 0, 1]);

const isFine = (matrix: Float64Array): boolean =>
  tiltOf(matrix) < FINE_TILT_RAD && Math.abs(headingOf(matrix)) < FINE_HEADING_RAD;

/**
 * How the sensor is mounted, any way round. Over windows of GNSS what it read is compared with what the vehicle did: forward
 * force is the change of speed, left force is speed x turning, up is gravity, and turning is about the vertical. The rotation
 * of least squares between them is the mounting, once enough was seen that it is clear, and once the sensor explains with it
 * what GNSS saw (a mirror image does not). Small rotations are left to the fine calibration.
 */
export class Orientation {
  /** Samples are to be turned. */
  turned = false;
  /** Sums are being made. Ends when it is clear how the sensor sits; `watch` begins again. */
  watching = true;
  /** The sensor agrees with the vehicle as it is turned now. */
  known = false;
  /** Seconds of samples it took to find the rotation in use; NaN when none was found, or in an earlier run. */
  foundAfterS = Number.NaN;
  /** Rotation in use, sensor to vehicle. */
  readonly q = new Float64Array([1, 0, 0, 0]);
  readonly #matrix = new Float64Array(9);
  readonly #sample = new Float64Array(6);
  /** Bias of its rates as it was seen on the way, rad/s. */
  readonly rateBias = new Float64Array(3);
  readonly #integrals = new Integrals();
  readonly #evidence: Evidence;
  readonly #lagsS: Float64Array;
  readonly #best = new BestRotation();
  /** Delay of velocities at which it fits best, s; NaN where it fits as well at others, as on a circle. */
  lagS = Number.NaN;
  /** Of the sensor as it is turned now: heading of its x in the vehicle, and the vehicle's vertical in its axes. */
  headingRad = 0;
  readonly up = new Float64Array([0, 0, 1]);
  #lag = -1;
  readonly #before = new Float64Array(4);
  readonly #after = new Float64Array(4);
  /** What would have to be added to the rotation in use. */
  readonly #more = new Float64Array([1, 0, 0, 0]);
  readonly #last = new Float64Array([1, 0, 0, 0]);
  readonly #moreMatrix = new Float64Array(9);
  readonly #pairs = new Float64Array(9);
  readonly #read = new Float64Array(6);
  readonly #seen = new Float64Array(3);
  readonly #fit = createFit();
  /** The window at hand: from, speed at its begin, and of the last fix; way across and turn since. */
  #fromS = Number.NaN;
  #fromMps = 0;
  #lastS = Number.NaN;
  #lastMps = 0;
  #lastYaw = Number.NaN;
  #across = 0;
  #turn = 0;
  /** A whole window that waits for its inertial samples. */
  #toS = Number.NaN;
  #lengthS = 0;
  #still = false;
  #windows = 0;
  #streak = 0;
  #tilted = 0;
  #stillS = 0;
  #movingS = 0;
  #firstS = Number.NaN;
  #newestS = Number.NaN;

  /** `delayS`: of velocities, when it is given; NaN tries several. */
  constructor(delayS: number) {
    const given = Number.isFinite(delayS);
    this.#lagsS = new Float64Array(given ? 1 : LAGS);
    for (let j = 0; j < this.#lagsS.length; j++)
      this.#lagsS[j] = given ? delayS : FIRST_LAG_S + j * LAG_STEP_S;
    this.#evidence = new Evidence(this.#lagsS.length);
  }

  /** Looks again from nothing: the sensor was moved, or something contradicts it. */
  watch(): void {
    this.watching = true;
    this.#evidence.clear();
    this.#stillS = 0;
    this.#movingS = 0;
    this.#streak = 0;
    this.#tilted = 0;
    this.#lag = -1;
    this.interrupt();
    this.#integrals.clear();
  }

  /** A gap or another clock. */
  interrupt(): void {
    this.#fromS = Number.NaN;
    this.#toS = Number.NaN;
  }

  /** A raw sample `s[at...] = ax ay az gx gy gz` in vehicle axes; one array that is handed out each time. */
  turn(s: Float64Array, at: number): Float64Array {
    turned(this.#matrix, s, at, this.#sample, 0);
    turned(this.#matrix, s, at + 3, this.#sample, 3);
    return this.#sample;
  }

  /** While watching: one interval of samples, already turned; `mid` has their means. */
  collect({ tS, dtS }: Moment, mid: Float64Array): void {
    if (Number.isNaN(this.#firstS)) this.#firstS = tS;
    this.#newestS = tS;
    this.#integrals.push(tS, dtS, mid);
  }

  /** While watching: GNSS velocity, as stamped; yaw of its course in rad, NaN when there is none. Returns what came of it. */
  fix(tS: number, speedMps: number, yawRad: number): number {
    let verdict = NOTHING_NEW;
    if (this.#toS <= this.#integrals.newestS - this.#lagsS[0]! && this.#use()) verdict = this.#judge();
    const dt = tS - this.#lastS;
    const still = speedMps < STILL_MPS;
    const usable = still || (speedMps > MOVING_MPS && Number.isFinite(yawRad));
    const turn = still ? 0 : wrapAngle(yawRad - this.#lastYaw);
    const goesOn =
      usable &&
      dt > 0 &&
      dt < GAP_S &&
      still === this.#lastMps < STILL_MPS &&
      Math.abs(speedMps - this.#lastMps) < MOST_MPS2 * Math.max(dt, 0.1) &&
      Math.abs(turn) < MOST_RADPS * Math.max(dt, 0.1);
    if (goesOn && this.#fromS <= this.#lastS) {
      this.#across += 0.5 * (speedMps + this.#lastMps) * turn;
      this.#turn += turn;
      if (tS - this.#fromS >= WINDOW_S) {
        if (Number.isNaN(this.#toS)) this.#complete(tS, speedMps, still);
        this.#begin(tS, speedMps);
      }
    } else if (usable) this.#begin(tS, speedMps);
    else this.#fromS = Number.NaN;
    this.#lastS = tS;
    this.#lastMps = speedMps;
    this.#lastYaw = yawRad;
    return verdict;
  }

  #begin(tS: number, speedMps: number): void {
    this.#fromS = tS;
    this.#fromMps = speedMps;
    this.#across = 0;
    this.#turn = 0;
  }

  #complete(tS: number, speedMps: number, still: boolean): void {
    const dt = tS - this.#fromS;
    const seen = this.#seen;
    seen[SEEN_ALONG] = still ? 0 : (speedMps - this.#fromMps) / dt;
    seen[SEEN_ACROSS] = this.#across / dt;
    seen[SEEN_TURN] = this.#turn / dt;
    if (still && this.#stillS >= STILL_S) return;
    this.#still = still;
    this.#lengthS = dt;
    this.#toS = tS;
  }

  /** The window that waited goes into the sums, at every lag that has samples. Returns whether it is time to judge. */
  #use(): boolean {
    const toS = this.#toS;
    this.#toS = Number.NaN;
    const lags = this.#lagsS;
    if (!this.#integrals.covers(toS - lags[lags.length - 1]! - this.#lengthS, toS - lags[0]!)) return false;
    if (this.#still) this.#stillS += this.#lengthS;
    else this.#movingS += this.#lengthS;
    this.#evidence.fade(Math.exp(-this.#lengthS / FORGET_S));
    for (let lag = 0; lag < lags.length; lag++) {
      const to = toS - lags[lag]!;
      const from = to - this.#lengthS;
      this.#integrals.means(from, to, this.#read);
      this.#evidence.add(lag, this.#lengthS, this.#read, this.#seen);
    }
    return ++this.#windows % 2 === 0;
  }

  #judge(): number {
    const lag = this.#findLag();
    if (lag < 0 || this.#evidence.timeS(lag) < 2) return NOTHING_NEW;
    const more = this.#more;
    const m = this.#moreMatrix;
    matrixOf(more, m);
    this.#tilted = tiltOf(m) > NOT_UPRIGHT_RAD ? this.#tilted + 1 : 0;
    if (!this.#clear(lag)) {
      this.#streak = 0;
      return this.#tilted >= VERDICTS ? NOT_UPRIGHT : NOTHING_NEW;
    }
    this.#streak = this.#streak > 0 && angleBetween(more, this.#last) < ALIKE_RAD ? this.#streak + 1 : 1;
    this.#last.set(more);
    if (this.#streak < VERDICTS) return NOTHING_NEW;
    this.#evidence.rateBias(lag, m, this.rateBias);
    if (isFine(m)) {
      this.#remain(m);
      this.watching = false;
      this.known = true;
      return AGREES;
    }
    this.#find();
    return FOUND;
  }

  /** Takes the rotation `#more` into use, on top of the one there is. */
  #find(): void {
    const m = this.#moreMatrix;
    const { q, rateBias } = this;
    this.#last.set(q);
    composed(this.#more, this.#last, q);
    turned(m, rateBias, 0, this.#read, 0);
    rateBias.set(this.#read.subarray(0, 3));
    this.use(q);
    this.#remain(UPRIGHT);
    if (isFine(this.#matrix)) {
      // it is back where it belongs: what is left is not for us
      this.#remain(this.#matrix);
      for (let i = 0; i < 3; i++)
        rateBias[i] =
          this.#matrix[i]! * this.#read[0]! +
          this.#matrix[3 + i]! * this.#read[1]! +
          this.#matrix[6 + i]! * this.#read[2]!;
      q.fill(0);
      q[0] = 1;
      this.turned = false;
    }
    this.foundAfterS = this.turned ? this.#newestS - this.#firstS : Number.NaN;
    this.known = false;
    this.watch();
  }

  /** What is left for the fine calibration under a rotation. */
  #remain(m: Float64Array): void {
    this.headingRad = headingOf(m);
    for (let i = 0; i < 3; i++) this.up[i] = m[6 + i]!;
  }

  /**
   * The lag of least squares, by steps downhill from where it was; what its rotation would be between it and the better of
   * its neighbours goes into `#more`, the lag itself into `lagS` where it stands out. -1 without windows.
   */
  #findLag(): number {
    let lag = this.#lag < 0 ? this.#evidence.bestLag() : this.#lag;
    if (lag < 0) return lag;
    const { lags } = this.#evidence;
    let here = this.#cost(lag, this.#more);
    let before = Number.NaN;
    let after = Number.NaN;
    for (let steps = 0; steps < lags; steps++) {
      before = lag > 0 ? this.#cost(lag - 1, this.#before) : Number.NaN;
      after = lag < lags - 1 ? this.#cost(lag + 1, this.#after) : Number.NaN;
      if (!(before < here || after < here)) break;
      const down = !(after < before);
      this.#more.set(down ? this.#before : this.#after);
      here = down ? before : after;
      lag += down ? -1 : 1;
    }
    this.#lag = lag;
    // by a sigma, one step away: on a circle it is a third of that, with a poor telephone in a town one and a half
    const windows = this.#evidence.timeS(lag) / INDEPENDENT_S;
    const worse = Math.min(before > 0 ? before : after, after > 0 ? after : before) - here;
    this.lagS = lags === 1 || worse * windows > here ? this.#lagsS[lag]! : Number.NaN;
    const bend = before - 2 * here + after;
    if (bend > 0) {
      const offset = Math.max(-0.5, Math.min(0.5, (0.5 * (before - after)) / bend));
      this.lagS += offset * LAG_STEP_S;
      blended(this.#more, offset < 0 ? this.#before : this.#after, Math.abs(offset));
    }
    return lag;
  }

  /** What is left unexplained at a lag with the best rotation for it, which goes into `q`. */
  #cost(lag: number, q: Float64Array): number {
    const e = this.#evidence;
    const fit = this.#fit;
    const m = this.#moreMatrix;
    e.pairs(lag, this.#pairs);
    if (!this.#best.solve(this.#pairs, q)) return Number.NaN;
    matrixOf(q, m);
    e.fit(lag, SEEN_TURN, m, fit);
    let cost = TURN_WEIGHT * fit.wrong2;
    e.fit(lag, SEEN_ALONG, m, fit);
    cost += fit.wrong2;
    e.fit(lag, SEEN_ACROSS, m, fit);
    return cost + fit.wrong2;
  }

  /** Whether what was seen is enough, and the rotation `#more` explains it. */
  #clear(lag: number): boolean {
    const e = this.#evidence;
    if (this.#movingS < LEAST_S) return false;
    const t = e.timeS(lag);
    const fit = this.#fit;
    const m = this.#moreMatrix;
    e.fit(lag, SEEN_TURN, m, fit);
    const turn2 = fit.signal2;
    if (!(t * 4 * turn2 > TURN_SIGMAS ** 2 * INDEPENDENT_S * (fit.wrong2 + TURN_FLOOR))) return false;
    if (!(fit.wrong2 < MOST_WRONG * turn2)) return false;
    e.fit(lag, SEEN_ALONG, m, fit);
    const along2 = fit.signal2;
    const wrongAlong2 = fit.wrong2;
    e.fit(lag, SEEN_ACROSS, m, fit);
    const signal2 = along2 + fit.signal2;
    const wrong2 = wrongAlong2 + fit.wrong2;
    if (!(wrong2 < (1 - EXPLAINED) * signal2)) return false;
    const least = 0.1 * signal2;
    if (along2 > least && !(wrongAlong2 < MOST_WRONG * along2)) return false;
    if (fit.signal2 > least && !(fit.wrong2 < MOST_WRONG * fit.signal2)) return false;
    const noise2 = 0.5 * wrong2 + FORCE_FLOOR;
    return noise2 * INDEPENDENT_S < MOST_SIGMA_RAD ** 2 * signal2 * t;
  }

  /** Takes a rotation into use, found or restored. */
  use(q: Float64Array): void {
    this.q.set(q);
    matrixOf(this.q, this.#matrix);
    this.turned = true;
  }
}
