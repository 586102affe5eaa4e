import type { Path } from "../path.ts";
import type { Plane } from "../plane.ts";
import { type PlacedLayout, placeLayout } from "../track/placed-layout.ts";
import { FixIntake } from "./fix-intake.ts";
import type { IncidentKind, Lap, LapKind } from "./lap.ts";
import { fillEnd, LEAST_MPS, lapEnd, learnFromLap } from "./lap-end.ts";
import { LineWatch } from "./line-watch.ts";
import { OpenLap } from "./open-lap.ts";
import { PathLearner } from "./path-learner.ts";
import { PitWatch } from "./pit-watch.ts";
import { Progress } from "./progress.ts";
import { Receiver } from "./receiver.ts";
import { SplitWatch } from "./split-watch.ts";
import type { LapTimerCounts, LapTimerOptions, LapTimerState } from "./timer-options.ts";
import { judgeGap, missedReason } from "./unseen.ts";

/** A pit lane runs at least so far from the way. */
const PIT_LANE_M = 6;

/** A gap longer than this is a break. */
const BREAK_S = 300;

/**
 * Times laps from fixes, one by one: gates are crossed between two fixes, each time has an uncertainty, and what could
 * not be seen is said. A function of the fixes alone, so that live, replayed and recorded drives agree to the
 * microsecond. Allocates only when a lap ends or an incident is told.
 */
export class LapTimer implements LapTimerState {
  readonly placed: PlacedLayout;
  elapsedS = 0;
  readonly #options: LapTimerOptions;
  readonly #minLapS: number;
  readonly #intake: FixIntake;
  readonly #receiver = new Receiver();
  readonly #progress = new Progress();
  readonly #pits: PitWatch;
  readonly #learner = new PathLearner();
  readonly #start: LineWatch;
  readonly #finish: LineWatch | undefined;
  readonly #splits: SplitWatch;
  readonly #lap: OpenLap;
  readonly #end = lapEnd();
  readonly #closed: boolean;
  #timing = false;
  #completed = 0;
  #turnedBack = false;
  #doubt = false;
  #fastestMps = 10;
  #steps = 0;

  /** Throws LapsError where the layout cannot be timed. */
  constructor(options: LapTimerOptions) {
    this.placed = placeLayout(options.layout);
    this.#options = options;
    this.#closed = options.layout.closed;
    this.#minLapS = options.minLapTimeS ?? (this.#closed ? 10 : 2);
    const { start, finish, major, plane } = this.placed;
    this.#intake = new FixIntake(plane, options.maxGapS ?? 1.2);
    this.#start = new LineWatch(start, true);
    this.#finish = finish && new LineWatch(finish);
    this.#splits = new SplitWatch(this.placed);
    this.#lap = new OpenLap(major);
    this.#pits = new PitWatch(this.placed, options.pitStopS ?? 20);
    if (this.placed.path) this.#use(this.placed.path);
  }

