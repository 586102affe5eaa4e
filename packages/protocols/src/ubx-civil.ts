import { civilFromDays, daysFromCivil, type Layout, US_PER_DAY, US_PER_S } from "@pitwall/core";

const DATE_AND_TIME = 3;
/** UTC is this much behind GPS time since 2017; used only to write a time of week where none is given. */
const LEAP_S = 18;
const GPS_EPOCH_US = daysFromCivil(1980, 1, 6) * US_PER_DAY;
const WEEK_US = 7 * US_PER_DAY;

/** The calendar fields of a position message, read and written where its layout has them. */
export class CivilFields {
  readonly #date: number;
  readonly #time: number;
  readonly #valid: number;
  readonly #nano: number;
  /** The date read last as one number, and its first microsecond: it changes once a day. */
  #dateKey = -1;
  readonly #day = new Float64Array(1);

  constructor(layout: Layout) {
    const offset = (name: string) => layout.fields.find((f) => f.name === name)!.offset;
    this.#date = offset("_year");
    this.#time = offset("_hour");
    this.#valid = offset("valid");
    this.#nano = offset("_nano");
  }

  /** UTC (us) of the payload at `at` into out[0]; NaN while the receiver does not know date and time. */
  read(view: DataView, at: number, out: Float64Array): void {
    out[0] = Number.NaN;
    if ((view.getUint8(at + this.#valid) & DATE_AND_TIME) !== DATE_AND_TIME) return;
    const year = view.getUint16(at + this.#date, true);
    const month = view.getUint8(at + this.#date + 2);
    const day = view.getUint8(at + this.#date + 3);
    const hour = view.getUint8(at + this.#time);
    const minute = view.getUint8(at + this.#time + 1);
    const second = view.getUint8(at + this.#time + 2);
    if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return;
    const key = (year * 16 + month) * 32 + day;
    if (key !== this.#dateKey) {
      this.#dateKey = key;
      this.#day[0] = daysFromCivil(year, month, day) * US_PER_DAY;
    }
    const nano = view.getInt32(at + this.#nano, true);
    out[0] = this.#day[0]! + ((hour * 60 + minute) * 60 + second) * US_PER_S + Math.round(nano / 1000);
  }

  /** The fraction is rounded to the nearest second's, so that it may be negative as the receivers have it. */
  write(view: DataView, at: number, tUs: number): void {
    const seconds = Math.round(tUs / US_PER_S);
    const day = Math.floor(seconds / 86_400);
    const rest = seconds - day * 86_400;
    const date = civilFromDays(day);
    view.setUint16(at + this.#date, date.year, true);
    view.setUint8(at + this.#date + 2, date.month);
    view.setUint8(at + this.#date + 3, date.day);
    view.setUint8(at + this.#time, Math.floor(rest / 3600));
    view.setUint8(at + this.#time + 1, Math.floor(rest / 60) % 60);
    view.setUint8(at + this.#time + 2, rest % 60);
    view.setInt32(at + this.#nano, Math.round(tUs - seconds * US_PER_S) * 1000, true);
  }
}

/** GPS time of week, ms, of a UTC time, with the leap seconds of today. */
export function timeOfWeekMs(tUs: number): number {
  const gps = tUs - GPS_EPOCH_US + LEAP_S * US_PER_S;
  return Math.round((gps - Math.floor(gps / WEEK_US) * WEEK_US) / 1000) % 604_800_000;
}
