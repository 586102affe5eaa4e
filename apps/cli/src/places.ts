import type { Ends, Point } from "@pitwall/laps";
import { UsageError } from "./command.ts";

const numbers = (text: string): number[] =>
  text.split(",").map((t) => (t.trim() === "" ? Number.NaN : Number(t)));
const onEarth = (lat: number, lon: number): boolean => Math.abs(lat) <= 90 && Math.abs(lon) <= 180;

/** Two places, `LAT,LON,LAT,LON`. Throws UsageError. */
export function endsOf(option: string, text: string): Ends {
  const n = numbers(text);
  if (n.length !== 4 || !onEarth(n[0]!, n[1]!) || !onEarth(n[2]!, n[3]!))
    throw new UsageError(`--${option} takes LAT,LON,LAT,LON in degrees, not "${text}"`);
  return [n[0]!, n[1]!, n[2]!, n[3]!];
}

/** One place, `LAT,LON`. Throws UsageError. */
export function placeOf(option: string, text: string): Point {
  const n = numbers(text);
  if (n.length !== 2 || !onEarth(n[0]!, n[1]!))
    throw new UsageError(`--${option} takes LAT,LON in degrees, not "${text}"`);
  return [n[0]!, n[1]!];
}
