import type { Column, Group, Recording } from "@pitwall/core";
import { Plane } from "../plane.ts";
import { columnOf, type Trace, traceOf } from "../trace.ts";

/** A slope is taken over this much time to either side, and at least one fix; twice as often where velocities are missing. */
const REACH_S = 0.2;
const POSITION_REACH_S = 0.5;
/** Times are rounded: a fix this little too far still counts, so that as many do on either side. */
const JITTER_S = 0.002;
/** No slope is taken over more time than this between two fixes. */
const GAP_S = 2.5;
/** Slower than this a direction is noise, m/s. */
const SLOWEST_MPS = 1;

const LONG = {
  name: "vehicle.aLong",
  unit: "m/s^2",
  doc: "forward, from the speed and course of the fixes",
} as const;
const LAT = {
  name: "vehicle.aLat",
  unit: "m/s^2",
  doc: "to the left, from the speed and course of the fixes",
} as const;

export type WithAccelerations = {
  readonly recording: Recording;
  /** Ids of the channels that were made, none where the recording has its own. */
  readonly made: readonly string[];
};

/**
 * Adds `vehicle.aLong` and `vehicle.aLat` (m/s^2, forward and to the left) where a recording has none: the change of the
 * fixes' velocity, a least-squares slope over 0.2 s to either side, along its course and across it. Velocities that a
 * receiver does not give come from the positions in the same way. The change of height is not felt, and neither is a
 * banked corner, so that both are what a plane would show.
 */
export function withAccelerations(recording: Recording): WithAccelerations {
  const missing = [LONG, LAT].filter(
    (f) => !recording.groups.some((g) => columnOf(g, f.name)?.some(Number.isFinite)),
  );
  const trace = missing.length > 0 ? traceOf(recording) : undefined;
  if (!trace || trace.length < 3) return { recording, made: [] };
  const { long, lat } = accelerationsOf(trace);
  const columns = missing.map((field): Column => ({ field, values: field === LONG ? long : lat }));
  const group: Group = { name: "derived", tUs: trace.tUs, columns };
  return {
    recording: { ...recording, groups: [...recording.groups, group] },
    made: missing.map((f) => f.name),
  };
}

function accelerationsOf(trace: Trace): { long: Float64Array; lat: Float64Array } {
  const tS = trace.tUs.map((t) => (t - trace.tUs[0]!) / 1e6);
  const { east, north } = velocitiesOf(trace, tS);
  const stated = trace.speedMps.some(Number.isFinite) && trace.courseRad.some(Number.isFinite);
  const reach = stated ? REACH_S : POSITION_REACH_S;
  const aEast = slopes(tS, east, reach);
  const aNorth = slopes(tS, north, reach);
  const long = new Float64Array(trace.length).fill(Number.NaN);
  const lat = new Float64Array(trace.length).fill(Number.NaN);
  for (let i = 0; i < trace.length; i++) {
    const v = Math.hypot(east[i]!, north[i]!);
    if (!(v >= SLOWEST_MPS)) continue;
    long[i] = (aEast[i]! * east[i]! + aNorth[i]! * north[i]!) / v;
    lat[i] = (aNorth[i]! * east[i]! - aEast[i]! * north[i]!) / v;
  }
  return { long, lat };
}

/** East and north, m/s: as the receiver says, else from the positions. */
function velocitiesOf(trace: Trace, tS: Float64Array): { east: Float64Array; north: Float64Array } {
  const { speedMps, courseRad } = trace;
  const plane = new Plane(trace.latDeg[0]!, trace.lonDeg[0]!);
  const complete = (v: Float64Array) => v.some(Number.isFinite);
  const east = new Float64Array(trace.length);
  const north = new Float64Array(trace.length);
  const made = !(complete(speedMps) && complete(courseRad));
  const dx = made
    ? slopes(
        tS,
        trace.lonDeg.map((d) => plane.x(d)),
        POSITION_REACH_S,
      )
    : east;
  const dy = made
    ? slopes(
        tS,
        trace.latDeg.map((d) => plane.y(d)),
        POSITION_REACH_S,
      )
    : north;
  for (let i = 0; i < trace.length; i++) {
    const course = complete(courseRad) ? courseRad[i]! : Math.atan2(dx[i]!, dy[i]!);
    const speed = complete(speedMps) ? speedMps[i]! : Math.hypot(dx[i]!, dy[i]!);
    east[i] = speed * Math.sin(course);
    north[i] = speed * Math.cos(course);
  }
  return { east, north };
}

/** Least-squares slopes over `reachS` to either side, over the nearest fix where none is so near; NaN beside gaps on both sides. */
function slopes(tS: Float64Array, v: Float64Array, reachS: number): Float64Array {
  const n = tS.length;
  let a = 0;
  let b = 0;
  return v.map((_, i) => {
    while (tS[a]! < tS[i]! - reachS - JITTER_S) a++;
    while (b < n - 1 && tS[b + 1]! <= tS[i]! + reachS + JITTER_S) b++;
    let from = Math.max(0, Math.min(a, i - 1));
    let to = Math.min(n - 1, Math.max(b, i + 1));
    if (tS[i]! - tS[from]! > GAP_S) from = i;
    if (tS[to]! - tS[i]! > GAP_S) to = i;
    let count = 0;
    let t = 0;
    let x = 0;
    for (let k = from; k <= to; k++) {
      if (!Number.isFinite(v[k]!)) continue;
      count++;
      t += tS[k]! - tS[i]!;
      x += v[k]!;
    }
    t /= count;
    x /= count;
    let tt = 0;
    let tx = 0;
    for (let k = from; k <= to; k++) {
      if (!Number.isFinite(v[k]!)) continue;
      const dt = tS[k]! - tS[i]! - t;
      tt += dt * dt;
      tx += dt * (v[k]! - x);
    }
    return tt > 0 ? tx / tt : Number.NaN;
  });
}
