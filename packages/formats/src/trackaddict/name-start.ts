import type { RecordedLap, Recording } from "@pitwall/core";
import type { ReadOptions } from "../format.ts";
import { dayUs, parseDate } from "../text/date.ts";

/** `Log-20220531-083931 Goodwood.csv`: a day, and maybe a time of day behind it. */
const NAMED =
  /(?<!\d)(20\d\d)([-_.]?)(\d\d)\2(\d\d)(?:[-_ T]+([01]\d|2[0-3])[-_.:]?([0-5]\d)(?:[-_.:]?([0-5]\d))?)?(?!\d)/;

/** When a log without dates began, by the day that was given or by its file's name; µs, and what to say about it. */
function startOf(
  options: ReadOptions,
  firstUs: number,
): { readonly baseUs: number; readonly note: string } | undefined {
  const given = parseDate(options.date ?? "");
  const m = NAMED.exec(options.name ?? "");
  const named = m ? parseDate(`${m[1]}-${m[3]}-${m[4]}`) : undefined;
  const day = given ?? named;
  if (!day) return undefined;
  // the time of day in the name is that of the first row
  const clocked = named !== undefined && m?.[5] !== undefined;
  const seconds = clocked ? Number(m[5]) * 3600 + Number(m[6]) * 60 + Number(m[7] ?? 0) : 0;
  return {
    baseUs: clocked ? dayUs(day, seconds) - firstUs : dayUs(day),
    note: `the rows have no date: ${given ? "the day is the given one" : "the day is that of the file's name"}${
      clocked ? ", and so is the time, by the clock of the phone" : "; times count from midnight"
    }`,
  };
}

/** A recording whose times count from the start, moved to when it began where that is known. */
export function datedByName(
  recording: Recording,
  options: ReadOptions,
  firstUs: number,
): { readonly recording: Recording; readonly note: string } | undefined {
  const start = startOf(options, firstUs);
  if (!start) return undefined;
  const { baseUs, note } = start;
  const moved = new Map<Float64Array, Float64Array>();
  const move = (t: Float64Array): Float64Array => {
    const known = moved.get(t) ?? t.map((x) => x + baseUs);
    moved.set(t, known);
    return known;
  };
  return {
    note,
    recording: {
      ...recording,
      absoluteTime: true,
      groups: recording.groups.map((g) => ({ ...g, tUs: move(g.tUs) })),
      laps: recording.laps.map(
        (l): RecordedLap => ({ ...l, startUs: l.startUs + baseUs, endUs: l.endUs + baseUs }),
      ),
    },
  };
}
