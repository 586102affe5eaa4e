import type { Path } from "../path.ts";
import type { Plane } from "../plane.ts";
import type { Layout } from "../track/track.ts";
import type { Incident, Lap } from "./lap.ts";

export type LapTimerOptions = {
  readonly layout: Layout;
  readonly onLap?: (lap: Lap) => void;
  readonly onIncident?: (incident: Incident) => void;
  /** A split was crossed: its index and the seconds since the lap began. */
  readonly onSplit?: (index: number, timeS: number, lapNumber: number) => void;
  /** A lap began (at the start line, or estimated). */
  readonly onStart?: (lapNumber: number, deviceUs: number) => void;
  /** Less than this between two crossings is no lap; default 10 s, 2 s on a stage. */
  readonly minLapTimeS?: number;
  /** Longer without a fix than this, and than 2.5 usual intervals, is a gap; default 1.2 s. */
  readonly maxGapS?: number;
  /** Standing still this long beside the way is a pit stop; default 20 s. */
  readonly pitStopS?: number;
};

/** What a dashboard shows between the laps. Borrowed: one object, changed by every fix. */
export type LapTimerState = {
  readonly plane: Plane;
  /** Whether a lap is being timed. */
  readonly timing: boolean;
  readonly lapNumber: number;
  /** Seconds since the lap began, at the newest fix. */
  readonly elapsedS: number;
  readonly nowS: number;
  readonly lapStartS: number;
  readonly lapStartUs: number;
  /** Position in the plane, smoothed, m; velocity, m/s (NaN where the receiver gives none). */
  readonly x: number;
  readonly y: number;
  readonly vx: number;
  readonly vy: number;
  /** Along the way round where that is known, else as driven. */
  readonly distanceM: number;
  /** The way round: of the layout, or learned once two laps agreed. */
  readonly path: Path | undefined;
  readonly counts: Readonly<LapTimerCounts>;
};
export type LapTimerCounts = {
  /** Fixes used; left out as no place, as values held from the fix before, as late, as jumps. */
  readonly used: number;
  readonly invalid: number;
  readonly held: number;
  readonly late: number;
  readonly jumps: number;
};
