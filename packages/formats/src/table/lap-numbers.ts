import type { RecordedLap } from "@pitwall/core";

/**
 * Laps from a column that numbers them: a lap runs from the first row with its number to the first row with another.
 * What was already running at the first row, and what still runs at the last, is no whole lap.
 */
export class LapNumbers {
  readonly laps: RecordedLap[] = [];
  #number = Number.NaN;
  #startUs = Number.NaN;
  #first = true;

  /** NaN, or a negative number: outside of laps. */
  row(tUs: number, number: number): void {
    const inside = number >= 0;
    if (this.#first) {
      this.#first = false;
      this.#number = inside ? number : Number.NaN;
      return;
    }
    if (inside ? number === this.#number : Number.isNaN(this.#number)) return;
    if (!Number.isNaN(this.#number) && Number.isFinite(this.#startUs))
      this.laps.push({ number: this.#number, startUs: this.#startUs, endUs: tUs });
    this.#number = inside ? number : Number.NaN;
    this.#startUs = tUs;
  }
}
