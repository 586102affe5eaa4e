import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FixLog } from "./fix-log.ts";

describe("the fixes before a track is known", () => {
  it("are the newest ones in order of time, however many came and wherever it had to grow", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 0, max: 9000 }), (most, came) => {
        const log = new FixLog(most);
        for (let i = 0; i < came; i++) log.add(i, i + 0.1, i + 0.2, i + 0.3, i + 0.4, i + 0.5);
        const kept = Math.min(most, came);
        const trace = log.trace();
        expect(trace.length).toBe(kept);
        const { tUs, latDeg, lonDeg, speedMps, courseRad, hAccM } = trace;
        for (const [k, column] of [tUs, latDeg, lonDeg, speedMps, courseRad, hAccM!].entries()) {
          expect(column.length).toBe(kept);
          expect(column.every((v, i) => v === came - kept + i + (k === 0 ? 0 : k / 10))).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });
});
