/** Rows may be out of order by less than this; a longer way back, to about zero, is a new beginning. */
const BACK_US = 5e6;
const ZERO_US = 2e6;

/**
 * Times that begin anew with each lap or run of a table, made to run on: what begins anew follows the row before it at
 * the distance that row had to its own. One row that alone is far back is damage, and changes nothing.
 */
export class LapClock {
  #last = Number.NaN;
  #step = 0;
  #shift = 0;
  #before: { readonly last: number; readonly step: number; readonly shift: number } | undefined;
  #starts = 0;

  /** The running time of a row, µs. */
  next(us: number): number {
    if (Number.isNaN(us)) return us;
    const before = this.#before;
    this.#before = undefined;
    if (before && us >= before.last && us < before.last + BACK_US) {
      this.#starts--;
      [this.#last, this.#step, this.#shift] = [before.last, before.step, before.shift];
    }
    if (us < ZERO_US && us < this.#last - BACK_US) {
      this.#before = { last: this.#last, step: this.#step, shift: this.#shift };
      this.#shift += this.#last + this.#step - us;
      this.#starts++;
    } else if (us > this.#last) this.#step = us - this.#last;
    this.#last = us;
    return us + this.#shift;
  }

  note(): string | undefined {
    return this.#starts > 0 && !this.#before
      ? "times begin anew within the table; they are taken to run on from there"
      : undefined;
  }
}
