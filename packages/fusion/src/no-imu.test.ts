import { describe, expect, it } from "vitest";
import { createFusion } from "./fusion.ts";
import { rms } from "./testing/csv.ts";
import { kartLaps, kartTrack } from "./testing/drives.ts";
import { fixMaker, HOME } from "./testing/feed.ts";
import { KART_SENSORS, simulate } from "./testing/vehicle.ts";

/** Brakes and corners as a kart with sticky tyres does: 1.7 g. */
const track = kartTrack(17, 5, 17, 30);

describe.each([10, 5])("a kart with nothing but a receiver of %i Hz", (gnssHz) => {
  it("brakes at 1.7 g, and speed and yaw go with it", () => {
    const sim = simulate(kartLaps(track, 3), 120, {
      ...KART_SENSORS,
      gnssHz,
      delayS: 0,
      speedNoise: 0.05,
      imuHz: 200,
    });
    const { truth } = sim;
    const fusion = createFusion({ reference: HOME });
    const make = fixMaker(HOME, sim);
    const speed: number[] = [];
    const yaw: number[] = [];
    for (const r of sim.readings) {
      if (r.kind !== "gnss" || !fusion.gnss(HOME.shiftUs + Math.round(r.tS * 1e6), make(r))) continue;
      const row = Math.round(r.tS * 200);
      if (r.tS < 40) continue;
      const d = fusion.state.yaw - truth.yaw[row]!;
      speed.push(fusion.state.speed - truth.speed[row]!);
      yaw.push(Math.atan2(Math.sin(d), Math.cos(d)));
    }
    expect(speed.length).toBeGreaterThan(70 * gnssHz);
    expect(rms(speed)).toBeLessThan(gnssHz === 10 ? 0.2 : 0.5);
    expect(Math.max(...speed.map(Math.abs))).toBeLessThan(gnssHz === 10 ? 1 : 2.5);
    expect(rms(yaw)).toBeLessThan(0.03);
  });
});

it("a vehicle with nothing but a receiver knows at a stop which way it stands, and that nothing is wrong", () => {
  const sim = simulate(
    (tS) => ({ accel: tS < 3 ? 0 : tS < 8 ? 2 : tS > 20 && tS < 30 ? -1.25 : 0, yawRate: 0, slope: 0 }),
    60,
    { ...KART_SENSORS, gnssHz: 10, delayS: 0, speedNoise: 0.05 },
    { yaw: 0.7 },
  );
  const fusion = createFusion({ reference: HOME });
  const make = fixMaker(HOME, sim);
  for (const r of sim.readings) {
    if (r.kind !== "gnss") continue;
    const fix = make(r);
    if (fix.speed < 0.6) fix.course = Number.NaN; // as receivers do
    fusion.gnss(HOME.shiftUs + Math.round(r.tS * 1e6), fix);
  }
  expect(fusion.state.yaw).toBeCloseTo(0.7, 1);
  expect(fusion.summary().degraded).toEqual(["no-imu"]);
});
