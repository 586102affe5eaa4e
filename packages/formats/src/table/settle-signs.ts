import type { Column, Group } from "@pitwall/core";
import type { ProblemLog } from "./problems.ts";

const LEAST_SPEED_MPS = 5;
const LEAST_SAMPLES = 100;
const CERTAIN = 0.7;

const find = (groups: readonly Group[], id: string): { group: Group; column: Column } | undefined => {
  for (const group of groups)
    for (const column of group.columns) if (column.field.name === id) return { group, column };
  return undefined;
};

/**
 * Loggers disagree on whether lateral acceleration and yaw rate count to the left or to the right. The course tells:
 * in a right-hand turn it grows. Where the two clearly contradict the house's axes (left is positive), the channel is
 * turned round and a note says so. The values are changed in place.
 */
export function settleSigns(groups: readonly Group[], problems: ProblemLog): void {
  const course = find(groups, "gnss.course");
  const speed = find(groups, "gnss.speed");
  if (!course || !speed || speed.group.tUs !== course.group.tUs) return;
  for (const id of ["vehicle.aLat", "imu.gz"]) {
    const found = find(groups, id);
    if (!found) continue;
    const r = agreement(course.group.tUs, course.column.values, speed.column.values, found, id === "imu.gz");
    if (!(r < -CERTAIN)) continue;
    const { values } = found.column;
    for (let i = 0; i < values.length; i++) values[i] = -values[i]!;
    problems.note(`${id} counted to the right in this file and is turned round`);
  }
}

/** Correlation of a channel with the left turning that the course shows; NaN where there is too little to tell. */
function agreement(
  tUs: Float64Array,
  course: Float64Array,
  speed: Float64Array,
  channel: { readonly group: Group; readonly column: Column },
  rate: boolean,
): number {
  const t = channel.group.tUs;
  const v = channel.column.values;
  let [n, sx, sy, sxx, syy, sxy] = [0, 0, 0, 0, 0, 0];
  let from = 0;
  for (let i = 1; i < tUs.length - 1; i++) {
    const dt = (tUs[i + 1]! - tUs[i - 1]!) / 1e6;
    if (!(speed[i]! > LEAST_SPEED_MPS) || !(dt > 0 && dt < 3)) continue;
    const turn = course[i + 1]! - course[i - 1]!;
    const left = -(turn - 2 * Math.PI * Math.round(turn / (2 * Math.PI))) / dt;
    const x = rate ? left : left * speed[i]!;
    let sum = 0;
    let count = 0;
    while (from < t.length && t[from]! < tUs[i - 1]!) from++;
    for (let k = from; k < t.length && t[k]! <= tUs[i + 1]!; k++)
      if (!Number.isNaN(v[k]!)) {
        sum += v[k]!;
        count++;
      }
    if (count === 0 || Number.isNaN(x)) continue;
    const y = sum / count;
    n++;
    sx += x;
    sy += y;
    sxx += x * x;
    syy += y * y;
    sxy += x * y;
  }
  if (n < LEAST_SAMPLES) return Number.NaN;
  return (n * sxy - sx * sy) / Math.sqrt((n * sxx - sx * sx) * (n * syy - sy * sy));
}
