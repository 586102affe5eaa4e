import { Curve, createCurveState, type Point, slopePerM } from "./curve.ts";
import { type DriveOptions, drivenLine, redLights } from "./driver.ts";
import { atan2, cos, hypot, sin } from "./math.ts";
import { GRAVITY, roadAlong, speedsAlong } from "./speeds.ts";
import type { SimTrack } from "./track.ts";
import type { Vehicle } from "./vehicles.ts";

/** The truth at an instant. Angles in radians, yaw counter-clockwise from east. Reused by the caller. */
export type Truth = {
  tS: number;
  /** Way since the start, metres. */
  sM: number;
  x: number;
  y: number;
  z: number;
  speedMps: number;
  yawRad: number;
  yawRateRadps: number;
  /** Forward, left in the horizontal plane, and up where the slope changes; gravity-free. */
  aLongMps2: number;
  aLatMps2: number;
  aUpMps2: number;
  /** Nose up; left side up; and how fast that changes. */
  slopeRad: number;
  bankRad: number;
  slopeRateRadps: number;
  bankRateRadps: number;
  /** What the tyres carry in the plane of the road to the left, and square to it: m/s^2, gravity included. */
  sideLoadMps2: number;
  normalLoadMps2: number;
  lap: number;
  /** From 1; 0 where there are none to change. */
  gear: number;
  /** Force of the motor (positive) and of the brakes (positive), newtons. */
  driveN: number;
  brakeN: number;
};

export const createTruth = (): Truth => ({
  tS: 0,
  sM: 0,
  x: 0,
  y: 0,
  z: 0,
  speedMps: 0,
  yawRad: 0,
  yawRateRadps: 0,
  aLongMps2: 0,
  aLatMps2: 0,
  aUpMps2: 0,
  slopeRad: 0,
  bankRad: 0,
  slopeRateRadps: 0,
  bankRateRadps: 0,
  sideLoadMps2: 0,
  normalLoadMps2: GRAVITY,
  lap: 0,
  gear: 0,
  driveN: 0,
  brakeN: 0,
});

/** Time and way of each crossing of the start line. */
export type Crossing = { readonly lap: number; readonly tS: number; readonly sM: number };

const NODE_M = 1;
/** The way before the first crossing, so that the first lap starts flying. */
const RUN_UP = 0.15;

/**
 * A drive of several laps: the line, the speed along it from grip, power, brakes and drag, and time as a closed form
 * of the way, so that the truth can be asked at any instant. Speed: forward and backward pass along the curvature with
 * a friction ellipse (Brayshaw and Harrison, "A quasi steady state approach to race car lap simulation", 2005).
 */
export class Trajectory {
  readonly vehicle: Vehicle;
  readonly track: SimTrack;
  readonly crossings: readonly Crossing[];
  readonly durationS: number;
  readonly #curve: Curve;
  readonly #restS: number;
  /** At node i: curve parameter, way, squared speed, time. */
  readonly #u: Float64Array;
  readonly #s: Float64Array;
  readonly #v2: Float64Array;
  readonly #gear: Uint8Array;
  readonly #waitS: Float64Array;
  readonly #t: Float64Array;
  readonly #state = createCurveState();
  #hint = 0;

