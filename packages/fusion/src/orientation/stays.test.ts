import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kartLaps, kartTrack } from "../testing/drives.ts";
import { drive, remounted, turnAbout } from "../testing/turned.ts";
import { type Drive, KART_SENSORS, type Sensors, type Simulated, simulate } from "../testing/vehicle.ts";

const DEG = Math.PI / 180;
const SENSORS: Sensors = { ...KART_SENSORS, imuHz: 50, gnssHz: 10, mounting: [0, 0, 0] };

/** Course and velocity of a hull that slides: a part of the turn late, and set aside by wind. */
function sliding(sim: Simulated, setRad: number): Simulated {
  return {
    ...sim,
    readings: sim.readings.map((r) => (r.kind === "gnss" ? { ...r, angle: r.angle + setRad } : r)),
  };
}

/** Backwards at walking pace: what points forward in the sensor goes the other way. */
function backwards(sim: Simulated, untilS: number): Simulated {
  return {
    ...sim,
    readings: sim.readings.map((r) =>
      r.kind === "imu" && r.tS < untilS ? { ...r, values: r.values.map((v, k) => (k < 2 ? -v : v)) } : r,
    ),
  };
}

const hills: Drive = (tS) => ({
  accel: 1.2 * Math.sin(tS / 4),
  yawRate: 0.2 * Math.sin(tS / 7),
  slope: 0.08 * Math.sin(tS / 15),
});
const reversing: Drive = (tS) => ({
  accel: tS < 25 ? 1.2 * Math.sin(tS) : 1.5 * Math.sin(tS / 5),
  yawRate: 0.2 * Math.sin(tS / 3),
  slope: 0,
});
const drives: Readonly<Record<string, Simulated>> = {
  "a kart": simulate(kartLaps(kartTrack(), 5), 45, SENSORS),
  "a kart on a hilly track": simulate(kartLaps(kartTrack(), 0, 0.1), 45, SENSORS, { speed: 8 }),
  "a kart, fixes a second old": simulate(kartLaps(kartTrack(), 5), 45, { ...SENSORS, delayS: 1 }),
  "a car over hills": simulate(hills, 60, SENSORS, { speed: 20 }),
  "a car in a circle": simulate(() => ({ accel: 0, yawRate: 0.3, slope: 0 }), 40, SENSORS, { speed: 15 }),
  "a motorway": simulate(
    (tS) => ({ accel: 0.2 * Math.sin(tS / 9), yawRate: 0.01, slope: 0.03 }),
    60,
    SENSORS,
    {
      speed: 33,
    },
  ),
  standstill: simulate(() => ({ accel: 0, yawRate: 0, slope: 0.08 }), 40, SENSORS),
  "one that reverses first": backwards(simulate(reversing, 60, SENSORS), 25),
  "a boat that is set to the side": sliding(
    simulate(
      (tS) => ({ accel: 0.5 * Math.sin(tS / 5), yawRate: 0.25 * Math.sin(tS / 6), slope: 0 }),
      60,
      SENSORS,
      {
        speed: 9,
      },
    ),
    0.15,
  ),
};

describe("a sensor that sits crooked by up to 30 degrees about any axis is never turned", () => {
  it.each(Object.keys(drives))("%s", (name) => {
    const sideSlip = name.includes("boat") ? ("free" as const) : ("none" as const);
    const unit = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.tuple(unit, unit, unit).filter((a) => Math.hypot(...a) > 0.1),
        fc.double({ min: 0, max: 30 * DEG, noNaN: true }),
        (axis, angle) => {
          const { fusion } = drive(remounted(drives[name]!, turnAbout(axis, angle)), 0, { sideSlip });
          expect(fusion.summary().calibration.orientation.turned).toBe(false);
        },
      ),
      { numRuns: 8 },
    );
  });

  it.each([15, 20, 30, -30])("%d degrees about the vertical are learnt by the fine calibration", (deg) => {
    const sim = simulate(kartLaps(kartTrack(), 5), 70, { ...SENSORS, imuHz: 100, gnssHz: 25 });
    const { fusion, speed, along, across } = drive(remounted(sim, turnAbout([0, 0, 1], -deg * DEG)), 40);
    const { orientation, yawRad } = fusion.summary().calibration;
    expect(orientation).toMatchObject({ known: true, turned: false });
    expect(yawRad).toBeCloseTo(deg * DEG, 1);
    expect(speed).toBeLessThan(0.2);
    expect(along).toBeLessThan(0.5);
    expect(across).toBeLessThan(0.5);
  });
});
