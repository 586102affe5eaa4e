import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { BIAS_LEFT, createFilter, type Filter, V_EAST, V_NORTH, wrapAngle, YAW } from "./filter.ts";
import { updateDirect, updateForward, updatePair, updateSideSlip, updateSpeed } from "./measure.ts";
import { predict } from "./predict.ts";

/** The generator of fixtures/dense_ekf.py. */
class Lcg {
  #s: number;
  constructor(seed: number) {
    this.#s = seed;
  }
  next(): number {
    this.#s = (Math.imul(this.#s, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#s / 4_294_967_296;
  }
  sym(size: number): number {
    return (this.next() * 2 - 1) * size;
  }
}

type Point = { readonly step: number; readonly x: readonly number[]; readonly p: readonly number[] };

const points = JSON.parse(
  readFileSync(new URL("../fixtures/dense-ekf.json", import.meta.url), "utf8"),
) as readonly Point[];
const DT = [0.005, 0.0049, 0.0052, 0.01] as const;
const OPEN = Number.POSITIVE_INFINITY;

function pair(f: Filter, g: Lcg, i: number, spread: number, along: number, cross: number): void {
  const angle = g.next() * 6;
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  const e = f.x[i]! + g.sym(spread);
  const n = f.x[i + 1]! + g.sym(spread);
  const m = new Float64Array([c, s, c * e + s * n, c * n - s * e, along, cross, OPEN]);
  expect(updatePair(f, i, m, 0)).toBe(true);
}

function step(f: Filter, g: Lcg, k: number): void {
  const { x } = f;
  const dt = DT[Math.floor(g.next() * 4)]!;
  const want = Math.floor(k / 1000) % 2 === 1 ? 1 : 12;
  const speed = Math.hypot(x[V_EAST]!, x[V_NORTH]!);
  const forward = 1.5 * Math.max(-2, Math.min(2, want - speed)) + g.sym(1);
  const left = g.sym(2);
  const yawRate = g.sym(0.4) + 0.2;
  const u = new Float64Array([dt, forward, left, yawRate, g.sym(1e-4), g.sym(1e-4), 0]);
  predict(f, u, 0, new Float64Array([0.02, 0.03, 1e-5, 9e-4, 9e-4, 1e-8, 1e-4]), 0);
  if (k % 20 === 0) pair(f, g, 0, 2, 1.5, 2.5);
  if (k % 20 === 10) pair(f, g, V_EAST, 0.3, 0.04, 0.05);
  if (k % 5 === 0) {
    const z = Math.abs(x[V_EAST]! * Math.cos(x[YAW]!) + x[V_NORTH]! * Math.sin(x[YAW]!)) + g.sym(0.1);
    updateForward(f, new Float64Array([z, 0.02, OPEN]), 0);
  }
  if (k % 50 === 0) updateSideSlip(f, new Float64Array([0, 0.5, OPEN]), 0);
  if (k % 100 === 0) {
    updateDirect(f, YAW, new Float64Array([wrapAngle(x[YAW]! + g.sym(0.2)), 0.1, OPEN]), 0);
    updateSpeed(f, new Float64Array([Math.hypot(x[V_EAST]!, x[V_NORTH]!) + g.sym(0.2), 0.09, OPEN]), 0);
    updateDirect(f, BIAS_LEFT, new Float64Array([x[BIAS_LEFT]! + g.sym(0.2), 0.6, OPEN]), 0);
  }
}

it("agrees with a dense Joseph-form filter in another language to 1e-9 over 10,000 steps", () => {
  const f = createFilter();
  f.x.set([10, -20, 0.3, 8, 1, 0.05, -0.03, 0.001]);
  [4, 4, 0.1, 1, 1, 0.25, 0.25, 1e-4].forEach((v, i) => {
    f.p[i * 8 - (i * (i - 1)) / 2] = v;
  });
  const g = new Lcg(12345);
  let slow = 0;
  for (let k = 1, next = 0; k <= 10_000; k++) {
    step(f, g, k);
    if (Math.hypot(f.x[V_EAST]!, f.x[V_NORTH]!) < 2) slow++;
    const point = points[next]!;
    if (point.step !== k) continue;
    next++;
    for (let i = 0; i < 8; i++) {
      const d = i === YAW ? wrapAngle(f.x[i]! - point.x[i]!) : f.x[i]! - point.x[i]!;
      expect(Math.abs(d), `x[${i}] at ${k}`).toBeLessThan(1e-9);
    }
    for (let i = 0; i < 36; i++)
      expect(Math.abs(f.p[i]! - point.p[i]!), `p[${i}] at ${k}`).toBeLessThan(1e-9);
  }
  // both motion models were at work
  expect(slow).toBeGreaterThan(1000);
  expect(slow).toBeLessThan(9000);
});
