import type { Incident } from "../timing/lap.ts";

/** More than this nobody reads. */
const MOST_TOLD = 20;

/** What happened, in lines to read: the same in several laps is one line. Gaps are counted. */
export function toldOf(incidents: readonly Incident[]): string[] {
  const alike = new Map<string, { readonly reason: string; readonly laps: Set<number> }>();
  for (const { kind, reason, lap } of incidents) {
    if (kind === "gap") continue;
    const key = reason.replace(/[\d.]+(?= (m|s)\b)/g, "#");
    const same = alike.get(key);
    if (same) same.laps.add(lap);
    else alike.set(key, { reason, laps: new Set([lap]) });
  }
  const lines = [...alike.values()].map(({ reason, laps }) => `${lapsText([...laps])}: ${reason}`);
  const told = lines.slice(0, MOST_TOLD);
  if (lines.length > MOST_TOLD) told.push(`and ${lines.length - MOST_TOLD} more of the kind`);
  const gaps = incidents.filter((i) => i.kind === "gap").length;
  if (gaps > 0) told.push(`${gaps} gap${gaps > 1 ? "s" : ""} in the fixes`);
  return told;
}

/** "lap 3"; "laps 1-4, 7". */
function lapsText(laps: readonly number[]): string {
  const sorted = [...laps].sort((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const n of sorted) {
    const last = ranges.at(-1);
    if (last && n === last[1] + 1) last[1] = n;
    else ranges.push([n, n]);
  }
  const text = ranges.map(([a, b]) => (a === b ? `${a}` : `${a}-${b}`)).join(", ");
  return `${sorted.length === 1 ? "lap" : "laps"} ${text}`;
}
