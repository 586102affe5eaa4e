import { findColumn, type RecordedGate, type Recording } from "@pitwall/core";

/** Metres of one degree of latitude on the mean sphere (R = 6 371 008.8 m, IUGG); good to 0.6 %, for widths and distances of display. */
export const M_PER_DEG = (6_371_008.8 * Math.PI) / 180;
const RAD = Math.PI / 180;

export const metresBetween = (lat1: number, lon1: number, lat2: number, lon2: number): number => {
  const north = (lat2 - lat1) * M_PER_DEG;
  const east = (lon2 - lon1) * M_PER_DEG * Math.cos(((lat1 + lat2) / 2) * RAD);
  return Math.hypot(north, east);
};

/** The ends of a gate of the given half width across a course (rad, clockwise from north). */
export function gateAcross(
  lat: number,
  lon: number,
  course: number,
  halfWidthM: number,
): RecordedGate["ends"] {
  const north = -Math.sin(course) * halfWidthM;
  const east = Math.cos(course) * halfWidthM;
  const dLat = north / M_PER_DEG;
  const dLon = east / (M_PER_DEG * Math.cos(lat * RAD));
  return [lat - dLat, lon - dLon, lat + dLat, lon + dLon];
}

/** The course at which a recording most often passes near a point: the mean direction of the fixes within `withinM`, or of the nearest. */
export function courseNear(recording: Recording, lat: number, lon: number, withinM = 60): number | undefined {
  const at = findColumn(recording, "gnss.lat");
  const lonColumn = at?.group.columns.find((c) => c.field.name === "gnss.lon");
  if (!at || !lonColumn) return undefined;
  const lats = at.column.values;
  const lons = lonColumn.values;
  const scale = Math.cos(lat * RAD);
  let best = -1;
  let bestM = Number.POSITIVE_INFINITY;
  let north = 0;
  let east = 0;
  for (let i = 1; i < lats.length - 1; i++) {
    const m = metresBetween(lat, lon, lats[i]!, lons[i]!);
    if (!(m < bestM) && !(m < withinM)) continue;
    const n = lats[i + 1]! - lats[i - 1]!;
    const e = (lons[i + 1]! - lons[i - 1]!) * scale;
    if (!(Math.hypot(n, e) * M_PER_DEG > 1)) continue;
    if (m < withinM) {
      north += n;
      east += e;
    }
    if (m < bestM) {
      bestM = m;
      best = i;
      if (m >= withinM) {
        north = 0;
        east = 0;
      }
    }
  }
  if (best < 0) return undefined;
  if (north === 0 && east === 0) {
    north = lats[best + 1]! - lats[best - 1]!;
    east = (lons[best + 1]! - lons[best - 1]!) * scale;
  }
  const course = Math.atan2(east, north);
  return course < 0 ? course + 2 * Math.PI : course;
}

/** A gate lies on the trace; one farther off than this was read in the wrong order. */
export const NEAR_M = 2000;

/** Metres from a point to the nearest of up to 2000 fixes of a trace; infinite for what is no place on earth. */
export function distanceToTrace(
  lat: number,
  lon: number,
  trace: { lat: Float64Array; lon: Float64Array },
): number {
  if (!(Math.abs(lat) <= 90 && Math.abs(lon) <= 180)) return Number.POSITIVE_INFINITY;
  let least = Number.POSITIVE_INFINITY;
  const step = Math.max(1, Math.floor(trace.lat.length / 2000));
  for (let i = 0; i < trace.lat.length; i += step) {
    const m = metresBetween(lat, lon, trace.lat[i]!, trace.lon[i]!);
    if (m < least) least = m;
  }
  return least;
}
