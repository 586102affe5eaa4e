import type { FixIntake } from "./fix-intake.ts";
import { VelocityNoise } from "./velocity-noise.ts";
import { Wander } from "./wander.ts";

/** Per-axis share of a receiver's stated accuracy: makers state 1 sigma of the radius (0.71 of it an axis) or of one axis. */
const AXIS_SHARE = 0.85;
/** Where a receiver states nothing; and where it gives a place a second and no velocity, as the track of a telephone. */
const USUAL_ACCURACY_M = 0.6;
const BARE_ACCURACY_M = 3;
const BARE_INTERVAL_S = 0.8;
/** Time in which the slow error is taken to forget itself, until the drive shows how far it wanders. */
const SLOW_TAU_S = 100;
const MEMORY_FIXES = 200;
const WHITE_FLOOR_M2 = 1e-4;
const DRIFT_FLOOR_M2PS = 4e-4;
/** At slower rates the third differences show the driving, and the noise of a good receiver is taken instead. */
const NOISE_SHOWS_S = 0.12;
/** At still slower ones trapezoids miss what happens between the fixes. */
const RECKONS_S = 0.35;
const GOOD_VELOCITY_M2PS2 = 1.6e-3;
const MEAN_S = 0.5;
const SPIKE_SIGMAS = 6;
const MOST_SPIKES = 3;

/**
 * What a receiver's fixes are worth, learned from the fixes themselves, and the position made of them.
 *
 * Dead reckoning with the Doppler velocity (trapezoids, corrected for the turn theta between two fixes by theta^2/12)
 * gives increments far better than the fixes do. Fix minus reckoning, q, is then the receiver's error: white noise
 * (minus the lag-1 covariance of its increments) and a slow part (`Wander`). A scalar Kalman filter per axis, random
 * walk plus white noise, takes q from that; position is reckoning plus q. Where the Doppler velocity is poor, q wanders
 * much, and the filter stays with the fixes. Causal, so that live and batch agree; allocates nothing.
 */
export class Receiver {
  /** Running time of the newest fix and of the one before, s. */
  tS = Number.NaN;
  beforeS = Number.NaN;
  /** Position and velocity at the newest fix, m and m/s in the plane; velocity NaN where the receiver gives none. */
  x = Number.NaN;
  y = Number.NaN;
  vx = Number.NaN;
  vy = Number.NaN;
  /** Speed as stated, and velocity over the last half second of fixes, for receivers that state no course. */
  speedMps = Number.NaN;
  beforeSpeedMps = Number.NaN;
  meanVx = 0;
  meanVy = 0;
  /** Speed over ground: as measured, else of the last half second of fixes, m/s. */
  paceMps = Number.NaN;
  /** How far the position moved with the newest fix, m. */
  dx = Number.NaN;
  dy = Number.NaN;
  /** Variance of the position about the slow error, m^2 per axis. */
  variance = Number.NaN;
  /** The fix before, as it looks with the newest one known. */
  beforeX = Number.NaN;
  beforeY = Number.NaN;
  beforeVx = Number.NaN;
  beforeVy = Number.NaN;
  /** Receiver error against reckoning, m; differences count only within one `chain`. */
  qx = 0;
  qy = 0;
  chain = 0;
  /** What velocity noise has added to the reckoning so far, m^2 per axis. */
  reckoningVariance = 0;
  spikes = 0;
  /** How far the position was moved at once, because the fixes insisted on being elsewhere; 0 in ordinary steps. */
  jumpM = 0;

  #hAccM = Number.NaN;
  #rx = Number.NaN;
  #ry = Number.NaN;
  #lastQx = 0;
  #lastQy = 0;
  #ex = Number.NaN;
  #ey = Number.NaN;
  #whiteMean = Number.NaN;
  #white = Number.NaN;
  #whiteCount = 5;
  #p = 0;
  #run = 0;
  #intervalS = 0.1;
  #bare = false;
  #driftM2ps = 0.01;
  readonly #wander = new Wander();
  readonly #velocity = new VelocityNoise();
  #lapSquare = 0;
  #laps = 0;

