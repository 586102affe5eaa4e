import { describe, expect, it } from "vitest";
import { type FuseOptions, fuseRecording } from "./fuse-recording.ts";
import { columnOf, interpolate, median, readCsv, rms } from "./testing/csv.ts";

const drive = readCsv(new URL("./captures/comma2k19.csv", import.meta.url));
const truth = readCsv(new URL("./captures/comma2k19-truth.csv", import.meta.url));
const truthUs = truth.groups[0]!.tUs;
const LAT_M = 110_990;
const lonM = (lat: number) => 111_319 * Math.cos((lat * Math.PI) / 180);

/** Distance to the truth at each row of the result, and the error in speed. */
function errors(options: FuseOptions) {
  const { recording, summary } = fuseRecording(drive, options);
  const { tUs } = recording.groups[0]!;
  const [lat, lon, speed] = ["vehicle.lat", "vehicle.lon", "vehicle.speed"].map((n) =>
    columnOf(recording, n),
  ) as [Float64Array, Float64Array, Float64Array];
  const [tLat, tLon, east, north] = ["lat", "lon", "vEast", "vNorth"].map((n) => columnOf(truth, n)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const tSpeed = east.map((e, i) => Math.hypot(e, north[i]!));
  const position: number[] = [];
  const speeds: number[] = [];
  const times: number[] = [];
  for (let i = 0; i < tUs.length; i++) {
    const t = tUs[i]!;
    if (t < truthUs[0]! || t > truthUs.at(-1)! || !Number.isFinite(lat[i]!)) continue;
    const la = interpolate(truthUs, tLat, t);
    const lo = interpolate(truthUs, tLon, t);
    position.push(Math.hypot((lat[i]! - la) * LAT_M, (lon[i]! - lo) * lonM(la)));
    speeds.push(speed[i]! - interpolate(truthUs, tSpeed, t));
    times.push((t - drive.groups[0]!.tUs[0]!) / 1e6);
  }
  return { position, speeds, times, summary };
}

/** The error at the end of a span, and its mean square inside it. */
function over(result: ReturnType<typeof errors>, from: number, to: number) {
  const inside = result.position.filter((_, i) => result.times[i]! >= from && result.times[i]! < to);
  return { end: inside.at(-1)!, rms: rms(inside) };
}

/** How far off a vehicle is that holds speed and course of the filter for some seconds. */
function holdError(from: number, seconds: number): number {
  const { recording } = fuseRecording(drive);
  const { tUs } = recording.groups[0]!;
  const start = drive.groups[0]!.tUs[0]!;
  const i = tUs.findIndex((t) => t >= start + from * 1e6);
  const [lat, lon, vx, vy] = ["lat", "lon", "vx", "vy"].map((n) => columnOf(recording, `vehicle.${n}`)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const t = tUs[i]! + seconds * 1e6;
  const la = interpolate(truthUs, columnOf(truth, "lat"), t);
  const lo = interpolate(truthUs, columnOf(truth, "lon"), t);
  return Math.hypot((lat[i]! - la) * LAT_M + vy[i]! * seconds, (lon[i]! - lo) * lonM(la) + vx[i]! * seconds);
}

describe("a real drive with a trustworthy truth (comma2k19, 30 s)", { timeout: 60_000 }, () => {
  const filtered = errors({});

  it("is followed to within 0.7 m and 0.15 m/s, the fixes' delay found by the filter itself", () => {
    expect(rms(filtered.position)).toBeLessThanOrEqual(0.7);
    expect(rms(filtered.speeds)).toBeLessThanOrEqual(0.15);
    // the fixes as stamped are 1.62 m off, moved by the best constant delay 0.46 m
    expect(filtered.summary.delay.positionS).toBeGreaterThan(0.05);
    expect(filtered.summary.delay.positionS).toBeLessThan(0.12);
    expect(filtered.summary.degraded).not.toContain("imu-disagrees");
  });

  it("never leaves its own sigma by far", () => {
    const { recording } = fuseRecording(drive);
    const sigma = columnOf(recording, "vehicle.sigma");
    expect(Math.min(...sigma)).toBeGreaterThan(rms(filtered.position));
    expect(Math.max(...filtered.position)).toBeLessThan(2 * Math.max(...sigma));
  });

  it("is followed more closely with what came later too", () => {
    const smoothed = errors({ smooth: true });
    expect(smoothed.summary.smoothed).toBe(true);
    expect(rms(smoothed.position)).toBeLessThan(rms(filtered.position));
    expect(rms(smoothed.speeds)).toBeLessThan(rms(filtered.speeds));
    expect(Math.max(...smoothed.position)).toBeLessThan(Math.max(...filtered.position));
  });

  it("is bridged over 10 s without fixes by wheel and inertial sensor, wherever they fail", () => {
    const ends: number[] = [];
    const smoothedEnds: number[] = [];
    for (let from = 0.5; from + 10 <= 29.6; from += 0.5) {
      const hideGnss = [[from, from + 10]] as const;
      ends.push(over(errors({ hideGnss }), from, from + 10).end);
      if (from % 2 === 1) smoothedEnds.push(over(errors({ hideGnss, smooth: true }), from, from + 10).end);
    }
    expect(median(ends)).toBeLessThanOrEqual(2.5);
    expect(Math.max(...ends)).toBeLessThanOrEqual(5);
    expect(median(smoothedEnds)).toBeLessThan(median(ends));
    expect(Math.max(...smoothedEnds)).toBeLessThan(Math.max(...ends));
  });

  it("is bridged over 5 s by the inertial sensor alone, better than by holding speed and course", () => {
    const own: number[] = [];
    const held: number[] = [];
    const smoothed: number[] = [];
    const smoothedEnds: number[] = [];
    for (let from = 1; from + 5 <= 29.6; from += 0.5) {
      const span = [[from, from + 5]] as const;
      const hidden = errors({ hideGnss: span, hideWheel: span });
      own.push(over(hidden, from, from + 5).end);
      held.push(holdError(from, 5));
      if (from % 2 !== 1) continue;
      const after = errors({ hideGnss: span, hideWheel: span, smooth: true });
      smoothed.push(over(after, from, from + 5).rms);
      smoothedEnds.push(over(after, from, from + 5).end);
    }
    expect(median(own)).toBeLessThanOrEqual(6);
    expect(median(own)).toBeLessThan(median(held));
    expect(rms(own)).toBeLessThan(rms(held));
    expect(median(smoothedEnds)).toBeLessThan(median(own));
    expect(rms(smoothed)).toBeLessThan(rms(own));
  });

  it("gives the same at the light running cost, to 0.1 m", () => {
    const full = fuseRecording(drive).recording;
    const light = fuseRecording(drive, { cost: "light" }).recording;
    expect(light.groups[0]!.tUs).toEqual(full.groups[0]!.tUs);
    const [fx, fy, lx, ly] = [full, light].flatMap((r) => [
      columnOf(r, "vehicle.x"),
      columnOf(r, "vehicle.y"),
    ]) as [Float64Array, Float64Array, Float64Array, Float64Array];
    let worst = 0;
    for (let i = 0; i < fx.length; i++) worst = Math.max(worst, Math.hypot(fx[i]! - lx[i]!, fy[i]! - ly[i]!));
    expect(worst).toBeLessThan(0.1);
  });

  it("comes at any rate, on a regular grid", () => {
    const { recording } = fuseRecording(drive, { rateHz: 20 });
    const { tUs } = recording.groups[0]!;
    for (let i = 1; i < tUs.length; i++) expect(tUs[i]! - tUs[i - 1]!).toBe(50_000);
    expect(recording.groups[0]!.columns.map((c) => c.field.name)).toContain("vehicle.lat");
    expect(() => fuseRecording(drive, { rateHz: 0 })).toThrow(RangeError);
  });
});
