import { type Gate, type Layout, middleOf, widthOf } from "@pitwall/laps";
import type { KnownTrack } from "@pitwall/server/archive";

const place = (gate: Gate): string =>
  middleOf(gate.ends)
    .map((d) => d.toFixed(6))
    .join(", ");
const heading = (gate: Gate): string =>
  `${String(Math.round((gate.course * 180) / Math.PI)).padStart(3, "0")}°`;

/** "Grand Prix, 4574 m, 3 sectors" */
export function layoutText(layout: Layout): string {
  const sectors = layout.splits.filter((s) => !s.minor).length + 1;
  return [
    layout.name,
    ...(layout.closed ? [] : ["stage"]),
    ...(layout.lengthM === undefined ? [] : [`${Math.round(layout.lengthM)} m`]),
    ...(sectors > 1 ? [`${sectors} sectors`] : []),
  ].join(", ");
}

/** A track in a line. */
export const trackLine = ({ track, origin }: KnownTrack, width: number): string =>
  `${origin.padEnd(8)}${track.name.padEnd(width)}  ${track.layouts.map(layoutText).join(" · ")}`;

const gateLine = (what: string, gate: Gate): string =>
  `    ${what.padEnd(11)}${place(gate)}   heading ${heading(gate)}   ${widthOf(gate).toFixed(0)} m wide`;

/** All of a track that people ask for. */
export function trackText({ track, origin, file }: KnownTrack): string {
  const lines = [track.name, `  ${origin === "own" ? `own, ${file}` : "starter library"}`];
  for (const key of ["country", "source", "licence"] as const)
    if (track[key] !== undefined) lines.push(`  ${key.padEnd(9)}${track[key]}`);
  for (const layout of track.layouts) {
    lines.push(`  ${layoutText(layout)}`, gateLine("start", layout.start));
    for (const split of layout.splits) lines.push(gateLine(split.name, split));
    for (const key of ["finish", "pitEntry", "pitExit"] as const)
      if (layout[key]) lines.push(gateLine(key, layout[key]));
    lines.push(
      layout.centreLine
        ? `    way round  ${layout.centreLine.length} points`
        : "    way round  not known: drives on it are not recognised by themselves",
    );
  }
  return `${lines.join("\n")}\n`;
}

/** What `pitwall tracks --json` and the interface say of a track. */
export const trackSummary = ({ track, origin, file }: KnownTrack) => ({
  name: track.name,
  origin,
  ...(file !== undefined && { file }),
  ...(track.country !== undefined && { country: track.country }),
  layouts: track.layouts.map((l) => ({
    name: l.name,
    closed: l.closed,
    lengthM: l.lengthM ?? null,
    splits: l.splits.length,
    start: middleOf(l.start.ends),
  })),
});
