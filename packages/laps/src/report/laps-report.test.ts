import type { Column, RecordedGate, RecordedLap, Recording } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { clubCircuit, twinStraights } from "../testing/circuits.ts";
import { type Drive, drive, lineOf } from "../testing/drive.ts";
import { goodwood, hasShared, tianma } from "../testing/recordings.ts";
import { starterTracks } from "../track/library.ts";
import { lapsReport, timeRecording } from "./laps-report.ts";

describe.skipIf(!hasShared)("real recordings (skipped where ../shared is absent)", () => {
  it.each([false, true])(
    "Goodwood: 2:03.202 to the line and a lap of 2:57.527 (every row: %s)",
    (everyRow) => {
      // "# Lap 0: 00:02:03.202" counts from the start of the recording; the fixes come once a second
      const { laps, notes, bestS } = lapsReport(goodwood({ everyRow }), { tracks: starterTracks() });
      expect(laps.map((l) => [l.number, l.kind])).toEqual([
        [0, "out"],
        [1, "lap"],
        [2, "in"],
      ]);
      expect(Math.abs(laps[0]!.timeS - 123.202)).toBeLessThan(0.5);
      expect(Math.abs(laps[1]!.timeS - 177.527)).toBeLessThan(0.5);
      expect(Math.abs(laps[1]!.timeS - 177.527)).toBeLessThan(laps[1]!.uncertaintyS!);
      expect(bestS).toBe(laps[1]!.timeS);
      expect(notes).toContain("start line from the file");
    },
  );

  it("Tianma: lap 9 of 76.329 s from the changes of lap number", () => {
    const { laps, notes } = lapsReport(tianma(), { tracks: starterTracks() });
    expect(laps.map((l) => [l.number, l.kind, l.valid])).toEqual([
      [8, "out", false],
      [9, "lap", true],
      [10, "in", false],
    ]);
    expect(Math.abs(laps[1]!.timeS - 76.329)).toBeLessThan(0.002);
    expect(notes).toContain("start line from where the file changes its lap number");
  });

  it("Tianma: the same lap with a suggested start line", () => {
    const { laps, notes, theoreticalBestS, bestS } = lapsReport(tianma({ laps: false }), {
      tracks: starterTracks(),
    });
    const timed = laps.filter((l) => l.kind === "lap");
    expect(timed.length).toBe(1);
    expect(Math.abs(timed[0]!.timeS - 76.329)).toBeLessThan(0.02);
    expect(notes.some((n) => n.includes("suggested"))).toBe(true);
    expect(timed[0]!.sectorsS.length).toBe(3);
    expect(theoreticalBestS).toBeCloseTo(bestS!, 5);
  });
});

function recordingOf(d: Drive, rest: Partial<Recording> = {}): Recording {
  const column = (name: string, values: Float64Array): Column => ({
    field: { name, unit: "1", doc: "" },
    values,
  });
  return {
    groups: [
      {
        name: "gnss",
        tUs: d.tUs,
        columns: [
          column("gnss.lat", d.latDeg),
          column("gnss.lon", d.lonDeg),
          column("gnss.speed", d.speedMps),
          column("gnss.course", d.courseRad),
          column("gnss.hAcc", d.hAccM),
        ],
      },
    ],
    absoluteTime: true,
    gates: [],
    laps: [],
    notes: [],
    ...rest,
  };
}

const noise = {
  rateHz: 10,
  whiteM: 0.1,
  slowM: 0.2,
  slowTauS: 200,
  velocityMps: 0.05,
  lineM: 2,
  pace: 0.05,
  runInM: 300,
};
const truthOf = (d: Drive) => d.passings.slice(1).map((p, i) => (p.tUs - d.passings[i]!.tUs) / 1e6);

