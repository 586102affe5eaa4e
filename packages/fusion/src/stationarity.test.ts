import { describe, expect, it } from "vitest";
import { createMoment } from "./moment.ts";
import { STATIONARITY, Stationarity } from "./stationarity.ts";

type Sensed = {
  readonly level?: readonly [number, number, number];
  readonly rates?: readonly [number, number, number];
  readonly gnss?: number;
  readonly wheel?: number;
  readonly own?: number;
};

/** Feeds 100 samples a second; a speed is said ten times a second. Returns the times at which it changed, s. */
function run(s: Stationarity, fromS: number, seconds: number, at: (tS: number) => Sensed): number[] {
  const changes: number[] = [];
  for (let k = 1; k <= seconds * 100; k++) {
    const tS = fromS + k / 100;
    const { level = [0, 0, 0], rates = [0, 0, 0], gnss, wheel, own = 10 } = at(tS);
    if (k % 10 === 0 && gnss !== undefined) s.gnss(tS, gnss);
    if (k % 10 === 0 && wheel !== undefined) s.wheel(tS, wheel);
    const raw = new Float64Array([level[0], level[1], level[2] + 9.8, ...rates]);
    const moment = { ...createMoment(), tS, dtS: 0.01, speedMps: own, speedSigmaMps: 0.2 };
    if (s.push(moment, new Float64Array(level), raw, 0)) changes.push(tS);
  }
  return changes;
}

describe("standstill", () => {
  it("is seen after a second of quiet with a speed of nothing", () => {
    const s = new Stationarity();
    const [at] = run(s, 0, 3, () => ({ gnss: 0.1 }));
    expect(at).toBeGreaterThan(0.9);
    expect(at).toBeLessThan(1.5);
    expect(s.stationary).toBe(true);
    expect(s.mean[5]).toBeCloseTo(9.8, 6);
  });

  it("is never seen while moving, however smooth the road", () => {
    for (const moment of [{ gnss: 30 }, { wheel: 30 }, { gnss: 1.5 }, { wheel: 0.3, gnss: 0.1 }, { own: 30 }])
      expect(run(new Stationarity(), 0, 60, () => moment)).toEqual([]);
  });

  it("is not taken from fixes that read 0 while the vehicle brakes or turns", () => {
    expect(run(new Stationarity(), 0, 20, (t) => ({ gnss: 0, level: [Math.sin(5 * t) * 2, 0, 0] }))).toEqual(
      [],
    );
    expect(run(new Stationarity(), 0, 20, () => ({ gnss: 0, rates: [0, 0, 0.2] }))).toEqual([]);
  });

  it("holds with an engine that shakes, as long as means are quiet", () => {
    const s = new Stationarity();
    // 30 Hz, a third of a g
    const shake = (t: number): Sensed => ({ wheel: 0, level: [3 * Math.sin(2 * Math.PI * 30 * t), 0, 0] });
    expect(run(s, 0, 10, shake).length).toBe(1);
    expect(s.stationary).toBe(true);
  });

  it("has hysteresis: what does not let it in does not throw it out", () => {
    const s = new Stationarity();
    const between = (STATIONARITY.enterGnssMps + STATIONARITY.exitGnssMps) / 2;
    expect(run(s, 0, 10, () => ({ gnss: between }))).toEqual([]);
    run(s, 10, 3, () => ({ gnss: 0 }));
    expect(s.stationary).toBe(true);
    expect(run(s, 13, 10, () => ({ gnss: between }))).toEqual([]);
    expect(s.stationary).toBe(true);
  });

  it.each([
    ["an acceleration", { gnss: 0, level: [2, 0, 0] }, 0.15],
    ["a turn", { gnss: 0, rates: [0, 0, 0.3] }, 0.15],
    ["a wheel", { wheel: 0.5 }, 0.25],
    ["two fixes", { gnss: 2 }, 0.35],
  ] as const)("ends at %s", (_, moment, withinS) => {
    const s = new Stationarity();
    run(s, 0, 3, () => ({ gnss: 0 }));
    const [at] = run(s, 3, 2, () => moment);
    expect(at! - 3).toBeLessThan(withinS);
    expect(s.stationary).toBe(false);
  });

  it("without any speed needs long quiet, and the filter's word that it hardly moves", () => {
    expect(run(new Stationarity(), 0, 3.5, () => ({ own: 0.1 }))).toEqual([]);
    expect(run(new Stationarity(), 0, 6, () => ({ own: 0.1 })).length).toBe(1);
  });

  it("without an inertial sensor goes by speeds alone", () => {
    const s = new Stationarity();
    const changes: number[] = [];
    for (let k = 0; k < 100; k++) {
      const tS = k / 10;
      s.gnss(tS, tS < 5 ? 0.1 : 3);
      if (s.pushWithoutImu(tS, 0.1)) changes.push(tS);
    }
    expect(changes[0]).toBeCloseTo(1.9, 0);
    expect(changes[1]).toBeCloseTo(5.1, 1);
  });
});
