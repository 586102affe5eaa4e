import { type Curve, type CurveState, slopePerM } from "./curve.ts";
import { commitmentAlong, type DriveOptions } from "./driver.ts";
import { gearAt } from "./gears.ts";
import { cos, hypot, sin } from "./math.ts";
import { FULL_SOC, powerLeft, topSpeedLeft } from "./pack.ts";
import type { Vehicle } from "./vehicles.ts";

export const GRAVITY = 9.80665;
/** Of the weight, that a driver leaves on the wheels. */
const LEAST_LOAD = 0.3;

/** The road at the nodes of a drive: way, curvature (left is positive), rise, and the bank's cosine and sine. */
export type Road = {
  readonly s: Float64Array;
  readonly curvature: Float64Array;
  readonly rise: Float64Array;
  readonly cosBank: Float64Array;
  readonly sinBank: Float64Array;
  /** Change of the slope, radians a metre: positive in a dip, negative on a crest. */
  readonly dip: Float64Array;
  /** Seconds that the vehicle stands there; 0 almost everywhere. */
  readonly waitS: Float64Array;
};

export function roadAlong(curve: Curve, u: Float64Array, s: Float64Array, state: CurveState): Road {
  const n = u.length;
  const road = {
    s,
    curvature: new Float64Array(n),
    rise: new Float64Array(n),
    cosBank: new Float64Array(n),
    sinBank: new Float64Array(n),
    dip: new Float64Array(n),
    waitS: new Float64Array(n),
  };
  for (let i = 0; i < n; i++) {
    const c = curve.at(u[i]!, state);
    const d = hypot(c.dx, c.dy);
    road.curvature[i] = (c.dx * c.ddy - c.dy * c.ddx) / (d * d * d);
    road.rise[i] = c.dz / d;
    road.dip[i] = slopePerM(c);
    road.cosBank[i] = cos(c.bankRad);
    road.sinBank[i] = sin(c.bankRad);
  }
  return road;
}

/** Squared speed and gear at each node. */
export type Speeds = { readonly v2: Float64Array; readonly gear: Uint8Array };

/**
 * Speed along a road: the limit of the bends, then a forward pass with the motor and a backward pass with the brakes,
 * both within the friction ellipse (Brayshaw and Harrison, "A quasi steady state approach to race car lap simulation",
 * 2005). On a banked road with angle b (left edge up) the tyres carry v^2 k cos b + g sin b to the left and
 * g cos b - v^2 k sin b square to the road; dips and crests add v^2 times the change of the slope to g. Throws RangeError where the bank is so steep that the vehicle slides off it
 * at rest.
 */
export function speedsAlong(vehicle: Vehicle, road: Road, options: DriveOptions): Speeds {
  const commitment = commitmentAlong(road.s, vehicle.commitment, options);
  const limit = bendLimits(vehicle, road, commitment);
  const first = passes(vehicle, road, commitment, limit);
  if (!vehicle.battery) return first;
  // a battery gives less as it empties: what the drive takes out of it is known from a drive with a full one
  const soc = chargeAlong(vehicle, road, first.v2);
  return passes(vehicle, road, commitment, limit, soc);
}

function bendLimits(vehicle: Vehicle, road: Road, commitment: Float64Array): Float64Array {
  const top2 = vehicle.topSpeedMps * vehicle.topSpeedMps;
  return Float64Array.from(road.s, (_, i) => {
    const grip = commitment[i]! * vehicle.gripLat;
    const cosine = road.cosBank[i]!;
    // the bank's sine where it helps in this bend
    const sine = road.curvature[i]! > 0 ? -road.sinBank[i]! : road.sinBank[i]!;
    if (Math.abs(sine) >= grip * cosine)
      throw new RangeError(`the road is banked so steeply that a ${vehicle.name} slides off it at rest`);
    if (road.waitS[i]! > 0) return 0;
    const held = grip * cosine + sine;
    const dip = road.dip[i]!;
    const bend = Math.max(1e-6, Math.abs(road.curvature[i]!)) * (cosine - grip * sine) - dip * held;
    const inBend = bend > 0 ? (GRAVITY * held) / bend : top2;
    // nobody drives over a crest so fast that the wheels come off the ground
    const onCrest = dip < 0 ? (GRAVITY * (1 - LEAST_LOAD)) / -dip : top2;
    return Math.min(top2, inBend, onCrest);
  });
}

