import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allMounted, mount, turnAbout } from "../testing/turned.ts";
import {
  angleBetween,
  BestRotation,
  blended,
  composed,
  headingOf,
  matrixOf,
  tiltOf,
  turned,
} from "./rotation.ts";

const unit = fc.double({ min: -1, max: 1, noNaN: true });
const axis = fc.tuple(unit, unit, fc.double({ min: 0.1, max: 1, noNaN: true }));
const angle = fc.double({ min: -Math.PI, max: Math.PI, noNaN: true });
const quaternionAbout = (a: readonly number[], rad: number): Float64Array => {
  const n = Math.hypot(...a);
  return Float64Array.from([Math.cos(rad / 2), ...a.map((v) => (v / n) * Math.sin(rad / 2))]);
};
const matrix = (q: Float64Array): Float64Array => {
  const m = new Float64Array(9);
  matrixOf(q, m);
  return m;
};

describe("rotations", () => {
  it("a quaternion turns as Rodrigues' formula does, and a product as one after the other", () => {
    fc.assert(
      fc.property(axis, angle, axis, angle, (a, alpha, b, beta) => {
        const v = [1, -2, 3];
        const out = new Float64Array(3);
        turned(matrix(quaternionAbout(a, alpha)), Float64Array.from(v), 0, out, 0);
        mount(turnAbout(a, alpha), v).forEach((w, i) => {
          expect(out[i]).toBeCloseTo(w, 9);
        });
        const both = new Float64Array(4);
        composed(quaternionAbout(b, beta), quaternionAbout(a, alpha), both);
        turned(matrix(both), Float64Array.from(v), 0, out, 0);
        mount(turnAbout(b, beta), mount(turnAbout(a, alpha), v)).forEach((w, i) => {
          expect(out[i]).toBeCloseTo(w, 9);
        });
      }),
    );
  });

  it("tilt is the angle of the two z, heading that of x seen from above", () => {
    expect(tiltOf(matrix(quaternionAbout([0.6, 0.8, 0], 0.7)))).toBeCloseTo(0.7, 9);
    expect(headingOf(matrix(quaternionAbout([0, 0, 1], -2)))).toBeCloseTo(-2, 9);
  });

  it("a part of the way between two is on the way", () => {
    const q = quaternionAbout([0, 0, 1], 0.2);
    // the same rotation with the other sign
    const to = quaternionAbout([0, 0, 1], 0.3).map((v) => -v);
    blended(q, to, 0.5);
    expect(angleBetween(q, quaternionAbout([0, 0, 1], 0.25))).toBeLessThan(1e-4);
  });
});

describe("the rotation of least squares", () => {
  const best = new BestRotation();
  /** Sums of s_i v_j for vectors v of the vehicle, read by a sensor that sits as `m` says. */
  function sums(vectors: readonly (readonly number[])[], m: readonly (readonly number[])[]): Float64Array {
    const out = new Float64Array(9);
    for (const v of vectors)
      mount(m, v).forEach((s, i) => {
        v.forEach((w, j) => {
          out[3 * i + j] = out[3 * i + j]! + s * w;
        });
      });
    return out;
  }
  const undone = (q: Float64Array, m: readonly (readonly number[])[], v: readonly number[]): number => {
    const out = new Float64Array(3);
    turned(matrix(q), Float64Array.from(mount(m, v)), 0, out, 0);
    return Math.hypot(...v.map((w, i) => w - out[i]!));
  };

  it("undoes any mounting, gravity a hundred times as strong as the rest", () => {
    const q = new Float64Array(4);
    const vectors = [
      [0.9, 0.1, 9.8],
      [-0.4, 0.8, 9.8],
      [0.1, -0.7, 9.8],
    ];
    fc.assert(
      fc.property(axis, angle, (a, alpha) => {
        const m = turnAbout(a, alpha);
        expect(best.solve(sums(vectors, m), q)).toBe(true);
        for (const v of vectors) expect(undone(q, m, v)).toBeLessThan(0.02);
      }),
    );
    for (const m of allMounted()) {
      expect(best.solve(sums(vectors, m), q)).toBe(true);
      for (const v of vectors) expect(undone(q, m, v)).toBeLessThan(0.02);
    }
  });

  it("says so when there is nothing to go by", () => {
    const q = new Float64Array(4);
    expect(best.solve(new Float64Array(9), q)).toBe(false);
    expect(best.solve(new Float64Array(9).fill(Number.NaN), q)).toBe(false);
  });
});
