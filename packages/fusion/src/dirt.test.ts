import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFusion, type Fusion } from "./fusion.ts";
import { rms } from "./testing/csv.ts";
import { kartLaps, kartTrack } from "./testing/drives.ts";
import { feed, HOME } from "./testing/feed.ts";
import { Random } from "./testing/random.ts";
import { KART_SENSORS, type Reading, type Simulated, simulate } from "./testing/vehicle.ts";
import { createFix, type GnssFix } from "./types.ts";

const wild = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: -20, max: 20, noNaN: true }) },
  { weight: 1, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, 1e308, -1e300, 5e-324) },
);
/** Mostly forward in time, sometimes the same, back, far away, or no time at all; ms. */
const step = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 1, max: 40 }) },
  { weight: 3, arbitrary: fc.integer({ min: -400, max: 0 }) },
  { weight: 2, arbitrary: fc.integer({ min: 100, max: 30_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -1e12, 1e12, 1e15) },
);
const imu = fc.tuple(fc.constant("imu" as const), step, fc.tuple(wild, wild, wild, wild, wild, wild));
const gnss = fc.tuple(
  fc.constant("gnss" as const),
  step,
  fc.tuple(wild, wild, wild, wild, wild, wild, fc.boolean()),
);
const wheel = fc.tuple(fc.constant("wheel" as const), step, fc.tuple(wild));
const attitude = fc.tuple(fc.constant("attitude" as const), step, fc.tuple(wild, wild, wild));
const input = fc.oneof(
  { weight: 8, arbitrary: imu },
  { weight: 4, arbitrary: gnss },
  { weight: 2, arbitrary: wheel },
  { weight: 1, arbitrary: attitude },
);

type Input = typeof input extends fc.Arbitrary<infer T> ? T : never;

function push(f: Fusion, fix: GnssFix, i: Input, atMs: number): void {
  const tUs = atMs * 1000;
  switch (i[0]) {
    case "imu":
      f.imu(tUs, i[2][0], i[2][1], 9.8 + i[2][2] * 0.1, i[2][3] * 0.1, i[2][4] * 0.1, i[2][5] * 0.1);
      return;
    case "wheel":
      f.wheel(tUs, i[2][0]);
      return;
    case "attitude":
      f.attitude(tUs, i[2][0], i[2][1], i[2][2]);
      return;
    default: {
      const [lat, lon, speed, course, hAcc, sAcc, near] = i[2];
      fix.lat = near ? 45 + lat * 1e-5 : lat;
      fix.lon = near ? 9 + lon * 1e-5 : lon;
      fix.speed = speed;
      fix.course = course;
      fix.hAcc = hAcc;
      fix.sAcc = sAcc;
      fix.fix = near ? 3 : Number.NaN;
      f.gnss(tUs, fix);
    }
  }
}

/** What is known once stays finite; what needs a course may be absent, never infinite. */
function expectSound(fusion: Fusion): void {
  const s = fusion.state;
  const known = [s.x, s.y, s.lat, s.lon, s.vx, s.vy, s.speed, s.sigma];
  const maybe = [s.yaw, s.course, s.yawRate, s.aLong, s.aLat, s.aUp, s.yawSigma];
  if (Number.isNaN(s.tUs)) return;
  expect(known.every((v) => Number.isFinite(v))).toBe(true);
  expect(maybe.every((v) => Number.isNaN(v) || Number.isFinite(v))).toBe(true);
}

function expectPositive(fusion: Fusion): void {
  const { pivot } = fusion.summary();
  if (pivot !== null) expect(pivot).toBeGreaterThan(0);
}

const drive = simulate(kartLaps(kartTrack(), 1), 14, { ...KART_SENSORS, imuHz: 50, gnssHz: 10, wheelHz: 20 });
const BAD = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 1e300, -1e5, 1e3] as const;

/** The drive with a part of its readings broken: values, times, order, repetition, gaps. */
function spoiled(seed: number, part: number): Simulated {
  const r = new Random(seed);
  const out: Reading[] = [];
  let gapUntil = -1;
  for (const reading of drive.readings) {
    if (reading.tS < gapUntil) continue;
    if (r.uniform() >= part) {
      out.push(reading);
      continue;
    }
    const bad = BAD[Math.floor(r.uniform() * BAD.length)]!;
    switch (Math.floor(r.uniform() * 6)) {
      case 0:
        if (reading.kind === "imu") {
          const k = Math.floor(r.uniform() * 6);
          out.push({ ...reading, values: reading.values.map((v, i) => (i === k ? bad : v)) });
        } else if (reading.kind === "wheel") out.push({ ...reading, speed: bad });
        else out.push(r.uniform() < 0.5 ? { ...reading, x: bad } : { ...reading, speed: bad, angle: bad });
        break;
      case 1:
        out.push(reading, reading);
        break;
      case 2:
        out.push({ ...reading, tS: r.uniform() < 0.5 ? bad : reading.tS + 3 * (r.uniform() - 0.5) });
        break;
      case 3:
        out.splice(Math.max(0, out.length - Math.floor(r.uniform() * 60)), 0, reading);
        break;
      case 4:
        gapUntil = reading.tS + r.uniform() * 0.8;
        break;
      default:
        if (reading.kind === "gnss") out.push({ ...reading, x: reading.x + 100, y: reading.y - 100 });
    }
  }
  return { ...drive, readings: out };
}

describe.each(["full", "light"] as const)("whatever comes in (%s)", (cost) => {
  it("a drive with broken readings leaves the state finite and the covariance positive", () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0, max: 0.6, noNaN: true }), (seed, part) => {
        const fusion = createFusion({ cost });
        let n = 0;
        feed(fusion, spoiled(seed, part), () => {
          expectSound(fusion);
          if (++n % 50 === 0) expectPositive(fusion);
        });
        expectPositive(fusion);
      }),
      { numRuns: 60 },
    );
  });

  it("and so does noise of any kind", () => {
    fc.assert(
      fc.property(fc.array(input, { minLength: 50, maxLength: 400, size: "max" }), (inputs) => {
        const fusion = createFusion({ cost, reference: { lat: 45, lon: 9 } });
        const fix = createFix();
        let atMs = 1000;
        for (const i of inputs) {
          const to = atMs + i[1];
          push(fusion, fix, i, to);
          if (Math.abs(i[1]) < 50_000) atMs = to;
          expectSound(fusion);
        }
        expectPositive(fusion);
      }),
      { numRuns: 60 },
    );
  });

  it("a clean drive after it is followed again", () => {
    const fusion = createFusion({ cost, reference: HOME });
    feed(fusion, spoiled(7, 0.6));
    const errors: number[] = [];
    const { truth } = drive;
    feed(
      fusion,
      drive,
      (row) => {
        if (truth.tS[row]! > 8)
          errors.push(Math.hypot(fusion.state.x - truth.x[row]!, fusion.state.y - truth.y[row]!));
      },
      { ...HOME, shiftUs: HOME.shiftUs + 60_000_000 },
    );
    expect(errors.length).toBeGreaterThan(200);
    expect(rms(errors)).toBeLessThan(1);
  });
});
