import type { RecordedGate } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { lapsReport } from "../report/laps-report.ts";
import { resolveLayout } from "../report/resolve-layout.ts";
import { clubCircuit } from "../testing/circuits.ts";
import { type Deed, type Drive, drive, lineOf } from "../testing/drive.ts";
import { driveRecording, timeAtPlace } from "../testing/drive-recording.ts";
import { recordTrack } from "./record-track.ts";
import type { Track } from "./track.ts";

const circuit = clubCircuit();
const L = circuit.lengthM;
const FROM_M = 100;
const TO_M = 700;
const start = lineOf(circuit, FROM_M, 8);
const finish = lineOf(circuit, TO_M, 8);

const driven = (deeds: readonly Deed[], options: { laps: number; seed: number; runInM?: number }): Drive =>
  drive({
    circuit,
    rateHz: 10,
    whiteM: 0.2,
    slowM: 0.3,
    velocityMps: 0.05,
    lineM: 3,
    runInM: 20,
    runOutM: 50,
    ...options,
    deeds,
  });

/** Up from the start to the finish, and back over the same road, three times; then on. */
const hill = (seed: number) =>
  driven(
    [0, 1, 2].map((k) => ({ kind: "turn-back", atM: 780 + k, amount: 790 })),
    { laps: 1, seed },
  );
/** Round and round: with a stand before each start of the stage, or without. */
const loop = (seed: number, stands: boolean, atM = 15) =>
  driven(stands ? [0, 1, 2].map((k) => ({ kind: "stop", atM: k * L + atM, amount: 25 })) : [], {
    laps: 3,
    seed,
  });

/** The true times from line to line of a drive that never turns back. */
const runsOf = (d: Drive, laps: number) =>
  Array.from({ length: laps }, (_, k) => timeAtPlace(d, k * L + TO_M) - timeAtPlace(d, k * L + FROM_M));

const stageOf = (d: Drive): Track => ({
  name: "Hill",
  layouts: [recordTrack(driveRecording(d), { name: "full", gate: start.ends, finish: finish.ends }).layout],
});

describe("a stage driven up and back over the same road", () => {
  it.each([1, 2, 3, 4, 5])("has its lines in the direction of the runs (%i)", (seed) => {
    const { layout } = recordTrack(driveRecording(hill(seed)), {
      name: "full",
      gate: start.ends,
      finish: finish.ends,
      sectors: [lineOf(circuit, 400, 8).ends],
    });
    expect(Math.cos(layout.start.course - start.course)).toBeGreaterThan(0.99);
    expect(Math.cos(layout.finish!.course - finish.course)).toBeGreaterThan(0.99);
    expect(Math.cos(layout.splits[0]!.course - lineOf(circuit, 400, 8).course)).toBeGreaterThan(0.99);
    expect(layout.lengthM).toBeGreaterThan(TO_M - FROM_M - 10);
    expect(layout.lengthM).toBeLessThan(TO_M - FROM_M + 20);
  });

  it("is timed by lines that are given with the command, or by the file, whichever way these are drawn", () => {
    const d = hill(6);
    const recording = driveRecording(d);
    const turned = [...finish.ends.slice(2), ...finish.ends.slice(0, 2)] as unknown as typeof finish.ends;
    const gates: RecordedGate[] = [
      { kind: "start", name: "start", ends: start.ends },
      { kind: "finish", name: "finish", ends: turned },
    ];
    for (const { laps } of [
      lapsReport(recording, { gate: start.ends, finish: finish.ends }),
      lapsReport({ ...recording, gates }),
    ]) {
      expect(laps.map((l) => [l.number, l.kind, l.valid])).toEqual([1, 2, 3, 4].map((n) => [n, "lap", true]));
      // at 20 to 36 m/s
      for (const { timeS } of laps) expect(timeS).toBeLessThan((TO_M - FROM_M) / 20);
    }
    expect(() => lapsReport(recording, { finish: finish.ends })).toThrow(/needs a start line/);
  });

  it("is recognised, the way back or not", () => {
    const own = [stageOf(hill(7))];
    for (const d of [hill(8), loop(9, true)]) {
      const report = lapsReport(driveRecording(d), { own });
      expect(report.track).toBe("Hill");
      expect(report.laps.filter((l) => !l.valid)).toEqual([]);
    }
    const report = lapsReport(driveRecording(loop(9, true)), { own });
    const truth = runsOf(loop(9, true), 3);
    expect(report.laps.length).toBe(3);
    for (const [i, lap] of report.laps.entries())
      expect(Math.abs(lap.timeS - truth[i]!)).toBeLessThan(1.5 * lap.uncertaintyS!);
  });

  it("keeps the run of who stopped on the way: it has no pits", () => {
    const d = loop(14, true, 300);
    const { laps } = lapsReport(driveRecording(d), { gate: start.ends, finish: finish.ends });
    expect(laps.map((l) => [l.number, l.kind, l.valid])).toEqual([1, 2, 3].map((n) => [n, "lap", true]));
  });

  it("is named reversed where it is only driven the other way", () => {
    const own = [stageOf(hill(7))];
    const down: Track = { name: "Hill", layouts: [own[0]!.layouts[0]!] };
    const turned = recordTrack(driveRecording(hill(7)), {
      name: "full",
      gate: start.ends,
      finish: finish.ends,
    }).layout;
    const reversed: Track = {
      name: "Hill",
      layouts: [
        {
          ...turned,
          start: { ...turned.finish!, course: turned.finish!.course + Math.PI },
          finish: { ...turned.start, course: turned.start.course + Math.PI },
          centreLine: [...turned.centreLine!].reverse(),
        },
      ],
    };
    const d = loop(10, true);
    const on = (track: Track) => {
      const resolved = resolveLayout(driveRecording(d), d, { own: [track] });
      return resolved.layout?.name;
    };
    expect(on(down)).toBe("full");
    expect(on(reversed)).toBe("full, reversed");
  });
});

describe("a stage that is part of a circuit", () => {
  it("is not taken for it while laps are driven", () => {
    expect(lapsReport(driveRecording(loop(11, false)), { own: [stageOf(hill(7))] }).track).toBeUndefined();
  });

  it("is not taken for it where the circuit is known, stands or not", () => {
    const full = recordTrack(driveRecording(loop(12, false)), {
      name: "full",
      gate: lineOf(circuit, 0, 10).ends,
    }).layout;
    const own = [stageOf(hill(7)), { name: "Club", layouts: [full] }];
    for (const stands of [false, true])
      expect(lapsReport(driveRecording(loop(13, stands)), { own }).track).toBe("Club");
  });
});
