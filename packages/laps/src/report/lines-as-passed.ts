import { LapsError } from "../errors.ts";
import type { Lap } from "../timing/lap.ts";
import { timeLaps } from "../timing/time-laps.ts";
import type { Trace } from "../trace.ts";
import { withSplits } from "../track/edit-layout.ts";
import { wrapCourse } from "../track/placed-gate.ts";
import type { Layout, Split } from "../track/track.ts";

const missed = (laps: readonly Lap[]): number =>
  laps.flatMap((l) => (l.kind === "lap" ? l.splitsS : [])).filter(Number.isNaN).length;

/** Whether no lap has all its splits: more likely these are drawn wrong than missed each time. */
export function missesSplits(laps: readonly Lap[]): boolean {
  const whole = laps.filter((l) => l.kind === "lap");
  return whole.length > 0 && whole.every((l) => l.splitsS.some(Number.isNaN));
}

export const seesMore = (laps: readonly Lap[], before: readonly Lap[]): boolean =>
  missed(laps) < missed(before);

/** The layout with its splits in the order and direction in which its way passes them; undefined where they are, or it has none. */
export function splitsAsPassed(layout: Layout): Layout | undefined {
  const ends = layout.splits.map((s) => s.ends);
  const made = orNothing(() => withSplits(layout, ends));
  if (!made) return undefined;
  const splits = made.splits.map(({ ends, course }): Split => {
    const given = layout.splits.find((s) => s.ends.join() === ends.join())!;
    return { ...given, course };
  });
  const same = splits.every((s, i) => {
    const given = layout.splits[i]!;
    return s.ends.join() === given.ends.join() && Math.cos(s.course - given.course) > 0;
  });
  return same ? undefined : { ...layout, splits };
}

/** How often a drive crosses the start line of a layout against its direction. */
export function crossedBackward(trace: Trace, { start }: Layout): number {
  const turned = { ...start, course: wrapCourse(start.course + Math.PI) };
  const layout: Layout = { name: "turned", closed: true, start: turned, splits: [] };
  return orNothing(() => timeLaps(trace, { layout }).laps.filter((l) => l.kind !== "in").length) ?? 0;
}

function orNothing<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (e) {
    if (e instanceof LapsError) return undefined;
    throw e;
  }
}
