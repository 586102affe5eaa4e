import { wrapAngle } from "./ekf/filter.ts";
import { StateTable } from "./state-table.ts";
import { createState, type FusionState } from "./types.ts";

/** States further apart than this are not joined. */
const GAP_US = 1.5e6;
const LINEAR = [
  "lat",
  "lon",
  "x",
  "y",
  "vx",
  "vy",
  "speed",
  "yawRate",
  "aLong",
  "aLat",
  "aUp",
  "sigma",
  "yawSigma",
] as const;

/** The same states on a regular grid that starts at the first: between two of them linear, angles the short way round. */
export function resample(table: StateTable, rateHz: number): StateTable {
  const out = new StateTable();
  if (table.length === 0) return out;
  const a = createState();
  const b = createState();
  const s = createState();
  const start = table.timeUs(0);
  const end = table.timeUs(table.length - 1);
  const step = 1e6 / rateHz;
  let row = 0;
  for (let k = 0; ; k++) {
    const tUs = start + Math.round(k * step);
    if (tUs > end) return out;
    while (row < table.length - 1 && table.timeUs(row + 1) <= tUs) row++;
    table.read(row, a);
    if (a.tUs === tUs || row === table.length - 1) {
      a.tUs = tUs;
      out.add(a);
      continue;
    }
    table.read(row + 1, b);
    if (b.tUs - a.tUs > GAP_US) continue;
    join(a, b, (tUs - a.tUs) / (b.tUs - a.tUs), s);
    s.tUs = tUs;
    out.add(s);
  }
}

function join(a: FusionState, b: FusionState, u: number, out: FusionState): void {
  for (const key of LINEAR) out[key] = a[key] + u * (b[key] - a[key]);
  if (Math.abs(b.lon - a.lon) > 180) out.lon = u < 0.5 ? a.lon : b.lon;
  out.yaw = wrapAngle(a.yaw + u * wrapAngle(b.yaw - a.yaw));
  const course = a.course + u * wrapAngle(b.course - a.course);
  out.course = course < 0 ? course + 2 * Math.PI : course >= 2 * Math.PI ? course - 2 * Math.PI : course;
  out.mode = a.mode;
}
