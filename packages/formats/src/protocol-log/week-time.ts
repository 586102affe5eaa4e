import { US_PER_DAY } from "@pitwall/core";

const WEEK_US = 7 * US_PER_DAY;
/** 6 January 1980, from which weeks are counted. */
const GPS_EPOCH_US = 315_964_800e6;
/** Days (UTC) from which GPS time has been ahead of UTC by so many seconds (IERS Bulletin C). */
const AHEAD: readonly (readonly [fromUs: number, seconds: number])[] = [
  [Date.UTC(2017, 0, 1) * 1000, 18],
  [Date.UTC(2015, 6, 1) * 1000, 17],
  [Date.UTC(2012, 6, 1) * 1000, 16],
  [Date.UTC(2009, 0, 1) * 1000, 15],
  [Date.UTC(2006, 0, 1) * 1000, 14],
  [Number.NEGATIVE_INFINITY, 13],
];

/** UTC of the beginning of the week that brings a time of week (µs) next to a time in UTC. */
export function weekStartUs(towUs: number, nearUs: number): number {
  const ahead = AHEAD.find(([from]) => nearUs >= from)![1] * 1e6;
  const week = Math.round((nearUs + ahead - GPS_EPOCH_US - towUs) / WEEK_US);
  return GPS_EPOCH_US + week * WEEK_US - ahead;
}

/**
 * Times of the GPS week one after the other: they run on across the week's end. A jump of more than a day is a clock
 * that was set; what came before it belongs to no known time, and `run` counts those.
 */
export class WeekRun {
  run = 0;
  #weeks = 0;
  #last = Number.NaN;

  /** Running µs of a time of week in ms. */
  next(towMs: number): number {
    const ahead = towMs * 1000 - this.#last;
    if (ahead < US_PER_DAY - WEEK_US) this.#weeks++;
    else if (Math.abs(ahead) > US_PER_DAY) {
      this.run++;
      this.#weeks = 0;
    }
    this.#last = towMs * 1000;
    return this.#last + this.#weeks * WEEK_US;
  }
}
