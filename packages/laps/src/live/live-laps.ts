import { Plane } from "../plane.ts";
import { LapRecorder } from "../reference/lap-recorder.ts";
import { LiveDelta } from "../reference/live-delta.ts";
import type { ReferenceLap } from "../reference/reference-lap.ts";
import { type ReferenceChoice, References } from "../reference/references.ts";
import type { Lap } from "../timing/lap.ts";
import { LapTimer } from "../timing/timer.ts";
import type { LapTimerOptions } from "../timing/timer-options.ts";
import { lookForTrack } from "../track/detect.ts";
import { suggestLayout } from "../track/suggest.ts";
import type { Layout, Track } from "../track/track.ts";
import { TrackRecorder } from "../track/track-recorder.ts";
import { FixLog } from "./fix-log.ts";

export type LiveLapsOptions = Omit<LapTimerOptions, "layout"> & {
  /** Where it is known; else the drive is compared with `tracks`, and a line is suggested once a loop closes. */
  readonly layout?: Layout;
  readonly tracks?: readonly Track[];
  /** Tracks that go before those where both fit. */
  readonly own?: readonly Track[];
  /** Called when a layout is taken; `track` is undefined for a suggested one. */
  readonly onLayout?: (layout: Layout, track: Track | undefined) => void;
  readonly reference?: ReferenceChoice;
  readonly references?: Partial<Record<"best-ever" | "chosen" | "imported", ReferenceLap>>;
  /** Fixes kept while the layout is not known; default 20,000. */
  readonly keepFixes?: number;
};

/** Look for the track again after this much way. */
const LOOK_AGAIN_M = 400;
/** Of the loop, until a drive that may be on a known track is looked at again: a suggested line would stay for good. */
const WAIT_SHARE = 0.35;
/** Steps of less are a receiver's noise. */
const WAIT_STEP_M = 4;
/** Nobody's lap is longer: the search begins anew. */
const LONGEST_M = 60_000;

/**
 * Laps, delta and prediction of one vehicle while it drives: a lap timer with a reference, and with the search for its
 * track before that. Once a track is found, the fixes so far are timed on it as if it had been known.
 */
export class LiveLaps {
  readonly references: References;
  readonly #options: LiveLapsOptions;
  #timer: LapTimer | undefined;
  #delta: LiveDelta | undefined;
  readonly #recorder = new LapRecorder();
  #log: FixLog | undefined;
  #track: TrackRecorder | undefined;
  #lookAtM = LOOK_AGAIN_M;
  /** The loop is closed, though not certainly on a known track: so much more way until it is looked at again. */
  #waitM = Number.NaN;
  #waitX = Number.NaN;
  #waitY = Number.NaN;
  #ended: Lap | undefined;
  #endedStartS = 0;
  #began = false;

  /** Throws LapsError where the layout cannot be timed. */
  constructor(options: LiveLapsOptions = {}) {
    this.#options = options;
    this.references = new References(options.reference, options.references);
    if (options.layout) this.#timer = this.#timerOn(options.layout);
    else this.#log = new FixLog(options.keepFixes ?? 20_000);
  }

  /** Undefined until the layout is known. */
  get timer(): LapTimer | undefined {
    return this.#timer;
  }
  /** Seconds behind (positive) or ahead of the reference at this place; NaN without one. */
  get deltaS(): number {
    return this.#timer?.timing ? (this.#delta?.deltaS ?? Number.NaN) : Number.NaN;
  }
  get predictedS(): number {
    return this.#timer?.timing ? (this.#delta?.predictedS ?? Number.NaN) : Number.NaN;
  }

