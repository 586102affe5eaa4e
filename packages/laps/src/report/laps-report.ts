import type { RecordedLap, Recording } from "@pitwall/core";
import { bestLap, theoreticalBestS } from "../reference/bests.ts";
import type { Incident, Lap, LapFlag, LapKind } from "../timing/lap.ts";
import { timeLaps } from "../timing/time-laps.ts";
import { type Trace, traceOf } from "../trace.ts";
import type { Layout } from "../track/track.ts";
import { crossedBackward, missesSplits, seesMore, splitsAsPassed } from "./lines-as-passed.ts";
import { type GateSource, type LayoutOptions, resolveLayout } from "./resolve-layout.ts";
import { toldOf } from "./told.ts";

export type LapsReportOptions = LayoutOptions & { readonly minLapTimeS?: number };

export type ReportedLap = {
  readonly number: number;
  readonly timeS: number;
  readonly startUs: number;
  readonly endUs: number;
  readonly kind: LapKind;
  readonly valid: boolean;
  /** Half width of the 95 % interval. */
  readonly uncertaintyS: number | null;
  /** null where a sector's line was missed. */
  readonly sectorsS: readonly (number | null)[];
  readonly flags: readonly LapFlag[];
};

/** What `pitwall laps --json` prints. */
export type LapsReport = {
  readonly laps: readonly ReportedLap[];
  readonly bestS: number | null;
  readonly theoreticalBestS: number | null;
  readonly notes: readonly string[];
  readonly track?: string;
};

/** A timed recording, with what was used for it. */
export type TimedRecording = {
  readonly report: LapsReport;
  readonly laps: readonly Lap[];
  readonly incidents: readonly Incident[];
  /** Undefined where the recording gives none, or has no positions. */
  readonly layout: Layout | undefined;
  readonly source: GateSource | undefined;
  /** Of the layout as the track has it, without what the drive added. */
  readonly known?: Layout | undefined;
  /** The fixes that were timed; undefined where the recording has none. */
  readonly trace?: Trace;
};

/** A lap the file states is this far off what was timed before it is worth a note. */
const AGREE_S = 0.1;

/** The laps of a recording as plain data, ready for JSON. Throws as `timeRecording`. */
export const lapsReport = (recording: Recording, options: LapsReportOptions = {}): LapsReport =>
  timeRecording(recording, options).report;

/**
 * Times a recording on the layout that `resolveLayout` finds. A file without positions gives the laps it states.
 * Throws LapsError where the options cannot be used.
 */
export function timeRecording(recording: Recording, options: LapsReportOptions = {}): TimedRecording {
  const trace = traceOf(recording);
  if (!trace) return stated(recording);
  const resolved = resolveLayout(recording, trace, options);
  const notes = [...resolved.notes];
  if (!resolved.layout)
    return {
      report: reportOf([], notes),
      laps: [],
      incidents: [],
      layout: undefined,
      source: undefined,
      trace,
    };
  const { source, track } = resolved;
  const minLap = options.minLapTimeS !== undefined && { minLapTimeS: options.minLapTimeS };
  const timeOn = (layout: Layout) => timeLaps(trace, { layout, ...minLap });
  let { layout } = resolved;
  let result = timeOn(layout);
  const asPassed = missesSplits(result.laps) ? splitsAsPassed(layout) : undefined;
  const again = asPassed && timeOn(asPassed);
  if (asPassed && again && seesMore(again.laps, result.laps)) {
    layout = asPassed;
    result = again;
    notes.push("sector lines are taken in the order and direction in which they are passed, not as given");
  }
  const laps = renumbered(result.laps, recording.laps, notes);
  notes.push(...toldOf(result.incidents));
  if (laps.length === 0) notes.push(notCrossed(trace, layout));
  compare(laps, recording.laps, notes);
  return {
    report: reportOf(laps, notes, track),
    laps,
    incidents: result.incidents,
    layout,
    source,
    known: resolved.known,
    trace,
  };
}

function notCrossed(trace: Trace, layout: Layout): string {
  const backward = crossedBackward(trace, layout);
  if (backward === 0) return "the start line was not crossed";
  const heading = Math.round((layout.start.course * 180) / Math.PI) % 360;
  const times = backward === 1 ? "once" : `${backward} times`;
  return `the start line was not crossed in its direction, heading ${heading}°, but ${times} against it: is it turned round?`;
}

function reportOf(laps: readonly Lap[], notes: readonly string[], track?: string): LapsReport {
  return {
    laps: laps.map(reportedLap),
    bestS: bestLap(laps)?.timeS ?? null,
    theoreticalBestS: orNull(Math.round(theoreticalBestS(laps) * 1e6) / 1e6),
    notes,
    ...(track !== undefined && { track }),
  };
}

const orNull = (v: number): number | null => (Number.isFinite(v) ? v : null);

/** A lap as plain data. */
export const reportedLap = (lap: Lap): ReportedLap => ({
  number: lap.number,
  timeS: lap.timeS,
  startUs: lap.startUs,
  endUs: lap.endUs,
  kind: lap.kind,
  valid: lap.valid,
  uncertaintyS: orNull(lap.uncertaintyS),
  sectorsS: lap.sectorsS.map(orNull),
  flags: lap.flags,
});

/** Without positions there are only the file's own laps. */
function stated(recording: Recording): TimedRecording {
  const notes = ["the recording has no positions"];
  if (recording.laps.length > 0) notes.push("lap times as the file states them");
  const laps = recording.laps.map(
    (l): Lap => ({
      number: l.number,
      kind: "lap",
      startUs: l.startUs,
      endUs: l.endUs,
      timeS: (l.endUs - l.startUs) / 1e6,
      uncertaintyS: Number.NaN,
      valid: true,
      flags: [],
      sectorsS: [],
      splitsS: [],
      distanceM: Number.NaN,
    }),
  );
  return { report: reportOf(laps, notes), laps, incidents: [], layout: undefined, source: undefined };
}

/** Keeps the file's own lap numbers where they count as the laps found here do. */
function renumbered(laps: readonly Lap[], filed: readonly RecordedLap[], notes: string[]): readonly Lap[] {
  const shifts = new Map<number, number>();
  for (const lap of laps) {
    const same = matching(lap, filed);
    if (same) shifts.set(same.number - lap.number, (shifts.get(same.number - lap.number) ?? 0) + 1);
  }
  if (shifts.size === 0) return laps;
  if (shifts.size > 1) {
    notes.push("the file numbers its laps otherwise; they are counted anew here");
    return laps;
  }
  const [shift = 0] = shifts.keys();
  return shift === 0 ? laps : laps.map((l) => ({ ...l, number: l.number + shift }));
}

function matching(lap: Lap, filed: readonly RecordedLap[]): RecordedLap | undefined {
  return filed.find((f) => {
    const shared = Math.min(f.endUs, lap.endUs) - Math.max(f.startUs, lap.startUs);
    return shared > 0.5 * Math.max(f.endUs - f.startUs, lap.endUs - lap.startUs);
  });
}

function compare(laps: readonly Lap[], filed: readonly RecordedLap[], notes: string[]): void {
  for (const lap of laps) {
    const same = lap.kind === "lap" ? matching(lap, filed) : undefined;
    if (!same) continue;
    const states = (same.endUs - same.startUs) / 1e6;
    if (Math.abs(states - lap.timeS) > AGREE_S + lap.uncertaintyS)
      notes.push(`lap ${lap.number}: ${lap.timeS.toFixed(3)} s here, the file states ${states.toFixed(3)} s`);
  }
}
