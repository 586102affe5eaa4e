import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Ema, LowPass, RateMeter } from "./filters.ts";

/** Gain at a frequency, measured: amplitude of a sine after it has settled. */
function gain(f: LowPass, hz: number, rateHz: number): number {
  const n = Math.ceil((rateHz / hz) * 200);
  let c = 0;
  let s = 0;
  for (let i = 0; i < 2 * n; i++) {
    const phase = (2 * Math.PI * hz * i) / rateHz;
    const y = f.push(Math.sin(phase));
    if (i < n) continue;
    c += y * Math.cos(phase);
    s += y * Math.sin(phase);
  }
  return (2 * Math.hypot(c, s)) / n;
}

describe("low-pass", () => {
  it("has the coefficients of the bilinear transform of a Butterworth filter, worked out another way", () => {
    for (const [cutoff, rate] of [
      [10, 200],
      [2, 20],
      [4, 200],
      [12, 104],
    ] as const) {
      // prewarped analogue prototype 1/(s^2 + sqrt2 s + 1), s = (1 - z^-1)/(k (1 + z^-1))
      const k = Math.tan((Math.PI * cutoff) / rate);
      const a0 = 1 + Math.SQRT2 * k + k * k;
      const want = [
        (k * k) / a0,
        (2 * k * k) / a0,
        (k * k) / a0,
        (2 * (k * k - 1)) / a0,
        (1 - Math.SQRT2 * k + k * k) / a0,
      ];
      const got = new LowPass(cutoff, rate).coefficients;
      want.forEach((w, i) => {
        expect(got[i]).toBeCloseTo(w, 13);
      });
    }
  });

  it("has the closed form's gain: 1 over the root of 1 + (tan/tan)^4", () => {
    for (const hz of [1, 5, 10, 20, 40, 80]) {
      const ratio = Math.tan((Math.PI * hz) / 200) / Math.tan((Math.PI * 10) / 200);
      expect(gain(new LowPass(10, 200), hz, 200)).toBeCloseTo(1 / Math.sqrt(1 + ratio ** 4), 3);
    }
  });

  it("keeps a constant, overshoots a step by the 4.3 % of its kind, and starts settled", () => {
    const f = new LowPass(4, 200);
    expect(f.push(9.8)).toBeCloseTo(9.8, 12);
    f.reset(0);
    let most = 0;
    let last = 0;
    for (let i = 0; i < 2000; i++) {
      last = f.push(1);
      most = Math.max(most, last);
    }
    expect(last).toBeCloseTo(1, 9);
    expect(most).toBeGreaterThan(1.03);
    expect(most).toBeLessThan(1.05);
  });

  it("is stable for any cut-off and any input", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 5000, noNaN: true }),
        fc.double({ min: 1, max: 2000, noNaN: true }),
        fc.array(fc.double({ min: -1000, max: 1000 }), { maxLength: 200 }),
        (cutoff, rate, values) => {
          const f = new LowPass(cutoff, rate);
          f.reset(0);
          for (const v of values) expect(Math.abs(f.push(v))).toBeLessThan(10_000);
        },
      ),
    );
  });

  it("refuses what is no frequency", () => {
    expect(() => new LowPass(0, 100)).toThrow(RangeError);
    expect(() => new LowPass(10, Number.NaN)).toThrow(RangeError);
  });
});

describe("moving average", () => {
  it("reaches 1 - 1/e of a step after its time constant, however the steps are cut", () => {
    for (const dt of [0.001, 0.01, 0.05]) {
      const e = new Ema(0.5);
      e.push(0, 0);
      for (let t = 0; t < 0.5 - 1e-9; t += dt) e.push(1, dt);
      expect(e.value).toBeCloseTo(1 - 1 / Math.E, 2);
    }
  });

  it("skips what is not a number", () => {
    const e = new Ema(1);
    expect(e.push(Number.NaN, 1)).toBeNaN();
    e.push(3, 1);
    expect(e.push(Number.POSITIVE_INFINITY, 1)).toBe(3);
  });
});

it("a rate is not lowered by a pause", () => {
  const r = new RateMeter();
  for (let i = 0; i < 100; i++) r.push(i * 0.1);
  expect(r.hz).toBeCloseTo(10, 6);
  r.push(100);
  r.push(100.1);
  expect(r.hz).toBeCloseTo(10, 6);
});
