import type { Lap, Series } from "@pitwall/laps";
import { CommandError } from "../command.ts";
import { countedLaps, lapNamed, type Subject } from "./subject.ts";

/** The laps a statistic is made over, and how to call them. */
export type Spans = { readonly name: string; readonly laps: readonly Lap[] | undefined };

/** A lap by number, `best`, or all that count; the whole recording where it has no laps. Throws CommandError. */
export function spansOf(subject: Subject, lap: string | undefined): Spans {
  if (lap !== undefined && lap !== "all") {
    const one = lapNamed(subject, lap);
    return { name: `lap ${one.number}`, laps: [one] };
  }
  const laps = countedLaps(subject);
  if (laps.length === 0) return { name: "the whole recording", laps: undefined };
  return { name: laps.length === 1 ? `lap ${laps[0]!.number}` : `${laps.length} laps`, laps };
}

/** Samples of a series within laps; NaN stands between laps, so that no time is counted there. Throws CommandError without any. */
export function within(
  series: Series,
  spans: Spans,
  name: string,
): { tUs: Float64Array; values: Float64Array } {
  const { tUs, values } = series;
  if (!spans.laps) return { tUs, values };
  const inside = values.map((v, i) =>
    spans.laps!.some((l) => tUs[i]! >= l.startUs && tUs[i]! < l.endUs) ? v : Number.NaN,
  );
  if (!inside.some(Number.isFinite))
    throw new CommandError(`${name} has no sample in ${spans.name}; --lap chooses another`);
  return { tUs, values: inside };
}