  /** Starts anew at a fix, after a gap or a jump; what was learned of the noise stays. */
  restart(i: FixIntake): void {
    this.#hAccM = i.hAccM;
    if (Number.isNaN(this.#white)) {
      const share = 0.3 * (i.hAccM > 0 ? i.hAccM : USUAL_ACCURACY_M);
      this.#white = this.#whiteMean = share * share;
    }
    this.beforeX = this.beforeY = this.beforeVx = this.beforeVy = Number.NaN;
    this.beforeS = this.tS;
    this.tS = i.tS;
    this.dx = i.x - this.x;
    this.dy = i.y - this.y;
    this.beforeSpeedMps = this.speedMps;
    this.speedMps = i.speedMps;
    this.x = i.x;
    this.y = i.y;
    this.vx = i.vx;
    this.vy = i.vy;
    this.#rx = this.#ry = 0;
    this.qx = this.#lastQx = i.x;
    this.qy = this.#lastQy = i.y;
    this.#ex = Number.NaN;
    this.#p = this.variance = this.#white;
    this.#run = 0;
    this.jumpM = 0;
    this.chain++;
    this.paceMps = Math.sqrt(i.vx * i.vx + i.vy * i.vy);
    if (Number.isNaN(this.paceMps)) this.paceMps = Math.sqrt(this.meanVx ** 2 + this.meanVy ** 2);
    this.#wander.restart();
    this.#velocity.restart();
  }

  /** The next fix, without a gap to the one before. False where it is a spike that is left out (reckoning goes on). */
  step(i: FixIntake): boolean {
    const dt = i.tS - this.tS;
    const oldX = this.x;
    const oldY = this.y;
    const oldVx = this.vx;
    const oldVy = this.vy;
    const measured = Number.isFinite(i.vx) && Number.isFinite(oldVx);
    if (!measured) {
      this.restart(i); // without velocities the fix is all there is
      this.#bare = dt > BARE_INTERVAL_S;
      const share = 1 - Math.exp(-dt / MEAN_S);
      this.meanVx += share * (this.dx / dt - this.meanVx);
      this.meanVy += share * (this.dy / dt - this.meanVy);
      if (Number.isNaN(i.vx)) this.paceMps = Math.sqrt(this.meanVx ** 2 + this.meanVy ** 2);
      this.beforeX = oldX;
      this.beforeY = oldY;
      this.beforeVx = oldVx;
      this.beforeVy = oldVy;
      return true;
    }
    this.#hAccM = i.hAccM;
    this.#bare = false;
    this.#reckon(i);
    const ix = i.x - this.#rx - this.qx;
    const iy = i.y - this.#ry - this.qy;
    const grown = this.#p + this.#driftM2ps * dt;
    const allowed = SPIKE_SIGMAS * Math.sqrt(grown + this.#white) + 0.5 + 2 * dt;
    const used = ix * ix + iy * iy <= allowed * allowed;
    let back = 0;
    if (used) {
      const gain = grown / (grown + this.#white);
      back = (this.#p / grown) * gain;
      this.#learn(i);
      this.qx += gain * ix;
      this.qy += gain * iy;
      this.#p = (1 - gain) * grown;
      this.#run = 0;
    } else {
      this.spikes++;
      this.#ex = Number.NaN;
      this.#p = grown;
      if (++this.#run > MOST_SPIKES) {
        this.restart(i);
        this.beforeX = oldX;
        this.beforeY = oldY;
        this.beforeVx = oldVx;
        this.beforeVy = oldVy;
        this.jumpM = Math.sqrt(ix * ix + iy * iy);
        return true;
      }
    }
    this.jumpM = 0;
    this.beforeS = this.tS;
    this.tS = i.tS;
    this.x = this.#rx + this.qx;
    this.y = this.#ry + this.qy;
    this.dx = this.x - oldX;
    this.dy = this.y - oldY;
    this.beforeX = oldX + back * ix;
    this.beforeY = oldY + back * iy;
    this.beforeVx = oldVx;
    this.beforeVy = oldVy;
    this.beforeSpeedMps = this.speedMps;
    this.speedMps = i.speedMps;
    this.vx = i.vx;
    this.vy = i.vy;
    this.paceMps = Math.sqrt(i.vx * i.vx + i.vy * i.vy);
    this.variance = this.#p;
    return used;
  }

  /** One sigma of a fix's white noise, m per axis. */
  get whiteM(): number {
    return Math.sqrt(this.#white);
  }

  /** One sigma of the slow error, m per axis. */
  get slowM(): number {
    const axis = this.#axisM();
    return Math.sqrt(Math.max(0.01, axis * axis - this.#white));
  }

  /** Over a lap the slow error was seen to move by (dqx, dqy); `noiseM2` per axis of that is not its own doing. */
  learnLap(dqx: number, dqy: number, noiseM2: number): void {
    this.#lapSquare += (dqx * dqx + dqy * dqy) / 2 - noiseM2;
    this.#laps++;
  }

  /**
   * Variance of the difference between the slow errors `lagS` apart, m^2 per axis: as the accuracy says; or less, where
   * the wander in ten seconds, taken to grow on evenly, says so; and more and more as the laps show.
   */
  slowDifference(lagS: number): number {
    const axis = this.#axisM();
    const accuracy = 2 * this.slowM * this.slowM * (1 - Math.exp(-lagS / SLOW_TAU_S));
    let stated = accuracy;
    const w = this.#wander;
    if (w.longCount >= 3) {
      const noise = (2 * this.#white) / w.fixes + this.#velocityVariance() * this.#intervalS * w.longS;
      stated = Math.min(stated, (Math.max(0.0025, w.longM2 - noise) * lagS) / w.longS);
    }
    const seen = (stated + this.#lapSquare) / (1 + this.#laps);
    // at slow rates the reckoning itself is worse than the receiver
    const most = this.#intervalS < RECKONS_S ? 4 * axis * axis : accuracy;
    return Math.max(4e-4, Math.min(seen, most));
  }

  #axisM(): number {
    const usual = this.#bare ? BARE_ACCURACY_M : USUAL_ACCURACY_M;
    return AXIS_SHARE * (this.#hAccM > 0 ? this.#hAccM : usual);
  }

  #reckon(i: FixIntake): void {
    const { vx, vy } = this;
    const dt = i.tS - this.tS;
    const cross = vx * i.vy - vy * i.vx;
    const square = (vx * vx + vy * vy) * (i.vx * i.vx + i.vy * i.vy);
    // sin^2 of the turn stands for its square: it is small where laps are driven
    const turn2 = square > 0 ? (cross * cross) / square : 0;
    const half = (1 + turn2 / 12) * 0.5 * dt;
    this.#rx += (vx + i.vx) * half;
    this.#ry += (vy + i.vy) * half;
    this.#velocity.add(i);
    this.reckoningVariance += this.#velocityVariance() * dt * dt;
    this.#intervalS += 0.02 * (dt - this.#intervalS);
  }

  #velocityVariance(): number {
    const { variance } = this.#velocity;
    return this.#intervalS < NOISE_SHOWS_S ? variance : Math.min(variance, GOOD_VELOCITY_M2PS2);
  }

  #learn(i: FixIntake): void {
    const qx = i.x - this.#rx;
    const qy = i.y - this.#ry;
    const ex = qx - this.#lastQx;
    const ey = qy - this.#lastQy;
    this.#lastQx = qx;
    this.#lastQy = qy;
    // a held value repeated at standstill says nothing about noise
    if (ex === 0 && ey === 0) return;
    if (Number.isFinite(this.#ex) && i.tS - this.tS < 1.5) {
      const covariance = -(ex * this.#ex + ey * this.#ey) / 2;
      this.#whiteMean += (covariance - this.#whiteMean) / Math.min(MEMORY_FIXES, ++this.#whiteCount);
      this.#white = Math.max(WHITE_FLOOR_M2, this.#whiteMean);
    }
    this.#ex = ex;
    this.#ey = ey;
    const w = this.#wander;
    w.qx = qx;
    w.qy = qy;
    w.tS = i.tS;
    if (w.add()) this.#learnDrift();
  }

  #learnDrift(): void {
    const { nextM2, blockS, fixes } = this.#wander;
    const shape = (2 * fixes * fixes + 1) / (3 * fixes * fixes);
    this.#driftM2ps = Math.max(DRIFT_FLOOR_M2PS, (nextM2 - (2 * this.#white) / fixes) / (shape * blockS));
  }
}
