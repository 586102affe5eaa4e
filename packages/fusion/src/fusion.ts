import { START_OPTIONS, type StartOptions } from "./calibration/stationary-start.ts";
import { TOO_OLD, USED } from "./ekf/estimator.ts";
import { FORWARD, HEADING, PAYLOAD } from "./ekf/events.ts";
import { V_EAST, V_NORTH, VARIANCE, YAW } from "./ekf/filter.ts";
import type { EventSink } from "./ekf/history.ts";
import { GATE_1 } from "./ekf/measure.ts";
import { MODEL_FREE, MODEL_HOLD, MODEL_IMU, MODEL_UNALIGNED } from "./ekf/motion.ts";
import { FixUpdates, WARM_UP_FIXES } from "./fix-updates.ts";
import { type CheckedFix, GnssInput } from "./gnss-input.ts";
import { IMU_NOTHING, IMU_STEP, ImuInput } from "./imu-input.ts";
import { Output } from "./output.ts";
import { IMU_SILENT_S, Parts } from "./parts.ts";
import type { ModePreset, ModeThresholds } from "./presets.table.ts";
import { restoreCalibration, saveCalibration } from "./save.ts";
import { summarize } from "./summary.ts";
import { TimeBase } from "./time-base.ts";
import type { FusionOptions, FusionState, FusionSummary, GnssFix, SavedCalibration } from "./types.ts";
import { Upkeep } from "./upkeep.ts";
import { WaitingFixes } from "./waiting-fixes.ts";

/** Without an inertial sensor, states closer than this are not worth showing. */
const LEAST_STEP_S = 0.018;
/** A start at rest shows nothing until fixes have been averaged or this has passed. */
const WARM_UP_S = 5;
/** At rest, place and velocity have found each other after this. */
const SETTLE_S = 0.5;
const ATTITUDE_STEP_S = 0.2;
/** Wheel samples closer than this say little more than one: the light mode leaves them out. */
const LIGHT_WHEEL_S = 0.095;

/**
 * GNSS, inertial sensor, wheel and magnetometer of one vehicle to one smooth state at the inertial sensor's rate.
 * Samples are pushed in the order they arrive; times are microseconds of one clock. Deterministic, and bad input is
 * counted and never thrown. Nothing is allocated per sample.
 */
export class Fusion {
  readonly #parts: Parts;
  readonly #time = new TimeBase();
  readonly #imu: ImuInput;
  readonly #gnss: GnssInput;
  readonly #fixes: FixUpdates;
  readonly #upkeep: Upkeep;
  readonly #output: Output;
  readonly #onState: ((state: FusionState) => void) | undefined;
  readonly #row = new Float64Array(7);
  #wheelS = Number.NEGATIVE_INFINITY;
  #wheelUsedS = Number.NEGATIVE_INFINITY;
  #attitudeS = Number.NEGATIVE_INFINITY;
  #startS = Number.NaN;
  #heldS = Number.NaN;
  #ready = false;
  readonly #waiting = new WaitingFixes();

  constructor(options: FusionOptions = {}, onLeave?: EventSink) {
    this.#parts = new Parts(options, onLeave);
    this.#imu = new ImuInput(this.#parts);
    this.#gnss = new GnssInput(options, this.#parts.position);
    this.#fixes = new FixUpdates(this.#parts);
    this.#upkeep = new Upkeep(this.#parts);
    this.#output = new Output(this.#parts);
    this.#onState = options.onState;
    if (options.calibration) this.restore(options.calibration);
  }

  /** Microseconds at which the seconds of the events handed out begin. */
  eventBaseUs = Number.NaN;

  /** The newest state; one object, filled anew. Before the first fix its values are NaN. */
  get state(): FusionState {
    return this.#output.read(this.#fixes.sigmaM);
  }

  /**
   * One inertial sample: specific force in m/s^2 with gravity (z reads +9.8 at rest), body rates in rad/s, in axes
   * x forward, y left, z up. NaN for an axis that is not there; forward, left and yaw rate are needed.
   * Returns whether a new state came of it.
   */
  imu(tUs: number, ax: number, ay: number, az: number, gx: number, gy: number, gz: number): boolean {
    const r = this.#row;
    r[0] = tUs;
    r[1] = ax;
    r[2] = ay;
    r[3] = az;
    r[4] = gx;
    r[5] = gy;
    r[6] = gz;
    return this.imuAt(r, 0);
  }

