import type { RecordedLap } from "@pitwall/core";
import { Plane } from "../plane.ts";
import type { Trace } from "../trace.ts";
import { gateAcross } from "./placed-gate.ts";
import type { Gate } from "./track.ts";

/** Transitions further than this from the others are not of the same line. */
const SAME_LINE_M = 50;
const WIDTH_M = 40;
/** So near to the recording's ends a lap's end is where the file ends. */
const EDGE_US = 50_000;

/**
 * The start line of a file that numbers its laps without saying where they begin: where the vehicle was, and its
 * course, at the changes of lap. Undefined where no change lies inside the recording.
 */
export function gateFromLaps(laps: readonly RecordedLap[], trace: Trace): Gate | undefined {
  if (trace.length < 2) return undefined;
  const times = new Set<number>();
  for (const lap of laps) for (const t of [lap.startUs, lap.endUs]) times.add(t);
  const first = trace.tUs[0]! + EDGE_US;
  const last = trace.tUs[trace.length - 1]! - EDGE_US;
  const places: { lat: number; lon: number; east: number; north: number }[] = [];
  for (const t of times) if (t > first && t < last) places.push(placeAt(trace, t));
  if (places.length === 0) return undefined;
  const middle = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;
  const plane = new Plane(middle(places.map((p) => p.lat)), middle(places.map((p) => p.lon)));
  const near = places.filter((p) => Math.hypot(plane.x(p.lon), plane.y(p.lat)) < SAME_LINE_M);
  const mean = (of: (p: (typeof near)[number]) => number) =>
    near.reduce((sum, p) => sum + of(p), 0) / near.length;
  const course = Math.atan2(
    mean((p) => p.east),
    mean((p) => p.north),
  );
  return gateAcross(
    "start",
    plane.lat(mean((p) => plane.y(p.lat))),
    plane.lon(mean((p) => plane.x(p.lon))),
    course,
    WIDTH_M,
  );
}

function placeAt(trace: Trace, tUs: number): { lat: number; lon: number; east: number; north: number } {
  let low = 0;
  let high = trace.length - 1;
  while (high - low > 1) {
    const mid = (low + high) >> 1;
    if (trace.tUs[mid]! <= tUs) low = mid;
    else high = mid;
  }
  const f = (tUs - trace.tUs[low]!) / (trace.tUs[high]! - trace.tUs[low]!);
  const between = (v: Float64Array) => v[low]! + f * (v[high]! - v[low]!);
  // the direction over a dozen metres, which noise and held values do not turn
  let a = low;
  let b = high;
  const plane = new Plane(trace.latDeg[low]!, trace.lonDeg[low]!);
  const away = (i: number) => Math.hypot(plane.x(trace.lonDeg[i]!), plane.y(trace.latDeg[i]!));
  while (a > 0 && away(a) < 6) a--;
  while (b < trace.length - 1 && away(b) < 6) b++;
  const east = plane.x(trace.lonDeg[b]!) - plane.x(trace.lonDeg[a]!);
  const north = plane.y(trace.latDeg[b]!) - plane.y(trace.latDeg[a]!);
  const d = Math.hypot(east, north) || 1;
  return { lat: between(trace.latDeg), lon: between(trace.lonDeg), east: east / d, north: north / d };
}
