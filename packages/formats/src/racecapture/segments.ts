import type { Group } from "@pitwall/core";

/** Median of few numbers. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? Number.NaN : sorted[Math.floor(sorted.length / 2)]!;
}

const MOST_PAIRS = 4096;

type Segment = { readonly fromUs: number; readonly shiftUs: number; readonly offsets: number[] };

/**
 * A logger's uptime made one running time, over restarts inside one file, and that mapped to UTC where rows tell both.
 * The offset of a segment is the median of what its rows say: single rows may carry a UTC of the second before.
 */
export class UptimeSegments {
  readonly #segments: Segment[] = [];
  #last = Number.NaN;
  #restarted = false;

  /** The next row comes from a new start of the logger. */
  restart(): void {
    this.#restarted = true;
  }

  /** The running time of a row, µs. `utcUs` is NaN or 0 where the row has none. */
  next(uptimeUs: number, utcUs: number): number {
    let segment = this.#segments.at(-1);
    if (!segment || this.#restarted || uptimeUs + segment.shiftUs < this.#last - 5e6) {
      this.#restarted = false;
      const fromUs = segment ? this.#last + 1e6 : uptimeUs;
      segment = { fromUs, shiftUs: fromUs - uptimeUs, offsets: [] };
      this.#segments.push(segment);
    }
    const us = uptimeUs + segment.shiftUs;
    if (!(us <= this.#last)) this.#last = us;
    if (utcUs > 0 && segment.offsets.length < MOST_PAIRS) segment.offsets.push(utcUs - us);
    return us;
  }

  get count(): number {
    return this.#segments.length;
  }

  /** Running time to UTC; undefined where no row of the file knew it. Segments without UTC of their own keep their distance to the one before. */
  toUtc(): ((us: number) => number) | undefined {
    const offsets = this.#segments.map((s) => median(s.offsets));
    const known = offsets.find((o) => !Number.isNaN(o));
    if (known === undefined) return undefined;
    let last = known;
    const settled = offsets.map((o) => {
      if (!Number.isNaN(o)) last = Math.round(o);
      return last;
    });
    return (us) => {
      let i = this.#segments.length - 1;
      while (i > 0 && us < this.#segments[i]!.fromUs) i--;
      return us + settled[i]!;
    };
  }
}

/** Moves the times of all groups; groups that share an axis keep sharing it. */
export function moveTimes(groups: readonly Group[], to: (us: number) => number): void {
  for (const tUs of new Set(groups.map((g) => g.tUs)))
    for (let i = 0; i < tUs.length; i++) tUs[i] = to(tUs[i]!);
}
