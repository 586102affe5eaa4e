import { epochUs } from "@pitwall/core";

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

export type Day = { readonly year: number; readonly month: number; readonly day: number };

/** `05/06/2025` (day first unless that is impossible), `2025-06-05`, `Monday, May 5, 2025`, `5 May 2025`. */
export function parseDate(text: string): Day | undefined {
  const iso = /(\d{4})-(\d\d?)-(\d\d?)/.exec(text);
  if (iso) return checked(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const plain = /(\d\d?)[/.](\d\d?)[/.](\d{4}|\d\d)/.exec(text);
  if (plain) {
    const [a, b] = [Number(plain[1]), Number(plain[2])];
    const year = plain[3]!.length === 2 ? 2000 + Number(plain[3]) : Number(plain[3]);
    return b > 12 ? checked(year, a, b) : checked(year, b, a);
  }
  const month = MONTHS.findIndex((m) => new RegExp(`\\b${m}[a-z]*\\b`, "i").test(text)) + 1;
  const year = /\b(\d{4})\b/.exec(text);
  const day = /\b(\d\d?)\b/.exec(text.replace(/\d{4}/, ""));
  return month > 0 && year && day ? checked(Number(year[1]), month, Number(day[1])) : undefined;
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

const DATE_TIME =
  /^\s*(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d\d)[ T,]+(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*(?:([ap])\.?m\.?)?\s*$/i;

/** The parts of `28.05.2026 13:34:00.5`, `5/28/2026 1:34:00 PM`, in the order they stand. */
export function dateTimeParts(text: string): { first: number; second: number; half: boolean } | undefined {
  const m = DATE_TIME.exec(text);
  return m ? { first: Number(m[1]), second: Number(m[3]), half: m[9] !== undefined } : undefined;
}

/** Such a date and time to µs since the epoch, as UTC; NaN where it is none. */
export function dateTimeUs(text: string, order: "d/m/y" | "m/d/y"): number {
  const m = DATE_TIME.exec(text);
  if (!m) return Number.NaN;
  const [a, b] = [Number(m[1]), Number(m[3])];
  const year = m[4]!.length === 2 ? 2000 + Number(m[4]) : Number(m[4]);
  const day = order === "d/m/y" ? checked(year, b, a) : checked(year, a, b);
  if (!day) return Number.NaN;
  const half = m[9]?.toLowerCase();
  const hour = half === undefined ? Number(m[5]) : (Number(m[5]) % 12) + (half === "p" ? 12 : 0);
  const us = Math.round(Number(`0.${m[8] ?? "0"}`) * 1e6);
  return epochUs(day.year, day.month, day.day, hour, Number(m[6]), Number(m[7] ?? 0), us);
}

export const dayUs = (d: Day, seconds = 0): number => epochUs(d.year, d.month, d.day, 0, 0, seconds);
