import { epochUs } from "@pitwall/core";
import { monthOf } from "./months.table.ts";

export type Day = { readonly year: number; readonly month: number; readonly day: number };

const yearOf = (digits: string): number => (digits.length === 2 ? 2000 + Number(digits) : Number(digits));

/**
 * `05/06/2025` (day first unless that is impossible), `2025-06-05`, `2025/06/05`, `Monday, May 5, 2025`, `5. Mai 2025`,
 * `3-Sep-25`; as bare digits `20250605`, and `250605` with the year first unless that is impossible.
 */
export function parseDate(text: string): Day | undefined {
  const bare = /^(\d{4}|\d\d)(\d\d)(\d\d)$/.exec(text.trim());
  if (bare)
    return (
      checked(yearOf(bare[1]!), Number(bare[2]), Number(bare[3])) ??
      (bare[1]!.length === 2 ? checked(yearOf(bare[3]!), Number(bare[2]), Number(bare[1])) : undefined)
    );
  const iso = /(\d{4})([-/.])(\d\d?)\2(\d\d?)(?!\d)/.exec(text);
  if (iso) return checked(Number(iso[1]), Number(iso[3]), Number(iso[4]));
  const plain = /(\d\d?)[/.](\d\d?)[/.](\d{4}|\d\d)/.exec(text);
  if (plain) {
    const [a, b] = [Number(plain[1]), Number(plain[2])];
    const year = yearOf(plain[3]!);
    return b > 12 ? checked(year, a, b) : checked(year, b, a);
  }
  const short = /(?<!\d)(\d\d?)-(\p{L}{3,}\.?)-(\d{4}|\d\d)(?!\d)/u.exec(text);
  if (short) return checked(yearOf(short[3]!), monthOf(short[2]!) ?? 0, Number(short[1]));
  const month = (text.match(/\p{L}{3,}/gu) ?? []).flatMap((word) => monthOf(word) ?? [])[0];
  const year = /\b(\d{4})\b/.exec(text);
  const day = /\b(\d\d?)\b/.exec(text.replace(/\d{4}/, ""));
  return month && year && day ? checked(Number(year[1]), month, Number(day[1])) : undefined;
}

const checked = (year: number, month: number, day: number): Day | undefined =>
  month >= 1 && month <= 12 && day >= 1 && day <= 31 ? { year, month, day } : undefined;

/** `14:03:22.5`, `2:03 PM`; seconds of the day. */
export function parseClock(text: string): number | undefined {
  const m = /(\d\d?):(\d\d)(?::(\d\d(?:\.\d+)?))?\s*([ap])?\.?m?/i.exec(text);
  if (!m) return undefined;
  let hour = Number(m[1]);
  const half = m[4]?.toLowerCase();
  if (half === "p" && hour < 12) hour += 12;
  if (half === "a" && hour === 12) hour = 0;
  return hour * 3600 + Number(m[2]) * 60 + Number(m[3] ?? 0);
}

const TIME_OF_DAY = /[ T,]+(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*(?:([ap])\.?m\.?)?\s*$/i;
const NUMBERS = /^\s*(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d\d)$/;
/** What says its order itself: `2026/05/28`, `28-May-2026`, `28 May 2026`, `May 28, 2026`. */
const YEAR_FIRST = /^\s*(\d{4})[/.](\d\d?)[/.](\d\d?)$/;
const NAMED = /^\s*(?:(\d\d?)\.?[ -](\p{L}{3,}\.?)[ -](\d{4}|\d\d)|(\p{L}{3,}\.?) (\d\d?),? (\d{4}))$/u;

type Parts = {
  /** The numbers of the day and the month in the order they stand; undefined where the text says which is which. */
  readonly open: readonly [number, number] | undefined;
  readonly day: Day | undefined;
  readonly year: number;
  readonly half: string | undefined;
  readonly dayOfUs: number;
};

function partsOf(text: string): Parts | undefined {
  const time = TIME_OF_DAY.exec(text);
  if (!time) return undefined;
  const half = time[5]?.toLowerCase();
  const hour = half === undefined ? Number(time[1]) : (Number(time[1]) % 12) + (half === "p" ? 12 : 0);
  const us = Math.round(Number(`0.${time[4] ?? "0"}`) * 1e6);
  const dayOfUs = ((hour * 60 + Number(time[2])) * 60 + Number(time[3] ?? 0)) * 1e6 + us;
  const date = text.slice(0, time.index);
  const numbers = NUMBERS.exec(date);
  if (numbers) {
    const open = [Number(numbers[1]), Number(numbers[3])] as const;
    return { open, day: undefined, year: yearOf(numbers[4]!), half, dayOfUs };
  }
  if (!YEAR_FIRST.test(date) && !NAMED.test(date)) return undefined;
  const day = parseDate(date.replace(/^\s*(\d\d?)\.? (\p{L}+\.?) (\d\d)$/u, "$1-$2-$3"));
  return day && { open: undefined, day, year: day.year, half, dayOfUs };
}

/** The parts of `28.05.2026 13:34:00.5`, `5/28/2026 1:34:00 PM`, in the order they stand; `28-May-2026 13:34:00` has its own. */
export function dateTimeParts(
  text: string,
): { open: readonly [first: number, second: number] | undefined; half: boolean } | undefined {
  const parts = partsOf(text);
  return parts && { open: parts.open, half: parts.half !== undefined };
}

/** Such a date and time to µs since the epoch, as UTC; NaN where it is none. `order` is that of two numbers. */
export function dateTimeUs(text: string, order: "d/m/y" | "m/d/y"): number {
  const parts = partsOf(text);
  if (!parts) return Number.NaN;
  const [a, b] = parts.open ?? [0, 0];
  const day = parts.day ?? (order === "d/m/y" ? checked(parts.year, b, a) : checked(parts.year, a, b));
  return day ? dayUs(day) + parts.dayOfUs : Number.NaN;
}

export const dayUs = (d: Day, seconds = 0): number => epochUs(d.year, d.month, d.day, 0, 0, seconds);
