import type { Point } from "./curve.ts";
import { cos, hypot, sin } from "./math.ts";

/** A closed course. The start line lies at the first point, square to the way. */
export type SimTrack = {
  readonly name: string;
  /** Centre line in metres about the reference, in driving order, not repeated at the end. */
  readonly points: readonly Point[];
  /** WGS 84 of x = 0, y = 0, degrees; height in metres above the ellipsoid. */
  readonly reference: { readonly lat: number; readonly lon: number; readonly height: number };
  /** Half of the usable width, metres. */
  readonly halfWidthM: number;
};

const SPACING_M = 2;

const bankOf = (p: Point): number => p.bankRad ?? 0;

/** Evenly spaced points along a closed polyline. */
function resample(points: readonly Point[], spacingM: number): Point[] {
  const closed = [...points, points[0]!];
  const at = [0];
  for (let i = 1; i < closed.length; i++)
    at.push(at[i - 1]! + hypot(closed[i]!.x - closed[i - 1]!.x, closed[i]!.y - closed[i - 1]!.y));
  const length = at.at(-1)!;
  const count = Math.max(16, Math.round(length / spacingM));
  const out: Point[] = [];
  let k = 0;
  for (let i = 0; i < count; i++) {
    const s = (i * length) / count;
    while (at[k + 1]! < s) k++;
    const f = (s - at[k]!) / (at[k + 1]! - at[k]! || 1);
    const [a, b] = [closed[k]!, closed[k + 1]!];
    out.push({
      x: a.x + f * (b.x - a.x),
      y: a.y + f * (b.y - a.y),
      z: a.z + f * (b.z - a.z),
      bankRad: bankOf(a) + f * (bankOf(b) - bankOf(a)),
    });
  }
  return out;
}

/** Takes out the corners of a polyline: repeated [1 2 1] / 4 means, each over one spacing. */
function smooth(points: readonly Point[], times: number): Point[] {
  let now = points.map((p) => ({ ...p }));
  const n = now.length;
  for (let r = 0; r < times; r++)
    now = now.map((p, i) => {
      const a = now[(i + n - 1) % n]!;
      const b = now[(i + 1) % n]!;
      return {
        x: (a.x + 2 * p.x + b.x) / 4,
        y: (a.y + 2 * p.y + b.y) / 4,
        z: (a.z + 2 * p.z + b.z) / 4,
        bankRad: (bankOf(a) + 2 * bankOf(p) + bankOf(b)) / 4,
      };
    });
  return now;
}

/** A driveable course from the corners of a map or the points of a survey. Throws RangeError for a line that is none. */
export function prepareTrack(track: SimTrack): SimTrack {
  const usable = track.points.filter((p, i) => {
    const q = track.points[(i + 1) % track.points.length]!;
    return hypot(p.x - q.x, p.y - q.y) > 0.01;
  });
  if (usable.length < 8) throw new RangeError(`${track.name}: a course needs 8 points, has ${usable.length}`);
  let length = 0;
  for (let i = 0; i < usable.length; i++) {
    const q = usable[(i + 1) % usable.length]!;
    length += hypot(usable[i]!.x - q.x, usable[i]!.y - q.y);
  }
  // coarse maps have corners tens of metres apart: round them over about their spacing
  const spacing = length / usable.length;
  const rounds = Math.round(Math.min(120, Math.max(6, (spacing / SPACING_M) ** 2 / 3)));
  const points = smooth(resample(usable, SPACING_M), rounds);
  return { ...track, points: resample(points, SPACING_M) };
}

/** Degrees to metres about a reference on the WGS 84 ellipsoid: good to centimetres within a few kilometres. */
export function metresPerDegree(
  cosLat: number,
  sinLat: number,
): { readonly lat: number; readonly lon: number } {
  const a = 6_378_137;
  const e2 = 0.00669437999014;
  const w = 1 - e2 * sinLat * sinLat;
  const root = Math.sqrt(w);
  return { lat: ((a * (1 - e2)) / (w * root)) * (Math.PI / 180), lon: (a / root) * cosLat * (Math.PI / 180) };
}

/** A course of points in degrees (latitude, longitude), level. Throws RangeError for a line that is none. */
export function trackOfDegrees(
  name: string,
  points: readonly (readonly [lat: number, lon: number])[],
  halfWidthM: number,
): SimTrack {
  const [lat, lon] = points[0] ?? [Number.NaN, Number.NaN];
  const phi = (lat * Math.PI) / 180;
  const scale = metresPerDegree(cos(phi), sin(phi));
  return prepareTrack({
    name,
    reference: { lat, lon, height: 0 },
    halfWidthM,
    points: points.map(([a, b]) => ({ x: (b - lon) * scale.lon, y: (a - lat) * scale.lat, z: 0 })),
  });
}
