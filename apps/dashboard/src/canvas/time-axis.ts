/** Distances between ticks of the time axis, s: what clocks count in. */
const TICK_STEPS_S = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600,
];

/** Ticks on whole steps between two times in seconds since the epoch, local clock. */
export function timeTicks(fromS: number, toS: number, most: number): { stepS: number; ticks: number[] } {
  const least = (toS - fromS) / Math.max(1, most);
  const stepS = TICK_STEPS_S.find((s) => s >= least) ?? TICK_STEPS_S.at(-1)!;
  // Steps of hours count from local midnight.
  const zoneS = stepS > 900 ? new Date(fromS * 1000).getTimezoneOffset() * 60 : 0;
  const ticks: number[] = [];
  const first = Math.ceil((fromS - zoneS) / stepS);
  for (let i = first; i * stepS + zoneS <= toS; i++) ticks.push(i * stepS + zoneS);
  return { stepS, ticks };
}

const two = (n: number) => String(n).padStart(2, "0");

/** "14:03", "14:03:20", "14:03:20.5": as fine as the step needs. */
export function clockText(s: number, stepS: number): string {
  const d = new Date(Math.round(s * 1000));
  const minutes = `${two(d.getHours())}:${two(d.getMinutes())}`;
  if (stepS >= 60) return minutes;
  const seconds = `${minutes}:${two(d.getSeconds())}`;
  return stepS >= 1 ? seconds : `${seconds}.${Math.floor(d.getMilliseconds() / 100)}`;
}
