import type { Recording } from "@pitwall/core";
import type { Lap } from "../timing/lap.ts";
import { timeLaps } from "../timing/time-laps.ts";
import { traceOf } from "../trace.ts";
import type { Layout } from "../track/track.ts";

/** A stored session: its recording, and its laps as they were timed last. */
export type TimedSession = {
  readonly id: string;
  readonly recording: Recording;
  readonly laps: readonly Lap[];
};

/** What of a lap is compared; a sector that was missed is null or NaN. */
export type ComparedLap = Pick<Lap, "number" | "kind" | "startUs" | "endUs" | "timeS" | "valid"> & {
  readonly sectorsS: readonly (number | null)[];
};

export type LapDifference<L extends ComparedLap> = {
  /** Undefined where the lap did not exist before, or does not any more. */
  readonly before: L | undefined;
  readonly after: L | undefined;
  /** after - before, s; NaN where one of them is missing. */
  readonly differenceS: number;
};

export type LapChange = LapDifference<Lap> & { readonly session: string };

export type ComparedLaps<L extends ComparedLap> = {
  /** Laps that appeared, vanished, became valid or invalid, or changed by more than the threshold. */
  readonly changes: readonly LapDifference<L>[];
  readonly unchanged: number;
  /** Of those, laps whose sectors became others. */
  readonly resectored: number;
};

export type Retimed = {
  readonly changes: readonly LapChange[];
  readonly unchanged: number;
  /** The new laps of each session. */
  readonly sessions: ReadonlyMap<string, readonly Lap[]>;
};

export type RetimeOptions = { readonly thresholdS?: number; readonly minLapTimeS?: number };

/** Times an archive again on a new layout and says what became different. Sessions are taken one by one as they are iterated. */
export function retime(
  sessions: Iterable<TimedSession>,
  layout: Layout,
  options: RetimeOptions = {},
): Retimed {
  const changes: LapChange[] = [];
  const after = new Map<string, readonly Lap[]>();
  let unchanged = 0;
  for (const session of sessions) {
    const trace = traceOf(session.recording);
    const { minLapTimeS } = options;
    const laps = trace
      ? timeLaps(trace, { layout, ...(minLapTimeS !== undefined && { minLapTimeS }) }).laps
      : [];
    after.set(session.id, laps);
    const compared = compareLaps(session.laps, laps, options.thresholdS);
    unchanged += compared.unchanged;
    for (const change of compared.changes) changes.push({ session: session.id, ...change });
  }
  return { changes, unchanged, sessions: after };
}

/** Pairs laps by the time they share, and lists the pairs that differ, in the order in which they were driven. */
export function compareLaps<L extends ComparedLap>(
  before: readonly L[],
  after: readonly L[],
  thresholdS = 0.001,
): ComparedLaps<L> {
  const changes: LapDifference<L>[] = [];
  const taken = new Set<L>();
  let unchanged = 0;
  let resectored = 0;
  for (const old of before) {
    let best: L | undefined;
    let most = 0;
    for (const lap of after) {
      const shared = Math.min(old.endUs, lap.endUs) - Math.max(old.startUs, lap.startUs);
      if (!taken.has(lap) && shared > most && shared > 0.5 * (lap.endUs - lap.startUs)) {
        most = shared;
        best = lap;
      }
    }
    if (best) taken.add(best);
    const differenceS = best ? best.timeS - old.timeS : Number.NaN;
    if (best && Math.abs(differenceS) <= thresholdS && best.valid === old.valid && best.kind === old.kind) {
      unchanged++;
      if (!sameSectors(old, best, thresholdS)) resectored++;
    } else changes.push({ before: old, after: best, differenceS });
  }
  for (const lap of after)
    if (!taken.has(lap)) changes.push({ before: undefined, after: lap, differenceS: Number.NaN });
  const startOf = (c: LapDifference<L>) => (c.after ?? c.before)!.startUs;
  changes.sort((a, b) => startOf(a) - startOf(b));
  return { changes, unchanged, resectored };
}

function sameSectors(a: ComparedLap, b: ComparedLap, thresholdS: number): boolean {
  if (a.sectorsS.length !== b.sectorsS.length) return false;
  return a.sectorsS.every((s, i) => {
    const t = b.sectorsS[i] ?? Number.NaN;
    return Number.isNaN(s ?? Number.NaN) ? Number.isNaN(t) : Math.abs(t - s!) <= thresholdS;
  });
}
