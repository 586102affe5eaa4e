import { describe, expect, it } from "vitest";
import { clubCircuit } from "../testing/circuits.ts";
import { drive, lineOf } from "../testing/drive.ts";
import { createNormal, createRandom } from "../testing/random.ts";
import type { Gate, Layout } from "../track/track.ts";
import { timeLaps } from "./time-laps.ts";

/** On the equator: metres a degree of WGS 84 there. */
const NORTH = 110_574;
const EAST = 111_320;

const across = (name: string, y: number): Gate => ({
  name,
  ends: [y / NORTH, -8 / EAST, y / NORTH, 8 / EAST],
  course: 0,
});
const strip: Layout = {
  name: "strip",
  closed: false,
  start: across("start", 0),
  finish: across("finish", 100),
  splits: [],
};

const STAND_FROM_S = 5;
const GO_S = 45;

/** Rolls up at 3 m/s, brakes to a stand at `atM` before or behind the line, stands, and leaves at 4 m/s2 to 130 m. */
function staged(atM: number, options: { seed: number; biasM: number; fromS?: number }) {
  const random = createRandom(options.seed);
  const normal = createNormal(random);
  const rows: number[][] = [];
  for (let k = 0; k <= 53.5 * 10; k++) {
    const t = k / 10;
    if (t < (options.fromS ?? 0)) continue;
    // 3 m/s to a stand in one second
    const before = STAND_FROM_S - t;
    const approach =
      before > 1 ? { d: 1.5 + 3 * (before - 1), v: 3 } : { d: 1.5 * before ** 2, v: 3 * before };
    const after = t - GO_S;
    const y = before > 0 ? atM - approach.d : after > 0 ? atM + 2 * after ** 2 : atM;
    const v = before > 0 ? approach.v : after > 0 ? 4 * after : 0;
    rows.push([
      t * 1e6,
      (y + options.biasM + 0.2 * normal()) / NORTH,
      (0.2 * normal()) / EAST,
      Math.abs(v + 0.03 * normal()),
      0,
      0.7,
    ]);
  }
  const column = (i: number) => Float64Array.from(rows, (r) => r[i]!);
  return {
    length: rows.length,
    tUs: column(0),
    latDeg: column(1),
    lonDeg: column(2),
    speedMps: column(3),
    courseRad: column(4),
    hAccM: column(5),
  };
}

describe("who stands on the start line of a stage", () => {
  const cases = [-0.6, -0.3, 0, 0.3].flatMap((biasM) => [1, 2, 3].map((seed) => ({ biasM, seed })));

  it.each(cases)("starts when leaving it, with a receiver $biasM m off ($seed)", (error) => {
    const atM = -0.2;
    const laps = timeLaps(staged(atM, error), { layout: strip }).laps;
    // 0.2 m and 100.2 m at 4 m/s2 from rest
    const truth = Math.sqrt(100.2 / 2) - Math.sqrt(0.2 / 2);
    expect(laps.map((l) => [l.number, l.kind, l.valid])).toEqual([[1, "lap", true]]);
    expect(Math.abs(laps[0]!.timeS - truth)).toBeLessThan(Math.min(0.7, laps[0]!.uncertaintyS));
    expect(laps[0]!.uncertaintyS).toBeLessThan(1.5);
  });

  it.each(cases.filter((c) => c.biasM >= 0.3))("also where the recording begins there ($seed)", (error) => {
    const laps = timeLaps(staged(-0.2, { ...error, fromS: 20 }), { layout: strip }).laps;
    expect(laps.map((l) => l.kind)).toEqual(["lap"]);
    expect(laps[0]!.timeS).toBeGreaterThan(6);
    expect(laps[0]!.timeS).toBeLessThan(7.5);
  });

  it("has started where it stands clear of the line", () => {
    const laps = timeLaps(staged(4, { seed: 1, biasM: 0 }), { layout: strip }).laps;
    // passed at 3 m/s, 2.5 m before the braking to a stand at 4 m; 40 s; 96 m at 4 m/s2
    const truth = 2.5 / 3 + 1 + 40 + Math.sqrt(96 / 2);
    expect(laps.length).toBe(1);
    expect(Math.abs(laps[0]!.timeS - truth)).toBeLessThan(laps[0]!.uncertaintyS);
  });
});

describe("who stops on the line of a circuit", () => {
  const circuit = clubCircuit();
  const layout: Layout = {
    name: "club",
    closed: true,
    start: { name: "start", ...lineOf(circuit, 0, 10) },
    splits: [],
  };
  const STOP_S = 15;
  /** Three laps with a stop after the second, at the line or `pastM` behind it. */
  const stopped = (pastM: number, seed: number) => {
    const options = { circuit, laps: 3, seed, rateHz: 10, whiteM: 0.2, slowM: 0.4, velocityMps: 0.05 };
    const atM = 2 * circuit.lengthM;
    const stop = (fromM: number) =>
      drive({ ...options, deeds: [{ kind: "stop", atM: fromM, amount: STOP_S }] });
    let made = stop(atM - 70);
    for (let from = atM - 70, turn = 0; turn < 6; turn++) {
      const { sM, speedMps } = made;
      from += atM + pastM - sM[speedMps.indexOf(Math.min(...speedMps))]!;
      made = stop(from);
    }
    return made;
  };

  it.each([-0.3, 0.1, 0.3].flatMap((pastM) => [1, 2, 3].map((seed) => ({ pastM, seed }))))(
    "is told that the laps may be longer or shorter by the stop ($pastM m, $seed)",
    ({ pastM, seed }) => {
      const d = stopped(pastM, seed);
      expect(d.passings.length).toBe(4);
      const laps = timeLaps(d, { layout }).laps.filter((l) => l.kind === "lap");
      expect(laps.length).toBe(3);
      for (const [i, lap] of laps.entries()) {
        const truth = (d.passings[i + 1]!.tUs - d.passings[i]!.tUs) / 1e6;
        expect(Math.abs(lap.timeS - truth)).toBeLessThan(1.5 * lap.uncertaintyS);
        expect(lap.uncertaintyS > STOP_S / 2).toBe(i > 0);
      }
    },
  );

  it("knows better where it stops clear of the line", () => {
    const d = stopped(4, 1);
    for (const lap of timeLaps(d, { layout }).laps) expect(lap.uncertaintyS).toBeLessThan(0.6);
  });
});