  constructor(course: SimTrack, vehicle: Vehicle, options: DriveOptions) {
    const track = vehicle.afloat ? level(course) : course;
    this.track = track;
    this.vehicle = vehicle;
    this.#restS = options.restS ?? 3;
    const points = track.points;
    const n = points.length;
    const before = Math.max(20, Math.round(n * RUN_UP));
    const line = drivenLine(track, options, before);
    this.#curve = new Curve(line);
    const { u, s } = nodesAlong(this.#curve, this.#state);
    this.#u = u;
    this.#s = s;
    const road = roadAlong(this.#curve, u, s, this.#state);
    if (vehicle.traffic) {
      const spacingM = hypot(points[1]!.x - points[0]!.x, points[1]!.y - points[0]!.y);
      for (const light of redLights(vehicle.traffic, options, before, n, spacingM))
        road.waitS[lowerBound(u, light.u)] = light.waitS;
    }
    this.#waitS = road.waitS;
    const { gear, v2 } = speedsAlong(vehicle, road, options);
    this.#v2 = v2;
    this.#gear = gear;
    this.#t = this.#times();
    this.durationS = this.#t.at(-1)! + 2 * this.#restS;
    // the control point of the start line is number `before`; its weight's middle lies one segment earlier
    const crossings: Crossing[] = [];
    for (let lap = 0; lap <= options.laps; lap++) {
      const found = this.#crossing(before - 1 + lap * n);
      crossings.push({ lap, tS: found.tS, sM: found.sM });
    }
    this.crossings = crossings;
  }

  /** The start line: two ends in metres, square to the way. */
  gate(halfWidthM = 15): readonly [Point, Point] {
    const p = this.track.points;
    const n = p.length;
    const dx = p[1]!.x - p[n - 1]!.x;
    const dy = p[1]!.y - p[n - 1]!.y;
    const l = hypot(dx, dy);
    const o = smoothedStart(this.track);
    const left = { x: o.x - (dy / l) * halfWidthM, y: o.y + (dx / l) * halfWidthM, z: o.z };
    const right = { x: o.x + (dy / l) * halfWidthM, y: o.y - (dx / l) * halfWidthM, z: o.z };
    return [left, right];
  }

  /** When the vehicle's way crosses the start line near curve parameter `u0`. */
  #crossing(u0: number): { readonly tS: number; readonly sM: number } {
    const [a, b] = this.gate();
    const side = (u: number): number => {
      const c = this.#curve.at(u, this.#state);
      return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
    };
    let lo = u0 - 8;
    let hi = u0 + 8;
    const rising = side(hi) > side(lo);
    for (let i = 0; i < 60; i++) {
      const mid = (lo + hi) / 2;
      if (side(mid) > 0 === rising) hi = mid;
      else lo = mid;
    }
    const u = (lo + hi) / 2;
    let k = Math.min(this.#u.length - 2, Math.max(0, lowerBound(this.#u, u)));
    const sM = this.#s[k]! + arc(this.#curve, this.#u[k]!, u, this.#state);
    while (k > 0 && this.#s[k]! > sM) k--;
    return { tS: this.#restS + this.#t[k]! + this.#waitS[k]! + this.#timeWithin(k, sM - this.#s[k]!), sM };
  }

  #times(): Float64Array {
    const t = new Float64Array(this.#s.length);
    for (let i = 0; i + 1 < t.length; i++)
      t[i + 1] = t[i]! + this.#waitS[i]! + this.#timeWithin(i, this.#s[i + 1]! - this.#s[i]!);
    return t;
  }

  /** Time for `dM` metres behind node i; acceleration is constant from node to node. */
  #timeWithin(i: number, dM: number): number {
    const v0 = Math.sqrt(this.#v2[i]!);
    const v1 = Math.sqrt(Math.max(0, this.#v2[i]! + 2 * this.#acceleration(i) * dM));
    return v0 + v1 > 0 ? (2 * dM) / (v0 + v1) : 0;
  }

  #acceleration(i: number): number {
    return (this.#v2[i + 1]! - this.#v2[i]!) / (2 * (this.#s[i + 1]! - this.#s[i]!));
  }

  /** The truth at `tS` seconds from the beginning; at rest before the start and after the end. */
  at(tS: number, out: Truth): Truth {
    const last = this.#t.length - 1;
    const t = Math.min(this.#t[last]!, Math.max(0, tS - this.#restS));
    let k = this.#hint;
    if (!(this.#t[k]! <= t)) k = 0;
    if (t > this.#t[Math.min(last, k + 4)]!) k = Math.max(0, lowerBound(this.#t, t));
    while (k + 1 < last && this.#t[k + 1]! <= t) k++;
    this.#hint = k;
    const sinceS = t - this.#t[k]! - this.#waitS[k]!;
    const moving = t > 0 && t < this.#t[last]! && sinceS >= 0;
    const a = this.#acceleration(k);
    const dt = Math.max(0, sinceS);
    const v0 = Math.sqrt(this.#v2[k]!);
    const dM = v0 * dt + (a * dt * dt) / 2;
    const v = moving ? Math.max(0, v0 + a * dt) : 0;
    const c = this.#curve.at(this.#parameter(k, dM), this.#state);
    const d = hypot(c.dx, c.dy);
    const curvature = (c.dx * c.ddy - c.dy * c.ddx) / (d * d * d);
    out.tS = tS;
    out.sM = this.#s[k]! + dM;
    out.x = c.x;
    out.y = c.y;
    out.z = c.z;
    out.speedMps = v;
    out.yawRad = atan2(c.dy, c.dx);
    out.yawRateRadps = v * curvature;
    out.aLongMps2 = moving ? a : 0;
    out.aLatMps2 = v * v * curvature;
    const rise = c.dz / d;
    out.slopeRad = atan2(c.dz, d);
    out.slopeRateRadps = v * slopePerM(c);
    out.bankRad = c.bankRad;
    out.bankRateRadps = (v / d) * c.dBankRad;
    const [cosBank, sinBank] = [cos(c.bankRad), sin(c.bankRad)];
    out.aUpMps2 = v * out.slopeRateRadps;
    const weight = GRAVITY + out.aUpMps2;
    out.sideLoadMps2 = out.aLatMps2 * cosBank + weight * sinBank;
    out.normalLoadMps2 = weight * cosBank - out.aLatMps2 * sinBank;
    out.gear = this.#gear[k]!;
    const { massKg, dragNs2, rolling } = this.vehicle;
    const resistance = v > 0 ? dragNs2 * v * v + massKg * (rolling * out.normalLoadMps2 + GRAVITY * rise) : 0;
    const force = moving ? massKg * a + resistance : 0;
    out.driveN = Math.max(0, force);
    out.brakeN = Math.max(0, -force);
    out.lap = 0;
    for (const crossing of this.crossings ?? []) if (out.sM >= crossing.sM) out.lap = crossing.lap + 1;
    return out;
  }

  /** Curve parameter `dM` metres behind node k. */
  #parameter(k: number, dM: number): number {
    const ds = this.#s[k + 1]! - this.#s[k]!;
    const du = this.#u[k + 1]! - this.#u[k]!;
    let u = this.#u[k]! + (du * dM) / ds;
    for (let i = 0; i < 2; i++) {
      const error = arc(this.#curve, this.#u[k]!, u, this.#state) - dM;
      const c = this.#curve.at(u, this.#state);
      u -= error / hypot(c.dx, c.dy);
    }
    return u;
  }
}

const level = (track: SimTrack): SimTrack => ({
  ...track,
  points: track.points.map(({ x, y }) => ({ x, y, z: track.points[0]!.z })),
});

/** Length of the curve between two parameters less than about a segment apart; Gauss and Legendre, three points. */
function arc(curve: Curve, from: number, to: number, state: ReturnType<typeof createCurveState>): number {
  const mid = (from + to) / 2;
  const half = (to - from) / 2;
  const x = 0.7745966692414834;
  const speed = (u: number): number => {
    const c = curve.at(u, state);
    return hypot(c.dx, c.dy);
  };
  return (half * (5 * speed(mid - half * x) + 8 * speed(mid) + 5 * speed(mid + half * x))) / 9;
}

function nodesAlong(
  curve: Curve,
  state: ReturnType<typeof createCurveState>,
): { readonly u: Float64Array; readonly s: Float64Array } {
  const perSegment = Math.max(1, Math.round(2 / NODE_M));
  const count = curve.segments * perSegment + 1;
  const u = new Float64Array(count);
  const s = new Float64Array(count);
  for (let i = 1; i < count; i++) {
    u[i] = i / perSegment;
    s[i] = s[i - 1]! + arc(curve, u[i - 1]!, u[i]!, state);
  }
  return { u, s };
}

/** The start point as the curve passes it: B-splines smooth their control points. */
function smoothedStart(track: SimTrack): Point {
  const p = track.points;
  const n = p.length;
  const mean = (k: "x" | "y" | "z") => (p[n - 1]![k] + 4 * p[0]![k] + p[1]![k]) / 6;
  return { x: mean("x"), y: mean("y"), z: mean("z") };
}

/** Index of the last entry at or below x. */
function lowerBound(a: Float64Array, x: number): number {
  let lo = 0;
  let hi = a.length - 1;
  while (lo < hi) {
    const mid = (lo + hi + 1) >> 1;
    if (a[mid]! <= x) lo = mid;
    else hi = mid - 1;
  }
  return lo;
}

/** Course from a yaw: clockwise from north. */
export const courseOf = (yawRad: number): number => {
  const c = atan2(cos(yawRad), sin(yawRad));
  return c < 0 ? c + 2 * Math.PI : c;
};
