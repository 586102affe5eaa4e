import { epochUs, US_PER_DAY, US_PER_S } from "@pitwall/core";
import { LeapRun } from "./leap.ts";

const HALF_DAY_US = US_PER_DAY / 2;

/** HHMMSS.sss as a number to µs of the day; NaN where it is none. */
export function dayTimeUs(hhmmss: number): number {
  const us = Math.round(hhmmss * 1e6);
  const h = Math.floor(us / 1e10);
  const m = Math.floor(us / 1e8) % 100;
  const rest = us % 1e8;
  return h < 24 && m < 60 && rest < 61e6 ? (h * 60 + m) * 60e6 + rest : Number.NaN;
}

/** Times of day without a date, made to run on across midnight, and across a leap second at the day's end. */
export class DayClock {
  #days = 0;
  #last = Number.NaN;
  readonly leap = new LeapRun();
  /** µs since the first day's midnight; a step back of less than half a day stays one. `sixty`: within a leap second. */
  next(dayUs: number, sixty = dayUs >= US_PER_DAY && dayUs < US_PER_DAY + US_PER_S): number {
    if (dayUs - this.#last < -HALF_DAY_US) this.#days++;
    const behind = dayUs - this.#last > HALF_DAY_US && this.#days > 0;
    if (!behind) this.#last = dayUs;
    return this.leap.next(dayUs + (this.#days - (behind ? 1 : 0)) * US_PER_DAY, sixty);
  }
}

/**
 * The midnight (µs since the epoch) of a file's first sample: the day that the file names, or a neighbour where that
 * brings the sample within half a day of when the file was made (its clock may show another time zone).
 */
export function firstMidnightUs(
  day: { readonly year: number; readonly month: number; readonly day: number },
  createdS: number | undefined,
  firstDayUs: number,
): number {
  const midnight = epochUs(day.year, day.month, day.day);
  if (createdS === undefined) return midnight;
  const ahead = firstDayUs - createdS * 1e6;
  return midnight + (ahead > HALF_DAY_US ? -US_PER_DAY : ahead < -HALF_DAY_US ? US_PER_DAY : 0);
}

/** `YYYY-MM-DD`. */
export function parseDay(text: string | undefined): { year: number; month: number; day: number } | undefined {
  const m = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text ?? "");
  return m ? { year: Number(m[1]), month: Number(m[2]), day: Number(m[3]) } : undefined;
}