  /** Which lap to compare with, from here on. */
  choose(choice: ReferenceChoice): void {
    this.references.choose(choice);
    if (this.#timer?.timing && !this.#began) this.#useCurrent();
  }

  /** As `LapTimer.fix`. */
  fix(
    tUs: number,
    latDeg: number,
    lonDeg: number,
    speedMps: number,
    courseRad: number,
    hAccM: number,
  ): boolean {
    const timer = this.#timer;
    if (!timer) {
      this.#search(tUs, latDeg, lonDeg, speedMps, courseRad, hAccM);
      return false;
    }
    if (!timer.fix(tUs, latDeg, lonDeg, speedMps, courseRad, hAccM)) return false;
    this.#recorder.add(timer);
    if (this.#ended) this.#keepReference();
    if (this.#began) this.#beginDelta();
    this.#delta?.fix(timer);
    return true;
  }

  end(): void {
    this.#timer?.end();
  }

  #timerOn(layout: Layout): LapTimer {
    const { onLap, onStart, ...rest } = this.#options;
    const timer: LapTimer = new LapTimer({
      ...rest,
      layout,
      onLap: (lap) => {
        this.#ended = lap;
        this.#endedStartS = timer.lapStartS;
        onLap?.(lap);
      },
      onStart: (number, deviceUs) => {
        this.#began = true;
        onStart?.(number, deviceUs);
      },
    });
    return timer;
  }

  #keepReference(): void {
    const lap = this.#ended!;
    this.#ended = undefined;
    if (lap.valid) {
      const made = this.#recorder.reference(
        `lap ${lap.number}`,
        this.#endedStartS,
        this.#endedStartS + lap.timeS,
      );
      if (made) this.references.lap(made);
    }
  }

  #beginDelta(): void {
    this.#began = false;
    this.#recorder.keepLast();
    this.#useCurrent();
    this.#delta?.start();
  }

  /** In the middle of a lap it finds its place on the new reference by itself. */
  #useCurrent(): void {
    const { current } = this.references;
    if (current !== this.#delta?.reference) this.#delta = current && new LiveDelta(current);
  }

  #search(t: number, lat: number, lon: number, speed: number, course: number, hAcc: number): void {
    const log = this.#log!;
    log.add(t, lat, lon, speed, course, hAcc);
    if (!(Math.abs(lat) <= 90 && Math.abs(lon) <= 180) || (lat === 0 && lon === 0)) return;
    if (!this.#track || this.#track.drivenM > LONGEST_M) {
      this.#track = new TrackRecorder(this.#track?.plane ?? new Plane(lat, lon));
      this.#lookAtM = LOOK_AGAIN_M;
    }
    const closed = this.#track.add(this.#track.plane.x(lon), this.#track.plane.y(lat));
    if (closed ? this.#waits(lat, lon) : this.#track.drivenM < this.#lookAtM) return;
    this.#lookAtM = this.#track.drivenM + LOOK_AGAIN_M;
    const trace = log.trace();
    const { found, plausible } = lookForTrack(trace, this.#options.tracks ?? [], this.#options.own);
    if (closed && !found && plausible && Number.isNaN(this.#waitM)) {
      this.#waitM = WAIT_SHARE * this.#track.path!.lengthM;
      return;
    }
    const layout = found?.layout ?? (closed ? suggestLayout(trace) : undefined);
    if (closed && !layout) {
      this.#track = new TrackRecorder(this.#track.plane);
      this.#waitM = Number.NaN;
    }
    if (!layout) return;
    this.#options.onLayout?.(layout, found?.track);
    this.#timer = this.#timerOn(layout);
    this.#log = undefined;
    this.#track = undefined;
    for (let i = 0; i < trace.length; i++)
      this.fix(
        trace.tUs[i]!,
        trace.latDeg[i]!,
        trace.lonDeg[i]!,
        trace.speedMps[i]!,
        trace.courseRad[i]!,
        trace.hAccM[i]!,
      );
  }

  /** Whether a closed loop is still driven on. */
  #waits(lat: number, lon: number): boolean {
    if (!(this.#waitM > 0)) return false;
    const x = this.#track!.plane.x(lon);
    const y = this.#track!.plane.y(lat);
    const step = Math.hypot(x - this.#waitX, y - this.#waitY);
    if (step < WAIT_STEP_M) return true;
    this.#waitX = x;
    this.#waitY = y;
    if (step > 0) this.#waitM -= step;
    return this.#waitM > 0;
  }
}

export const createLiveLaps = (options: LiveLapsOptions = {}): LiveLaps => new LiveLaps(options);
