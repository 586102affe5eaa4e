import { describe, expect, it } from "vitest";
import { circuitOf } from "../testing/circuit.ts";
import { clubCircuit } from "../testing/circuits.ts";
import { type Drive, drive, lineOf } from "../testing/drive.ts";
import { driveRecording } from "../testing/drive-recording.ts";
import { recordTrack } from "../track/record-track.ts";
import type { Layout } from "../track/track.ts";
import { lapsReport } from "./laps-report.ts";
import { toldOf } from "./told.ts";

const club = clubCircuit();
/** The same straight, and a way back that leaves the last corners out. */
const short = circuitOf(
  [
    [0, 0],
    [260, 0],
    [290, 100],
    [200, 140],
    [100, 70],
    [-120, 60],
    [-120, 0],
  ],
  { topMps: 36, radiusM: 30 },
);
const gate = lineOf(club, 60, 10).ends;
const half = lineOf(club, 600, 10).ends;
const most = lineOf(club, 900, 10).ends;

const options = { rateHz: 10, whiteM: 0.1, slowM: 0.2, velocityMps: 0.05 };
const clubDrive = drive({ circuit: club, laps: 3, seed: 1, runInM: 40, runOutM: 90, ...options });

/** One drive after the other, in one recording. */
function joined(a: Drive, b: Drive): Drive {
  const column = (x: Float64Array, y: Float64Array) => Float64Array.from([...x, ...y]);
  return {
    ...a,
    length: a.length + b.length,
    tUs: column(a.tUs, b.tUs),
    latDeg: column(a.latDeg, b.latDeg),
    lonDeg: column(a.lonDeg, b.lonDeg),
    speedMps: column(a.speedMps, b.speedMps),
    courseRad: column(a.courseRad, b.courseRad),
    hAccM: column(a.hAccM, b.hAccM),
  };
}

describe("laps of another layout in one session", () => {
  it("are no laps of this one, and never its best", () => {
    const startUs = clubDrive.tUs.at(-1)! + 0.1e6;
    // goes on where the first ended, 90 m behind the line
    const onShort = drive({
      circuit: short,
      laps: 2,
      seed: 2,
      runInM: -90,
      runOutM: 90,
      startUs,
      ...options,
    });
    const day = joined(clubDrive, onShort);
    const { layout } = recordTrack(driveRecording(clubDrive), { name: "full", gate });
    expect(short.lengthM / club.lengthM).toBeLessThan(0.85);
    const report = lapsReport(driveRecording(day), { own: [{ name: "Club", layouts: [layout] }] });
    expect(report.track).toBe("Club");
    const laps = report.laps.filter((l) => l.kind === "lap");
    expect(laps.map((l) => l.valid)).toEqual([true, true, true, false, false]);
    expect(laps[3]!.flags).toEqual(["incomplete"]);
    expect(report.bestS).toBe(Math.min(...laps.slice(0, 3).map((l) => l.timeS)));
    expect(report.notes.filter((n) => n.includes("another layout"))).toEqual([
      expect.stringMatching(/^laps 4-5: \d+ m instead of the \d+ m of the way round/),
    ]);
  });
});

describe("lines that are drawn wrong", () => {
  const recording = driveRecording(clubDrive);
  const { layout } = recordTrack(recording, { name: "full", gate, sectors: [half, most] });
  const turned = (g: Layout["start"]) => ({ ...g, course: g.course + Math.PI });
  const right = lapsReport(recording, { layout });

  it.each([
    ["in another order", [...layout.splits].reverse()],
    ["against the way", layout.splits.map((s) => ({ ...s, course: s.course + Math.PI }))],
  ])("sectors %s are timed as they are passed, and it is said", (_, splits) => {
    expect(right.laps[1]!.sectorsS).not.toContain(null);
    const report = lapsReport(recording, { layout: { ...layout, splits } });
    expect(report.laps).toEqual(right.laps);
    expect(report.notes.some((n) => n.includes("are passed"))).toBe(true);
    expect(right.notes.some((n) => n.includes("are passed"))).toBe(false);
  });

  it("sectors named in any order with the command are those of the lap", () => {
    const named = (sectors: readonly Layout["start"]["ends"][]) =>
      lapsReport(recording, { gate, sectors }).laps.map((l) => l.sectorsS);
    expect(named([most, half])).toEqual(named([half, most]));
  });

  it("a start line that is turned round is not silence", () => {
    const { centreLine: _, ...lines } = layout;
    const { laps, notes } = lapsReport(recording, { layout: { ...lines, start: turned(layout.start) } });
    expect(laps).toEqual([]);
    expect(notes).toContainEqual(expect.stringMatching(/not crossed in its direction.*4 times against it/));
  });
});

describe("what is told of incidents", () => {
  const of = (lap: number, reason: string) => ({ kind: "missed-split" as const, tUs: 0, lap, reason });

  it("is one line for the same in several laps, with their numbers", () => {
    const incidents = [1, 2, 3, 7, 9, 10].map((lap) => of(lap, `driven ${lap}.5 m too far`));
    expect(toldOf([...incidents, of(4, "third 1 was not seen"), of(5, "third 2 was not seen")])).toEqual([
      "laps 1-3, 7, 9-10: driven 1.5 m too far",
      "lap 4: third 1 was not seen",
      "lap 5: third 2 was not seen",
    ]);
  });

  it("counts gaps, and ends where nobody reads on", () => {
    expect(toldOf([{ kind: "gap", tUs: 0, lap: 1, reason: "no fix for 2.0 s" }])).toEqual([
      "1 gap in the fixes",
    ]);
    const many = Array.from({ length: 30 }, (_, i) => of(i, `split ${i} was not seen`));
    expect(toldOf(many)).toHaveLength(21);
    expect(toldOf(many).at(-1)).toBe("and 10 more of the kind");
  });
});
