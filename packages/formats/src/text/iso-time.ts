import { epochUs } from "@pitwall/core";
import { LeapRun } from "./leap.ts";

const ISO = /^\s*(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?\s*(Z|[-+]\d\d(?::?\d\d)?)?\s*$/;

/** ISO 8601 date and time to µs since the Unix epoch, exact to the µs; without a zone it is UTC. NaN where it is none. */
export function isoUs(text: string): number {
  const m = ISO.exec(text);
  if (!m) return Number.NaN;
  const us = Math.round(Number(`0.${m[7] ?? "0"}`) * 1e6);
  const at = epochUs(Number(m[1]), Number(m[2]), Number(m[3]), Number(m[4]), Number(m[5]), Number(m[6]), us);
  const zone = m[8];
  if (zone === undefined || zone === "Z") return at;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(":", "") || 0);
  return at - (zone[0] === "-" ? -1 : 1) * minutes * 60e6;
}

/** The ISO times of one recording, which run on through a leap second. */
export class IsoClock {
  readonly leap = new LeapRun();
  /** As `isoUs`. */
  next(text: string): number {
    return this.leap.next(isoUs(text), text.includes(":60") && ISO.exec(text)?.[6] === "60");
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
