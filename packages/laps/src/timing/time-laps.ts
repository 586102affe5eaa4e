import type { Path } from "../path.ts";
import type { Trace } from "../trace.ts";
import type { Incident, Lap } from "./lap.ts";
import { LapTimer } from "./timer.ts";
import type { LapTimerCounts, LapTimerOptions } from "./timer-options.ts";

export type TimedLaps = {
  readonly laps: readonly Lap[];
  readonly incidents: readonly Incident[];
  readonly counts: LapTimerCounts;
  /** The way round from the start line, where it is known or was learned. */
  readonly path: Path | undefined;
};

/** Times a whole recording: the live timer, fed fix by fix. Throws LapsError where the layout cannot be timed. */
export function timeLaps(trace: Trace, options: Omit<LapTimerOptions, "onLap" | "onIncident">): TimedLaps {
  const laps: Lap[] = [];
  const incidents: Incident[] = [];
  const timer = new LapTimer({
    ...options,
    onLap: (lap) => laps.push(lap),
    onIncident: (incident) => incidents.push(incident),
  });
  feed(timer, trace);
  timer.end();
  return { laps, incidents, counts: timer.counts, path: timer.path };
}

export function feed(timer: LapTimer, t: Trace): void {
  for (let i = 0; i < t.length; i++)
    timer.fix(t.tUs[i]!, t.latDeg[i]!, t.lonDeg[i]!, t.speedMps[i]!, t.courseRad[i]!, t.hAccM[i]!);
}

/** A timer for a layout; throws LapsError where the layout cannot be timed. */
export const createLapTimer = (options: LapTimerOptions): LapTimer => new LapTimer(options);
