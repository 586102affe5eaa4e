import { describe, expect, it } from "vitest";
import { MODEL_IMU, MODEL_UNALIGNED, moveState, rows } from "./motion.ts";

const move = (x: readonly number[], u: readonly number[]): Float64Array => {
  const out = new Float64Array(8);
  moveState(new Float64Array(x), new Float64Array([...u, 0, 0, MODEL_IMU]), 0, out);
  return out;
};

describe("turning motion", () => {
  it("moves north when it heads north, turning left", () => {
    // 10 m/s north, 0.5 rad/s, 0.1 s: by hand, dx = -10 (1 - cos 0.05)/0.5, dy = 10 sin(0.05)/0.5
    const x = move([0, 0, Math.PI / 2, 0, 10, 0, 0, 0], [0.1, 0, 0, 0.5]);
    expect(x[0]).toBeCloseTo(-0.024994792, 8);
    expect(x[1]).toBeCloseTo(0.999583385, 8);
    expect(x[2]).toBeCloseTo(Math.PI / 2 + 0.05, 12);
    expect(x[3]).toBeCloseTo(-10 * Math.sin(0.05), 12);
    expect(x[4]).toBeCloseTo(10 * Math.cos(0.05), 12);
  });

  it("comes back to the same place after a full circle at any step, the series and the closed form alike", () => {
    for (const steps of [40, 62, 63, 100, 1000]) {
      let x = new Float64Array([3, 4, 1, 6, 8, 0, 0, 0]);
      const dt = (2 * Math.PI) / 0.7 / steps;
      for (let i = 0; i < steps; i++) x = new Float64Array(move([...x], [dt, 0, 0, 0.7]));
      expect(Math.hypot(x[0]! - 3, x[1]! - 4)).toBeLessThan(1e-9);
      expect(Math.hypot(x[3]! - 6, x[4]! - 8)).toBeLessThan(1e-9);
    }
  });

  it("is the same in one interval as in a thousand small ones, while it accelerates and turns", () => {
    const from = [0, 0, 0.4, 12 * Math.cos(0.4), 12 * Math.sin(0.4), 0.2, 0, 0.01];
    const whole = move(from, [0.5, 3, 9, 0.8]);
    let x = from;
    for (let i = 0; i < 1000; i++) x = [...move(x, [0.0005, 3, 9, 0.8])];
    for (let i = 0; i < 5; i++) expect(whole[i]).toBeCloseTo(x[i]!, 9);
  });

  it("follows the accelerometer below 2 m/s: a crab walks sideways", () => {
    const x = move([0, 0, Math.PI / 2, 0, 0, 0, 0, 0], [1, 0, 1, 0]);
    expect(x[0]).toBeCloseTo(-0.5, 12);
    expect(x[3]).toBeCloseTo(-1, 12);
    expect(x[1]).toBeCloseTo(0, 12);
  });

  it("takes the biases off", () => {
    const x = move([0, 0, 0, 5, 0, 0.5, -0.3, 0.02], [1, 0.5, 0, 0.02]);
    expect(x[0]).toBeCloseTo(5, 12);
    expect(x[3]).toBeCloseTo(5, 12);
    expect(x[2]).toBeCloseTo(0, 12);
  });

  it("keeps yaw in (-pi, pi]", () => {
    const x = move([0, 0, 3.1, 1, 0, 0, 0, 0], [1, 0, 0, 0.2]);
    expect(x[2]).toBeCloseTo(3.3 - 2 * Math.PI, 12);
  });

  it("derives the velocity as central differences do", () => {
    for (const speed of [1, 9]) {
      const x = [1, 2, 0.7, speed * Math.cos(0.9), speed * Math.sin(0.9), 0.1, -0.2, 0.03];
      const u = [0.05, 2.5, -3, 0.9];
      move(x, u);
      const analytic = rows.slice();
      for (let j = 2; j < 8; j++) {
        const h = 1e-6;
        const up = move(
          x.map((v, k) => (k === j ? v + h : v)),
          u,
        );
        const down = move(
          x.map((v, k) => (k === j ? v - h : v)),
          u,
        );
        expect(analytic[j - 2]).toBeCloseTo((up[3]! - down[3]!) / (2 * h), 7);
        expect(analytic[6 + j - 2]).toBeCloseTo((up[4]! - down[4]!) / (2 * h), 7);
      }
    }
  });

  it("drifts on with its velocity while yaw is not known", () => {
    const out = new Float64Array(8);
    moveState(
      new Float64Array([0, 0, 0, 3, 4, 0, 0, 0]),
      new Float64Array([2, 9, 9, 0, 0, 0, MODEL_UNALIGNED]),
      0,
      out,
    );
    expect([...out.slice(0, 5)]).toEqual([6, 8, 0, 3, 4]);
  });
});
