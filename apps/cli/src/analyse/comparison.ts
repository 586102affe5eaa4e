import { basename } from "node:path";
import { type Lap, type LapView, timeVariance } from "@pitwall/laps";
import { CommandError, type Io, UsageError } from "../command.ts";
import { lapTime } from "../lap-time.ts";
import { SECONDS, show } from "./shown.ts";
import {
  bestOf,
  countedLaps,
  lapNamed,
  lapped,
  openBeside,
  type Subject,
  type SubjectValues,
  viewOf,
  wholeLaps,
} from "./subject.ts";

export const COMPARED = { lap: { type: "string" }, against: { type: "string" } } as const;
export type ComparedValues = SubjectValues & {
  readonly lap?: string | undefined;
  readonly against?: string | undefined;
};

/** A lap, and the one it is held against; both over the same way. */
export type Comparison = {
  readonly lap: LapView;
  readonly reference: LapView;
  /** `lap 3`, `friend.csv lap 2`. */
  readonly lapName: string;
  readonly referenceName: string;
  /** Seconds behind the reference at every step. */
  readonly deltaS: Float64Array;
  /** Half width of the 95 % interval of the difference of the laps; NaN where a time has none. */
  readonly uncertaintyS: number;
  readonly other: Subject | undefined;
};

/**
 * The lap of `--lap` and that of `--against`: a number, `best`, or another file or session, with `#N` for a lap of it.
 * Without `--against` it is the best lap; without `--lap` the best, or the next best where that is the reference.
 * Undefined where there is only one lap. Throws CommandError, UsageError.
 */
export async function compareLaps(
  io: Io,
  subject: Subject,
  values: ComparedValues,
): Promise<Comparison | undefined> {
  const d = lapped(subject);
  const against = values.against ?? "best";
  const own = against === "best" || /^\d+$/.test(against);
  const other = own ? undefined : await openOther(io, against, values, subject);
  const reference = other ? other.lap : lapNamed(subject, against);
  const lap =
    values.lap === undefined
      ? usualLap(subject, other ? undefined : reference)
      : lapNamed(subject, values.lap);
  if (!lap) return undefined;
  if (!other && lap === reference) {
    if (values.lap === undefined) return undefined;
    throw new UsageError(`lap ${lap.number} against itself: --against says which other lap`);
  }
  const path = d.path;
  const driven = other ? { ...lapped(other.subject), path } : d;
  const [lapView, referenceView] = [viewOf(d, lap), viewOf(driven, reference)];
  const referenceName = `${other ? `${basename(other.subject.name)} ` : ""}lap ${reference.number}`;
  if (!lapView || !referenceView)
    throw new CommandError(
      `${lapView ? referenceName : `lap ${lap.number}`}: it is not on the way of the others`,
    );
  return {
    lap: lapView,
    reference: referenceView,
    lapName: `lap ${lap.number}`,
    referenceName,
    deltaS: timeVariance(referenceView, lapView),
    uncertaintyS: Math.hypot(lap.uncertaintyS, reference.uncertaintyS),
    other: other?.subject,
  };
}

/** The best lap, or the best of the others where that is taken. */
function usualLap(subject: Subject, taken: Lap | undefined): Lap | undefined {
  const best = bestOf(subject);
  if (best !== taken) return best;
  return countedLaps(subject)
    .filter((l) => l !== taken)
    .sort((a, b) => a.timeS - b.timeS)[0];
}

async function openOther(io: Io, against: string, values: SubjectValues, beside: Subject) {
  const [, name = against, lap = "best"] = /^(.*)#(\d+|best)$/s.exec(against) ?? [];
  const subject = await openBeside(io, name, values, beside);
  if (!subject.driven || wholeLaps(subject).length === 0)
    throw new CommandError(`${name}: it has no whole lap on the start line of ${beside.name}`);
  return { subject, lap: lapNamed(subject, lap) };
}

/** `lap 3 1:30.174 against lap 4 1:30.079: +0.095 s ± 0.067 s`. */
export function comparisonTitle(c: Comparison): string {
  const difference = c.lap.lap.timeS - c.reference.lap.timeS;
  const give = Number.isFinite(c.uncertaintyS) ? ` ± ${show(c.uncertaintyS, SECONDS)} s` : "";
  return (
    `${c.lapName} ${lapTime(c.lap.lap.timeS)} against ${c.referenceName} ${lapTime(c.reference.lap.timeS)}: ` +
    `${show(difference, SECONDS, true)} s${give}`
  );
}
