import { epochUs } from "@pitwall/core";

const ISO = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?:[Zz]|([+-])(\d\d):?(\d\d))$/;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const daysIn = (year: number, month: number): number =>
  month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : DAYS[month - 1]!;

/** RFC 3339 text to microseconds since the epoch; NaN where it is none, or names no zone (it could be any hour). */
export function parseIsoUs(text: string): number {
  const m = ISO.exec(text);
  if (!m) return Number.NaN;
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((i) => Number(m[i])) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [zoneHour, zoneMinute] = [Number(m[9] ?? 0), Number(m[10] ?? 0)];
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return Number.NaN;
  if (hour > 23 || minute > 59 || second > 60 || zoneHour > 23 || zoneMinute > 59) return Number.NaN;
  const zone = (m[8] === "-" ? -60 : 60) * (zoneHour * 60 + zoneMinute);
  const us = Math.floor(Number((m[7] ?? "0").padEnd(9, "0")) / 1000);
  return epochUs(year, month, day, hour, minute, second, us) - zone * 1e6;
}

/** RFC 3339 with microseconds, in UTC. */
export function formatIsoUs(tUs: number): string {
  const ms = Math.floor(tUs / 1000);
  const us = Math.round(tUs - ms * 1000);
  return `${new Date(ms).toISOString().slice(0, -1)}${String(us).padStart(3, "0")}Z`;
}
