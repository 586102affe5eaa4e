import type { Path } from "../path.ts";
import { type PlacedLayout, placeOnPath } from "../track/placed-layout.ts";
import { LineWatch } from "./line-watch.ts";
import type { OpenLap } from "./open-lap.ts";
import type { Progress } from "./progress.ts";
import type { Receiver } from "./receiver.ts";

/** A split counts where it is due, give or take this share of the lap. */
const DUE_SHARE = 0.15;

/** Watches the lines within the lap. Allocates nothing. */
export class SplitWatch {
  readonly lines: readonly LineWatch[];
  readonly #atM: Float64Array;
  readonly #seen: Uint8Array;

  constructor(placed: PlacedLayout) {
    this.lines = placed.splits.map((s) => new LineWatch(s));
    this.#atM = new Float64Array(this.lines.length).fill(Number.NaN);
    this.#seen = new Uint8Array(this.lines.length);
  }

  use(path: Path | undefined): void {
    for (let k = 0; k < this.lines.length; k++)
      this.#atM[k] = path ? placeOnPath(path, this.lines[k]!.gate) : Number.NaN;
  }

  restart(r: Receiver): void {
    for (const line of this.lines) line.restart(r);
  }

  /** Looks at all lines for the newest fix; which were crossed is kept for `take`. */
  fix(r: Receiver): void {
    for (let k = 0; k < this.lines.length; k++) this.#seen[k] = this.lines[k]!.fix(r) === 1 ? 1 : 0;
  }

  /** Gives the next line crossed with this fix that is due on `lap`, before or from the moment `atS` on; -1 for no more. */
  take(lap: OpenLap, p: Progress, atS: number, before: boolean): number {
    for (let k = 0; k < this.lines.length; k++) {
      if (this.#seen[k] === 0) continue;
      const { tS } = this.lines[k]!.crossing;
      if (tS < atS !== before) continue;
      this.#seen[k] = 0;
      if (this.#isDue(k, p) && lap.split(k, tS)) return k;
    }
    return -1;
  }

  #isDue(k: number, p: Progress): boolean {
    const { path } = p;
    const at = this.#atM[k]!;
    if (!path || !p.known || !p.locked || Number.isNaN(at)) return true;
    const off = Math.abs(p.m - at);
    return Math.min(off, Math.abs(off - path.lengthM)) <= DUE_SHARE * path.lengthM;
  }
}