  get plane(): Plane {
    return this.placed.plane;
  }
  get timing(): boolean {
    return this.#timing;
  }
  get lapNumber(): number {
    return this.#lap.number;
  }
  get lapStartUs(): number {
    return this.#lap.start.deviceUs;
  }
  get x(): number {
    return this.#receiver.x;
  }
  get y(): number {
    return this.#receiver.y;
  }
  get vx(): number {
    return this.#receiver.vx;
  }
  get vy(): number {
    return this.#receiver.vy;
  }
  get distanceM(): number {
    return this.#progress.known && this.#progress.locked ? this.#progress.m : this.#lap.distanceM;
  }
  get path(): Path | undefined {
    return this.#progress.path;
  }
  /** Running time of the newest fix, and at which the lap being timed began, s. */
  get nowS(): number {
    return this.#receiver.tS;
  }
  get lapStartS(): number {
    return this.#lap.start.tS;
  }
  get counts(): LapTimerCounts {
    const { used, invalid, held, jumps, time } = this.#intake;
    return { used, invalid, held, late: time.late, jumps: jumps + this.#receiver.spikes };
  }

  /**
   * A fix: device time in microseconds, degrees, m/s, rad clockwise from north, m; NaN for what is not known. Returns
   * whether it was used.
   */
  fix(
    tUs: number,
    latDeg: number,
    lonDeg: number,
    speedMps: number,
    courseRad: number,
    hAccM: number,
  ): boolean {
    const i = this.#intake;
    i.tUs = tUs;
    i.latDeg = latDeg;
    i.lonDeg = lonDeg;
    i.speedMps = speedMps;
    i.courseRad = courseRad;
    i.hAccM = hAccM;
    return this.#step();
  }

  #step(): boolean {
    const i = this.#intake;
    const r = this.#receiver;
    if (!i.take()) return false;
    if (Number.isNaN(r.tS)) {
      r.restart(i);
      this.#restartLines();
      this.#start.begin(r);
      this.#setEnd(i.tS, 0, Number.POSITIVE_INFINITY, 0);
      this.#lap.begin(0, this.#end, true, false);
      this.#progress.fix(r, true);
      return true;
    }
    if (i.time.steps !== this.#steps) {
      this.#steps = i.time.steps;
      this.#lap.flag("clock-set");
      this.#tell("clock-set", "the device's clock was set; the lap is timed without that step");
    }
    const gap = i.isAfterGap(r.tS);
    if (gap) r.restart(i);
    else r.step(i);
    const pace = r.paceMps;
    if (pace > this.#fastestMps && pace < 150) this.#fastestMps = pace;
    this.#lap.distanceM += Math.sqrt(r.dx * r.dx + r.dy * r.dy);
    this.#learner.add(r);
    this.#progress.fix(r, gap);
    this.#pits.fix(r, this.#lap, this.#progress, gap);
    if (gap) this.#onGap();
    else this.#watch();
    this.#passedUnseen();
    this.elapsedS = i.tS - this.#lap.start.tS;
    return true;
  }

  /** The drive is over: the lap that is open becomes an in lap. */
  end(): void {
    const { tS } = this.#receiver;
    if (!this.#timing) return;
    if (tS - this.#lap.start.tS > 0.5) {
      this.#setEnd(tS, 0, Number.POSITIVE_INFINITY, 0);
      if (!this.#closed) this.#lap.flag("no-finish");
      this.#emit("in", false);
    }
    this.#timing = false;
  }

  #watch(): void {
    const r = this.#receiver;
    const p = this.#progress;
    const path = p.path;
    // a start line drawn too short still counts where the way itself says that it is due
    const due = path && p.known && p.locked && Math.abs(p.m - path.lengthM) < 0.1 * path.lengthM;
    this.#start.toleranceM = due ? 3 * r.slowM : 0;
    const crossed = this.#start.fix(r);
    this.#splits.fix(r);
    const atS = crossed === 1 ? this.#start.crossing.tS : Number.POSITIVE_INFINITY;
    if (this.#timing) this.#takeSplits(atS, true);
    if (this.#finish?.fix(r) === 1) this.#onFinish();
    if (crossed === 1) {
      this.#onStart();
      this.#takeSplits(atS, false);
    } else if (crossed === -1) this.#onBackward();
  }

  #takeSplits(atS: number, before: boolean): void {
    for (;;) {
      const k = this.#splits.take(this.#lap, this.#progress, atS, before);
      if (k < 0) return;
      this.#options.onSplit?.(k, this.#lap.splitS[k]! - this.#lap.start.tS, this.#lap.number);
    }
  }

  #onStart(): void {
    const c = this.#start.crossing;
    const elapsed = c.tS - this.#lap.start.tS;
    // the lap before ended by coming to the line or by leaving it, the next one began with either
    const halfStoodM = this.#closed && this.#timing ? (c.stoodS / 2) * Math.max(LEAST_MPS, c.speedMps) : 0;
    this.#setEnd(c.tS, c.variance + halfStoodM * halfStoodM, c.speedMps, this.#receiver.variance);
    if (!this.#closed) {
      if (this.#timing && elapsed >= this.#minLapS) {
        this.#lap.flag("no-finish");
        this.#tell("missed-gate", "the run was begun anew without a finish");
        this.#emit("lap");
        this.#completed++;
      }
      this.#begin(this.#completed + 1, false);
      return;
    }
    if (!this.#timing) {
      this.#close("out", false);
      return;
    }
    const turnedBack = this.#turnedBack;
    this.#turnedBack = false;
    if (elapsed < this.#minLapS) {
      const again = this.#completed === 0 && !turnedBack;
      this.#tell(
        "ignored-crossing",
        `start line again after ${elapsed.toFixed(2)} s${again ? "; timing begins anew" : ""}`,
      );
      if (again) this.#begin(this.#lap.number, false);
      return;
    }
    if (this.#progress.isElsewhere(this.#start.gate, c.alongM, this.#lap.distanceM)) {
      const how = turnedBack ? "again after turning back" : "from a neighbouring part of the track";
      this.#tell("ignored-crossing", `start line crossed ${how}; the lap goes on`);
      return;
    }
    const cut = this.#lap.unseen ? undefined : this.#progress.shortCut(this.#lap.distanceM);
    if (cut) this.#tell("short-cut", cut);
    if (turnedBack || cut || this.#progress.isShort) this.#lap.flag("incomplete");
    if (!this.#progress.path && this.#learner.endsElsewhere(c.alongM)) this.#lap.flag("other-line");
    this.#close("lap", false);
  }

  #onBackward(): void {
    if (!this.#timing) return;
    this.#turnedBack = true;
    this.#lap.flag("wrong-way");
    this.#tell("wrong-way", "start line crossed against its direction");
  }

  #onFinish(): void {
    if (!this.#timing || !this.#finish) return;
    const c = this.#finish.crossing;
    if (c.tS - this.#lap.start.tS < this.#minLapS) return;
    this.#setEnd(c.tS, c.variance, c.speedMps, this.#receiver.variance);
    if (this.#doubt) this.#lap.flag("gap");
    this.#emit("lap");
    this.#timing = false;
    this.#completed++;
  }

  #onGap(): void {
    const r = this.#receiver;
    this.#lap.unseen = true;
    this.#tell("gap", `no fix for ${(r.tS - r.beforeS).toFixed(1)} s`);
    const before = this.#start.distanceM;
    this.#restartLines();
    if (r.tS - r.beforeS > BREAK_S) {
      this.#break();
      return;
    }
    if (this.#progress.known && this.#progress.path) {
      this.#doubt = !this.#progress.locked;
      return; // the way itself will tell what was passed
    }
    const unseen = judgeGap(this.#start.gate, before, r, this.#fastestMps);
    if (unseen.kind === "possible") this.#doubt = true;
    if (unseen.kind !== "crossed" || !this.#closed) return;
    if (!this.#timing || unseen.tS - this.#lap.start.tS >= this.#minLapS)
      this.#missed(unseen.tS, unseen.sdS, true);
  }

  /** After so long nobody knows what was driven: the lap ends with what was seen of it, and the next crossing begins anew. */
  #break(): void {
    const { beforeS, tS } = this.#receiver;
    const { number } = this.#lap;
    if (this.#timing) {
      this.#setEnd(beforeS, 0, Number.POSITIVE_INFINITY, 0);
      this.#lap.flag("gap");
      this.#emit("in", false);
    }
    this.#setEnd(tS, 0, Number.POSITIVE_INFINITY, 0);
    this.#lap.begin(this.#timing ? number + 1 : number, this.#end, true, false);
    this.#timing = this.#doubt = this.#turnedBack = false;
    this.#progress.forget();
  }

  /** The way round is complete and more, yet the line was not crossed. */
  #passedUnseen(): void {
    const p = this.#progress;
    const path = p.path;
    if (!path || !p.locked || !p.known) return;
    this.#doubt = false;
    const margin = Math.min(30, 0.1 * path.lengthM);
    while (p.m > path.lengthM + margin && Number.isFinite(p.passS)) {
      const { passS, passSdS, passUnseen } = p;
      p.wrap();
      if (this.#timing && passS - this.#lap.start.tS < this.#minLapS) continue;
      this.#missed(passS, passSdS, passUnseen);
    }
  }

  #missed(tS: number, sdS: number, unseen: boolean): void {
    const speed = Math.max(1, Math.hypot(this.#receiver.vx || 0, this.#receiver.vy || 0));
    this.#setEnd(tS, sdS * sdS * speed * speed, speed, 0);
    this.#lap.flag("end-estimated");
    if (!unseen) this.#lap.flag("beside-gate");
    this.#tell("missed-gate", missedReason(unseen, sdS));
    const pits = !unseen && Math.abs(this.#progress.lateralM) > PIT_LANE_M;
    this.#close(this.#timing ? (pits ? "in" : "lap") : "out", true, pits);
    this.#lap.flag("start-estimated");
    if (!unseen) this.#lap.flag("beside-gate");
  }

  /** The lap ends at `#end`, and the next one begins. */
  #close(kind: LapKind, estimated: boolean, fromPits = false): void {
    if (this.#doubt) this.#lap.flag("gap");
    this.#doubt = false;
    if (!estimated && this.#timing) learnFromLap(this.#receiver, this.#lap.start, this.#end);
    const clean = !this.#lap.unseen && !estimated && this.#timing;
    const lap = this.#emit(kind);
    if (this.#timing && !lap.flags.includes("incomplete")) this.#completed++;
    if (clean && lap.kind === "lap" && !this.placed.path) this.#learnPath(lap);
    else this.#learner.forget();
    this.#begin(lap.number + 1, fromPits || this.#pits.inside, estimated);
  }

  #begin(number: number, fromPits: boolean, estimated = false): void {
    const { gate, distanceM, crossing } = this.#start;
    this.#timing = true;
    this.#turnedBack = false;
    this.#doubt = false;
    this.#lap.begin(number, this.#end, fromPits, true);
    if (!estimated) {
      this.#progress.begin(this.#receiver.tS, distanceM);
      this.#learner.begin(gate, crossing.alongM);
    } else {
      this.#lap.unseen = true;
    }
    this.#options.onStart?.(number, this.#end.deviceUs);
  }

  #emit(kind: LapKind, atLine = true): Lap {
    const { start } = this.#lap;
    const slow = this.#receiver.slowDifference(this.#end.tS - start.tS);
    const lap = this.#lap.close(this.#end, kind, atLine, slow, this.#receiver.slowM);
    for (let k = 0; k < lap.splitsS.length && this.#timing && lap.kind === "lap"; k++)
      if (Number.isNaN(lap.splitsS[k]!))
        this.#tell("missed-split", `${this.#splits.lines[k]!.gate.name} was not seen`);
    this.#options.onLap?.(lap);
    return lap;
  }

  #setEnd(tS: number, variance: number, speedMps: number, positionVariance: number): void {
    fillEnd(this.#end, this.#receiver, tS, speedMps, variance, positionVariance);
    this.#end.deviceUs = this.#intake.deviceUs(tS);
  }

  #learnPath(lap: Lap): void {
    if (this.#learner.end(this.#start.crossing.alongM, lap.distanceM)) this.#use(this.#learner.path);
  }

  #use(path: Path | undefined): void {
    this.#progress.use(path);
    this.#splits.use(path);
  }

  #restartLines(): void {
    this.#start.restart(this.#receiver);
    this.#finish?.restart(this.#receiver);
    this.#splits.restart(this.#receiver);
  }

  #tell(kind: IncidentKind, reason: string): void {
    this.#options.onIncident?.({
      kind,
      tUs: this.#intake.deviceUs(this.#receiver.tS),
      lap: this.#lap.number,
      reason,
    });
  }
}
