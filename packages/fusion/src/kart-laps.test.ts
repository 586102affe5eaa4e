import { describe, expect, it } from "vitest";
import { createFusion } from "./fusion.ts";
import { rms } from "./testing/csv.ts";
import { kartLaps, kartTrack } from "./testing/drives.ts";
import { feed, HOME } from "./testing/feed.ts";
import { KART_SENSORS, type Simulated, simulate } from "./testing/vehicle.ts";
import type { FusionOptions } from "./types.ts";

const track = kartTrack();
const sim = simulate(kartLaps(track, 5), 220, KART_SENSORS);

/** Time the kart has gone a number of laps, s. */
function lapEndS(s: Simulated, laps: number): number {
  let way = 0;
  for (let i = 1; i < s.truth.tS.length; i++) {
    way += s.truth.speed[i]! * (s.truth.tS[i]! - s.truth.tS[i - 1]!);
    if (way >= laps * track.lengthM) return s.truth.tS[i]!;
  }
  return Number.POSITIVE_INFINITY;
}

function lap(options: FusionOptions, fromS: number, toS: number, s = sim) {
  const fusion = createFusion({ reference: HOME, ...options });
  const e = {
    place: [] as number[],
    speed: [] as number[],
    along: [] as number[],
    across: [] as number[],
    n: 0,
  };
  const t = s.truth;
  feed(fusion, s, (row) => {
    if (t.tS[row]! < fromS || t.tS[row]! > toS) return;
    const { x, y, speed, aLong, aLat } = fusion.state;
    e.place.push(Math.hypot(x - t.x[row]!, y - t.y[row]!));
    e.speed.push(speed - t.speed[row]!);
    e.along.push(aLong - t.aLong[row]!);
    e.across.push(aLat - t.aLat[row]!);
  });
  return { fusion, ...e };
}

describe.each(["full", "light"] as const)("simulated laps of a kart at 1.5 g (%s)", (cost) => {
  it("speed and forces are right after the first lap, with bias, noise, delay and a crooked mounting", () => {
    const { place, speed, along, across } = lap({ cost }, lapEndS(sim, 1), 220);
    expect(speed.length).toBeGreaterThan(20_000);
    expect(rms(speed)).toBeLessThan(0.2);
    expect(rms(along)).toBeLessThan(0.5);
    expect(rms(across)).toBeLessThan(0.5);
    // fixes are 0.5 m off in each axis
    expect(rms(place)).toBeLessThan(0.25);
  });

  it("shows the forces of a sensor as slow as the steps of the light filter, too", () => {
    const slow = simulate(kartLaps(track, 5), 120, { ...KART_SENSORS, imuHz: 25 });
    const { along, across } = lap({ cost }, lapEndS(slow, 1), 120, slow);
    expect(along.length).toBeGreaterThan(1500);
    expect(rms(along)).toBeLessThan(0.375);
    expect(rms(across)).toBeLessThan(0.7);
  });

  it("is calibrated within two laps", () => {
    const two = { ...sim, readings: sim.readings.filter((r) => r.tS < lapEndS(sim, 2)) };
    const { fusion } = lap({ cost }, 0, 0, two);
    const { calibration, delay, degraded } = fusion.summary();
    const [ax, ay, az] = KART_SENSORS.accelBias;
    expect(calibration.yawRad).toBeCloseTo(KART_SENSORS.mounting[2], 2);
    expect(delay.positionS).toBeCloseTo(KART_SENSORS.delayS, 2);
    expect(delay.sigmaS).toBeLessThan(0.02);
    // a biased accelerometer and a tilted one are the same: bias over g
    expect(calibration.pitchRad).toBeCloseTo(KART_SENSORS.mounting[1] - ax / (9.80665 + az), 1);
    expect(calibration.rollRad).toBeCloseTo(KART_SENSORS.mounting[0] + ay / (9.80665 + az), 1);
    calibration.gyroBiasRadps.forEach((b, i) => {
      expect(Math.abs(b - KART_SENSORS.gyroBias[i]!)).toBeLessThan(0.004);
    });
    expect(calibration.confidence).toBeGreaterThan(0.8);
    expect(degraded).toEqual([]);
  });
});

describe("consistency", () => {
  it("NIS is inside its 95 % band, for places and for velocities", () => {
    const { sensors } = lap({}, 0, 0).fusion.summary();
    for (const { nis, accepted } of [sensors.position, sensors.velocity]) {
      // mean of n chi-squared values with two degrees of freedom, over two: 1 with a variance of 1/n
      const half = 1.96 / Math.sqrt(accepted);
      expect(accepted).toBeGreaterThan(4000);
      expect(nis).toBeGreaterThan(1 - half);
      expect(nis).toBeLessThan(1 + half);
    }
    expect(sensors.position.rejected + sensors.velocity.rejected).toBeLessThan(10);
  });

  it("with a wheel, its scale is found and it does not upset the rest", () => {
    const wheeled = simulate(kartLaps(track, 5), 120, { ...KART_SENSORS, seed: 3, wheelHz: 50 });
    const { fusion, speed, place } = lap({}, lapEndS(wheeled, 1), 120, wheeled);
    const { calibration, sensors } = fusion.summary();
    expect(calibration.wheelScale).toBeCloseTo(KART_SENSORS.wheelScale, 2);
    expect(sensors.wheel.rejected).toBeLessThan(0.01 * sensors.wheel.accepted);
    expect(rms(speed)).toBeLessThan(0.1);
    expect(rms(place)).toBeLessThan(0.25);
  });
});

describe("standstill", () => {
  it("of ten minutes does not drift, and shows speed 0", () => {
    const still = simulate(() => ({ accel: 0, yawRate: 0, slope: 0.02 }), 600, {
      ...KART_SENSORS,
      imuHz: 100,
      gnssHz: 10,
    });
    const fusion = createFusion();
    let first: { x: number; y: number } | undefined;
    let drift = 0;
    let fastest = 0;
    feed(fusion, still, () => {
      const s = fusion.state;
      first ??= { x: s.x, y: s.y };
      drift = Math.max(drift, Math.hypot(s.x - first.x, s.y - first.y));
      fastest = Math.max(fastest, s.speed);
    });
    expect(first).toBeDefined();
    expect(drift).toBeLessThan(0.05);
    expect(fastest).toBe(0);
    const { stationary, calibration } = fusion.summary();
    expect(stationary).toBe(true);
    calibration.gyroBiasRadps.forEach((b, i) => {
      expect(b).toBeCloseTo(KART_SENSORS.gyroBias[i]!, 2);
    });
  });

  it("ends without losing the first metres", () => {
    const { place, speed } = lap({}, 5, 10);
    expect(Math.max(...place)).toBeLessThan(1);
    expect(rms(speed)).toBeLessThan(0.4);
  });
});
