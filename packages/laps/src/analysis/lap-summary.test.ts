import { describe, expect, it } from "vitest";
import type { Lap } from "../timing/lap.ts";
import { coasting } from "./driving.ts";
import { lapSummary } from "./lap-summary.ts";
import type { LapView } from "./lap-view.ts";
import { accelerator } from "./pedals.ts";

const COUNT = 101;
/** 100 m in 10 s at an even 10 m/s, a step every metre. */
function viewOf(
  columns: Readonly<Record<string, (i: number) => number>>,
  forces: { long?: (i: number) => number; lat?: (i: number) => number } = {},
): LapView {
  const each = (f: (i: number) => number) => Float64Array.from({ length: COUNT }, (_, i) => f(i));
  const lap: Lap = {
    number: 1,
    kind: "lap",
    startUs: 0,
    endUs: 10e6,
    timeS: 10,
    uncertaintyS: 0.01,
    valid: true,
    flags: [],
    sectorsS: [],
    splitsS: [],
    distanceM: 100,
  };
  const made = new Map(Object.entries(columns).map(([id, f]) => [id, each(f)]));
  return {
    lap,
    stepM: 1,
    count: COUNT,
    lengthM: 100,
    timeS: each((i) => i / 10),
    tUs: each((i) => i * 1e5),
    x: each((i) => i),
    y: each(() => 0),
    speedMps: each((i) => (i < 50 ? 8 : 12)),
    aLongMps2: each(forces.long ?? (() => 0)),
    aLatMps2: each(forces.lat ?? (() => 0)),
    channel: (id) => made.get(id),
  };
}

describe("a lap in short", () => {
  it("has speeds and forces by hand; a bump of one sample is none", () => {
    const s = lapSummary(
      viewOf(
        {},
        {
          // 9 m/s^2 of braking for 2 s, and a blow of 90 m/s^2
          long: (i) => (i >= 20 && i < 40 ? -9 : i === 70 ? 90 : 0),
          lat: (i) => (i >= 50 && i < 60 ? 6 : i >= 80 && i < 90 ? -4 : 0),
        },
      ),
    );
    expect([s.minimumMps, s.maximumMps, s.meanMps]).toEqual([8, 12, 10]);
    expect(s.brakingMps2).toBe(9);
    expect(s.leftMps2).toBe(6);
    expect(s.rightMps2).toBe(4);
    // three samples lie within a quarter of a second
    expect(s.accelerationMps2).toBeCloseTo(30, 9);
    expect(s.brakingShare).toBeCloseTo(0.2, 9);
    expect(s.coastingBy).toBe("acceleration");
    expect(s.fullThrottleShare).toBeNaN();
  });

  it("measures pedals by their own travel", () => {
    const view = viewOf({
      // rests at 0.2, full at 0.8
      "driver.accelerator": (i) => (i < 40 ? 0.8 : i < 70 ? 0.2 : 0.5),
      "driver.brake": (i) => (i >= 50 && i < 70 ? 0.6 : 0),
    });
    const pedal = accelerator(view)!;
    expect([pedal[0], pedal[50], pedal[90]]).toEqual([1, 0, expect.closeTo(0.5, 9)]);
    const s = lapSummary(view);
    expect(s.fullThrottleShare).toBeCloseTo(0.39, 9);
    expect(s.brakingShare).toBeCloseTo(0.2, 9);
    expect(s.coastingShare).toBeCloseTo(0.1, 9);
    expect(s.coastingBy).toBe("pedals");
  });

  it("knows nothing of a pedal that hardly moves, and takes one that is never released as it is", () => {
    expect(accelerator(viewOf({ "driver.throttle": (i) => 0.4 + 0.001 * i }))?.[0]).toBeCloseTo(0.8, 9);
    expect(accelerator(viewOf({ "driver.throttle": (i) => 0.05 + 0.001 * i }))).toBeUndefined();
    expect(accelerator(viewOf({}))).toBeUndefined();
  });

  it("does not take an even speed for coasting", () => {
    expect(coasting(viewOf({}, { long: () => 0 })).seconds).toBe(0);
    expect(coasting(viewOf({}, { long: () => -0.8 })).share).toBeCloseTo(1, 9);
    expect(coasting(viewOf({}, { long: () => -5 })).seconds).toBe(0);
  });

  it("does not take a shaking vehicle at an even speed for a coasting one", () => {
    // one of three samples says -0.9: as gentle as rolling, were it not for the others
    const shaken = coasting(viewOf({}, { long: (i) => (i % 3 === 0 ? -0.9 : 0.45) }));
    expect(shaken.seconds).toBe(0);
    const rolling = coasting(
      viewOf({}, { long: (i) => (i >= 30 && i < 70 ? -0.8 : 1) + (i % 3 === 0 ? -0.4 : 0.2) }),
    );
    expect(rolling.seconds).toBeGreaterThan(3.2);
    expect(rolling.seconds).toBeLessThan(4.5);
    expect(rolling.stretches.reduce((s, x) => s + x.seconds, 0)).toBeCloseTo(rolling.seconds, 9);
  });
});
