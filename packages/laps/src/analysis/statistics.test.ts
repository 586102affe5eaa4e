import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { column } from "../testing/drive-recording.ts";
import { sampleAt, seriesOf } from "./sample.ts";
import { ggDiagram, histogram, percentile } from "./statistics.ts";

describe("percentile", () => {
  it("by hand", () => {
    expect(percentile([1, 2, 3, 4, 5], 0.5)).toBe(3);
    expect(percentile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(percentile([10, 20], 0.9)).toBe(19);
    expect(percentile([], 0.5)).toBeNaN();
  });
});

describe("G-G diagram", () => {
  it("has the envelope of a circle in every direction", () => {
    const n = 7200;
    const lat = Float64Array.from(
      { length: n },
      (_, i) => ((i % 10) + 1) * Math.cos((2 * Math.PI * (i + 0.5)) / n),
    );
    const long = Float64Array.from(
      { length: n },
      (_, i) => ((i % 10) + 1) * Math.sin((2 * Math.PI * (i + 0.5)) / n),
    );
    const gg = ggDiagram(lat, long, { directions: 36, shares: [0.5, 1] });
    expect(gg.envelopeMps2[1]!.every((r) => Math.abs(r - 10) < 1e-9)).toBe(true);
    expect(gg.envelopeMps2[0]!.every((r) => Math.abs(r - 5.5) < 1e-9)).toBe(true);
    expect(gg.directionRad[9]).toBeCloseTo(Math.PI / 2 + Math.PI / 36, 9);
  });

  it("keeps small accelerations as points, but not in an envelope", () => {
    const gg = ggDiagram([5, 5, 5, 0.1, 0.1, 0.1], [0, 0, 0, 0, 0, 0], {
      directions: 4,
      shares: [0],
      leastMps2: 1,
    });
    expect(gg.latMps2.length).toBe(6);
    expect(gg.envelopeMps2[0]![0]).toBe(5);
  });

  it("lends a direction its neighbours' points, also round the end", () => {
    // 10 to the left and a little forward: the first of eight directions
    const gg = ggDiagram([10, 10, 10], [1, 1, 1], { directions: 8, shares: [1], reach: 1 });
    expect([...gg.envelopeMps2[0]!].map((r) => Number.isFinite(r))).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  it("leaves out what was not measured", () => {
    const gg = ggDiagram([1, Number.NaN, 2], [1, 1, Number.NaN]);
    expect([...gg.latMps2]).toEqual([1]);
    expect(gg.envelopeMps2.every((e) => e.every(Number.isNaN))).toBe(true);
  });
});

describe("histogram", () => {
  it("counts time, not samples, and no gaps", () => {
    const h = histogram([0, 1e6, 1.5e6, 10e6, 11e6], [5, 15, 5, 15, 5], { bins: 2, min: 0, max: 20 });
    expect([...h.edges]).toEqual([0, 10, 20]);
    expect([...h.seconds]).toEqual([1, 1.5]);
    expect([...h.shares]).toEqual([0.4, 0.6]);
  });

  it("shares add up to one wherever there is time", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 2, maxLength: 50 }),
        (v) => {
          const h = histogram(
            v.map((_, i) => i * 1e5),
            v,
            { bins: 7 },
          );
          expect(h.shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
          expect(h.seconds.reduce((a, b) => a + b, 0)).toBeCloseTo((v.length - 1) / 10, 6);
        },
      ),
    );
  });
});

describe("samples of a channel", () => {
  const recording = {
    groups: [
      {
        name: "g",
        tUs: Float64Array.from([0, 1e6, 2e6, 3e6, 20e6]),
        columns: [
          column("speed", "m/s", [0, 10, Number.NaN, 30, 40]),
          column("mode", "bits", [1, 2, 2, 4, 1]),
        ],
      },
    ],
    absoluteTime: false,
    gates: [],
    laps: [],
    notes: [],
  };

  it("lie on straight lines between each other, but not over gaps or outside", () => {
    const at = sampleAt(seriesOf(recording, "speed")!, [-1, 0, 5e5, 2e6, 3e6, 10e6, 20e6, 21e6]);
    expect([...at]).toEqual([Number.NaN, 0, 5, 20, 30, Number.NaN, 40, Number.NaN]);
  });

  it("of an enumeration stay what they are until the next", () => {
    expect([...sampleAt(seriesOf(recording, "mode")!, [5e5, 2.9e6])]).toEqual([1, 2]);
    expect(seriesOf(recording, "nothing")).toBeUndefined();
  });
});
