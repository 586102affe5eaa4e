import { describe, expect, it } from "vitest";
import { killRounds } from "./kill-rounds.ts";

describe("kill -9 under load", () => {
  it("loses nothing that was acknowledged or shown, doubles nothing, and the sessions go on", {
    timeout: 120_000,
  }, async () => {
    const report = await killRounds(3, Math.random);
    expect(report.acknowledged).toBeGreaterThan(100);
    expect(report.shown).toBeGreaterThan(100);
    expect(report).toMatchObject({ lost: 0, doubled: 0 });
    expect(new Set(report.sessionsPerVehicle)).toEqual(new Set([1]));
  });
});