describe("where the gates come from", () => {
  const circuit = clubCircuit();
  const d = drive({ circuit, laps: 6, seed: 31, ...noise });
  const line = lineOf(circuit, 0, 12);
  const flipped = [line.ends[2], line.ends[3], line.ends[0], line.ends[1]] as const;
  const close = (times: readonly number[]) => times.map((t) => expect.closeTo(t, 1));
  const timesOf = (r: ReturnType<typeof lapsReport>) => r.laps.filter((l) => l.valid).map((l) => l.timeS);

  it.each([
    ["one way", line.ends],
    ["the other", flipped],
  ])("options: a gate by its ends, given %s", (_, gate) => {
    const sectors = [lineOf(circuit, 400, 12).ends, lineOf(circuit, 800, 12).ends];
    const r = lapsReport(recordingOf(d), { gate, sectors });
    expect(timesOf(r)).toEqual(close(truthOf(d)));
    for (const lap of r.laps.filter((l) => l.valid)) {
      expect(lap.sectorsS.length).toBe(3);
      expect(lap.sectorsS.reduce<number>((a, b) => a + b!, 0)).toBeCloseTo(lap.timeS, 5);
    }
    expect(r.theoreticalBestS!).toBeLessThanOrEqual(r.bestS!);
    expect(JSON.parse(JSON.stringify(r.laps[1]))).toMatchObject({ number: 1, kind: "lap", valid: true });
  });

  it("a gate that the drive does not cross is an error", () => {
    const gate = lineOf(circuit, 0, 12, 45.1).ends;
    expect(() => lapsReport(recordingOf(d), { gate })).toThrow(/does not cross/);
  });

  it("the file's gates, with splits; one that is not crossed is noted", () => {
    const gates: RecordedGate[] = [
      { kind: "startFinish", name: "SF", ends: line.ends },
      { kind: "split", name: "S1", ends: lineOf(circuit, 500, 12).ends },
      { kind: "split", name: "far", ends: lineOf(circuit, 500, 12, 45.5).ends },
    ];
    const r = lapsReport(recordingOf(d, { gates }));
    expect(timesOf(r)).toEqual(close(truthOf(d)));
    expect(r.laps[1]!.sectorsS.length).toBe(2);
    expect(r.notes).toContain("far: the drive does not cross this gate of the file");
  });

  it("the file's lap numbers", () => {
    const laps: RecordedLap[] = d.passings.slice(1).map((p, i) => ({
      number: 7 + i,
      startUs: d.passings[i]!.tUs,
      endUs: p.tUs,
    }));
    const r = lapsReport(recordingOf(d, { laps }));
    expect(timesOf(r)).toEqual(close(truthOf(d)));
    expect(r.laps.map((l) => l.number)).toEqual([6, 7, 8, 9, 10, 11, 12, 13]);
  });

  it("a suggested line, on a straight", () => {
    const r = lapsReport(recordingOf(d), { tracks: starterTracks() });
    expect(r.laps.filter((l) => l.valid).length).toBeGreaterThanOrEqual(5);
    expect(r.notes[0]).toMatch(/suggested/);
    const total = timesOf(r).reduce((a, b) => a + b, 0) / timesOf(r).length;
    expect(total).toBeCloseTo(truthOf(d).reduce((a, b) => a + b, 0) / 6, 0);
  });

  it("a track by name, or an error that names what could be meant", () => {
    const club = { name: "Club", layouts: [timeRecording(recordingOf(d)).layout!] };
    const r = lapsReport(recordingOf(d), { tracks: [club, { ...club, name: "Club North" }], track: "club" });
    expect(r.track).toBe("Club");
    expect(() => lapsReport(recordingOf(d), { tracks: starterTracks(), track: "nowhere" })).toThrow(
      /no track named/,
    );
    expect(() => lapsReport(recordingOf(d), { tracks: starterTracks(), track: "circuit" })).toThrow(
      /could be/,
    );
  });

  it("no lap closes: none is invented, and it says so", () => {
    const short = { ...d, length: 300 };
    const part = recordingOf({
      ...short,
      tUs: d.tUs.slice(0, 300),
      latDeg: d.latDeg.slice(0, 300),
      lonDeg: d.lonDeg.slice(0, 300),
    });
    const r = lapsReport(part, { tracks: starterTracks() });
    expect(r).toMatchObject({ laps: [], bestS: null, theoreticalBestS: null });
    expect(r.notes).toEqual(["no start line is known, and the drive closes no lap"]);
  });

  it("a file without positions gives the laps it states", () => {
    const laps = [{ number: 1, startUs: 0, endUs: 61_500_000 }];
    const r = lapsReport({ groups: [], absoluteTime: false, gates: [], laps, notes: [] });
    expect(r.laps[0]).toMatchObject({ number: 1, timeS: 61.5, uncertaintyS: null });
    expect(r.bestS).toBe(61.5);
    expect(r.notes).toEqual(["the recording has no positions", "lap times as the file states them"]);
  });
});

describe("a straight 12 m beside the line, and only the line's ends known", () => {
  it("invents no lap from the first one on: the way round comes from the drive", () => {
    const circuit = twinStraights();
    const d = drive({ circuit, laps: 12, seed: 5, ...noise, whiteM: 0.3, slowM: 0.5, lineM: 3, runInM: 40 });
    const r = lapsReport(recordingOf(d), { gate: lineOf(circuit, 0, 10).ends });
    expect(r.laps.filter((l) => l.valid).map((l) => l.timeS)).toEqual(
      truthOf(d).map((t) => expect.closeTo(t, 0)),
    );
  });
});
