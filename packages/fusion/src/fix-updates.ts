import { Agility } from "./agility.ts";
import { USED } from "./ekf/estimator.ts";
import { PAIR_SHIFT_S, PAIR_WIDEN, PAYLOAD, POSITION, SPEED, VELOCITY } from "./ekf/events.ts";
import {
  BIAS_FORWARD,
  BIAS_LEFT,
  BIAS_YAW,
  EAST,
  V_EAST,
  V_NORTH,
  VARIANCE,
  wrapAngle,
  YAW,
} from "./ekf/filter.ts";
import {
  GATE_1,
  GATE_2,
  PAIR_ALONG,
  PAIR_COS,
  PAIR_CROSS,
  PAIR_GATE,
  PAIR_SIN,
  PAIR_VARIANCE_ALONG,
  PAIR_VARIANCE_CROSS,
} from "./ekf/measure.ts";
import { MODEL_FREE, MODEL_HOLD, MODEL_IMU, MODEL_UNALIGNED } from "./ekf/motion.ts";
import type { CheckedFix } from "./gnss-input.ts";
import { AGREES, FOUND, NOT_UPRIGHT } from "./orientation/orientation.ts";
import type { Parts } from "./parts.ts";
import { REF_WHEEL } from "./reference.ts";

/** Rejections in a row after which the filter is the one that is wrong. */
const PATIENCE = 5;
/** Without an inertial sensor nothing but habit speaks against a velocity: where it is raced, a driver brakes. */
const PATIENCE_FREE = 1;
const RACED = 1.3;
/** Course counts from this speed, and from this many sigma of speed. */
const COURSE_MPS = 1.5;
const COURSE_SIGMAS = 4;
/** How fast the delay in use follows its estimate: no jump, however sure. */
const DELAY_SLEW = 0.1;
/** At standstill a place is kept once this many fixes made it. */
export const WARM_UP_FIXES = 5;
/** Part of the fix error that averaging does not remove, per root second. */
const PLACE_NOISE = 0.06;
const RELEASE_FIXES = 10;
const NONE = -1;
/** Noise of the inertial sensor beyond which it is asked whether it still sits where it did. */
const SUSPICIOUS = 8;
/** A heading that is this far from what was learnt is not learnt any more by small steps. */
const UNLEARNT_RAD = 0.2;
/** A delay that is off by this much is not followed slowly. */
const WRONG_DELAY_S = 0.15;
/** A kart turns by 5 deg in this: the yaw learnt under the other delay is none. */
const OTHER_DELAY_S = 0.05;
/** Forward and left force of a sensor that begins anew, 1 sigma: 6 deg of tilt. */
const BEGIN_MPS2 = 1;

