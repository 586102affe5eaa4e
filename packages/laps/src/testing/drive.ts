import { type Circuit, placeAt, valueAt } from "./circuit.ts";
import { createNormal, createRandom } from "./random.ts";

/** Something a driver does once the way driven (m, counted on over laps) reaches `atM`. */
export type Deed = {
  readonly atM: number;
  readonly kind: "pit" | "spin" | "turn-back" | "stop";
  /** Standing time of a stop, s; way driven backward, m. */
  readonly amount: number;
};

export type DriveOptions = {
  readonly circuit: Circuit;
  readonly laps: number;
  readonly seed: number;
  readonly rateHz: number;
  /** White noise of a fix, m per axis. */
  readonly whiteM?: number;
  /** First-order Gauss-Markov noise, m per axis and s. */
  readonly slowM?: number;
  readonly slowTauS?: number;
  /** White noise of the Doppler velocity, m/s per axis. */
  readonly velocityMps?: number;
  readonly hAccM?: number;
  /** Where the drive begins and ends, m before and behind the line. */
  readonly runInM?: number;
  readonly runOutM?: number;
  /** Spread of the line about the centre, m; of the pace, as a share. */
  readonly lineM?: number;
  readonly pace?: number;
  readonly offsetM?: number;
  readonly deeds?: readonly Deed[];
  /** Chance a second that an outage begins, and its longest length, s. */
  readonly outages?: { readonly perS: number; readonly longestS: number };
  /** Step of the motion, s; default 0.004. The rate must divide into it. */
  readonly stepS?: number;
  readonly startUs?: number;
  readonly latDeg?: number;
  readonly lonDeg?: number;
};

export type Drive = {
  readonly length: number;
  readonly tUs: Float64Array;
  readonly latDeg: Float64Array;
  readonly lonDeg: Float64Array;
  readonly speedMps: Float64Array;
  readonly courseRad: Float64Array;
  readonly hAccM: Float64Array;
  /** True way driven at each fix, m from the line, counted on over laps. */
  readonly sM: Float64Array;
  /** Every true passing of the line's place: time, direction, offset to the left of the centre line. */
  readonly passings: readonly { readonly tUs: number; readonly forward: boolean; readonly offM: number }[];
  readonly outages: readonly (readonly [fromUs: number, toUs: number])[];
};

const FINE_S = 0.004;
const PIT_OFFSET_M = 16;
const PIT_FROM_M = -260;
const PIT_TO_M = 220;
const EARTH = { a: 6378137, f: 1 / 298.257223563 };

/** Metres a degree, from the ellipsoid's own definition by differences of arc (independent of the code under test). */
export function metresPerDegree(latDeg: number): { north: number; east: number } {
  const b = EARTH.a * (1 - EARTH.f);
  const place = (deg: number) => {
    const beta = Math.atan((b / EARTH.a) * Math.tan((deg * Math.PI) / 180));
    return [EARTH.a * Math.cos(beta), b * Math.sin(beta)] as const;
  };
  const h = 1e-3;
  const p = place(latDeg - h);
  const q = place(latDeg + h);
  return { north: Math.hypot(q[0] - p[0], q[1] - p[1]) / (2 * h), east: (place(latDeg)[0] * Math.PI) / 180 };
}

