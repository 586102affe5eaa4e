import type { Path } from "../path.ts";
import { followTrail } from "./loop.ts";
import type { Trail } from "./trail.ts";

/** Ends of a stage: its first and last so much, m, and no more than this share of it. */
const END_M = 60;
const END_SHARE = 0.15;
const LEAST_SEEN = 0.8;
const BACK_M = 50;
/** A drawn way and the one driven are no further apart, m. */
const WIDEST_M = 25;
/** So long for a step of the trail, or no fixes: it stood. */
const REST_S = 10;

export type StageRuns = {
  readonly count: number;
  /** Of those, the ones before which the vehicle stood. */
  readonly fromRest: number;
};

/** How often a drive went from one end of a way to the other. */
export function runsOn(path: Path, trail: Trail): StageRuns {
  const endM = Math.min(END_M, END_SHARE * path.lengthM);
  let count = 0;
  let fromRest = 0;
  let running = false;
  let rested = false;
  let seenM = 0;
  let before = Number.NaN;
  let last = 0;
  followTrail(path, trail, (i, s, lateral, advance) => {
    if (Math.abs(lateral) > WIDEST_M) return;
    for (let k = last + 1; k <= i; k++)
      if (trail.afterGap[k] === 1 || trail.tS[k]! - trail.tS[k - 1]! > REST_S) rested = true;
    last = i;
    if (s < endM) {
      running = true;
      seenM = 0;
    } else if (s < before - BACK_M) running = false;
    else if (advance > 0) seenM += advance;
    before = s;
    if (!running || s < path.lengthM - endM) return;
    running = false;
    if (seenM < LEAST_SEEN * (path.lengthM - 2 * endM)) return;
    count++;
    if (rested) fromRest++;
    rested = false;
  });
  return { count, fromRest };
}