function passes(
  vehicle: Vehicle,
  { cosBank, curvature, dip, rise, s, sinBank }: Road,
  commitment: Float64Array,
  limit: Float64Array,
  soc?: Float64Array,
): Speeds {
  const n = s.length;
  const m = vehicle.massKg;
  const v2 = Float64Array.from(limit);
  const gear = new Uint8Array(n);
  const weight = (i: number, w: number): number => GRAVITY + w * dip[i]!;
  const normal = (i: number, w: number): number =>
    weight(i, w) * cosBank[i]! - w * curvature[i]! * sinBank[i]!;
  /** Longitudinal grip that is left beside the lateral load, newtons. */
  const left = (i: number, w: number): number => {
    const load = normal(i, w);
    const side = w * curvature[i]! * cosBank[i]! + weight(i, w) * sinBank[i]!;
    const share = side / (commitment[i]! * vehicle.gripLat * load);
    return commitment[i]! * vehicle.gripLong * load * m * Math.sqrt(Math.max(0, 1 - share * share));
  };
  /** The same from node i to the next, whichever has less. */
  const leftBetween = (i: number, w: number): number => Math.min(left(i, w), left(i + 1, w));
  const resistance = (i: number, w: number): number =>
    vehicle.dragNs2 * w + m * (vehicle.rolling * normal(i, w) + GRAVITY * rise[i]!);
  /** Newtons of the motor at a speed, with what the battery still gives. */
  const drive = (i: number, v: number): number =>
    Math.min(vehicle.driveForceN, ((soc ? powerLeft(soc[i]!) : 1) * vehicle.powerW) / Math.max(1, v));
  /** Squared speed that the battery's voltage lets the motor turn at. */
  const most = (i: number): number =>
    soc ? (topSpeedLeft(soc[i]!) * vehicle.topSpeedMps) ** 2 : Number.POSITIVE_INFINITY;
  let shiftM = 0;
  v2[0] = 0;
  for (let i = 0; i + 1 < n; i++) {
    const w = v2[i]!;
    const v = Math.sqrt(w);
    const step = s[i + 1]! - s[i]!;
    gear[i] = gearAt(vehicle, v, i > 0 ? gear[i - 1]! : 1);
    if (i > 0 && gear[i]! > gear[i - 1]!) shiftM = v * vehicle.engine!.shiftS;
    const force = shiftM > 0 ? 0 : Math.min(drive(i, v), leftBetween(i, w));
    shiftM -= step;
    const coasting = w - (2 * resistance(i, w) * step) / m;
    const next = Math.max(coasting, Math.min(most(i + 1), coasting + (2 * force * step) / m));
    if (next < v2[i + 1]!) v2[i + 1] = Math.max(0.04, next);
  }
  gear[n - 1] = n > 1 ? gear[n - 2]! : 0;
  v2[n - 1] = 0;
  for (let i = n - 2; i >= 0; i--) {
    const w = v2[i + 1]!;
    const force = Math.min(vehicle.brakeForceN, leftBetween(i, w));
    const reach = w + (2 * (force + resistance(i, w)) * (s[i + 1]! - s[i]!)) / m;
    if (reach < v2[i]!) v2[i] = reach;
  }
  v2[0] = 0;
  return { v2, gear };
}

/** State of charge at each node, by the work of the motor and what the brakes give back. */
function chargeAlong(vehicle: Vehicle, { rise, s }: Road, v2: Float64Array): Float64Array {
  const { capacityAh, cells, efficiency, regeneration } = vehicle.battery!;
  const wholeJ = capacityAh * 3600 * cells * 3.75;
  const soc = new Float64Array(s.length);
  let usedJ = 0;
  for (let i = 0; i + 1 < s.length; i++) {
    soc[i] = Math.max(0, FULL_SOC - usedJ / wholeJ);
    const step = s[i + 1]! - s[i]!;
    const { dragNs2, massKg, rolling } = vehicle;
    const resistanceN = (dragNs2 * (v2[i]! + v2[i + 1]!)) / 2 + massKg * GRAVITY * (rolling + rise[i]!);
    const workJ = (massKg * (v2[i + 1]! - v2[i]!)) / 2 + resistanceN * step;
    usedJ += workJ > 0 ? workJ / efficiency : workJ * regeneration * efficiency;
  }
  soc[s.length - 1] = soc[s.length - 2] ?? FULL_SOC;
  return soc;
}
