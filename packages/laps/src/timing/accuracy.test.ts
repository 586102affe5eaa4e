import { describe, expect, it } from "vitest";
import { clubCircuit } from "../testing/circuits.ts";
import { type Drive, drive, lineOf } from "../testing/drive.ts";
import type { Layout } from "../track/track.ts";
import { timeLaps } from "./time-laps.ts";

/*
 * The bound that noise and speed at the gate set. A lap time is the difference of two crossings; a crossing is off by
 * the receiver's error along the track, over the speed there. With white noise w of a fix (one axis) and a slow error of
 * sigma s that forgets itself in tau (first-order Gauss-Markov), two crossings a lap time T apart differ by
 * sqrt(2 w^2 + 2 s^2 (1 - exp(-T / tau))), and half of all |errors| of a normal distribution lie below 0.6745 of that.
 * A timer that only knew the fix exactly on the line could do no better; smoothing over fixes can.
 */
const bound = (w: number, s: number, tau: number, lapS: number, v: number) =>
  (0.6745 * Math.sqrt(2 * w * w + 2 * s * s * (1 - Math.exp(-lapS / tau)))) / v;

const circuit = clubCircuit();
const layout: Layout = {
  name: "club",
  closed: true,
  start: { name: "start", ...lineOf(circuit, 0, 10) },
  splits: [],
};
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;

const truthOf = (d: Drive): number[] => d.passings.slice(1).map((p, i) => (p.tUs - d.passings[i]!.tUs) / 1e6);

/** What taking the fix nearest to the line gives. */
function nearestFix(d: Drive): number[] {
  let k = 0;
  const times = d.passings.map((p) => {
    while (k + 1 < d.length && Math.abs(d.tUs[k + 1]! - p.tUs) <= Math.abs(d.tUs[k]! - p.tUs)) k++;
    return d.tUs[k]!;
  });
  return times.slice(1).map((t, i) => (t - times[i]!) / 1e6);
}

const receivers = [
  { name: "a good racing receiver", whiteM: 0.1, slowM: 0.25, slowTauS: 120, velocityMps: 0.05 },
  { name: "an ordinary one", whiteM: 0.3, slowM: 0.4, slowTauS: 120, velocityMps: 0.08 },
];

describe.each(receivers)("lap times from $name", ({ whiteM, slowM, slowTauS, velocityMps }) => {
  it.each([5, 10, 25])("at %i Hz are as good as noise allows, and say how good", (rateHz) => {
    const errors: number[] = [];
    const nearest: number[] = [];
    let covered = 0;
    let lapS = 0;
    for (const seed of [1, 2, 3]) {
      const d = drive({
        circuit,
        laps: 80,
        seed: 10 * rateHz + seed,
        rateHz,
        whiteM,
        slowM,
        slowTauS,
        velocityMps,
        lineM: 2,
        pace: 0.05,
        runInM: 400,
      });
      const truth = truthOf(d);
      const laps = timeLaps(d, { layout }).laps.filter((l) => l.kind === "lap");
      expect(laps.length).toBe(truth.length);
      for (const [i, lap] of laps.entries()) {
        const error = Math.abs(lap.timeS - truth[i]!);
        errors.push(error);
        if (error <= lap.uncertaintyS) covered++;
      }
      for (const [i, t] of nearestFix(d).entries()) nearest.push(Math.abs(t - truth[i]!));
      lapS = median(truth);
    }
    const limit = bound(whiteM, slowM, slowTauS, lapS, circuit.speed[0]!);
    expect(median(errors)).toBeLessThan(1.5 * limit);
    // the ordinary receiver's own wander is what is left at 25 Hz, whatever is done about the fixes
    if (rateHz < 25 || whiteM < 0.2) expect(median(errors)).toBeLessThan(0.5 * median(nearest));
    else expect(median(errors)).toBeLessThan(median(nearest));
    const share = covered / errors.length;
    expect(share).toBeGreaterThanOrEqual(0.9);
    expect(share).toBeLessThanOrEqual(0.99);
  });
});

describe("lap times without Doppler velocities", () => {
  it.each([
    ["no course", false, true],
    ["no speed and no course", false, false],
  ])("with %s stay close to the bound of linear interpolation", (_, course, speed) => {
    const d = drive({
      circuit,
      laps: 60,
      seed: 4,
      rateHz: 10,
      whiteM: 0.1,
      slowM: 0.2,
      lineM: 2,
      pace: 0.05,
      runInM: 400,
    });
    const none = new Float64Array(d.length).fill(Number.NaN);
    const trace = { ...d, ...(!course && { courseRad: none }), ...(!speed && { speedMps: none }) };
    const truth = truthOf(d);
    const laps = timeLaps(trace, { layout }).laps.filter((l) => l.kind === "lap");
    expect(laps.length).toBe(truth.length);
    const errors = laps.map((l, i) => Math.abs(l.timeS - truth[i]!));
    expect(median(errors)).toBeLessThan(1.5 * bound(0.1, 0.2, 60, median(truth), circuit.speed[0]!));
  });
});

describe("lap times from the track of a telephone", () => {
  it("with a place a second and nothing else are as uncertain as they say", () => {
    const d = drive({
      circuit,
      laps: 120,
      seed: 7,
      rateHz: 1,
      whiteM: 0.7,
      slowM: 2,
      lineM: 2,
      pace: 0.05,
      runInM: 400,
    });
    const none = new Float64Array(d.length).fill(Number.NaN);
    const trace = { ...d, speedMps: none, courseRad: none, hAccM: none };
    const truth = truthOf(d);
    const laps = timeLaps(trace, { layout }).laps.filter((l) => l.kind === "lap");
    expect(laps.length).toBe(truth.length);
    const covered =
      laps.filter((l, i) => Math.abs(l.timeS - truth[i]!) <= l.uncertaintyS).length / laps.length;
    expect(covered).toBeGreaterThanOrEqual(0.9);
    expect(median(laps.map((l) => l.uncertaintyS))).toBeLessThan(0.5);
  });
});
