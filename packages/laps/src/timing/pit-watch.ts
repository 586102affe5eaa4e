import type { PlacedLayout } from "../track/placed-layout.ts";
import { LineWatch } from "./line-watch.ts";
import type { OpenLap } from "./open-lap.ts";
import type { Progress } from "./progress.ts";
import type { Receiver } from "./receiver.ts";

const STANDING_MPS = 0.7;
/** Standing nearer to the way than this is standing on the track. */
const ON_TRACK_M = 6;

/** Notices the pits: by their gates where the layout has them, else by a long stop beside the way. */
export class PitWatch {
  inside = false;
  readonly #entry: LineWatch | undefined;
  readonly #exit: LineWatch | undefined;
  readonly #stopS: number;
  #standingS = 0;

  constructor(placed: PlacedLayout, stopS: number) {
    this.#entry = placed.pitEntry && new LineWatch(placed.pitEntry);
    this.#exit = placed.pitExit && new LineWatch(placed.pitExit);
    // a stage has no pits: who stops there loses time
    this.#stopS = placed.layout.closed ? stopS : Number.POSITIVE_INFINITY;
  }

  fix(r: Receiver, lap: OpenLap, progress: Progress, gap: boolean): void {
    const longBefore = this.#standingS >= this.#stopS;
    this.#standingS = r.paceMps < STANDING_MPS ? this.#standingS + (r.tS - r.beforeS) : 0;
    if (!this.#entry && !longBefore && this.#standingS >= this.#stopS) {
      const beside = !(progress.locked && Math.abs(progress.lateralM) < ON_TRACK_M);
      if (beside) {
        lap.stopM = lap.distanceM;
        lap.flag("pit");
      }
    }
    if (gap) {
      this.#entry?.restart(r);
      this.#exit?.restart(r);
      return;
    }
    if (this.#entry?.fix(r) === 1) {
      this.inside = true;
      lap.pitEntryM = lap.distanceM;
      lap.flag("pit");
    }
    if (this.#exit?.fix(r) === 1) {
      this.inside = false;
      lap.pitExitM = lap.distanceM;
      lap.flag("pit");
    }
  }
}