  /** The same from an array `[tUs, ax, ay, az, gx, gy, gz]` at an offset: without a single allocation. */
  imuAt(s: Float64Array, at: number): boolean {
    const { moment, orientation } = this.#parts;
    moment.tUs = s[at]!;
    moment.tS = this.#time.seconds(moment.tUs);
    if (this.#time.restarted) this.#restart();
    if (orientation.turned) return this.#sample(orientation.turn(s, at + 1), 0);
    const what = this.#imu.push(s, at + 1);
    if (what === IMU_NOTHING) return false;
    if (what === IMU_STEP) this.#step(s, at + 1);
    return this.#emit();
  }

  /** What `imuAt` does with a sample in vehicle axes: there without a call, which is dear on the on-board engine. */
  #sample(s: Float64Array, at: number): boolean {
    const what = this.#imu.push(s, at);
    if (what === IMU_NOTHING) return false;
    if (what === IMU_STEP) this.#step(s, at);
    return this.#emit();
  }

  /** An inertial interval is complete with this sample. */
  #step(s: Float64Array, at: number): void {
    const p = this.#parts;
    const { moment } = p;
    const { mid } = this.#imu;
    const e = p.estimator;
    const was = p.stationarity.stationary;
    moment.speedSigmaMps = e.running ? Math.sqrt(e.filter.p[VARIANCE[V_EAST]!]!) : 100;
    if (p.stationarity.push(moment, p.tilt.level, mid, 0)) this.#changeHold(was, moment.tS);
    this.#upkeep.collect(p.tilt.level, moment);
    const sinceS = moment.tS - e.nowS;
    if (e.running && moment.tS > e.headS) e.advance(moment, p.tilt.level, p.tilt.taken);
    moment.heardS = Math.max(this.#gnss.freshS, this.#wheelS);
    this.#upkeep.tick(moment);
    if (p.light) {
      p.between.begin(!Number.isNaN(mid[2]!));
      p.between.show(sinceS, s, at);
    }
    if (this.#waiting.length > 0) this.#takeWaiting();
    this.#output.step(moment, p.tilt.level);
  }

  /** A sensor's own attitude in rad; NaN for what it does not say. Roll and pitch count while there are no body rates. */
  attitude(tUs: number, roll: number, pitch: number, yaw: number): void {
    const p = this.#parts;
    const tS = this.#time.seconds(tUs);
    if (this.#time.restarted) this.#restart();
    const count = p.heading;
    count.samples++;
    if (!(tS > this.#attitudeS)) {
      if (!Number.isNaN(tS)) count.late++;
      else count.invalid++;
      return;
    }
    if (!p.tilt.hasRates && Math.abs(roll) < 1.6 && Math.abs(pitch) < 1.6) p.tilt.setAttitude(roll, pitch);
    if (!(Math.abs(yaw) < 100)) {
      count.invalid++;
      return;
    }
    count.rate.push(tS);
    if (tS - this.#attitudeS < ATTITUDE_STEP_S) return;
    this.#attitudeS = tS;
    const e = p.estimator;
    if (!e.running) return;
    const speed = e.model === MODEL_HOLD ? 0 : Math.sqrt(e.x[V_EAST]! ** 2 + e.x[V_NORTH]! ** 2);
    const aligned = e.model !== MODEL_UNALIGNED;
    const gnssFresh = tS - this.#gnss.freshS < 2;
    p.magnetometer.learn(
      yaw,
      e.x[YAW]!,
      aligned && gnssFresh && speed > 5 && e.filter.p[VARIANCE[YAW]!]! < 0.0025,
    );
    const measured = p.magnetometer.yaw(yaw);
    if (Number.isNaN(measured)) return;
    if (!aligned) {
      e.align(tS, measured, 0.2, p.imuActive ? MODEL_IMU : MODEL_FREE);
      return;
    }
    if (e.model === MODEL_HOLD || (gnssFresh && speed > 3)) return;
    const slot = e.measurement(HEADING);
    const m = e.history.slots;
    m[slot + PAYLOAD] = measured;
    m[slot + PAYLOAD + 1] = 0.1;
    m[slot + PAYLOAD + 2] = GATE_1;
    const outcome = e.place(slot, tS);
    if (outcome === USED) count.used(e.nis);
    else if (outcome === TOO_OLD) count.late++;
    else count.refused(e.nis);
  }

  /** A fix. Held rows are recognised; each fix counts once, at its own time. */
  gnss(tUs: number, fix: GnssFix): boolean {
    const p = this.#parts;
    const tS = this.#time.seconds(tUs);
    if (this.#time.restarted) this.#restart();
    if (!this.#gnss.push(tS, fix)) return false;
    const f = this.#gnss.fix;
    if (f.newVelocity) p.stationarity.gnss(tS, f.speed);
    this.#imuSilent(tS);
    if (p.imuActive && p.estimator.running && this.#fixes.newestTime(f) > p.imuS + 0.02) {
      // the inertial samples of that time are still to come
      this.#waiting.add(f);
      return false;
    }
    return this.#useFix(f, tUs, tS);
  }

  #useFix(f: CheckedFix, tUs: number, tS: number): boolean {
    const p = this.#parts;
    const running = p.estimator.running;
    this.#fixes.update(f);
    if (!running && p.estimator.running) {
      this.#startS = tS;
      this.eventBaseUs = this.#time.baseUs;
    }
    if (f.newVelocity) this.#output.blend.gnss(this.#fixes.velocityTime(f), tS, f.speed, p);
    return p.imuActive ? false : this.#withoutImu(tUs, tS);
  }

  #takeWaiting(): void {
    const { tUs, tS } = this.#parts.moment;
    for (let f = this.#waiting.first; f && this.#fixes.newestTime(f) <= tS + 0.02; f = this.#waiting.first) {
      this.#useFix(f, tUs, tS);
      this.#waiting.drop();
    }
  }

  /** Wheel or motor speed over ground, m/s; the sign does not matter. */
  wheel(tUs: number, speed: number): boolean {
    const p = this.#parts;
    const tS = this.#time.seconds(tUs);
    if (this.#time.restarted) this.#restart();
    const count = p.wheel;
    count.samples++;
    if (!(Math.abs(speed) < 200) || Number.isNaN(tS)) {
      count.invalid++;
      return false;
    }
    if (!(tS > this.#wheelS)) {
      count.late++;
      return false;
    }
    this.#wheelS = tS;
    count.rate.push(tS);
    const v = Math.abs(speed) * p.wheelScale.scale;
    p.stationarity.wheel(tS, speed);
    p.reference.wheel(tS, v);
    this.#imuSilent(tS);
    const e = p.estimator;
    if (!e.running || e.model === MODEL_HOLD || e.model === MODEL_UNALIGNED)
      return p.imuActive ? false : this.#withoutImu(tUs, tS);
    if (!p.imuActive && tS > e.headS) e.coast(tS);
    if (p.light && tS - this.#wheelUsedS < LIGHT_WHEEL_S)
      return p.imuActive ? false : this.#withoutImu(tUs, tS);
    const usedS = tS - this.#wheelUsedS;
    this.#wheelUsedS = tS;
    // errors of a wheel (slip, tyre) last: many samples a second are worth ten
    const alike = Math.max(1, Math.min(20, 0.1 / Math.max(1e-3, Math.min(usedS, 1))));
    const scale = v * p.wheelScale.sigma;
    const slot = e.measurement(FORWARD);
    const m = e.history.slots;
    m[slot + PAYLOAD] = v;
    m[slot + PAYLOAD + 1] = ((0.08 + 0.005 * v) ** 2 + scale * scale) * alike;
    m[slot + PAYLOAD + 2] = GATE_1;
    const outcome = e.place(slot, tS);
    if (outcome === TOO_OLD) count.late++;
    else if (!Number.isNaN(e.nis)) {
      if (outcome === USED) count.used(e.nis);
      else count.refused(e.nis);
    }
    return p.imuActive ? false : this.#withoutImu(tUs, tS);
  }

  /** Measures rest: the vehicle has to stand still. Without options: 150 samples, 0.75 s at least. */
  calibrate(options: StartOptions = START_OPTIONS): void {
    this.#parts.start.begin(options);
  }

  get calibration(): { readonly state: string; readonly progress: number } {
    const { state, progress } = this.#parts.start;
    return { state, progress };
  }

  useMode(preset: Exclude<ModePreset, "custom">): void;
  useMode(preset: "custom", thresholds: ModeThresholds): void;
  useMode(preset: ModePreset, thresholds?: ModeThresholds): void {
    if (preset === "custom" && thresholds) this.#output.mode.use(preset, thresholds);
    else this.#output.mode.use(preset as Exclude<ModePreset, "custom">);
  }

  save(): SavedCalibration {
    return saveCalibration(this.#parts);
  }

  /** Takes over what an earlier run learnt; best before the first sample. */
  restore(saved: SavedCalibration): void {
    restoreCalibration(this.#parts, saved);
  }

  summary(): FusionSummary {
    return summarize(this.#parts, this.#gnss, this.#output, this.state, this.#time.latestS);
  }

  /** 1 sigma of the last fix, m; NaN before the first. */
  get fixSigmaM(): number {
    return this.#fixes.sigmaM;
  }

  /** Hands out the events still in the history; for the smoother, at the end of a recording. */
  end(): void {
    this.#parts.estimator.history.flush();
  }

  #imuSilent(tS: number): void {
    const p = this.#parts;
    if (p.imuActive && tS - p.imuS > IMU_SILENT_S) this.#imu.lost();
  }

  #withoutImu(tUs: number, tS: number): boolean {
    const p = this.#parts;
    const e = p.estimator;
    const dt = tS - this.#output.shownS;
    if (dt < LEAST_STEP_S) return false;
    const was = p.stationarity.stationary;
    if (p.stationarity.pushWithoutImu(tS, Math.min(dt, 2))) this.#changeHold(was, tS);
    if (!e.running) return false;
    if (tS > e.headS) e.coast(tS);
    const { moment } = p;
    moment.tUs = tUs;
    moment.tS = tS;
    moment.dtS = dt;
    moment.heardS = Math.max(this.#gnss.freshS, this.#wheelS);
    this.#upkeep.tick(moment);
    this.#output.stepWithoutImu(moment);
    return this.#emit();
  }

  #changeHold(was: boolean, tS: number): void {
    const p = this.#parts;
    const e = p.estimator;
    if (!e.running) return;
    const moving = e.filter.p[VARIANCE[YAW]!]! < 1 ? (p.imuActive ? MODEL_IMU : MODEL_FREE) : MODEL_UNALIGNED;
    if (was) e.release(tS - 0.3, moving);
    else {
      p.stops++;
      // what was refused while it came to rest says nothing of the rest
      p.position.streak = 0;
      p.velocity.streak = 0;
      this.#heldS = tS;
      e.model = MODEL_HOLD;
    }
  }

  #emit(): boolean {
    const { estimator: e, moment } = this.#parts;
    if (!e.running) {
      this.#ready = false;
      return false;
    }
    if (!this.#ready) {
      const { tS } = moment;
      const moving = this.#gnss.fix.speed > 1;
      const averaged =
        e.model === MODEL_HOLD && this.#fixes.fixes > WARM_UP_FIXES && tS - this.#heldS > SETTLE_S;
      this.#ready = moving || averaged || tS - this.#startS > WARM_UP_S;
      if (!this.#ready) return false;
    }
    this.#output.moved(moment);
    if (this.#onState) this.#onState(this.state);
    return true;
  }

  /** Another clock or a long gap: what was learnt stays, the place has to be found again. */
  #restart(): void {
    const p = this.#parts;
    p.clockRestarts++;
    p.estimator.stop();
    p.stationarity.clear();
    p.delay.interrupt();
    p.positionLag.interrupt();
    p.reference.clear();
    p.orientation.interrupt();
    p.imuS = Number.NEGATIVE_INFINITY;
    p.imuActive = false;
    p.imuCount.rate.clear();
    this.#imu.clear();
    this.#gnss.clear();
    this.#fixes.clear();
    this.#output.clear();
    this.#wheelS = Number.NEGATIVE_INFINITY;
    this.#wheelUsedS = Number.NEGATIVE_INFINITY;
    this.#attitudeS = Number.NEGATIVE_INFINITY;
    this.#waiting.clear();
    this.#ready = false;
  }
}

export const createFusion = (options: FusionOptions = {}): Fusion => new Fusion(options);
