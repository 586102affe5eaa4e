import { describe, expect, it } from "vitest";
import { clockText, timeTicks } from "./time-axis.ts";

describe("time axis", () => {
  it("puts ticks on whole steps, no more than there is room for", () => {
    expect(timeTicks(100, 160, 7)).toEqual({ stepS: 10, ticks: [100, 110, 120, 130, 140, 150, 160] });
    expect(timeTicks(0.05, 0.95, 10).ticks).toHaveLength(9);
    for (const span of [0.5, 3, 60, 599, 7200, 86_400])
      expect(timeTicks(1e9, 1e9 + span, 8).ticks.length).toBeLessThanOrEqual(9);
  });

  it("says as much of the time as the step needs", () => {
    const at = new Date(2024, 4, 1, 14, 3, 20, 500).getTime() / 1000;
    expect([60, 1, 0.5].map((step) => clockText(at, step))).toEqual(["14:03", "14:03:20", "14:03:20.5"]);
  });
});
