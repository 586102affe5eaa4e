import { describe, expect, it } from "vitest";
import { SensorCount } from "./counters.ts";
import { FixClock } from "./fix-clock.ts";
import { GnssInput } from "./gnss-input.ts";
import { Random } from "./testing/random.ts";
import { TimeBase } from "./time-base.ts";
import { createFix, type GnssFix } from "./types.ts";

describe("fix clock", () => {
  it("gives the receiver's grid back from stamps that jitter, over missing epochs", () => {
    const c = new FixClock();
    const r = new Random(1);
    let worst = 0;
    let raw = 0;
    for (let k = 0; k < 600; k++) {
      if (k % 37 === 5) continue;
      const stamp = k * 0.1 + 0.015 * (r.uniform() - 0.5);
      const smooth = c.push(stamp);
      if (k < 60) continue;
      worst = Math.max(worst, Math.abs(smooth - k * 0.1));
      raw = Math.max(raw, Math.abs(stamp - k * 0.1));
    }
    expect(raw).toBeGreaterThan(0.007);
    expect(worst).toBeLessThan(0.004);
  });

  it("leaves exact stamps alone, follows a drifting clock, and passes on what has no grid", () => {
    const exact = new FixClock();
    for (let k = 0; k < 100; k++) expect(exact.push(k * 0.04)).toBeCloseTo(k * 0.04, 9);
    const drifting = new FixClock();
    let last = 0;
    for (let k = 0; k < 3000; k++) last = drifting.push(k * 0.1 * 1.0005) - k * 0.1 * 1.0005;
    expect(Math.abs(last)).toBeLessThan(0.001);
    const random = new FixClock();
    const r = new Random(4);
    let t = 0;
    let off = 0;
    for (let k = 0; k < 300; k++) {
      t += 0.05 + 0.4 * r.uniform();
      off = Math.max(off, Math.abs(random.push(t) - t));
    }
    expect(off).toBeLessThan(0.1);
  });
});

describe("fixes", () => {
  const input = () => {
    const count = new SensorCount(2);
    return { count, gnss: new GnssInput({}, count) };
  };
  const fix = (over: Partial<GnssFix>): GnssFix => ({
    ...createFix(),
    lat: 45,
    lon: 9,
    speed: 5,
    course: 1,
    ...over,
  });

  it("that a logger repeats in every row count once", () => {
    const { gnss, count } = input();
    let used = 0;
    for (let k = 0; k < 50; k++) if (gnss.push(k / 50, fix({ lat: 45 + Math.floor(k / 5) * 1e-6 }))) used++;
    expect(used).toBe(10);
    expect(count.repeated).toBe(40);
  });

  it("whose velocity comes on its own are told apart: no velocity is used twice", () => {
    const { gnss } = input();
    let places = 0;
    let velocities = 0;
    for (let k = 0; k < 400; k++) {
      const place = Math.floor(k / 4);
      const speed = Math.floor((k + 2) / 4);
      if (!gnss.push(k / 40, fix({ lat: 45 + place * 1e-6, speed: 5 + speed * 0.01 }))) continue;
      if (gnss.fix.newPosition) places++;
      if (gnss.fix.newVelocity) velocities++;
    }
    expect(places).toBe(100);
    expect(velocities).toBeLessThan(110);
    expect(velocities).toBeGreaterThan(95);
  });

  it.each([
    ["no fix", { fix: 0 }],
    ["no place", { lat: Number.NaN }],
    ["the Gulf of Guinea", { lat: 0, lon: 0 }],
    ["the pole", { lat: 89.95 }],
    ["a place that is none", { lon: 1000 }],
    ["an accuracy of half a kilometre", { hAcc: 500 }],
  ])("with %s are counted and left", (_, over) => {
    const { gnss, count } = input();
    expect(gnss.push(1, fix(over))).toBe(false);
    expect(count.invalid).toBe(1);
  });

  it("near Greenwich and the equator are fixes like any other", () => {
    const { gnss } = input();
    expect(gnss.push(1, fix({ lat: 51.48, lon: 0 }))).toBe(true);
    expect(gnss.push(2, fix({ lat: 0, lon: 9 }))).toBe(true);
  });

  it("out of order are counted, and a speed that is none is absent", () => {
    const { gnss, count } = input();
    gnss.push(2, fix({}));
    expect(gnss.push(1.9, fix({ lat: 46 }))).toBe(false);
    expect(gnss.push(Number.NaN, fix({ lat: 46 }))).toBe(false);
    expect(count.late).toBe(2);
    expect(gnss.push(3, fix({ lat: 45.1, speed: -1 }))).toBe(true);
    expect(gnss.fix.newVelocity).toBe(false);
  });

  it("are as good as they say, else as their HDOP, else as one thinks", () => {
    const { gnss } = input();
    gnss.push(1, fix({ hAcc: 0.8, hdop: 2 }));
    expect(gnss.fix.sigmaM).toBe(0.8);
    gnss.push(2, fix({ lat: 45.1, hdop: 2 }));
    expect(gnss.fix.sigmaM).toBe(3);
    gnss.push(3, fix({ lat: 45.2 }));
    expect(gnss.fix.sigmaM).toBe(2.5);
  });
});

describe("time base", () => {
  it("counts seconds from the first stamp, and lets late samples be late", () => {
    const t = new TimeBase();
    expect(t.seconds(1.7e15)).toBe(0);
    expect(t.seconds(1.7e15 + 2_500_000)).toBe(2.5);
    expect(t.seconds(1.7e15 + 500_000)).toBe(0.5);
    expect(t.latestS).toBe(2.5);
  });

  it("takes one strange stamp for a mistake and three that agree for the truth", () => {
    const t = new TimeBase();
    t.seconds(0);
    expect(t.seconds(1e15)).toBeNaN();
    expect(t.seconds(10_000)).toBe(0.01);
    expect(t.seconds(1e15)).toBeNaN();
    expect(t.seconds(1e15 + 1000)).toBeNaN();
    expect(t.restarted).toBe(false);
    expect(t.seconds(1e15 + 2000)).toBe(0);
    expect(t.restarted).toBe(true);
    expect(t.seconds(1e15 + 12_000)).toBeCloseTo(0.01, 9);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 1e300]) expect(t.seconds(bad)).toBeNaN();
  });
});
