import { isDeepStrictEqual } from "node:util";
import type { Gate, Layout } from "@pitwall/laps";
import type { Timing } from "@pitwall/store";
import type { DataFolder } from "../data-folder.ts";

const REVERSED = /, reversed$/;

/** Sessions whose laps are those of a track as it was before: it was changed or deleted since. */
export function outdatedSessions(data: DataFolder): string[] {
  const { laps } = data.catalogue;
  const tracks = new Map(data.tracks.all().map(({ track }) => [track.name, track]));
  const found: string[] = [];
  for (const [session, { track, layout }] of laps.summaries()) {
    if (track === null) continue;
    const now = tracks
      .get(track)
      ?.layouts.find((l) => l.name === layout || l.name === layout?.replace(REVERSED, ""));
    if (!now || !sameGates(now, laps.of(session)!)) found.push(session);
  }
  return found;
}

/** The direction does not matter: driven against it, gates are passed the other way round. */
function sameGates(layout: Layout, timing: Timing): boolean {
  const ends = (gates: readonly Pick<Gate, "ends">[]) => gates.map((g) => g.ends.join()).sort();
  const lines = timing.gates.filter((g) => g.kind !== "split");
  const splits = timing.gates.filter((g) => g.kind === "split");
  const sameLines = isDeepStrictEqual(
    ends(lines),
    ends([layout.start, ...(layout.finish && !layout.closed ? [layout.finish] : [])]),
  );
  // without splits of its own the lap was divided into thirds
  return sameLines && (layout.splits.length === 0 || isDeepStrictEqual(ends(splits), ends(layout.splits)));
}
