import { US_PER_S } from "@pitwall/core";

/**
 * Times of a recording run on through a leap second. Where a text says second 60, its microseconds count into the next
 * day, and so do those of the second after it: everything behind is set a second later, so that what lies between two
 * samples is what went by, and laps keep their length. Such times are a second ahead of UTC from then on.
 */
export class LeapRun {
  #fromUs = Number.POSITIVE_INFINITY;

  /** Whether a leap second was seen. */
  get seen(): boolean {
    return this.#fromUs < Number.POSITIVE_INFINITY;
  }

  /** `sixty`: the text says second 60. Two leap seconds are never nearer than half a year: one recording has one. */
  next(tUs: number, sixty: boolean): number {
    if (sixty) this.#fromUs = Math.floor(tUs / US_PER_S) * US_PER_S;
    return !sixty && tUs >= this.#fromUs ? tUs + US_PER_S : tUs;
  }

  note(): string | undefined {
    return this.seen
      ? "a leap second is in this file; times after it are a second ahead of UTC, so that laps keep their length"
      : undefined;
  }
}
