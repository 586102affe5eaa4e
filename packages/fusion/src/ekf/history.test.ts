import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Estimator, REJECTED, TOO_OLD, USED } from "./estimator.ts";
import { PAYLOAD, POSITION, VELOCITY } from "./events.ts";
import { EAST, V_EAST } from "./filter.ts";
import { MODEL_IMU } from "./motion.ts";

const SPAN = { capacity: 300, spanS: 1 };

type Fix = { readonly tS: number; readonly x: number; readonly y: number; readonly speed: number };

function put(e: Estimator, kind: number, tS: number, along: number, cross: number, variance: number): number {
  const slot = e.measurement(kind);
  const m = e.history.slots;
  for (let i = 0; i < 9; i++) m[slot + PAYLOAD + i] = 0;
  m[slot + PAYLOAD] = 1;
  m[slot + PAYLOAD + 2] = along;
  m[slot + PAYLOAD + 3] = cross;
  m[slot + PAYLOAD + 4] = variance;
  m[slot + PAYLOAD + 5] = variance;
  m[slot + PAYLOAD + 6] = 1e9;
  return e.place(slot, tS);
}

/** Drives east at 10 m/s, accelerating, 100 samples a second; fixes arrive `lateS` after their time. */
function drive(fixes: readonly Fix[], lateS: number): Estimator {
  const e = new Estimator(SPAN);
  e.start(0, 0, 0, 3);
  e.reset(2, 0, 0.01);
  e.reset(V_EAST, 10, 1);
  e.reset(V_EAST + 1, 0, 1);
  e.model = MODEL_IMU;
  const queue = [...fixes];
  const taken = new Float64Array(2);
  for (let k = 1; k <= 300; k++) {
    const tS = k / 100;
    const level = new Float64Array([1 + Math.sin(tS * 3), 0.2, 0, 0.1 * Math.cos(tS)]);
    e.advance({ tS }, level, taken);
    while (queue.length > 0 && queue[0]!.tS + lateS <= tS + 1e-9) {
      const f = queue.shift()!;
      put(e, POSITION, f.tS, f.x, f.y, 4);
      put(e, VELOCITY, f.tS, f.speed, 0, 0.04);
    }
  }
  return e;
}

describe("late measurements", () => {
  it("leave the filter as if they had come in time", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            tS: fc.integer({ min: 10, max: 200 }).map((k) => k / 100),
            x: fc.double({ min: -5, max: 40, noNaN: true }),
            y: fc.double({ min: -5, max: 5, noNaN: true }),
            speed: fc.double({ min: 8, max: 15, noNaN: true }),
          }),
          { minLength: 1, maxLength: 8 },
        ),
        fc.integer({ min: 1, max: 60 }).map((k) => k / 100),
        (fixes, lateS) => {
          const sorted = [...fixes].sort((a, b) => a.tS - b.tS);
          const inTime = drive(sorted, 0);
          const late = drive(sorted, lateS);
          for (let i = 0; i < 8; i++) expect(late.filter.x[i]).toBeCloseTo(inTime.filter.x[i]!, 9);
          for (let i = 0; i < 36; i++) expect(late.filter.p[i]).toBeCloseTo(inTime.filter.p[i]!, 9);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("count at their own time: a vehicle at 20 m/s is where it was, not where it is", () => {
    const e = new Estimator(SPAN);
    e.start(0, 0, 0, 0.1);
    e.reset(2, 0, 1e-6);
    e.reset(V_EAST, 20, 1e-6);
    e.reset(V_EAST + 1, 0, 1e-6);
    e.model = MODEL_IMU;
    const level = new Float64Array(4);
    const taken = new Float64Array(2);
    for (let k = 1; k <= 100; k++) e.advance({ tS: k / 100 }, level, taken);
    // between two samples, 0.2035 s ago, exactly on the line
    expect(put(e, POSITION, 1 - 0.2035, 20 * (1 - 0.2035), 0, 1e-4)).toBe(USED);
    expect(e.x[EAST]).toBeCloseTo(20, 9);
    expect(e.nis).toBeLessThan(1e-12);
  });

  it("older than the history are refused and change nothing", () => {
    const e = drive([], 0);
    const before = [...e.filter.x, ...e.filter.p];
    expect(put(e, POSITION, 0.5, 0, 0, 1)).toBe(TOO_OLD);
    expect([...e.filter.x, ...e.filter.p]).toEqual(before);
    expect(put(e, POSITION, 2.5, Number.NaN, 0, 1)).toBe(REJECTED);
    expect([...e.filter.x, ...e.filter.p]).toEqual(before);
  });
});

it("the history stays inside its bounds and hands out every event in order", () => {
  const times: number[] = [];
  const e = new Estimator({ capacity: 50, spanS: 10, onLeave: (s, slot) => times.push(s[slot]!) });
  e.start(0, 0, 0, 3);
  const level = new Float64Array(4);
  const taken = new Float64Array(2);
  for (let k = 1; k <= 400; k++) {
    e.advance({ tS: k / 100 }, level, taken);
    if (k % 7 === 0) put(e, POSITION, k / 100 - 0.05, 0, 0, 4);
    expect(e.history.length).toBeLessThanOrEqual(50);
  }
  e.history.flush();
  expect(times.length).toBe(8 + 400 + 57);
  for (let i = 1; i < times.length; i++) expect(times[i]).toBeGreaterThanOrEqual(times[i - 1]!);
});
