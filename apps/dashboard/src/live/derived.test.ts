import { describe, expect, it } from "vitest";
import { Maxima } from "./maxima.ts";
import { Series } from "./series.ts";
import { Trace } from "./trace.ts";

const S = (channel: string) => new Series(channel, "g", "1");
const f = (...x: number[]) => Float64Array.from(x);

describe("maxima", () => {
  it("keeps the greatest of each direction since the reset, live and from history", () => {
    const long = S("vehicle.aLong");
    const lat = S("vehicle.aLat");
    const m = new Maxima();
    m.update(undefined, undefined, 0);
    long.live(f(10, 20), f(3, -8));
    lat.live(f(10, 20), f(2, -5));
    m.update(long, lat, 0);
    expect([m.accelerating, m.braking, m.left, m.right]).toEqual([3, 8, 2, 5]);
    long.live(f(30), f(4));
    m.update(long, lat, 0);
    expect(m.accelerating).toBe(4);
    long.history({ fromUs: 0, toUs: 9 }, 0, f(5), f(9));
    m.update(long, lat, 0);
    expect(m.accelerating).toBe(9);
    m.update(long, lat, 15);
    expect([m.accelerating, m.braking, m.left, m.right]).toEqual([4, 8, 0, 5]);
  });
});

describe("trace", () => {
  it("joins positions with the speed there, adds what is new, and knows its box", () => {
    const lat = S("gnss.lat");
    const lon = S("gnss.lon");
    const speed = S("gnss.speed");
    const trace = new Trace();
    const add = (t: number, la: number, lo: number) => {
      lat.live(f(t), f(la));
      lon.live(f(t), f(lo));
      speed.live(f(t), f(t / 1e6));
    };
    for (let i = 0; i < 10; i++) add(i * 1e5, 50 + i * 1e-5, 8);
    expect(trace.update(lat, lon, speed, 0)).toBe(true);
    expect(trace.update(lat, lon, speed, 0)).toBe(false);
    expect(trace.length).toBe(10);
    // A ten-thousandth of a degree of latitude at 50 degrees is 11.12 m (111.23 km a degree).
    expect(trace.y[9]! / 9).toBeCloseTo(1.1123, 3);
    expect(trace.speed[9]).toBe(0.9);
    add(5e6, 50, 8.001);
    trace.update(lat, lon, speed, 0);
    expect(trace.length).toBe(11);
    expect([...trace.broken.subarray(0, 11)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(trace.box.maxX).toBeGreaterThan(70);
  });

  it("pairs thinned positions that keep other times of each channel, but not over a gap", () => {
    const lat = S("gnss.lat");
    const lon = S("gnss.lon");
    const trace = new Trace();
    const t = Array.from({ length: 100 }, (_, i) => 5e6 + i * 1e5);
    lat.history({ fromUs: 0, toUs: 20e6 }, 2e5, f(1e5, 3e5, ...t), f(50.00001, 50.00003, ...t.map(() => 50)));
    lon.history(
      { fromUs: 0, toUs: 20e6 },
      2e5,
      f(0, 2e5, 4e5, ...t),
      f(8, 8.00002, 8.00004, ...t.map(() => 8)),
    );
    trace.update(lat, lon, undefined, 0);
    expect(trace.length).toBe(102);
    const east = (deg: number) => trace.projection!.x(deg);
    expect(trace.x[1]! - trace.x[0]!).toBeCloseTo(east(8.00003) - east(8.00001), 6);
    expect([...trace.broken.subarray(0, 4)]).toEqual([0, 0, 1, 0]);
  });

  it("does not draw a way where the position leapt", () => {
    const lat = S("gnss.lat");
    const lon = S("gnss.lon");
    const trace = new Trace();
    lat.live(f(0, 1e5, 2e5, 3e5), f(50, 50.0001, 50.003, 50.0031));
    lon.live(f(0, 1e5, 2e5, 3e5), f(8, 8, 8, 8));
    trace.update(lat, lon, undefined, 0);
    expect([...trace.broken.subarray(0, 4)]).toEqual([0, 0, 1, 0]);
  });

  it("leaves out the null island of receivers without a fix, and begins anew when history comes", () => {
    const lat = S("gnss.lat");
    const lon = S("gnss.lon");
    const trace = new Trace();
    lat.live(f(10, 20), f(0, 50));
    lon.live(f(10, 20), f(0, 8));
    trace.update(lat, lon, undefined, 0);
    expect(trace.length).toBe(1);
    expect(trace.speed[0]).toBeNaN();
    lat.history({ fromUs: 0, toUs: 9 }, 0, f(5), f(50.001));
    lon.history({ fromUs: 0, toUs: 9 }, 0, f(5), f(8));
    trace.update(lat, lon, undefined, 0);
    expect([...trace.tUs.subarray(0, trace.length)]).toEqual([5, 20]);
  });
});
