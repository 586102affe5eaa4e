import type { Point } from "./curve.ts";
import { cos, hypot, sin } from "./math.ts";
import { Random } from "./random.ts";
import type { SimTrack } from "./track.ts";
import type { Vehicle } from "./vehicles.ts";

export type DriveOptions = {
  readonly seed: number;
  readonly laps: number;
  /** 0 drives the same perfect lap again and again; 1 is a club driver. */
  readonly driverNoise: number;
  /** Seconds at rest before the start and after the end. */
  readonly restS?: number;
};

/** Control points of all laps, each pushed to the side by the driver's own wandering. */
export function drivenLine(track: SimTrack, options: DriveOptions, before: number): Point[] {
  const p = track.points;
  const n = p.length;
  const total = before + options.laps * n + before + 3;
  const wander = wandering(total, 60, new Random(options.seed, "line"));
  const amplitude = options.driverNoise * Math.min(0.6, track.halfWidthM * 0.15);
  const out: Point[] = [];
  for (let i = 0; i < total; i++) {
    const at = (((i - before) % n) + n) % n;
    const c = p[at]!;
    const a = p[(at + n - 1) % n]!;
    const b = p[(at + 1) % n]!;
    const l = hypot(b.x - a.x, b.y - a.y);
    const side = amplitude * wander[i]!;
    const bankRad = c.bankRad ?? 0;
    out.push({
      x: c.x - ((b.y - a.y) / l) * side,
      y: c.y + ((b.x - a.x) / l) * side,
      z: c.z + (side * sin(bankRad)) / cos(bankRad),
      bankRad,
    });
  }
  return out;
}

/** Lights are at least this far from the start line. */
const CLEAR_OF_START_M = 50;

/**
 * Where the way stops at a red light, as curve parameter, and for how long. Lights stand at the same places in every
 * lap; a driver without noise has green ones. `n` points `spacingM` apart make a lap, `before` of them come before it.
 */
export function redLights(
  traffic: NonNullable<Vehicle["traffic"]>,
  options: DriveOptions,
  before: number,
  n: number,
  spacingM: number,
): readonly { readonly u: number; readonly waitS: number }[] {
  if (options.driverNoise === 0) return [];
  const random = new Random(options.seed, "lights");
  const clear = Math.ceil(CLEAR_OF_START_M / spacingM);
  const places: number[] = [];
  const between = traffic.lightEveryM / spacingM;
  for (let at = clear; at < n - clear; at += between * (0.5 + random.uniform())) places.push(Math.round(at));
  const red: { u: number; waitS: number }[] = [];
  for (let lap = 0; lap < options.laps; lap++)
    for (const place of places)
      if (random.chance(traffic.redShare))
        red.push({
          u: before - 1 + lap * n + place,
          waitS: traffic.leastS + (traffic.mostS - traffic.leastS) * random.uniform(),
        });
  return red;
}

/** Smooth noise of unit size: cosine-interpolated gaussians, `every` points apart. */
function wandering(count: number, every: number, random: Random): Float64Array {
  const knots = Float64Array.from({ length: Math.ceil(count / every) + 2 }, () =>
    Math.max(-2, Math.min(2, random.gauss())),
  );
  return Float64Array.from({ length: count }, (_, i) => {
    const k = Math.floor(i / every);
    const f = (1 - cos((Math.PI * (i - k * every)) / every)) / 2;
    return knots[k]! * (1 - f) + knots[k + 1]! * f;
  });
}

/** How much of the grip the driver uses along the way: tyres that come in and wear, and a mistake now and then. */
export function commitmentAlong(s: Float64Array, base: number, options: DriveOptions): Float64Array {
  const random = new Random(options.seed, "commitment");
  const slow = wandering(s.length, 150, random);
  const out = new Float64Array(s.length);
  let mistakeUntil = -1;
  for (let i = 0; i < s.length; i++) {
    const warm = 1 - 0.06 * Math.max(0, 1 - s[i]! / 1500);
    const worn = 1 - 0.02 * Math.min(1, s[i]! / 60_000);
    if (options.driverNoise > 0 && random.uniform() < 0.00015 * options.driverNoise) mistakeUntil = i + 40;
    const mistake = i < mistakeUntil ? 0.85 : 1;
    const noise = 1 + 0.02 * options.driverNoise * slow[i]!;
    out[i] = Math.min(1, base * warm * worn * mistake * noise);
  }
  return out;
}
