import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { extent, niceStep, scale } from "./scale.ts";

describe("a scale", () => {
  it("has ticks at round numbers", () => {
    expect(scale(3, 97, 0, 100).ticks).toEqual([0, 20, 40, 60, 80, 100]);
    expect(scale(-0.31, 0.08, 0, 1, { ticks: 4 }).ticks.map((t) => t.toFixed(1))).toEqual([
      "-0.4",
      "-0.3",
      "-0.2",
      "-0.1",
      "0.0",
      "0.1",
    ]);
    expect(scale(0, 2291, 0, 1, { ticks: 5, nice: false }).ticks).toEqual([0, 500, 1000, 1500, 2000]);
    expect([niceStep(94, 5), niceStep(0.3, 4), niceStep(1000, 1)]).toEqual([20, 0.1, 1000]);
    expect(scale(0, 1, 0, 1, { ticks: 4 }).digits).toBe(2);
  });

  it("maps its ends to the ends, whatever the values", () => {
    const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(finite, finite, fc.integer({ min: 1, max: 12 }), fc.boolean(), (a, b, ticks, nice) => {
        const s = scale(Math.min(a, b), Math.max(a, b), 500, 100, { ticks, nice });
        expect(s.at(s.min)).toBeCloseTo(500, 6);
        expect(s.at(s.max)).toBeCloseTo(100, 6);
        const room = (s.max - s.min) * 1e-6;
        expect(s.min).toBeLessThanOrEqual(Math.min(a, b) + room);
        expect(s.max).toBeGreaterThanOrEqual(Math.max(a, b) - room);
        for (const t of s.ticks) {
          expect(t).toBeGreaterThanOrEqual(s.min - room);
          expect(t).toBeLessThanOrEqual(s.max + room);
        }
        expect(s.ticks.length).toBeLessThan(2.6 * ticks + 4);
      }),
    );
  });

  it("stands values that are none, or all alike", () => {
    for (const [min, max] of [[Number.NaN, Number.NaN], [5, 5], [0, 0], extent([])] as const) {
      const s = scale(min, max, 0, 10);
      expect(Number.isFinite(s.at(1))).toBe(true);
      expect(s.ticks.length).toBeGreaterThan(1);
    }
    expect(extent([3, Number.NaN, -1], [7])).toEqual([-1, 7]);
  });
});
