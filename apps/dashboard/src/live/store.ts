import { isDerived } from "@pitwall/core";
import { findGaps } from "./gaps.ts";
import { Series } from "./series.ts";

/** The series of one session: by channel, then by group (a channel can come from two sources). */
export class SampleStore {
  readonly session: string;
  readonly #byChannel = new Map<string, Series[]>();

  constructor(session: string) {
    this.session = session;
  }

  /** The channel's series: derived ones, then the others, in the order in which they were first seen. */
  of(channel: string): readonly Series[] {
    return this.#byChannel.get(channel) ?? [];
  }

  *all(): Iterable<Series> {
    for (const list of this.#byChannel.values()) yield* list;
  }

  series(channel: string, group: string, unit: string): Series {
    let list = this.#byChannel.get(channel);
    if (!list) {
      list = [];
      this.#byChannel.set(channel, list);
    }
    let found = list.find((s) => s.group === group);
    if (!found) {
      found = new Series(channel, group, unit);
      if (isDerived(group)) list.unshift(found);
      else list.push(found);
    }
    return found;
  }

  /**
   * The series to show for the first of `channels` that has anything to say: a preferred one that fell silent more
   * than 2 s before another yields to it.
   */
  best(channels: readonly string[]): Series | undefined {
    let best: Series | undefined;
    for (const channel of channels)
      for (const s of this.of(channel)) if (s.length > 0 && (!best || s.lastUs - best.lastUs > 2e6)) best = s;
    return best;
  }

  /** The connection was lost: rows may have been missed, and gaps may have been filled in the meantime. */
  interrupt(): void {
    for (const s of this.all()) {
      s.interrupt();
      const gaps = findGaps(s, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
      for (const [aUs, bUs] of gaps) s.distrust({ fromUs: aUs + 1, toUs: bUs - 1 });
    }
  }
}
