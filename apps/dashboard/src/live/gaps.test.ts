import { describe, expect, it } from "vitest";
import { findGaps, gapLimitOf, gapLimitUs, usualStepUs } from "./gaps.ts";
import { Series } from "./series.ts";

const every = (stepUs: number, from: number, n: number) =>
  Float64Array.from({ length: n }, (_, i) => from + i * stepUs);

describe("gaps", () => {
  it("takes the usual step from the median, whatever gaps there are", () => {
    expect(usualStepUs(Float64Array.of(...every(40_000, 0, 50), ...every(40_000, 60e6, 50)))).toBe(40_000);
    expect(usualStepUs(Float64Array.of(1, 2))).toBeNaN();
  });

  it("calls nothing a gap below five steps or 150 ms, and nothing at all before the rate is known", () => {
    expect(gapLimitUs(40_000)).toBe(200_000);
    expect(gapLimitUs(5000)).toBe(150_000);
    expect(gapLimitUs(Number.NaN)).toBe(Number.POSITIVE_INFINITY);
  });

  it("finds the break and names the samples beside it", () => {
    const s = new Series("c", "g", "1");
    s.live(every(40_000, 0, 100), new Float64Array(100));
    s.live(every(40_000, 10e6, 100), new Float64Array(100));
    expect(findGaps(s, 0, 20e6)).toEqual([[99 * 40_000, 10e6]]);
    expect(findGaps(s, 0, 3e6)).toEqual([]);
    expect(findGaps(s, 5e6, 6e6)).toEqual([[99 * 40_000, 10e6]]);
  });

  it("does not take thinned history for gaps", () => {
    const s = new Series("c", "g", "1");
    s.live(every(40_000, 100e6, 100), new Float64Array(100));
    const thin = every(500_000, 0, 100);
    s.history({ fromUs: 0, toUs: 99e6 }, 500_000, thin, new Float64Array(100));
    expect(gapLimitOf(s)).toBe(200_000);
    expect(findGaps(s, 0, 104e6)).toEqual([[49.5e6, 100e6]]);
  });
});
