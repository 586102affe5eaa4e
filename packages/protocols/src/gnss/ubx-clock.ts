import { US_PER_S } from "@pitwall/core";

const WEEK_MS = 604_800_000;

/**
 * UTC for messages that carry only the GPS time of week: the distance between the two is known from the last message
 * that carries both. It is a whole number of seconds, whatever the receiver's clock was off by at that epoch.
 */
export class UbxClock {
  /** Time of week (ms) and UTC (us) of the last message that had both, and the whole seconds between them (us). */
  readonly #state = new Float64Array([Number.NaN, Number.NaN, Number.NaN]);

  // The time of week is in row[at], the result goes to out[slot]: doubles passed by value are boxed.

  observe(row: Float64Array, at: number, tUs: Float64Array): void {
    const s = this.#state;
    s[0] = row[at]!;
    s[1] = tUs[0]!;
    s[2] = Math.round((tUs[0]! - row[at]! * 1000) / US_PER_S) * US_PER_S;
  }

  place(row: Float64Array, at: number, out: Float64Array, slot: number): void {
    const s = this.#state;
    const towMs = row[at]!;
    if (towMs === s[0]) {
      out[slot] = s[1]!;
      return;
    }
    const ahead = towMs - s[0]!;
    const week = ahead < -WEEK_MS / 2 ? 1 : ahead > WEEK_MS / 2 ? -1 : 0;
    out[slot] = s[2]! + (towMs + week * WEEK_MS) * 1000;
  }
}
