import { lengthOf } from "../path.ts";
import type { Plane } from "../plane.ts";
import type { Trace } from "../trace.ts";
import { followTrail, loopOf } from "./loop.ts";
import { pathOf } from "./placed-layout.ts";
import { reverseLayout } from "./reverse.ts";
import { runsOn } from "./stage-runs.ts";
import { planeOfTrace } from "./suggest.ts";
import type { Layout, Point, Track } from "./track.ts";
import { type Trail, trailOf } from "./trail.ts";

export type DetectedTrack = {
  readonly track: Track;
  /** In the direction that was driven; ", reversed" is added to its name where that is not its own. */
  readonly layout: Layout;
  readonly reversed: boolean;
  /** Whether at least one whole lap of it was driven: only then is it certain which layout it is. */
  readonly complete: boolean;
  /** Share of the drive that is on the layout, and of the layout that was driven; 0 to 1. */
  readonly onTrack: number;
  readonly covered: number;
};

/** Off the line of a drawn centre by more than this is somewhere else. */
const ON_TRACK_M = 25;
const CELL_M = 25;
/** Paddock and pits are part of a session. */
const LEAST_ON_TRACK = 0.75;
const LEAST_COVERED = 0.93;
const SAME_LENGTH = 0.04;
/** The first lap of a drive is measured roughly where it closes. */
const ALIKE_LENGTH = 0.2;
const FAR_M = 5_000;
/** Before a lap is complete: so much of the drive on one track, and so far. */
const SURE_ON_TRACK = 0.95;
const SURE_M = 400;
/** More than the score of any circuit, or stage, differs: a circuit that fits goes before a stage on it. */
const CIRCUIT = 100;
const OWN = 1000;

/**
 * The track, layout and direction of a drive; undefined where none fits. A layout fits a complete drive when it covers
 * the drive, the drive covers it, and the drive's lap is as long as it is; a stage when it was driven from end to end,
 * and not as a part of laps: out of a stand, or with the way back on the same road. Before a whole lap is driven a track is named
 * only while a single one fits. Of tracks at the same place those of `own` go before those of `tracks`.
 */
export const detectTrack = (
  trace: Trace,
  tracks: readonly Track[],
  own: readonly Track[] = [],
): DetectedTrack | undefined => lookForTrack(trace, tracks, own).found;

/** The same, and whether more of the drive could show that it is on one of them. */
export function lookForTrack(
  trace: Trace,
  tracks: readonly Track[],
  own: readonly Track[] = [],
): { readonly found: DetectedTrack | undefined; readonly plausible: boolean } {
  const nothing = { found: undefined, plausible: false };
  const plane = planeOfTrace(trace);
  if (!plane) return nothing;
  const trail = trailOf(trace, plane, 8);
  if (trail.count < 10) return nothing;
  let plausible = false;
  const lapM = loopOf(trail)?.lengthM ?? Number.NaN;
  let best: (DetectedTrack & { score: number }) | undefined;
  const partial: DetectedTrack[] = [];
  for (const track of [...own, ...tracks])
    for (const given of track.layouts) {
      if (!given.centreLine || !isNear(given.centreLine, plane, trail)) continue;
      for (const reversed of [false, true]) {
        const layout = reversed ? { ...reverseLayout(given), name: `${given.name}, reversed` } : given;
        const fit = fitOf(layout, plane, trail);
        if (!fit) continue;
        plausible ||= fit.onTrack >= LEAST_ON_TRACK && !(Math.abs(lapM / fit.lengthM - 1) > ALIKE_LENGTH);
        const sameLength =
          Math.abs(lapM / fit.lengthM - 1) < SAME_LENGTH || (!layout.closed && Number.isNaN(lapM));
        const complete = sameLength && fit.covered >= LEAST_COVERED && fit.onTrack >= LEAST_ON_TRACK;
        const run = !layout.closed && isRun(layout, plane, trail);
        const found = {
          track,
          layout,
          reversed,
          complete: complete || run,
          onTrack: fit.onTrack,
          covered: fit.covered,
        };
        const mine = own.includes(track) ? OWN : 0;
        const kind = layout.closed ? CIRCUIT : fit.lengthM / FAR_M;
        const off = reversed ? (layout.closed ? 0.02 : CIRCUIT) : 0;
        const score = mine + kind + fit.onTrack * fit.covered - 0.002 * fit.rmsM - off;
        if (found.complete && score > (best?.score ?? Number.NEGATIVE_INFINITY)) best = { ...found, score };
        if (fit.onTrack >= SURE_ON_TRACK && fit.onTrackM > SURE_M) partial.push(found);
      }
    }
  if (best) {
    const { score, ...found } = best;
    return { found, plausible };
  }
  // a drive that closes a lap of another length is of another layout, known or not
  if (Number.isFinite(lapM) || partial.length === 0) return { found: undefined, plausible };
  const one = partial.every((p) => p.track === partial[0]!.track);
  return { found: one ? partial[0] : undefined, plausible };
}

function isRun(layout: Layout, plane: Plane, trail: Trail): boolean {
  const path = pathOf(layout.centreLine!, plane, false);
  if (!path) return false;
  const there = runsOn(path, trail);
  if (there.count === 0 || 2 * there.fromRest > there.count) return there.count > 0;
  const back = pathOf([...layout.centreLine!].reverse(), plane, false);
  return back !== undefined && runsOn(back, trail).count > 0;
}

type Fit = { onTrack: number; onTrackM: number; covered: number; rmsM: number; lengthM: number };

function fitOf(layout: Layout, plane: Plane, trail: Trail): Fit | undefined {
  const path = pathOf(layout.centreLine!, plane, layout.closed);
  if (!path) return undefined;
  const cells = new Uint8Array(Math.ceil(path.lengthM / CELL_M));
  let points = 0;
  let square = 0;
  let onTrackM = 0;
  let last = -2;
  followTrail(path, trail, (i, s, lateral, advance) => {
    if (Math.abs(lateral) > ON_TRACK_M || advance < 0) return;
    points++;
    square += lateral * lateral;
    cells[Math.min(cells.length - 1, Math.floor(s / CELL_M))] = 1;
    if (last === i - 1) onTrackM += trail.sM[i]! - trail.sM[i - 1]!;
    last = i;
  });
  if (points === 0) return undefined;
  let visited = 0;
  for (const c of cells) visited += c;
  return {
    onTrack: points / trail.count,
    onTrackM,
    covered: visited / cells.length,
    rmsM: Math.sqrt(square / points),
    lengthM: path.lengthM,
  };
}

function isNear(line: readonly Point[], plane: Plane, trail: Trail): boolean {
  const x = line.map((p) => plane.x(p[1]));
  const y = line.map((p) => plane.y(p[0]));
  const reach = Math.min(FAR_M, lengthOf(x, y, line.length, false));
  let near = Number.POSITIVE_INFINITY;
  for (let i = 0; i < x.length; i++) {
    const k = (i * 7) % trail.count;
    near = Math.min(near, Math.hypot(x[i]! - trail.x[k]!, y[i]! - trail.y[k]!));
  }
  return near < reach;
}
