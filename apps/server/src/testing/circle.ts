export const LAP_S = 30;
const RADIUS_M = 120;

/** Rounds of a circle at an even pace as Pitwall CSV, ten fixes a second. */
export function circleCsv(
  laps: number,
  options: { readonly startUs?: number; readonly lapS?: number } = {},
): string {
  const { startUs = 1_700_000_000_000_000, lapS = LAP_S } = options;
  const rows = ["tUs,gnss.lat,gnss.lon,gnss.speed,gnss.course"];
  const speed = (2 * Math.PI * RADIUS_M) / lapS;
  for (let i = 0; i < laps * lapS * 10; i++) {
    const a = (i / 10 / lapS) * 2 * Math.PI;
    const lat = 48 + (RADIUS_M * Math.sin(a)) / 111_200;
    const lon = 11 + (RADIUS_M * Math.cos(a)) / (111_200 * Math.cos((48 * Math.PI) / 180));
    const course = (4 * Math.PI - (a % (2 * Math.PI))) % (2 * Math.PI);
    rows.push(
      [startUs + i * 1e5, lat.toFixed(8), lon.toFixed(8), speed.toFixed(3), course.toFixed(5)].join(","),
    );
  }
  return `${rows.join("\n")}\n`;
}
