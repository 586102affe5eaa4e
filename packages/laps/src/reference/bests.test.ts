import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Lap } from "../timing/lap.ts";
import {
  bestLap,
  bestSectorsS,
  consistency,
  rollingBestOf,
  rollingBestS,
  theoreticalBestS,
} from "./bests.ts";

let clock = 0;
const lap = (sectorsS: number[], more: Partial<Lap> = {}): Lap => {
  const timeS = sectorsS.reduce((a, b) => a + b, 0);
  const startUs = clock;
  clock += Math.round((Number.isFinite(timeS) ? timeS : 60) * 1e6);
  const splitsS = sectorsS.slice(0, -1).map((_, i) => sectorsS.slice(0, i + 1).reduce((a, b) => a + b, 0));
  return {
    number: 1,
    kind: "lap",
    startUs,
    endUs: clock,
    timeS,
    uncertaintyS: 0.01,
    valid: true,
    flags: [],
    sectorsS,
    splitsS,
    distanceM: 1000,
    ...more,
  };
};

describe("bests", () => {
  it("count whole laps only", () => {
    const laps = [
      lap([10, 20, 30]),
      lap([9, 22, 30]),
      lap([5, 5, 5], { kind: "in", valid: false }),
      lap([11, 19, 31]),
    ];
    expect(bestLap(laps)?.timeS).toBe(60);
    expect(bestSectorsS(laps)).toEqual([9, 19, 30]);
    expect(theoreticalBestS(laps)).toBe(58);
    expect(bestLap([])).toBeUndefined();
    expect(theoreticalBestS([])).toBeNaN();
  });

  it("take the best of each sector though it was missed once", () => {
    expect(theoreticalBestS([lap([10, Number.NaN, Number.NaN], { timeS: 60 }), lap([11, 20, 30])])).toBe(60);
    expect(theoreticalBestS([lap([10, Number.NaN], { timeS: 30 })])).toBeNaN();
  });

  it("roll over the start line", () => {
    // second half of the first lap and first half of the next: 29 + 28
    const laps = [lap([31, 29]), lap([28, 33])];
    expect(rollingBestS(laps)).toBe(57);
    const a = Float64Array.from([0, 31, 60]);
    const b = Float64Array.from([0, 28, 61]);
    expect(rollingBestOf([a, b])).toBe(57);
    expect(rollingBestOf([a, undefined, b])).toBe(60);
    expect(rollingBestS([laps[0]!, { ...laps[1]!, startUs: laps[1]!.startUs + 1e6 }])).toBe(60);
  });

  it("theoretical <= best, rolling <= best, for any laps", () => {
    const sectors = fc.array(fc.double({ min: 1, max: 99, noNaN: true }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(sectors, { minLength: 1, maxLength: 9 }), (list) => {
        const laps = list.map((s) => lap(s));
        const best = bestLap(laps)!.timeS;
        expect(theoreticalBestS(laps)).toBeLessThanOrEqual(best + 1e-9);
        expect(rollingBestS(laps)).toBeLessThanOrEqual(best);
      }),
    );
  });

  it("consistency by hand", () => {
    const laps = [lap([60]), lap([61]), lap([62]), lap([90])];
    // mean 61 and sample deviation 1 of the three within 5 s; median deviation from 61 is 1
    expect(consistency(laps, 5)).toEqual({
      laps: 3,
      meanS: 61,
      deviationS: 1,
      typicalS: 1.4826,
      ratio: 1 - 1 / 61,
    });
    expect(consistency([])).toBeUndefined();
  });
});
