import { metresBetween } from "../geo.ts";
import { dateTimeUs } from "../text/date.ts";
import { isoUs } from "../text/iso-time.ts";
import { ungrouped } from "../text/row.ts";
import type { TimeKind } from "./mapping.ts";

type Rows = readonly (readonly string[])[];

export const median = (x: readonly number[]): number => x.toSorted((a, b) => a - b)[x.length >> 1]!;

export const numberOf = (cell: string | undefined): number =>
  cell === undefined || cell === "" ? Number.NaN : Number((ungrouped(cell, false) ?? cell).replace(",", "."));

/** Seconds of one; NaN where the values are texts. */
export const SECONDS: Readonly<Record<TimeKind, number>> = {
  s: 1,
  ms: 1e-3,
  us: 1e-6,
  ns: 1e-9,
  "h:m:s": Number.NaN,
  iso: Number.NaN,
  "d/m/y": Number.NaN,
  "m/d/y": Number.NaN,
};

/** The time of a cell in seconds from anywhere, good for differences within a minute. */
function secondsOf(cell: string, kind: TimeKind): number {
  if (kind === "iso") return isoUs(cell) / 1e6;
  if (kind === "d/m/y" || kind === "m/d/y") return dateTimeUs(cell, kind) / 1e6;
  if (kind === "h:m:s")
    return cell
      .replace(/[^\d:.,]/g, "")
      .split(":")
      .reduce((sum, part) => sum * 60 + Number(part.replace(",", ".")), 0);
  return numberOf(cell) * SECONDS[kind];
}

const SPEED_UNITS = [
  ["m/s", 1],
  ["km/h", 3.6],
  ["mph", 3600 / 1609.344],
  ["knots", 3600 / 1852],
] as const;

/** The unit in which a speed agrees with the way between the positions; km/h where that cannot be told. */
export function speedUnit(
  rows: Rows,
  time: { readonly column: number; readonly kind: TimeKind } | undefined,
  at: (channel: string) => number,
  column: number,
): string {
  const [latAt, lonAt] = [at("gnss.lat"), at("gnss.lon")];
  if (!time || latAt < 0 || lonAt < 0) return "km/h";
  const points = rows
    .map((r) => ({
      s: secondsOf(r[time.column] ?? "", time.kind),
      lat: numberOf(r[latAt]),
      lon: numberOf(r[lonAt]),
      speed: numberOf(r[column]),
    }))
    // 0, 0 stands where there was no fix
    .filter((p) => Number.isFinite(p.s + p.lat + p.lon + p.speed) && !(p.lat === 0 && p.lon === 0));
  let from = points[0];
  let way = 0;
  for (const p of points) {
    const m = metresBetween(from!.lat, from!.lon, p.lat, p.lon);
    if (!(m > 5)) continue;
    way += m;
    from = p;
  }
  const seconds = points.length > 0 ? points.at(-1)!.s - points[0]!.s : 0;
  const mean = points.reduce((sum, p) => sum + p.speed, 0) / points.length;
  const ratio = mean / (way / seconds);
  if (!(way > 20 && seconds > 0 && ratio > 0)) return "km/h";
  const off = (x: number) => Math.abs(Math.log(ratio / x));
  return [...SPEED_UNITS].sort((a, b) => off(a[1]) - off(b[1]))[0]![0];
}

/** The unit of the three axes: a sensor that stands upright shows gravity, 1 or 9.8. */
export function accelerationUnit(rows: Rows, at: (channel: string) => number): string {
  const column = at("imu.az");
  if (column < 0) return "";
  const sizes = rows.map((r) => Math.abs(numberOf(r[column]))).filter(Number.isFinite);
  const size = sizes.length > 0 ? median(sizes) : 0;
  return size > 0.8 && size < 1.25 ? "g" : "";
}
