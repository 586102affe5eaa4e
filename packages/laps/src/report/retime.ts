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

export type LapChange = {
  readonly session: string;
  /** Undefined where the lap did not exist before, or does not any more. */
  readonly before: Lap | undefined;
  readonly after: Lap | undefined;
  /** after - before, s; NaN where one of them is missing. */
  readonly differenceS: number;
};

export type Retimed = {
  /** Laps that appeared, vanished, became valid or invalid, or changed by more than the threshold. */
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

/** Pairs laps by the time they share, and lists the pairs that differ. */
export function compareLaps(
  before: readonly Lap[],
  after: readonly Lap[],
  thresholdS = 0.001,
): { readonly changes: readonly Omit<LapChange, "session">[]; readonly unchanged: number } {
  const changes: Omit<LapChange, "session">[] = [];
  const taken = new Set<Lap>();
  let unchanged = 0;
  for (const old of before) {
    let best: Lap | undefined;
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
    if (best && Math.abs(differenceS) <= thresholdS && best.valid === old.valid && best.kind === old.kind)
      unchanged++;
    else changes.push({ before: old, after: best, differenceS });
  }
  for (const lap of after)
    if (!taken.has(lap)) changes.push({ before: undefined, after: lap, differenceS: Number.NaN });
  return { changes, unchanged };
}
