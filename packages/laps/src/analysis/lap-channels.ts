import type { Column, Group, Recording } from "@pitwall/core";
import type { Lap } from "../timing/lap.ts";

const IDS: ReadonlySet<string> = new Set(["lap.number", "lap.time"]);
const STEP_US = 100_000;

/**
 * Gives a recording the channels `lap.number` and `lap.time` (s since the lap began) of laps as they were timed, ten
 * times a second and at both sides of each start line; what it had of these is left out. So math channels can begin
 * anew with each lap.
 */
export function withLapChannels(recording: Recording, laps: readonly Lap[]): Recording {
  const t: number[] = [];
  const number: number[] = [];
  const time: number[] = [];
  const put = (lap: Lap, tUs: number): void => {
    t.push(tUs);
    number.push(lap.number);
    time.push((tUs - lap.startUs) / 1e6);
  };
  for (const lap of laps) {
    for (let at = lap.startUs; at < lap.endUs - 1; at += STEP_US) put(lap, at);
    put(lap, lap.endUs - 1);
  }
  const column = (name: string, unit: "1" | "s", doc: string, values: readonly number[]): Column => ({
    field: { name, unit, doc },
    values: Float64Array.from(values),
  });
  const own: Group = {
    name: "laps",
    tUs: Float64Array.from(t),
    columns: [
      column("lap.number", "1", "number of the lap", number),
      column("lap.time", "s", "since the lap began", time),
    ],
  };
  const others = recording.groups.map((g) =>
    g.columns.some((c) => IDS.has(c.field.name))
      ? { ...g, columns: g.columns.filter((c) => !IDS.has(c.field.name)) }
      : g,
  );
  return { ...recording, groups: t.length > 0 ? [...others, own] : recording.groups };
}