/** Drives laps and records them as a receiver would. Truth comes from the motion itself. */
export function drive(o: DriveOptions): Drive {
  const c = o.circuit;
  const stepS = o.stepS ?? FINE_S;
  const random = createRandom(o.seed);
  const normal = createNormal(random);
  const { north, east } = metresPerDegree(o.latDeg ?? 45);
  const startUs = o.startUs ?? 1_700_000_000_000_000;
  const end = o.laps * c.lengthM + (o.runOutM ?? 100);
  const deeds = [...(o.deeds ?? [])].sort((a, b) => a.atM - b.atM);
  const rows: number[][] = [];
  const passings: { tUs: number; forward: boolean; offM: number }[] = [];
  const outages: [number, number][] = [];
  const place = new Float64Array(2);

  let s = -(o.runInM ?? 150);
  let v = Math.max(3, valueAt(c, c.speed, s) * 0.5);
  let t = 0;
  let program: { v: number; until: number; unit: "s" | "m" }[] = [];
  let pitAtM = Number.NaN;
  const phase = [0, 1, 2].map(() => 2 * Math.PI * random());
  const turn = (laps: number, i: number) => Math.sin((2 * Math.PI * s) / (laps * c.lengthM) + phase[i]!);
  let ax = 0;
  let ay = 0;
  let slowX = (o.slowM ?? 0) * normal();
  let slowY = (o.slowM ?? 0) * normal();
  let darkUntil = -1;
  let step = 0;
  const perFix = Math.round(1 / (o.rateHz * stepS));
  let lastX = Number.NaN;
  let lastY = Number.NaN;

  const offset = () => {
    const line = (o.offsetM ?? 0) + 0.5 * (o.lineM ?? 0) * (turn(0.83, 0) + turn(1.37, 1));
    if (Number.isNaN(pitAtM)) return line;
    const rel = s - pitAtM;
    const ramp = (a: number) => 0.5 - 0.5 * Math.cos(Math.PI * Math.max(0, Math.min(1, a)));
    const into = ramp((rel - PIT_FROM_M) / 80) * (1 - ramp((rel - PIT_TO_M + 80) / 80));
    return line * (1 - into) + PIT_OFFSET_M * into;
  };

  while (s < end) {
    if (deeds.length > 0 && s >= deeds[0]!.atM && program.length === 0) {
      const deed = deeds.shift()!;
      if (deed.kind === "spin")
        program = [
          { v: 0, until: 2, unit: "s" },
          { v: -2, until: deed.amount, unit: "m" },
          { v: 0, until: 3, unit: "s" },
        ];
      else if (deed.kind === "turn-back")
        program = [
          { v: 0, until: 4, unit: "s" },
          { v: -9, until: deed.amount, unit: "m" },
          { v: 0, until: 4, unit: "s" },
        ];
      else if (deed.kind === "stop") program = [{ v: 0, until: deed.amount, unit: "s" }];
      else {
        pitAtM = Math.round(deed.atM / c.lengthM) * c.lengthM;
        program = [
          { v: 14, until: pitAtM - 40 - s, unit: "m" },
          { v: 0, until: deed.amount, unit: "s" },
          { v: 14, until: PIT_TO_M + 40, unit: "m" },
        ];
      }
    }
    const task = program[0];
    const target = task ? task.v : valueAt(c, c.speed, s) * (1 + (o.pace ?? 0) * turn(2.3, 2));
    const change = Math.max(-9 * stepS, Math.min(5 * stepS, target - v));
    const ahead = s + (v + change / 2) * stepS;
    v += change;
    const from = Math.floor(s / c.lengthM);
    const to = Math.floor(ahead / c.lengthM);
    if (from !== to) {
      const forward = to > from;
      const line = (forward ? to : from) * c.lengthM;
      passings.push({
        tUs: startUs + (t + ((line - s) / (ahead - s)) * stepS) * 1e6,
        forward,
        offM: offset(),
      });
    }
    if (task) {
      task.until -= task.unit === "s" ? (Math.abs(v) < 0.01 ? stepS : 0) : Math.abs(ahead - s);
      if (task.until <= 0) {
        program.shift();
        if (program.length === 0) pitAtM = Number.NaN;
      }
    }
    s = ahead;
    t += stepS;
    step++;
    if (step % perFix === 0 || step % perFix === perFix - 1) {
      placeAt(c, s, offset(), place);
      if (step % perFix === 0) {
        const dt = perFix * stepS;
        const keep = Math.exp(-dt / (o.slowTauS ?? 60));
        const fresh = (o.slowM ?? 0) * Math.sqrt(1 - keep * keep);
        slowX = keep * slowX + fresh * normal();
        slowY = keep * slowY + fresh * normal();
        ax = (place[0]! - lastX) / stepS + (o.velocityMps ?? 0) * normal();
        ay = (place[1]! - lastY) / stepS + (o.velocityMps ?? 0) * normal();
        const x = place[0]! + slowX + (o.whiteM ?? 0) * normal();
        const y = place[1]! + slowY + (o.whiteM ?? 0) * normal();
        if (o.outages && t > darkUntil && random() < o.outages.perS * dt) {
          darkUntil = t + 0.3 + random() * o.outages.longestS;
          outages.push([startUs + t * 1e6, startUs + darkUntil * 1e6]);
        }
        if (t > darkUntil) {
          const speed = Math.hypot(ax, ay);
          const course = Math.atan2(ax, ay);
          rows.push([
            Math.round(startUs + t * 1e6),
            (o.latDeg ?? 45) + y / north,
            (o.lonDeg ?? 7) + x / east,
            speed,
            course < 0 ? course + 2 * Math.PI : course,
            o.hAccM ?? Math.hypot(o.whiteM ?? 0, o.slowM ?? 0) * Math.SQRT2,
            s,
          ]);
        }
      }
      lastX = place[0]!;
      lastY = place[1]!;
    }
  }
  const column = (i: number) => Float64Array.from(rows, (r) => r[i]!);
  return {
    length: rows.length,
    tUs: column(0),
    latDeg: column(1),
    lonDeg: column(2),
    speedMps: column(3),
    courseRad: column(4),
    hAccM: column(5),
    sM: column(6),
    passings,
    outages,
  };
}

/** The start line of a circuit as two ends in degrees, `halfM` to each side. */
export function lineOf(
  c: Circuit,
  sM: number,
  halfM: number,
  latDeg = 45,
  lonDeg = 7,
): { ends: [number, number, number, number]; course: number } {
  const { north, east } = metresPerDegree(latDeg);
  const a = new Float64Array(2);
  const b = new Float64Array(2);
  placeAt(c, sM, -halfM, a);
  placeAt(c, sM, halfM, b);
  const n = c.x.length;
  const i = ((Math.round(sM / c.stepM) % n) + n) % n;
  const course = Math.atan2(c.tx[i]!, c.ty[i]!);
  return {
    ends: [latDeg + a[1]! / north, lonDeg + a[0]! / east, latDeg + b[1]! / north, lonDeg + b[0]! / east],
    course: course < 0 ? course + 2 * Math.PI : course,
  };
}
