import { daysFromCivil, US_PER_DAY } from "@pitwall/core";
import { type Fields, OK, parseNumber, twoDigits } from "./nmea-fields.ts";

const ROLLOVER_DAYS = 1024 * 7;
const HALF_DAY_US = US_PER_DAY / 2;
/** Two-digit years below are 20yy: GPS time starts in 1980. */
const PIVOT_YEAR = 80;
const FIRST_YEAR = 1981;
const NO_DATE = -1;
const UNSET_DATE = -2;

/**
 * The date of a line on which only some sentences carry one. Between them it is carried on: a time of day that falls
 * back by more than half a day has crossed midnight, one that jumps ahead by as much comes late from the day before.
 */
export class Calendar {
  /** Day number since the epoch, and the time of day (us) it was last seen with; NaN before a date was seen. */
  readonly #state = new Float64Array([Number.NaN, Number.NaN]);
  readonly #scratch = new Float64Array(3);
  readonly #notBeforeDay: number;
  /** The last ddmmyy as one number, and its day. */
  #lastDdmmyy = -1;
  #lastDay = NO_DATE;

  /** Dates before `notBeforeDay` are moved ahead by 1024 weeks until they are not (GPS week rollover); NaN leaves all as they are. */
  constructor(notBeforeDay: number) {
    this.#notBeforeDay = notBeforeDay;
  }

  // Times of day come in `todUs[0]`: a double as an argument is boxed where the call is not inlined.

  /** Microseconds since the epoch of a time of day into `out[slot]`; NaN while no date is known. */
  place(todUs: Float64Array, out: Float64Array, slot: number): void {
    const ahead = todUs[0]! - this.#state[1]!;
    const day = this.#state[0]! + (ahead < -HALF_DAY_US ? 1 : ahead > HALF_DAY_US ? -1 : 0);
    out[slot] = day * US_PER_DAY + todUs[0]!;
  }

  /** A sentence with this time of day and no date went by. */
  pass(todUs: Float64Array): void {
    const ahead = todUs[0]! - this.#state[1]!;
    if (!(ahead <= HALF_DAY_US)) return;
    if (ahead < -HALF_DAY_US) this.#state[0]! += 1;
    this.#state[1] = todUs[0]!;
  }

  /** Takes a day number since the epoch. */
  set(day: number, todUs: Float64Array): void {
    let corrected = day;
    while (corrected < this.#notBeforeDay) corrected += ROLLOVER_DAYS;
    this.#state[0] = corrected;
    this.#state[1] = todUs[0]!;
  }

  /** Takes ddmmyy, or carries the date on where the field is empty; false where it is filled and is no date. */
  setFromDdmmyy(fields: Fields, at: number, todUs: Float64Array): boolean {
    const length = fields.length(at);
    if (length !== 6) {
      this.pass(todUs);
      return length === 0;
    }
    const b = fields.bytes;
    const p = fields.start(at);
    const yy = twoDigits(b, p + 4);
    const mm = twoDigits(b, p + 2);
    const dd = twoDigits(b, p);
    const key = (yy * 100 + mm) * 100 + dd;
    // the date changes once a day, the sentence comes many times a second
    if (key !== this.#lastDdmmyy) {
      this.#lastDdmmyy = key;
      this.#lastDay = dayOf(yy + (yy < PIVOT_YEAR ? 2000 : 1900), mm, dd);
    }
    return this.#take(this.#lastDay, todUs);
  }

  /** The same with day, month and year in three fields. */
  setFromFields(fields: Fields, at: number, todUs: Float64Array): boolean {
    if (fields.length(at) + fields.length(at + 1) + fields.length(at + 2) === 0) {
      this.pass(todUs);
      return true;
    }
    if (fields.count < at + 2) return false;
    const scratch = this.#scratch;
    for (let k = 0; k < 3; k++)
      if (parseNumber(fields.bytes, fields.start(at + k), fields.end(at + k), scratch, k) !== OK)
        return false;
    return this.#take(dayOf(scratch[2]!, scratch[1]!, scratch[0]!), todUs);
  }

  #take(day: number, todUs: Float64Array): boolean {
    if (day === NO_DATE) return false;
    if (day !== UNSET_DATE) this.set(day, todUs);
    return true;
  }
}

/** Day number since the epoch. */
function dayOf(year: number, month: number, day: number): number {
  if (!(year >= 1980 && year < 2100 && month >= 1 && month <= 12 && day >= 1)) return NO_DATE;
  const first = daysFromCivil(year, month, 1);
  const next = month === 12 ? first + 31 : daysFromCivil(year, month + 1, 1);
  if (first + day > next) return NO_DATE;
  // the first days of GPS time are what receivers write while they do not know the date
  return year < FIRST_YEAR ? UNSET_DATE : first + day - 1;
}
