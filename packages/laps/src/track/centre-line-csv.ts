import { LapsError } from "../errors.ts";
import { Plane } from "../plane.ts";
import { layoutFromLine } from "./centre-line.ts";
import type { ReadTracks } from "./geojson.ts";
import type { Point } from "./track.ts";

export type CentreLineCsvOptions = {
  readonly name: string;
  /** Where (0, 0) lies on earth, for files in metres. */
  readonly latDeg?: number;
  readonly lonDeg?: number;
};

/**
 * A track from a centre line as CSV: columns `x_m,y_m` (metres east and north; further columns such as widths are not
 * needed) or `lat,lon` (degrees), in the order of the header, which may be a comment. Lines that are no points are noted
 * by number; throws LapsError "malformed" with fewer than four points, "missing" for metres without an origin.
 */
export function trackFromCentreLineCsv(text: string, options: CentreLineCsvOptions): ReadTracks {
  const notes: string[] = [];
  const rows: (readonly [number, number])[] = [];
  let columns = [0, 1] as readonly [number, number];
  let degrees = false;
  const lines = text.split(/\r?\n/);
  for (const [i, line] of lines.entries()) {
    const cells = line
      .replace(/^#/, "")
      .split(/[,;\t]/)
      .map((c) => c.trim().replace(/^"|"$/g, ""));
    const find = (...names: string[]) => cells.findIndex((c) => names.includes(c.toLowerCase()));
    const lat = find("lat", "latitude");
    const lon = find("lon", "lng", "long", "longitude");
    const x = find("x_m", "x");
    const y = find("y_m", "y");
    if (lat >= 0 && lon >= 0) {
      columns = [lat, lon];
      degrees = true;
      continue;
    }
    if (x >= 0 && y >= 0) {
      columns = [x, y];
      continue;
    }
    if (line.trim() === "" || line.startsWith("#")) continue;
    const a = cells[columns[0]];
    const b = cells[columns[1]];
    const row = [Number(a), Number(b)] as const;
    if (a && b && Number.isFinite(row[0]) && Number.isFinite(row[1])) rows.push(row);
    else notes.push(`line ${i + 1}: no point in "${line.slice(0, 40)}"`);
  }
  if (rows.length < 4)
    throw new LapsError("malformed", options.name, `${rows.length} points are no centre line`);
  if (!degrees && (options.latDeg === undefined || options.lonDeg === undefined))
    throw new LapsError("missing", options.name, "the file is in metres: say where its origin lies");
  const plane = new Plane(options.latDeg ?? 0, options.lonDeg ?? 0);
  const line: Point[] = degrees ? rows : rows.map(([x, y]) => [plane.lat(y), plane.lon(x)]);
  const { layout, notes: more } = layoutFromLine(options.name, line);
  return { tracks: [{ name: options.name, layouts: [layout] }], notes: [...notes, ...more] };
}
