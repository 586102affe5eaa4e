import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { condition, resetState, smallestPivot, widen } from "./condition.ts";
import {
  createFilter,
  EAST,
  type Filter,
  NIS,
  PACKED_INDEX,
  V_EAST,
  V_NORTH,
  VARIANCE,
  YAW,
} from "./filter.ts";
import { updateDirect, updateForward, updatePair, updateSideSlip, updateSpeed } from "./measure.ts";

const diagonal = (x: readonly number[], p: readonly number[]): Filter => {
  const f = createFilter();
  f.x.set(x);
  p.forEach((v, i) => {
    f.p[VARIANCE[i]!] = v;
  });
  return f;
};
const P = [10, 10, 0.1, 1, 1, 0.1, 0.1, 1e-4];

describe("gates", () => {
  it("takes a fix 5 m off at 3 m sigma, and counts its NIS by hand", () => {
    const f = diagonal([0, 0, 0, 0, 0, 0, 0, 0], P);
    // both axes: 25/(10 + 20)
    expect(updatePair(f, EAST, new Float64Array([1, 0, 5, 5, 20, 20, 16]), 0)).toBe(true);
    expect(f.last[NIS]).toBeCloseTo(50 / 30, 12);
    expect(f.x[0]).toBeCloseTo(50 / 30, 12);
    expect(f.p[0]).toBeCloseTo(10 - 100 / 30, 12);
  });

  it("leaves everything alone when the fix is absurd or not a number", () => {
    for (const z of [1000, Number.NaN, Number.POSITIVE_INFINITY]) {
      const f = diagonal([1, 2, 0, 3, 4, 0, 0, 0], P);
      const before = [...f.x, ...f.p];
      expect(updatePair(f, EAST, new Float64Array([1, 0, z, 0, 1, 1, 16]), 0)).toBe(false);
      expect(updateDirect(f, YAW, new Float64Array([z, 0.1, 10]), 0)).toBe(z === 1000);
      if (z !== 1000) expect([...f.x, ...f.p]).toEqual(before);
    }
  });

  it("wraps a heading the short way", () => {
    const f = diagonal([0, 0, 3.1, 0, 0, 0, 0, 0], P);
    updateDirect(f, YAW, new Float64Array([-3.1, 0.1, 10]), 0);
    expect(f.x[YAW]).toBeCloseTo(3.1 + 0.5 * (2 * Math.PI - 6.2), 12);
  });
});

describe("wheel, speed, slip", () => {
  it("a wheel sees the forward part of the velocity, backwards too", () => {
    const forward = diagonal([0, 0, 0.5, 4 * Math.cos(0.5), 4 * Math.sin(0.5), 0, 0, 0], P);
    updateForward(forward, new Float64Array([5, 1e-9, 1e9]), 0);
    expect(Math.hypot(forward.x[V_EAST]!, forward.x[V_NORTH]!)).toBeCloseTo(5, 6);
    const back = diagonal([0, 0, 0.5, -4 * Math.cos(0.5), -4 * Math.sin(0.5), 0, 0, 0], P);
    updateForward(back, new Float64Array([5, 1e-9, 1e9]), 0);
    expect(back.x[V_EAST]! * Math.cos(0.5) + back.x[V_NORTH]! * Math.sin(0.5)).toBeCloseTo(-5, 6);
  });

  it("a speed without a direction scales the velocity, and says nothing about a standing vehicle", () => {
    const f = diagonal([0, 0, 0, 3, 4, 0, 0, 0], P);
    updateSpeed(f, new Float64Array([10, 1e-9, 1e9]), 0);
    expect(f.x[V_EAST]).toBeCloseTo(6, 6);
    expect(f.x[V_NORTH]).toBeCloseTo(8, 6);
    expect(updateSpeed(diagonal([0, 0, 0, 0.1, 0, 0, 0, 0], P), new Float64Array([1, 1, 1e9]), 0)).toBe(
      false,
    );
  });

  it("no side slip turns yaw and velocity towards each other", () => {
    const f = diagonal([0, 0, 0.1, 10, 0, 0, 0, 0], P);
    updateSideSlip(f, new Float64Array([0, 1e-6, 1e9]), 0);
    const course = Math.atan2(f.x[V_NORTH]!, f.x[V_EAST]!);
    expect(Math.abs(f.x[YAW]! - course)).toBeLessThan(0.01);
    expect(f.x[YAW]).toBeLessThan(0.1);
    expect(course).toBeGreaterThan(0);
  });

  it("a pair in turned axes with equal noise is the pair in east and north", () => {
    fc.assert(
      fc.property(fc.double({ min: -4, max: 4, noNaN: true }), (angle) => {
        const a = diagonal([1, 2, 0, 0, 0, 0, 0, 0], P);
        const b = diagonal([1, 2, 0, 0, 0, 0, 0, 0], P);
        const k = PACKED_INDEX[1]!;
        a.p[k] = 3;
        b.p[k] = 3;
        const c = Math.cos(angle);
        const s = Math.sin(angle);
        updatePair(a, EAST, new Float64Array([1, 0, 4, 7, 2, 2, 1e9]), 0);
        updatePair(b, EAST, new Float64Array([c, s, c * 4 + s * 7, c * 7 - s * 4, 2, 2, 1e9]), 0);
        for (let i = 0; i < 36; i++) expect(b.p[i]).toBeCloseTo(a.p[i]!, 10);
        expect(b.x[0]).toBeCloseTo(a.x[0]!, 10);
        expect(b.last[NIS]).toBeCloseTo(a.last[NIS]!, 10);
      }),
    );
  });
});

describe("condition", () => {
  it("finds the smallest pivot of a known matrix", () => {
    const f = diagonal([0, 0, 0, 0, 0, 0, 0, 0], P);
    f.p[PACKED_INDEX[1]!] = 8; // correlation 0.8: pivot 1 - 0.64
    expect(smallestPivot(f)).toBeCloseTo(0.36, 12);
    f.p[PACKED_INDEX[1]!] = 11;
    expect(smallestPivot(f)).toBeLessThan(0);
  });

  it("bounds a runaway without losing positiveness, and reports what is not finite", () => {
    const f = diagonal([0, 0, 0, 0, 0, 0, 0, 0], [1e12, 1e12, 0.1, 1e6, 1, 0.1, 0.1, 1e-4]);
    f.p[PACKED_INDEX[3]!] = 0.9 * Math.sqrt(1e12 * 1e6);
    expect(condition(f)).toBe(true);
    expect(f.p[0]).toBeCloseTo(1e10, 0);
    expect(smallestPivot(f)).toBeGreaterThan(0);
    f.x[3] = Number.NaN;
    expect(condition(f)).toBe(false);
  });

  it("resets forget correlations, widening keeps them", () => {
    const f = diagonal([0, 0, 0, 0, 0, 0, 0, 0], P);
    f.p[PACKED_INDEX[1]!] = 8;
    widen(f, EAST, 5);
    expect(f.p[0]).toBe(15);
    expect(f.p[PACKED_INDEX[1]!]).toBe(8);
    resetState(f, EAST, 7, 2);
    expect([f.x[0], f.p[0], f.p[PACKED_INDEX[1]!]]).toEqual([7, 2, 0]);
  });
});
