import type { Recording } from "@pitwall/core";
import {
  bestLap,
  type Driven,
  driven,
  type Lap,
  LapsError,
  type LapView,
  type LayoutOptions,
  type MathChannel,
  type Series,
  seriesOf,
  type TimedRecording,
  timeRecording,
  viewLap,
  withAccelerations,
  withLapChannels,
} from "@pitwall/laps";
import { CommandError, type Io } from "../command.ts";
import { LAYOUT, LAYOUT_USAGE, type LayoutValues, layoutOf } from "../layout-options.ts";
import { READING, READING_USAGE, type ReadingValues } from "../reading-options.ts";
import { openRecording } from "../recordings.ts";
import { absentChannel } from "./channel-names.ts";
import { mathDefinition, withMath } from "./math-option.ts";
import { speedShown } from "./shown.ts";
import { smoothed } from "./smoothed.ts";

/** Options of every verb. */
export const SUBJECT = {
  ...READING,
  ...LAYOUT,
  math: { type: "string", multiple: true },
  "speed-unit": { type: "string" },
  smooth: { type: "boolean" },
} as const;

export const SUBJECT_USAGE = `[--math NAME=EXPRESSION …] [--smooth] [--speed-unit km/h|mph|kn|m/s] [--json] ${LAYOUT_USAGE} ${READING_USAGE}`;

export type SubjectValues = ReadingValues &
  LayoutValues & {
    readonly data?: string | undefined;
    readonly math?: readonly string[] | undefined;
    readonly "speed-unit"?: string | undefined;
    readonly smooth?: boolean | undefined;
  };

/** What is analysed: a recording with its laps, accelerations and math channels. */
export type Subject = {
  readonly name: string;
  readonly recording: Recording;
  readonly timed: TimedRecording;
  /** Undefined where the recording has no positions or no layout. */
  readonly driven: Driven | undefined;
  readonly notes: readonly string[];
  /** Accelerations that were made of the fixes. */
  readonly made: readonly string[];
};

/** Throws CommandError, UsageError, LapsError; `extra` are math channels beside those of `--math`. */
export async function openSubject(
  io: Io,
  what: string,
  values: SubjectValues,
  extra: readonly MathChannel[] = [],
  layout: LayoutOptions = { autoSectors: false },
): Promise<Subject> {
  const definitions = [...(values.math ?? []).map(mathDefinition), ...extra];
  speedShown(values["speed-unit"]);
  const options = { ...layout, ...(await layoutOf(io, values)) };
  const raw = await openRecording(io, what, values);
  return subjectOf(what, raw, timeRecording(raw, options), definitions, values.smooth);
}

/** Another recording on the layout of a subject, so that their laps can be compared. */
export async function openBeside(
  io: Io,
  what: string,
  values: SubjectValues,
  beside: Subject,
): Promise<Subject> {
  const { layout } = lapped(beside);
  const raw = await openRecording(io, what, values);
  return subjectOf(
    what,
    raw,
    timeRecording(raw, { layout, autoSectors: false }),
    (values.math ?? []).map(mathDefinition),
    values.smooth,
  );
}

function subjectOf(
  name: string,
  raw: Recording,
  timed: TimedRecording,
  definitions: readonly MathChannel[],
  smooth = false,
): Subject {
  const after = smooth ? smoothed(name, raw) : undefined;
  const { recording: felt, made } = withAccelerations(after?.recording ?? raw);
  const recording = withMath(name, withLapChannels(felt, timed.laps), definitions);
  const notes = [...(after ? [after.note] : []), ...timed.report.notes];
  return { name, recording, timed, driven: drivenOf(recording, timed), notes, made };
}

function drivenOf(recording: Recording, timed: TimedRecording): Driven | undefined {
  if (!timed.layout) return undefined;
  try {
    return driven(recording, timed.layout, timed.laps);
  } catch (e) {
    if (e instanceof LapsError && e.code === "missing") return undefined;
    throw e;
  }
}

/** Name of the track, as it was recognised or as the recording says. */
export const trackOf = ({ timed, recording }: Subject): string | undefined =>
  timed.report.track ?? recording.track;

/** What needs laps. Throws CommandError where there are none. */
export function lapped(subject: Subject): Driven {
  if (subject.driven && wholeLaps(subject).length > 0) return subject.driven;
  throw new CommandError([`${subject.name}: it has no whole lap`, ...subject.notes].join("\n"));
}

export const wholeLaps = (subject: Subject): Lap[] => subject.timed.laps.filter((l) => l.kind === "lap");

/** The laps that count; all whole ones where none does. */
export function countedLaps(subject: Subject): Lap[] {
  const whole = wholeLaps(subject);
  const valid = whole.filter((l) => l.valid);
  return valid.length > 0 ? valid : whole;
}

export const bestOf = (subject: Subject): Lap | undefined =>
  bestLap(subject.timed.laps) ?? wholeLaps(subject).sort((a, b) => a.timeS - b.timeS)[0];

/** A lap by its number or `best`. Throws CommandError that lists the laps. */
export function lapNamed(subject: Subject, name: string): Lap {
  const whole = wholeLaps(subject);
  const found = name === "best" ? bestOf(subject) : whole.find((l) => String(l.number) === name);
  if (found) return found;
  throw new CommandError(
    `${subject.name}: there is no whole lap ${name}; there are ${whole.map((l) => l.number).join(" ") || "none"}`,
  );
}

/** A lap over the way; undefined where its fixes are not on it. */
export function viewOf(d: Driven, lap: Lap): LapView | undefined {
  try {
    return viewLap(d, lap);
  } catch (e) {
    if (e instanceof LapsError && e.code === "missing") return undefined;
    throw e;
  }
}

/** A named lap over the way. Throws CommandError. */
export function viewNamed(subject: Subject, name: string): LapView {
  const d = lapped(subject);
  const lap = lapNamed(subject, name);
  const view = viewOf(d, lap);
  if (!view) throw new CommandError(`${subject.name}: lap ${lap.number} is not on the way of its layout`);
  return view;
}

/** Throws CommandError that lists the channels there are. */
export function seriesNamed(subject: Subject, id: string): Series {
  const found = seriesOf(subject.recording, id);
  if (!found) throw new CommandError(`${subject.name}: ${absentChannel(id, subject.recording)}`);
  return found;
}

/** Says on stderr what the reader should know; `uses` names the channels that were looked at. */
export function tellNotes(io: Io, subjects: readonly Subject[], uses: string): void {
  const notes = subjects.flatMap(({ notes, made }) => {
    const used = made.filter((id) => uses.includes(id));
    const derived = `${used.join(" and ")}: not recorded, derived from the speed and course of the fixes`;
    return used.length > 0 ? [...notes, derived] : notes;
  });
  for (const note of new Set(notes)) io.err(note);
}

/** For `tellNotes`: what a lap's forces, braking and coasting are made of. */
export const ACCELERATIONS = "vehicle.aLong vehicle.aLat";
