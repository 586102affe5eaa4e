import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GNSS_25HZ } from "./sensors.ts";
import { sourcesOf } from "./sources/equipment.ts";
import { oval } from "./testing/oval.ts";
import { Trajectory } from "./trajectory.ts";
import { phaseOf, SimUnit } from "./unit.ts";
import { VEHICLES } from "./vehicles.ts";

describe("the units of a fleet", () => {
  it("lie evenly in a period, however many there are: no gap is more than three times a fair one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (units) => {
        const at = Array.from({ length: units }, (_, i) => phaseOf(i)).sort((a, b) => a - b);
        expect(at[0]).toBe(0);
        const gaps = at.map((a, i) => (at[i + 1] ?? 1) - a);
        expect(Math.max(...gaps) * units).toBeLessThan(3);
        // nor do two of them speak at once
        expect(Math.min(...gaps) * units).toBeGreaterThan(1 / 3);
      }),
    );
  });

  it("say the same as the first one, each source by its part of a period later and within the first one", () => {
    const trajectory = new Trajectory(oval(), VEHICLES.kart, { seed: 4, laps: 1, driverNoise: 0 });
    const sources = sourcesOf("kart", GNSS_25HZ);
    const begins = (phase: number): number[] => {
      const unit = new SimUnit(trajectory, sources, { seed: 4, name: "kart", startUs: 0, phase });
      const first = sources.map(() => Number.NaN);
      while (unit.nextS < 2)
        unit.step(({ atUs, source }) => {
          if (Number.isNaN(first[source]!)) first[source] = atUs / 1e6 - sources[source]!.latencyS;
        });
      return first;
    };
    const alone = begins(0);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999 }), (unit) => {
        begins(phaseOf(unit)).forEach((at, i) => {
          const { rateHz } = sources[i]!;
          expect(at).toBeLessThanOrEqual(1 / rateHz);
          const later = (at - alone[i]!) * rateHz - phaseOf(unit);
          expect(Math.abs(later - Math.round(later))).toBeLessThan(1e-5 * rateHz);
        });
      }),
      { numRuns: 20 },
    );
  });
});
