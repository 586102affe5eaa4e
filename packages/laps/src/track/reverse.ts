import { wrapCourse } from "./placed-gate.ts";
import type { Gate, Layout, Split } from "./track.ts";

/** The same layout driven the other way. */
export function reverseLayout(layout: Layout): Layout {
  const turned = <G extends Gate>(gate: G): G => ({ ...gate, course: wrapCourse(gate.course + Math.PI) });
  const { finish, pitEntry, pitExit, centreLine, ...rest } = layout;
  return {
    ...rest,
    start: turned(finish && !layout.closed ? finish : layout.start),
    ...(finish && { finish: turned(layout.closed ? finish : layout.start) }),
    splits: layout.splits.map((s): Split => turned(s)).reverse(),
    ...(pitExit && { pitEntry: turned(pitExit) }),
    ...(pitEntry && { pitExit: turned(pitEntry) }),
    ...(centreLine && { centreLine: [...centreLine].reverse() }),
  };
}
