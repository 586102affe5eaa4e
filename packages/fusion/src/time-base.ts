/** A jump past this, either way, is another clock or a long pause. */
const JUMP_S = 10;
/** One strange stamp is a mistake; this many that agree are the truth. */
const AGREE = 3;

/** Whole microseconds are exact up to here. */
const MOST_US = 9e15;

/** Microseconds to seconds since the first sample, and jumps of the clock. */
export class TimeBase {
  /** Newest time, s. */
  latestS = Number.NaN;
  /** Set by `seconds` when the clock jumped for good. */
  restarted = false;
  #baseUs = Number.NaN;
  #strangeS = Number.NaN;
  #strange = 0;

  get baseUs(): number {
    return this.#baseUs;
  }

  /** NaN for a stamp that is no time, or that jumps. */
  seconds(tUs: number): number {
    this.restarted = false;
    const now = (tUs - this.#baseUs) * 1e-6;
    const step = now - this.latestS;
    if (step >= 0 && step <= JUMP_S) {
      this.latestS = now;
      this.#strange = 0;
      return now;
    }
    return this.#outOfOrder(tUs);
  }

  /** The first stamp, one of the past, or one that jumps. */
  #outOfOrder(tUs: number): number {
    if (!(Math.abs(tUs) < MOST_US)) return Number.NaN;
    if (Number.isNaN(this.#baseUs)) this.#baseUs = tUs;
    const tS = (tUs - this.#baseUs) * 1e-6;
    if (Number.isNaN(this.latestS)) this.latestS = tS;
    if (Math.abs(tS - this.latestS) <= JUMP_S) {
      this.#strange = 0;
      return tS;
    }
    this.#strange = Math.abs(tS - this.#strangeS) <= JUMP_S ? this.#strange + 1 : 1;
    this.#strangeS = tS;
    if (this.#strange < AGREE) return Number.NaN;
    this.#strange = 0;
    // the new clock starts at zero: reference and history count on times that are not negative
    this.#baseUs = tUs;
    this.latestS = 0;
    this.restarted = true;
    return 0;
  }
}
