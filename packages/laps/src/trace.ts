import type { Column, Group, Recording } from "@pitwall/core";

/** The fixes of a recording as columns, borrowed from it where every row is one; NaN for what a fix does not say. */
export type Trace = {
  readonly length: number;
  /** Device time, microseconds. */
  readonly tUs: Float64Array;
  readonly latDeg: Float64Array;
  readonly lonDeg: Float64Array;
  readonly speedMps: Float64Array;
  /** rad, clockwise from north. */
  readonly courseRad: Float64Array;
  readonly hAccM: Float64Array;
};

/** Ids of a position with what belongs to it, the receiver's own first. */
export const POSITIONS = [
  { lat: "gnss.lat", lon: "gnss.lon", speed: "gnss.speed", course: "gnss.course", hAcc: "gnss.hAcc" },
  {
    lat: "vehicle.lat",
    lon: "vehicle.lon",
    speed: "vehicle.speed",
    course: "vehicle.course",
    hAcc: "vehicle.sigma",
  },
] as const;

/**
 * The receiver's fixes, else the fused positions; undefined where the recording has neither. Of several receivers the
 * one with most fixes.
 */
export function traceOf(recording: Recording): Trace | undefined {
  for (const ids of POSITIONS) {
    let best: { readonly group: Group; readonly rows: Uint32Array } | undefined;
    for (const group of recording.groups) {
      const lat = columnOf(group, ids.lat);
      const lon = columnOf(group, ids.lon);
      if (!lat || !lon || !lat.some((v) => v - v === 0)) continue;
      const rows = usableRows(group, lat, lon);
      if (!best || rows.length > best.rows.length) best = { group, rows };
    }
    if (!best) continue;
    const { group, rows } = best;
    const whole = rows.length === group.tUs.length;
    const take = (values: Float64Array | undefined): Float64Array =>
      values ? (whole ? values : picked(values, rows)) : new Float64Array(rows.length).fill(Number.NaN);
    return {
      length: rows.length,
      tUs: take(group.tUs),
      latDeg: take(columnOf(group, ids.lat)),
      lonDeg: take(columnOf(group, ids.lon)),
      speedMps: take(columnOf(group, ids.speed) ?? columnOf(group, "vehicle.speed")),
      courseRad: take(columnOf(group, ids.course)),
      hAccM: take(columnOf(group, ids.hAcc)),
    };
  }
  return undefined;
}

export function columnOf(group: Group, id: string): Float64Array | undefined {
  return group.columns.find((c: Column) => c.field.name === id)?.values;
}

function picked(values: Float64Array, rows: Uint32Array): Float64Array {
  const out = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) out[i] = values[rows[i]!]!;
  return out;
}

/** Rows with a position; a row that says "no fix" (fix 0 or 1) has none. */
function usableRows(group: Group, lat: Float64Array, lon: Float64Array): Uint32Array {
  const fix = columnOf(group, "gnss.fix");
  const rows = new Uint32Array(lat.length);
  let n = 0;
  for (let i = 0; i < lat.length; i++) {
    const sum = lat[i]! + lon[i]!;
    // finite
    if (sum - sum === 0 && !(fix && fix[i]! < 2)) rows[n++] = i;
  }
  return rows.subarray(0, n);
}
