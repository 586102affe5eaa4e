/** `out` begins in the pits or before the first crossing, `in` ends in the pits or with the recording. */
export type LapKind = "out" | "lap" | "in";

/** What is to be known about a lap's time. */
export type LapFlag =
  | "start-estimated" // the gate was passed unseen; the time is estimated from the fixes about the gap
  | "end-estimated"
  | "beside-gate" // the start line was passed beside its ends (a pit lane, a run-off)
  | "gap" // no fixes for long enough that a crossing cannot be ruled out
  | "wrong-way" // the start line was crossed against its direction
  | "clock-set" // the device's clock was set during the lap
  | "pit" // a stop in the pits, or the pit lane
  | "other-line" // ended on another part of the start line than it began while the way round was not known: a neighbouring straight?
  | "incomplete" // the way round was not completed: turned back over the start line, a short cut, another layout
  | "no-finish"; // a stage that was begun and not finished

export type Lap = {
  /** 0 for the way to the first crossing, then 1, 2, ... */
  readonly number: number;
  readonly kind: LapKind;
  /** Device time, whole microseconds. */
  readonly startUs: number;
  readonly endUs: number;
  readonly timeS: number;
  /** Half width of the 95 % interval of `timeS`. */
  readonly uncertaintyS: number;
  /** A whole lap whose time stands: what counts for bests. */
  readonly valid: boolean;
  readonly flags: readonly LapFlag[];
  /** Seconds from major split to major split; NaN where one was missed. */
  readonly sectorsS: readonly number[];
  /** Seconds from the lap's start to each split, minor ones too; NaN where it was missed. */
  readonly splitsS: readonly number[];
  /** Driven distance. */
  readonly distanceM: number;
};

export type IncidentKind =
  | "missed-gate"
  | "missed-split"
  | "ignored-crossing"
  | "short-cut"
  | "wrong-way"
  | "gap"
  | "clock-set"
  | "jump";

/** Something between the fixes and the laps that a user should be able to see. */
export type Incident = {
  readonly kind: IncidentKind;
  /** Device time. */
  readonly tUs: number;
  readonly lap: number;
  readonly reason: string;
};

/** These take a lap's time out of the running. */
const DISQUALIFYING: ReadonlySet<LapFlag> = new Set([
  "start-estimated",
  "end-estimated",
  "beside-gate",
  "gap",
  "clock-set",
  "other-line",
  "incomplete",
  "no-finish",
]);

export const standsWith = (kind: LapKind, flags: readonly LapFlag[]): boolean =>
  kind === "lap" && !flags.some((f) => DISQUALIFYING.has(f));
