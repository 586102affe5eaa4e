import { describe, expect, it } from "vitest";
import { createFusion } from "./fusion.ts";
import { kartLaps, kartTrack } from "./testing/drives.ts";
import { feed, HOME } from "./testing/feed.ts";
import { KART_SENSORS, type Simulated, simulate } from "./testing/vehicle.ts";

const STARTS_S = Array.from({ length: 10 }, (_, i) => 20 + 4.1 * i);
/** What the fixes say of delay, tilt and gyro of the sensor takes so long to see. */
const FOUND_S = 20;
const WATCHED_S = 60;

const kart = (gnssHz: number, delayS: number): Simulated =>
  simulate(kartLaps(kartTrack(), 5), 125, { ...KART_SENSORS, imuHz: 100, gnssHz, delayS });

/** Worst error of speed, m/s, once the sensor had time, when the fusion does not hear it at some times. */
function worst(sim: Simulated, startS: number, deaf: (tS: number) => boolean): number {
  const fusion = createFusion({ reference: HOME });
  const { truth } = sim;
  let most = 0;
  feed(
    fusion,
    sim,
    (row) => {
      const tS = truth.tS[row]!;
      if (tS < startS + FOUND_S || tS > startS + WATCHED_S) return;
      most = Math.max(most, Math.abs(fusion.state.speed - truth.speed[row]!));
    },
    HOME,
    (r) => (r.kind === "imu" && deaf(r.tS)) || r.tS > startS + WATCHED_S,
  );
  expect(most).toBeGreaterThan(0);
  return most;
}

describe("an inertial sensor that first appears in the middle of a drive at 1.5 g", () => {
  it.each([
    [10, 0.08, 0.5],
    [5, 0.08, 0.5],
    [1, 0.08, 2],
    [10, 1, 3],
    [5, 1, 3.5],
  ])("fixes at %d Hz, %d s late: speed is right within %d m/s, wherever it appears", (hz, lateS, limit) => {
    const sim = kart(hz, lateS);
    for (const startS of STARTS_S)
      expect(
        worst(sim, startS, (tS) => tS < startS),
        `from ${startS} s`,
      ).toBeLessThan(limit);
  });
});

describe("an inertial sensor that was silent for 5 to 20 s on the way", () => {
  it.each([
    [10, 0.08, 0.5],
    [5, 0.08, 0.5],
    [1, 0.08, 1],
  ])("fixes at %d Hz, %d s late: speed is right within %d m/s after it", (hz, lateS, limit) => {
    const sim = kart(hz, lateS);
    STARTS_S.forEach((startS, i) => {
      const fromS = startS - 5 - ((7 * i) % 16);
      expect(
        worst(sim, startS, (tS) => tS > fromS && tS < startS),
        `until ${startS} s`,
      ).toBeLessThan(limit);
    });
  });
});
