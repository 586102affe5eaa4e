import { describe, expect, it } from "vitest";
import { DrivingMode, MODE_ACCELERATE, MODE_BRAKE, MODE_CORNER, modeName } from "./modes.ts";
import { MODE_PRESETS } from "./presets.table.ts";

const G = 9.80665;
const settle = (m: DrivingMode, long: number, lat: number, yawRate: number, speed: number): number => {
  for (let i = 0; i < 30; i++) m.push({ aLong: long * G, aLat: lat * G, yawRate, speed, dtS: 1 / 30 });
  return m.bits;
};

describe("driving modes (city)", () => {
  it.each([
    [0, 0, 0, 20, 0],
    [0.25, 0, 0, 5, MODE_ACCELERATE],
    [-0.3, 0, 0, 5, MODE_BRAKE],
    [0.25, 0, 0, 0, 0],
    [0.25, 0, 0, 1.5, 0],
    [0.25, 0, 0, 2.5, MODE_ACCELERATE],
    [0.2, 0.15, 0.08, 8, MODE_ACCELERATE | MODE_CORNER],
    [-0.35, -0.15, -0.08, 8, MODE_BRAKE | MODE_CORNER],
    // a bank: lateral force, but it does not turn that way
    [0, 0.2, -0.08, 8, 0],
    [0, 0.2, 0.01, 8, 0],
  ])("%d g forward, %d g left, %d rad/s at %d m/s is %d", (long, lat, yawRate, speed, bits) => {
    expect(settle(new DrivingMode(), long, lat, yawRate, speed)).toBe(bits);
  });

  it("leaves a mode at half of what it took to enter", () => {
    const m = new DrivingMode();
    expect(settle(m, 0.2, 0, 0, 8)).toBe(MODE_ACCELERATE);
    expect(settle(m, 0.06, 0, 0, 8)).toBe(MODE_ACCELERATE);
    expect(settle(m, 0.04, 0, 0, 8)).toBe(0);
    expect(settle(m, -0.2, 0, 0, 8)).toBe(MODE_BRAKE);
    expect(settle(m, -0.1, 0, 0, 8)).toBe(MODE_BRAKE);
    expect(settle(m, -0.08, 0, 0, 8)).toBe(0);
  });

  it("keeps a corner while throttle and brake come and go", () => {
    const m = new DrivingMode();
    expect(settle(m, 0.2, 0.15, 0.08, 8)).toBe(5);
    expect(settle(m, 0, 0.08, 0.08, 8)).toBe(4);
    expect(settle(m, -0.3, 0.08, 0.08, 8)).toBe(6);
    expect(settle(m, -0.3, 0.05, 0.08, 8)).toBe(2);
  });

  it("goes from accelerating to braking without both", () => {
    const m = new DrivingMode();
    settle(m, 0.3, 0, 0, 8);
    for (let i = 0; i < 30; i++) {
      const bits = m.push({ aLong: -0.4 * G, aLat: 0, yawRate: 0, speed: 8, dtS: 1 / 30 });
      expect(bits & MODE_ACCELERATE && bits & MODE_BRAKE).toBeFalsy();
    }
    expect(m.bits).toBe(MODE_BRAKE);
  });

  it("is as quick at any rate of samples", () => {
    const times = [0.005, 0.04].map((dt) => {
      const m = new DrivingMode();
      m.push({ aLong: 0, aLat: 0, yawRate: 0, speed: 8, dtS: dt });
      let t = 0;
      while ((m.bits & MODE_BRAKE) === 0) {
        m.push({ aLong: -0.36 * G, aLat: 0, yawRate: 0, speed: 8, dtS: dt });
        t += dt;
      }
      return t;
    });
    // a step to twice the threshold: ln 2 time constants
    expect(times[0]).toBeCloseTo(0.048 * Math.LN2, 2);
    expect(Math.abs(times[0]! - times[1]!)).toBeLessThan(0.04);
  });

  it("absent accelerations are no mode", () => {
    expect(settle(new DrivingMode(), Number.NaN, Number.NaN, Number.NaN, 20)).toBe(0);
  });
});

it("presets are those that drivers know, in g", () => {
  const g = Object.fromEntries(
    Object.entries(MODE_PRESETS).map(([name, t]) => [
      name,
      [t.accelerateMps2 / G, t.brakeMps2 / G, t.lateralMps2 / G, t.yawRateRadps, t.minSpeedMps].map((v) =>
        Number(v.toFixed(3)),
      ),
    ]),
  );
  expect(g).toEqual({
    track: [0.3, 0.5, 0.5, 0.15, 3],
    canyon: [0.2, 0.35, 0.3, 0.1, 2.5],
    city: [0.1, 0.18, 0.12, 0.05, 2],
    highway: [0.08, 0.15, 0.1, 0.04, 4],
  });
  expect(modeName(MODE_BRAKE | MODE_CORNER)).toBe("brake+corner");
});
