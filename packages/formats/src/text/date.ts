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

export const dayUs = (d: Day, seconds = 0): number => epochUs(d.year, d.month, d.day, 0, 0, seconds);
