import type { RecordedLap } from "@pitwall/core";

/**
 * Times of the beacons in the XML file that MoTeC's programs keep beside a log: `<Marker ClassName="BCN" Time="…"/>`,
 * microseconds since the log's start. Ascending; what is no number is left out.
 */
export function beaconsOf(ldx: string): number[] {
  const times: number[] = [];
  for (const [, tag] of ldx.matchAll(/<Marker\s([^>]*)>/g)) {
    const attribute = (name: string) => new RegExp(`\\b${name}\\s*=\\s*["']([^"']*)["']`).exec(tag!)?.[1];
    const time = Number(attribute("Time") ?? "");
    if (attribute("ClassName") === "BCN" && attribute("Time") !== "" && Number.isFinite(time))
      times.push(Math.round(time));
  }
  return [...new Set(times)].sort((a, b) => a - b);
}

/** Whole laps lie between beacons; they are counted from 1. */
export const lapsBetween = (beaconsUs: readonly number[], baseUs: number): RecordedLap[] =>
  beaconsUs
    .slice(1)
    .map((end, i) => ({ number: i + 1, startUs: baseUs + beaconsUs[i]!, endUs: baseUs + end }));
