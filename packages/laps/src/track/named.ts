import { LapsError } from "../errors.ts";
import type { Layout, Track } from "./track.ts";

/** A track by its name, or by a part of it that only one has; upper and lower case are the same. Throws LapsError "missing". */
export function trackNamed(tracks: readonly Track[], name: string): Track {
  const wanted = name.trim().toLowerCase();
  const named = tracks.filter((t) => t.name.toLowerCase().includes(wanted));
  const found =
    named.find((t) => t.name.toLowerCase() === wanted) ?? (named.length === 1 ? named[0] : undefined);
  if (found) return found;
  throw new LapsError(
    "missing",
    "track",
    named.length === 0
      ? `no track named "${name}"`
      : `"${name}" could be ${named.map((t) => t.name).join(", ")}`,
  );
}

/** A layout by its name; the only one where none is named. Throws LapsError "missing". */
export function layoutNamed(track: Track, name?: string): Layout {
  const names = track.layouts.map((l) => l.name).join(", ");
  if (name === undefined) {
    if (track.layouts.length === 1) return track.layouts[0]!;
    throw new LapsError("missing", track.name, `say which layout: ${names}`);
  }
  const found = track.layouts.find((l) => l.name.toLowerCase() === name.toLowerCase());
  if (!found) throw new LapsError("missing", track.name, `no layout "${name}"; it has ${names}`);
  return found;
}

/** The track with that layout in place of the one of the same name, or added. */
export const withLayout = (track: Track, layout: Layout): Track => ({
  ...track,
  layouts: track.layouts.some((l) => l.name === layout.name)
    ? track.layouts.map((l) => (l.name === layout.name ? layout : l))
    : [...track.layouts, layout],
});
