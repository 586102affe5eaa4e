import { LapsError } from "../errors.ts";
import { Follower } from "../follower.ts";
import { timeWithin } from "../reference/reference-lap.ts";
import type { Lap } from "../timing/lap.ts";
import type { Driven } from "./driven.ts";
import { lastAt, sampleAt, seriesOf } from "./sample.ts";

const STEP_M = 2;
/** Speed over the way is taken over this much of it to either side. */
const SLOPE_M = 6;

/**
 * One lap laid over the common way: everything at even steps of distance, so that laps lie on each other whatever lines
 * they took. Sample i is at `i * stepM` metres from the start line.
 */
export type LapView = {
  readonly lap: Lap;
  readonly stepM: number;
  readonly count: number;
  readonly lengthM: number;
  /** Seconds since the lap's start; increasing. */
  readonly timeS: Float64Array;
  /** Device time, microseconds. */
  readonly tUs: Float64Array;
  /** Place in the plane, m. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly speedMps: Float64Array;
  /** Forward and to the left, m/s^2: the recording's own, else made of the fixes; NaN where there are none. */
  readonly aLongMps2: Float64Array;
  readonly aLatMps2: Float64Array;
  /** A channel of the recording at the steps; NaN where it has no sample. Made on first use. */
  channel(id: string): Float64Array | undefined;
};

/** Lays a lap over the common way. Throws LapsError "missing" for a lap whose fixes are not on it. */
export function viewLap(d: Driven, lap: Lap, stepM = STEP_M): LapView {
  const { path, recording } = d;
  const knots = alongPath(d, lap);
  if (knots.n < 4) throw new LapsError("missing", `lap ${lap.number}`, "it is not on the way of the layout");
  const steps = Math.max(4, Math.round(path.lengthM / stepM));
  const step = path.lengthM / steps;
  const count = steps + 1;
  const timeS = new Float64Array(count);
  const tUs = new Float64Array(count);
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  let k = 0;
  for (let i = 0; i < count; i++) {
    const s = Math.min(path.lengthM, i * step);
    while (k < knots.n - 2 && knots.s[k + 1]! <= s) k++;
    const [s0, s1] = [knots.s[k]!, knots.s[k + 1]!];
    timeS[i] = timeWithin(s0, s1, knots.t[k]!, knots.t[k + 1]!, knots.v[k]!, knots.v[k + 1]!, s);
    tUs[i] = lap.startUs + timeS[i]! * 1e6;
    const f = (s - s0) / (s1 - s0);
    x[i] = knots.x[k]! + f * (knots.x[k + 1]! - knots.x[k]!);
    y[i] = knots.y[k]! + f * (knots.y[k + 1]! - knots.y[k]!);
  }
  const made = new Map<string, Float64Array | undefined>();
  const channel = (id: string): Float64Array | undefined => {
    if (!made.has(id)) {
      const series = seriesOf(recording, id);
      made.set(id, series && sampleAt(series, tUs));
    }
    return made.get(id);
  };
  const speedMps = filled(channel("gnss.speed") ?? channel("vehicle.speed"), () =>
    slope(timeS, step, path.closed),
  );
  return {
    lap,
    stepM: step,
    count,
    lengthM: path.lengthM,
    timeS,
    tUs,
    x,
    y,
    speedMps,
    aLongMps2: channel("vehicle.aLong") ?? new Float64Array(count).fill(Number.NaN),
    aLatMps2: channel("vehicle.aLat") ?? new Float64Array(count).fill(Number.NaN),
    channel,
  };
}

type Knots = {
  n: number;
  s: Float64Array;
  t: Float64Array;
  v: Float64Array;
  x: Float64Array;
  y: Float64Array;
};

/** The lap's fixes by the place of their foot on the way, from the line (0, at 0 s) to the line (length, at the lap's time). */
function alongPath(d: Driven, lap: Lap): Knots {
  const { path, fixes } = d;
  const begin = Math.max(0, lastAt(fixes.tUs, lap.startUs));
  const end = lastAt(fixes.tUs, lap.endUs);
  const room = Math.max(0, end - begin) + 3;
  const k: Knots = {
    n: 0,
    s: new Float64Array(room),
    t: new Float64Array(room),
    v: new Float64Array(room),
    x: new Float64Array(room),
    y: new Float64Array(room),
  };
  const put = (s: number, t: number, v: number, x: number, y: number) => {
    const i = k.n++;
    k.s[i] = s;
    k.t[i] = t;
    k.v[i] = v;
    k.x[i] = x;
    k.y[i] = y;
  };
  /** Where the line was crossed, between the fix `i` and the next. */
  const atLine = (i: number, tUs: number, s: number, t: number): void => {
    const j = Math.min(fixes.count - 1, i + 1);
    const span = fixes.tUs[j]! - fixes.tUs[i]!;
    const u = span > 0 ? Math.max(0, Math.min(1, (tUs - fixes.tUs[i]!) / span)) : 0;
    const between = (v: Float64Array) => v[i]! + u * (v[j]! - v[i]!);
    put(s, t, between(fixes.speedMps), between(fixes.x), between(fixes.y));
  };
  const f = new Follower(path);
  f.place(0);
  let s = 0;
  let first = -1;
  let last = -1;
  for (let i = begin; i <= end; i++) {
    if (!(fixes.tUs[i]! > lap.startUs && fixes.tUs[i]! < lap.endUs)) continue;
    f.x = fixes.x[i]!;
    f.y = fixes.y[i]!;
    const from = first < 0 ? i : i - 1;
    f.dx = f.x - fixes.x[from]!;
    f.dy = f.y - fixes.y[from]!;
    if (first < 0) {
      first = i;
      atLine(Math.max(0, i - 1), lap.startUs, 0, 0);
    }
    const moved = Math.hypot(f.dx, f.dy);
    if (f.locked && moved < 100 ? f.follow() : moved > 0 && acquire(f, moved)) s = f.s;
    else continue;
    // near the line the foot may lie on the other side of it
    if (path.closed && k.n < 3 && s > path.lengthM / 2) continue;
    if (s > k.s[k.n - 1]! + 0.05 && s < path.lengthM - 0.05)
      put(s, (fixes.tUs[i]! - lap.startUs) / 1e6, fixes.speedMps[i]!, f.x, f.y);
    last = i;
  }
  if (last >= 0) atLine(last, lap.endUs, path.lengthM, lap.timeS);
  return k;
}

function acquire(f: Follower, moved: number): boolean {
  f.dx /= moved;
  f.dy /= moved;
  return f.acquire();
}

/** Measured values, with what is missing made up for; all made up where nothing was measured. */
function filled(measured: Float64Array | undefined, make: () => Float64Array): Float64Array {
  if (!measured?.some(Number.isFinite)) return make();
  if (measured.every(Number.isFinite)) return measured;
  const made = make();
  return measured.map((v, i) => (Number.isFinite(v) ? v : made[i]!));
}

function slope(timeS: Float64Array, stepM: number, closed: boolean): Float64Array {
  const n = timeS.length - 1;
  const reach = Math.max(1, Math.round(SLOPE_M / stepM));
  const lapS = timeS[n]!;
  const at = (i: number): number => {
    if (!closed) return timeS[Math.max(0, Math.min(n, i))]!;
    return i < 0 ? timeS[i + n]! - lapS : i > n ? timeS[i - n]! + lapS : timeS[i]!;
  };
  return timeS.map((_, i) => {
    const a = closed ? i - reach : Math.max(0, i - reach);
    const b = closed ? i + reach : Math.min(n, i + reach);
    return ((b - a) * stepM) / (at(b) - at(a));
  });
}
