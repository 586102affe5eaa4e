import { metresPerDegree } from "./drive.ts";

/** One fix: microseconds, degrees, m/s, rad. */
export type PlainFix = readonly [
  tUs: number,
  latDeg: number,
  lonDeg: number,
  speedMps: number,
  courseRad: number,
];

export const RING_M = 100;
const LAT = 10;
const LON = 20;

/**
 * Laps of given times round a circle of 100 m radius, without noise; the speed changes smoothly from lap to lap. The
 * line lies east of the middle and is passed northward at t = `startUs` and after every lap.
 */
export function ring(
  lapsS: readonly number[],
  options: { hz?: number; startUs?: number; before?: number } = {},
): PlainFix[] {
  const { hz = 10, startUs = 1_700_000_000_000_000, before = 3 } = options;
  const { north, east } = metresPerDegree(LAT);
  const ends = [0];
  for (const s of lapsS) ends.push(ends.at(-1)! + s);
  // turns over time as cubics through (ends[i], i), with the harmonic mean of the neighbouring rates at each
  const rates = ends.map((_, i) => 2 / ((lapsS[i - 1] ?? lapsS[i]!) + (lapsS[i] ?? lapsS[i - 1]!)));
  const total = ends.at(-1)! + 3;
  const fixes: PlainFix[] = [];
  for (let k = Math.ceil(-before * hz); k <= total * hz; k++) {
    const t = k / hz;
    let lap = 0;
    while (lap < lapsS.length && t >= ends[lap + 1]!) lap++;
    let turns = lap + (t - ends[lap]!) * rates[lap]!;
    let rate = rates[lap]!;
    if (t > 0 && lap < lapsS.length) {
      const h = lapsS[lap]!;
      const u = (t - ends[lap]!) / h;
      const [m0, m1] = [rates[lap]! * h, rates[lap + 1]! * h];
      turns = lap + m0 * u + (3 - 2 * m0 - m1) * u * u + (m0 + m1 - 2) * u * u * u;
      rate = (m0 + 2 * (3 - 2 * m0 - m1) * u + 3 * (m0 + m1 - 2) * u * u) / h;
    }
    const angle = 2 * Math.PI * turns;
    const speed = 2 * Math.PI * RING_M * rate;
    const course = -angle;
    fixes.push([
      Math.round(startUs + t * 1e6),
      LAT + (RING_M * Math.sin(angle)) / north,
      LON + (RING_M * Math.cos(angle)) / east,
      speed,
      course - Math.floor(course / (2 * Math.PI)) * 2 * Math.PI,
    ]);
  }
  return fixes;
}

/** A line across the circle at an angle from east, crossed the way `ring` drives (or the other), `halfM` to each side. */
export function ringGate(angle = 0, halfM = 10, backward = false) {
  const { north, east } = metresPerDegree(LAT);
  const at = (r: number) =>
    [LAT + (r * Math.sin(angle)) / north, LON + (r * Math.cos(angle)) / east] as const;
  const course = -angle + (backward ? Math.PI : 0);
  return {
    name: "line",
    ends: [...at(RING_M - halfM), ...at(RING_M + halfM)] as [number, number, number, number],
    course,
  };
}
