import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { smallestPivot, widen } from "./ekf/condition.ts";
import { createFilter, STATES, VARIANCE } from "./ekf/filter.ts";
import {
  bodyToLevel,
  courseToYaw,
  groundToVehicle,
  levelToGround,
  removeGravity,
  restForce,
  yawRateOf,
  yawToCourse,
} from "./frames.ts";
import { MODE_ACCELERATE, MODE_BRAKE, MODE_CORNER, modeName } from "./modes.ts";
import { rotation } from "./testing/vehicle.ts";

const angle = fc.double({ min: -1.4, max: 1.4, noNaN: true });
const turn = fc.double({ min: -3.1, max: 3.1, noNaN: true });
const part = fc.double({ min: -20, max: 20, noNaN: true });
const times = (m: readonly (readonly number[])[], v: readonly number[]) =>
  m.map((row) => row.reduce((s, a, k) => s + a * v[k]!, 0));

describe("frames of reference", () => {
  it("body to level to ground is the 3-2-1 rotation, factor by factor", () => {
    fc.assert(
      fc.property(angle, angle, turn, fc.tuple(part, part, part), (roll, pitch, yaw, v) => {
        const out = Float64Array.from(v);
        bodyToLevel(out, roll, pitch, out);
        levelToGround(out, yaw, out);
        times(rotation(roll, pitch, yaw), v).forEach((want, i) => {
          expect(out[i]).toBeCloseTo(want, 10);
        });
      }),
    );
  });

  it("gravity removed from a sensor at rest leaves nothing, however it is mounted", () => {
    fc.assert(
      fc.property(angle, angle, (roll, pitch) => {
        const force = new Float64Array(3);
        restForce(roll, pitch, 9.80665, force);
        // what stands still on the ground is pushed up by 1 g
        times(rotation(roll, pitch, 0), [...force]).forEach((v, i) => {
          expect(v).toBeCloseTo(i === 2 ? 9.80665 : 0, 10);
        });
        removeGravity(force, roll, pitch, 9.80665, force);
        for (const v of force) expect(v).toBeCloseTo(0, 10);
      }),
    );
  });

  it("ground to vehicle undoes level to ground", () => {
    fc.assert(
      fc.property(turn, fc.tuple(part, part, part), (yaw, v) => {
        const out = Float64Array.from(v);
        levelToGround(out, yaw, out);
        groundToVehicle(out, yaw, out);
        expect(out[0]).toBeCloseTo(v[0], 10);
        expect(out[1]).toBeCloseTo(v[1], 10);
      }),
    );
  });

  it("course and yaw: north is 0 and a quarter turn, east a quarter turn and 0", () => {
    expect(courseToYaw(0)).toBeCloseTo(Math.PI / 2, 12);
    expect(yawToCourse(0)).toBeCloseTo(Math.PI / 2, 12);
    expect(yawToCourse(Math.PI)).toBeCloseTo(1.5 * Math.PI, 12);
    fc.assert(
      fc.property(fc.double({ min: 0, max: 6.28, noNaN: true }), (course) => {
        expect(yawToCourse(courseToYaw(course))).toBeCloseTo(course, 10);
      }),
    );
  });

  it("a level turn is felt by the sensor's axes as they lie", () => {
    fc.assert(
      fc.property(angle, angle, fc.double({ min: -3, max: 3, noNaN: true }), (roll, pitch, rate) => {
        const m = rotation(roll, pitch, 0);
        // body rates of a turn about the vertical: the third row of the rotation
        const [, gy, gz] = m[2]!.map((c) => c * rate) as [number, number, number];
        expect(yawRateOf(gy, gz, roll, pitch)).toBeCloseTo(rate, 9);
      }),
    );
  });
});

describe("driving modes", () => {
  it("have names", () => {
    expect(
      [
        0,
        MODE_ACCELERATE,
        MODE_BRAKE,
        MODE_CORNER,
        MODE_ACCELERATE | MODE_CORNER,
        MODE_BRAKE | MODE_CORNER,
      ].map(modeName),
    ).toEqual(["idle", "accelerate", "brake", "corner", "accelerate+corner", "brake+corner"]);
  });
});

describe("covariance", () => {
  it("with independent states is positive, and less so the more two of them depend on each other", () => {
    const f = createFilter();
    for (let i = 0; i < STATES; i++) f.p[VARIANCE[i]!] = i + 1;
    expect(smallestPivot(f)).toBeCloseTo(1, 12);
    // correlation 0.8 between the first two: the pivot is 1 - 0.64
    f.p[1] = 0.8 * Math.sqrt(2);
    expect(smallestPivot(f)).toBeCloseTo(0.36, 12);
    f.p[1] = 1.1 * Math.sqrt(2);
    expect(smallestPivot(f)).toBeLessThanOrEqual(0);
    f.p[1] = 0.8 * Math.sqrt(2);
    widen(f, 0, 1);
    expect(smallestPivot(f)).toBeCloseTo(1 - 0.32, 12);
  });
});
