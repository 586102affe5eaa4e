import { epochUs } from "@pitwall/core";
import { LeapRun } from "./leap.ts";

/** As in ISO 8601, and as simple loggers write it: `2026-5-28T3:4:5Z`, `2026/05/28 13:34:00 UTC`. */
const ISO =
  /^\s*(\d{4})([-/])(\d\d?)\2(\d\d?)(?:T|\s+)(\d\d?):(\d\d?)(?::(\d\d?)(?:[.,](\d+))?)?\s*(Z|UTC|GMT|[-+]\d\d(?::?\d\d)?)?\s*$/i;

/** ISO 8601 date and time to µs since the Unix epoch, exact to the µs; without a zone it is UTC. NaN where it is none. */
export function isoUs(text: string): number {
  const m = ISO.exec(text);
  if (!m) return Number.NaN;
  const us = Math.round(Number(`0.${m[8] ?? "0"}`) * 1e6);
  const second = Number(m[7] ?? 0);
  const at = epochUs(Number(m[1]), Number(m[3]), Number(m[4]), Number(m[5]), Number(m[6]), second, us);
  const zone = m[9];
  if (zone === undefined || !/^[-+]/.test(zone)) return at;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(":", "") || 0);
  return at - (zone[0] === "-" ? -1 : 1) * minutes * 60e6;
}

/** Whether an ISO time says where its clock stood. */
export const namesZone = (text: string): boolean => /(?:Z|UTC|GMT|:\S*[-+]\d\d(?::?\d\d)?)\s*$/i.test(text);

/** The ISO times of one recording, which run on through a leap second. */
export class IsoClock {
  readonly leap = new LeapRun();
  /** As `isoUs`. */
  next(text: string): number {
    return this.leap.next(isoUs(text), text.includes(":60") && ISO.exec(text)?.[7] === "60");
  }
}

const two = (n: number): string => String(n).padStart(2, "0");

/** µs since the epoch as `2026-05-28T13:34:00.040Z`: at least milliseconds, more digits where they are not 0. */
export function isoText(tUs: number): string {
  const d = new Date(Math.floor(tUs / 1000));
  const date = `${String(d.getUTCFullYear()).padStart(4, "0")}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())}`;
  const us = tUs - Math.floor(tUs / 1e6) * 1e6;
  let fraction = String(us).padStart(6, "0");
  if (fraction.endsWith("000")) fraction = fraction.slice(0, 3);
  return `${date}T${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}.${fraction}Z`;
}
