import type { OrientationSummary } from "@pitwall/fusion";

/** Angles are found to some degrees: nobody needs them closer. */
const ROUND_DEG = 5;
const LEVEL_DEG = 45;

/** Where a direction in vehicle axes (x forward, y left, z up) mostly points. */
function direction(v: readonly number[]): string {
  const size = v.map(Math.abs);
  const axis = size.indexOf(Math.max(...size));
  const names = [
    ["forward", "backward"],
    ["left", "right"],
    ["up", "down"],
  ] as const;
  return names[axis]![v[axis]! > 0 ? 0 : 1];
}

/** How a sensor was found to be mounted; undefined where its axes are as agreed. */
export function mountingInWords(o: OrientationSummary): string | undefined {
  if (!o.turned) return undefined;
  const [w, x, y, z] = o.quaternion;
  const xAxis = [1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)];
  const zAxis = [2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)];
  const deg = (rad: number): number => ROUND_DEG * Math.round((rad * 180) / Math.PI / ROUND_DEG);
  const tiltDeg = (Math.acos(Math.max(-1, Math.min(1, zAxis[2]!))) * 180) / Math.PI;
  const onItsSide = tiltDeg > LEVEL_DEG && tiltDeg < 180 - LEVEL_DEG;
  const words: string[] = [];
  if (onItsSide) words.push(`mounted with z ${direction(zAxis)} and x ${direction(xAxis)}`);
  else {
    const heading = deg(Math.atan2(xAxis[1]!, xAxis[0]!));
    if (Math.abs(heading) >= 180 - ROUND_DEG) words.push("turned back to front");
    else if (heading !== 0)
      words.push(`turned ${Math.abs(heading)} deg to the ${heading > 0 ? "left" : "right"}`);
    if (tiltDeg >= 180 - LEVEL_DEG) words.push("upside down");
    else if (tiltDeg > ROUND_DEG) words.push(`tilted by ${deg((tiltDeg * Math.PI) / 180)} deg`);
  }
  const found = o.foundAfterS === null ? "known from before" : `found after ${o.foundAfterS.toFixed(0)} s`;
  return `${words.join(", ")}; ${found}${o.known ? "" : ", not confirmed yet"}`;
}