/** Puts checked fixes into the filter, each at its own time. */
export class FixUpdates {
  readonly #parts: Parts;
  readonly #agility: Agility;
  readonly #plane = new Float64Array(2);
  #fixes = 0;
  #lastS = Number.NaN;
  #farFixes = 0;
  #reversed = 0;
  #disagreement = 1;
  /** The filter begins again at the fix at hand. */
  #anew = false;
  /** Under another delay. */
  #late = false;
  /** What it did since the time of the fix, it did with the inertial sensor as it was thought to be. */
  #wasInertial = false;
  /** Forward and left force that was read wrongly then, m/s^2. */
  readonly #misread = new Float64Array(2);
  /** The last velocity had a direction. */
  #directed = false;
  /** Sigma of the last fix, m. */
  sigmaM = Number.NaN;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#agility = new Agility(parts);
  }

  /** Fixes since the filter started. */
  get fixes(): number {
    return this.#fixes;
  }

  clear(): void {
    this.#disagreement = 1;
    this.#parts.estimator.noiseScale = 1;
    this.#fixes = 0;
    this.#lastS = Number.NaN;
  }

  /** Time the velocity of the fix was true, on the inertial sensor's clock. */
  velocityTime(fix: CheckedFix): number {
    return fix.velocityS - this.#parts.velocityDelayS;
  }

  /** The newest time the fix speaks of. */
  newestTime(fix: CheckedFix): number {
    const p = this.#parts;
    const position = fix.newPosition ? fix.positionS - p.positionDelayS : Number.NEGATIVE_INFINITY;
    return fix.newVelocity ? Math.max(position, this.velocityTime(fix)) : position;
  }

  update(fix: CheckedFix): void {
    const p = this.#parts;
    const e = p.estimator;
    const local = p.local ?? p.anchor(fix.lat, fix.lon);
    local.plane.toPlane(fix.lat, fix.lon, this.#plane);
    const yaw = wrapAngle(Math.PI / 2 - fix.course + local.convergenceRad);
    const stampS = fix.newPosition ? fix.positionS : fix.velocityS;
    const dt = Math.min(2, stampS - this.#lastS);
    this.#lastS = stampS;
    this.#learnDelay(fix, yaw, dt);
    const shift = this.#slewDelay(dt);
    let positionS = fix.positionS - p.positionDelayS;
    let velocityS = fix.velocityS - p.velocityDelayS;
    this.sigmaM = fix.sigmaM;
    e.placeNoise = (PLACE_NOISE * fix.sigmaM) ** 2;
    if (!e.running) {
      if (!fix.newPosition) return;
      // nothing is known of the time before: the first fix counts where the filter starts
      positionS = Math.max(positionS, p.imuS);
      velocityS = positionS;
      e.start(positionS, this.#plane[0]!, this.#plane[1]!, fix.sigmaM);
      e.filter.p[VARIANCE[7]!] = p.gyroBias[1]! ** 2;
      e.reset(7, p.gyroBias[0]!, p.gyroBias[1]! ** 2);
      this.#fixes = 0;
    } else if (!p.imuActive) e.coast(this.newestTime(fix));
    this.#fixes++;
    e.history.reserve(8);
    if (this.#anew) this.#beginAgain(fix, yaw, velocityS);
    const position = fix.newPosition ? this.#position(fix, yaw, positionS, shift) : NONE;
    const velocity = fix.newVelocity ? this.#velocity(fix, yaw, velocityS) : NONE;
    e.settle();
    this.#anew = false;
    if (position >= 0) this.#note(p.position, position);
    if (velocity < 0) return;
    this.#note(p.velocity, velocity);
    if (this.#directed) {
      this.#weigh(e.nis);
      this.#checkDirection(fix.speed, yaw, velocityS, fix.speedSigmaMps);
    }
  }

  #learnDelay(fix: CheckedFix, yaw: number, dt: number): void {
    const p = this.#parts;
    const known = fix.speed > COURSE_MPS;
    if (fix.newVelocity) {
      const placed = fix.newPosition ? this.#plane[0]! : Number.NaN;
      p.delay.push(fix.velocityS, fix.speed, yaw, placed, this.#plane[1]!, p.reference);
    }
    if (p.imuActive && p.delay.contradicted) p.distrustImu("imu-disagrees");
    if (fix.newVelocity && !this.#orient(fix.velocityS, fix.speed, yaw)) this.#correctDelay();
    if (p.estimateDelay && fix.newVelocity) {
      p.positionLag.velocity(
        fix.velocityS,
        known ? fix.speed * Math.cos(yaw) : Number.NaN,
        fix.speed * Math.sin(yaw),
      );
    }
    if (p.estimateDelay && fix.newPosition)
      p.positionLag.position(fix.positionS, this.#plane[0]!, this.#plane[1]!);
    if (!fix.newVelocity) return;
    const tS = fix.velocityS - p.velocityDelayS;
    if (p.mounting.gnssSpeed(tS, fix.speed, fix.speedSigmaMps, p.reference))
      p.tilt.mountingYawRad = p.mounting.yawRad;
    if (p.reference.covers(REF_WHEEL, tS, tS) && dt > 0) {
      const wheel = p.reference.at(tS, REF_WHEEL);
      p.wheelScale.gnssSpeed(tS, fix.speed, fix.speedSigmaMps, wheel);
    }
  }

  /** Looks how the sensor sits, until that is known, and again when it contradicts the fixes. Returns whether it began anew. */
  #orient(tS: number, speed: number, yaw: number): boolean {
    const p = this.#parts;
    const { orientation } = p;
    if (!orientation.watching) {
      if (p.imuTrusted && p.estimator.noiseScale < SUSPICIOUS) return false;
      orientation.watch();
    }
    const verdict = orientation.fix(tS, speed, yaw);
    if (verdict === NOT_UPRIGHT && p.imuTrusted) p.distrustImu("imu-axes");
    else if (verdict === FOUND || (verdict === AGREES && this.#unlearnt())) {
      this.#handOver(true);
      return true;
    }
    return false;
  }

  /** A delay that turns out to be far from the one in use is put right at once: what was learnt under it was wrong. */
  #correctDelay(): void {
    const p = this.#parts;
    // a sensor that was measured at rest and never gone does best when the delay is followed
    if (!p.imuActive || !p.delay.learnt || !p.estimateDelay || (p.tilt.measured && !p.imuJoined)) return;
    if (Math.abs(p.wantedVelocityDelayS(this.#lastS) - p.velocityDelayS) > WRONG_DELAY_S)
      this.#handOver(false);
  }

  /** The inertial sensor begins anew, as the orientation knows it or as it was measured last, and the filter at this fix. */
  #handOver(renewed: boolean): void {
    const p = this.#parts;
    const beforeS = p.velocityDelayS;
    this.#wasInertial = p.imuActive;
    this.#misread.fill(0);
    if (renewed) {
      if (p.imuActive) p.tilt.misread(p.orientation.up, this.#misread);
      p.renewImu();
    } else {
      p.tilt.revert();
      p.gyroBias[0] = p.estimator.filter.x[BIAS_YAW]!;
      p.gyroBias[1] = Math.min(0.01, Math.sqrt(p.estimator.filter.p[VARIANCE[BIAS_YAW]!]!) + 0.002);
      p.restartImu();
    }
    if (renewed) this.#disagreement = 1;
    p.estimator.noiseScale = this.#disagreement ** 1.5;
    p.velocityDelayS = p.wantedVelocityDelayS(this.#lastS);
    p.positionDelayS = p.wantedPositionDelayS(this.#lastS);
    this.#anew = true;
    this.#late = Math.abs(p.velocityDelayS - beforeS) > OTHER_DELAY_S;
  }

  /** The sensor agrees, but what is known of it does not. */
  #unlearnt(): boolean {
    const { imuTrusted, orientation, mounting, tilt } = this.#parts;
    return !imuTrusted || !tilt.measured || Math.abs(orientation.headingRad - mounting.yawRad) > UNLEARNT_RAD;
  }

  /** Puts right what the filter took for granted of the time this fix speaks of. */
  #beginAgain(fix: CheckedFix, yaw: number, tS: number): void {
    const e = this.#parts.estimator;
    if (e.model === MODEL_HOLD || e.model === MODEL_UNALIGNED || !fix.newVelocity) return;
    if (this.#late && fix.speed > COURSE_MPS && Number.isFinite(yaw))
      e.resetAt(tS, YAW, yaw, Math.max(0.05, fix.speedSigmaMps / fix.speed) ** 2);
    if (!this.#wasInertial) return;
    e.resetAt(tS, BIAS_FORWARD, this.#misread[0]!, BEGIN_MPS2 ** 2);
    e.resetAt(tS, BIAS_LEFT, this.#misread[1]!, BEGIN_MPS2 ** 2);
  }

  /** Returns by how much the delay of places grew. */
  #slewDelay(dt: number): number {
    const p = this.#parts;
    if (!(dt > 0)) return 0;
    const most = DELAY_SLEW * dt;
    p.velocityDelayS += Math.max(
      -most,
      Math.min(most, p.wantedVelocityDelayS(this.#lastS) - p.velocityDelayS),
    );
    const change = Math.max(-most, Math.min(most, p.wantedPositionDelayS(this.#lastS) - p.positionDelayS));
    p.positionDelayS += change;
    return change;
  }

  /** Returns the slot that was put in, or NONE. */
  #position(fix: CheckedFix, yaw: number, tS: number, shift: number): number {
    const p = this.#parts;
    const e = p.estimator;
    const x = this.#plane[0]!;
    const y = this.#plane[1]!;
    const held = e.model === MODEL_HOLD && this.#fixes > WARM_UP_FIXES;
    if (held && !this.#farAway(x, y, fix.sigmaM)) return NONE;
    const moving = fix.speed > 1 && !Number.isNaN(yaw);
    const c = moving ? Math.cos(yaw) : 1;
    const s = moving ? Math.sin(yaw) : 0;
    const late = moving ? fix.speed * p.unsureDelayS : 0;
    const slot = e.measurement(POSITION);
    const m = e.history.slots;
    const at = slot + PAYLOAD;
    m[at + PAIR_COS] = c;
    m[at + PAIR_SIN] = s;
    m[at + PAIR_ALONG] = c * x + s * y;
    m[at + PAIR_CROSS] = c * y - s * x;
    m[at + PAIR_VARIANCE_ALONG] = fix.sigmaM * fix.sigmaM + late * late;
    m[at + PAIR_VARIANCE_CROSS] = fix.sigmaM * fix.sigmaM;
    m[at + PAIR_GATE] = GATE_2;
    m[at + PAIR_SHIFT_S] = shift;
    m[at + PAIR_WIDEN] = 0;
    if (p.position.streak >= PATIENCE || this.#anew) {
      const dx = x - e.x[EAST]!;
      const dy = y - e.x[EAST + 1]!;
      m[at + PAIR_WIDEN] = dx * dx + dy * dy;
      m[at + PAIR_GATE] = Number.POSITIVE_INFINITY;
      if (!this.#anew) p.recoveries++;
    }
    return this.#put(p.position, slot, tS);
  }

  #put(count: Parts["position"], slot: number, tS: number): number {
    if (this.#parts.estimator.put(slot, tS)) return slot;
    count.late++;
    return NONE;
  }

  #note(count: Parts["position"], slot: number): void {
    const e = this.#parts.estimator;
    if (e.outcome(slot) === USED) count.used(e.nis);
    // not a number: nothing was compared
    else if (!Number.isNaN(e.nis)) count.refused(e.nis);
  }

  /** At standstill fixes wander; only when they stay away together did the vehicle move. */
  #farAway(x: number, y: number, sigmaM: number): boolean {
    const p = this.#parts;
    const e = p.estimator;
    const d = Math.hypot(x - e.x[EAST]!, y - e.x[EAST + 1]!);
    const far = d > Math.max(8, 4 * (sigmaM + Math.sqrt(e.filter.p[VARIANCE[EAST]!]!)));
    this.#farFixes = far ? this.#farFixes + 1 : 0;
    if (this.#farFixes < RELEASE_FIXES) return false;
    this.#farFixes = 0;
    p.position.streak = PATIENCE;
    return true;
  }

  #velocity(fix: CheckedFix, yaw: number, tS: number): number {
    const p = this.#parts;
    const e = p.estimator;
    this.#directed = false;
    if (e.model === MODEL_HOLD) return NONE;
    const sigma = fix.speedSigmaMps * Math.sqrt(this.#disagreement);
    const directed = !Number.isNaN(yaw) && fix.speed > Math.min(COURSE_MPS, COURSE_SIGMAS * sigma);
    if (!directed) {
      // without a direction of its own a speed is worth what the filter knows of it
      const known = 0.25 * (e.x[V_EAST]! ** 2 + e.x[V_NORTH]! ** 2);
      if (!(e.filter.p[VARIANCE[V_EAST]!]! + e.filter.p[VARIANCE[V_NORTH]!]! < known)) return NONE;
      const slot = e.measurement(SPEED);
      const m = e.history.slots;
      m[slot + PAYLOAD] = fix.speed;
      m[slot + PAYLOAD + 1] = sigma * sigma;
      m[slot + PAYLOAD + 2] = GATE_1;
      return this.#put(p.velocity, slot, tS);
    }
    this.#directed = true;
    const c = Math.cos(yaw);
    const s = Math.sin(yaw);
    if (e.model === MODEL_UNALIGNED && fix.speed > COURSE_MPS && fix.speed > COURSE_SIGMAS * sigma)
      e.align(tS, yaw, Math.max(0.05, sigma / fix.speed), p.imuActive ? MODEL_IMU : MODEL_FREE);
    this.#agility.velocity(tS, fix.speed * c, fix.speed * s, fix.speedSigmaMps);
    const slot = e.measurement(VELOCITY);
    const m = e.history.slots;
    const at = slot + PAYLOAD;
    // m/s^2 of an ordinary brake
    const late = 3 * p.unsureDelayS;
    m[at + PAIR_COS] = c;
    m[at + PAIR_SIN] = s;
    m[at + PAIR_ALONG] = fix.speed;
    m[at + PAIR_CROSS] = 0;
    m[at + PAIR_VARIANCE_ALONG] = sigma * sigma + late * late;
    m[at + PAIR_VARIANCE_CROSS] = sigma * sigma + late * late;
    m[at + PAIR_GATE] = GATE_2;
    m[at + PAIR_WIDEN] = 0;
    m[at + PAIR_SHIFT_S] = 0;
    const free = e.model === MODEL_FREE && e.agility > RACED;
    if (p.velocity.streak >= (free ? PATIENCE_FREE : PATIENCE) || this.#anew) {
      const dE = fix.speed * c - e.x[V_EAST]!;
      const dN = fix.speed * s - e.x[V_NORTH]!;
      const missed = dE * dE + dN * dN;
      if (free || this.#anew) m[at + PAIR_WIDEN] = missed;
      else {
        // it insists: let it in with just so little weight that nothing jumps (Huber's way with outliers)
        m[at + PAIR_VARIANCE_ALONG] = m[at + PAIR_VARIANCE_ALONG]! + missed / GATE_2;
        m[at + PAIR_VARIANCE_CROSS] = m[at + PAIR_VARIANCE_CROSS]! + missed / GATE_2;
      }
      m[at + PAIR_GATE] = Number.POSITIVE_INFINITY;
      if (!this.#anew) p.recoveries++;
    }
    return this.#put(p.velocity, slot, tS);
  }

  /**
   * Velocities that keep missing by more than they should mean that receiver or inertial sensor is worse than it says.
   * Which, is not known: both are trusted less, the inertial sensor by more, because it is the one that drifts.
   */
  #weigh(nis: number): void {
    const excess = Math.max(-1.5, Math.min(4, 0.5 * nis - 1.5));
    if (!Number.isFinite(excess)) return;
    this.#disagreement = Math.max(1, Math.min(100, this.#disagreement * (1 + 0.02 * excess)));
    this.#parts.estimator.noiseScale = this.#disagreement ** 1.5;
  }

  /** Aligned while reversing out of a garage, the yaw is half a turn off and no small correction brings it back. */
  #checkDirection(speed: number, yaw: number, tS: number, sigma: number): void {
    const e = this.#parts.estimator;
    if (e.model === MODEL_UNALIGNED || !(speed > 4)) return;
    this.#reversed = Math.abs(wrapAngle(yaw - e.x[YAW]!)) > 1.2 ? this.#reversed + 1 : 0;
    if (this.#reversed < 2 * PATIENCE) return;
    this.#reversed = 0;
    this.#parts.recoveries++;
    e.align(tS, yaw, Math.max(0.1, sigma / speed), e.model);
  }
}
