declare const brand: unique symbol;
export type Branded<T, B extends string> = T & { readonly [brand]: B };
/** Microseconds since the Unix epoch; integer, exact to 2^53 (year 2255). */
export type EpochUs = Branded<number, "EpochUs">;
/** Microseconds since a device booted; not comparable with EpochUs. */
export type BootUs = Branded<number, "BootUs">;

export const US_PER_S = 1e6;
export const US_PER_DAY = 86_400e6;

/**
 * Days since 1970-01-01 of a proleptic Gregorian date.
 * Howard Hinnant, "chrono-compatible low-level date algorithms", days_from_civil.
 */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** UTC calendar fields to microseconds since the epoch. A leap second (60) lands on the next second's start. */
export function epochUs(
  year: number,
  month: number,
  day: number,
  hour = 0,
  minute = 0,
  second = 0,
  us = 0,
): EpochUs {
  const s = daysFromCivil(year, month, day) * 86_400 + hour * 3600 + minute * 60;
  return Math.round((s + second) * US_PER_S + us) as EpochUs;
}

/** Calendar date of a day number since 1970-01-01: `daysFromCivil` turned round (civil_from_days of the same source). */
export function civilFromDays(days: number): {
  readonly year: number;
  readonly month: number;
  readonly day: number;
} {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1,
  };
}
