import type { Column, Recording } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { clubCircuit } from "../testing/circuits.ts";
import { type Drive, drive, lineOf } from "../testing/drive.ts";
import { timeLaps } from "../timing/time-laps.ts";
import type { Layout } from "../track/track.ts";
import { type ComparedLap, compareLaps, retime } from "./retime.ts";

const circuit = clubCircuit();
const at = (sM: number): Layout => ({
  name: "club",
  closed: true,
  start: { name: "start", ...lineOf(circuit, sM, 12) },
  splits: [],
});
const recordingOf = (d: Drive): Recording => {
  const column = (name: string, values: Float64Array): Column => ({
    field: { name, unit: "1", doc: "" },
    values,
  });
  const columns = [
    column("gnss.lat", d.latDeg),
    column("gnss.lon", d.lonDeg),
    column("gnss.speed", d.speedMps),
    column("gnss.course", d.courseRad),
  ];
  return { groups: [{ name: "g", tUs: d.tUs, columns }], absoluteTime: true, gates: [], laps: [], notes: [] };
};
const drives = [1, 2].map((seed) =>
  drive({ circuit, laps: 4, seed, rateHz: 10, pace: 0.08, runInM: 200, runOutM: 200 }),
);

describe("retime", () => {
  const old = drives.map((d, i) => ({
    id: `s${i}`,
    recording: recordingOf(d),
    laps: timeLaps({ ...d, hAccM: new Float64Array(d.length).fill(Number.NaN) }, { layout: at(0) }).laps,
  }));

  it("finds nothing to change when the layout is the same", () => {
    const r = retime(old, at(0));
    expect(r.changes).toEqual([]);
    expect(r.unchanged).toBe(12);
    expect(r.sessions.get("s1")).toEqual(old[1]!.laps);
  });

  it("says by how much each lap changed when the line moves", () => {
    const r = retime(old, at(60));
    const laps = r.changes.filter((c) => c.before?.kind === "lap");
    expect(laps.length).toBeGreaterThan(6);
    for (const { session, before, after, differenceS } of laps) {
      expect(differenceS).toBeCloseTo(after!.timeS - before!.timeS, 9);
      expect(Math.abs(differenceS)).toBeGreaterThan(0.001);
      // by hand: the new lap is the old one less its first 60 m, and the first 60 m of the next
      const d = drives[Number(session.slice(1))]!;
      const timeAt = (s: number) => {
        let k = 0;
        while (d.sM[k + 1]! < s) k++;
        const f = (s - d.sM[k]!) / (d.sM[k + 1]! - d.sM[k]!);
        return (d.tUs[k]! + f * (d.tUs[k + 1]! - d.tUs[k]!)) / 1e6;
      };
      const lap = before!.number - 1;
      const moved = (n: number) => timeAt(n * circuit.lengthM + 60) - timeAt(n * circuit.lengthM);
      expect(differenceS).toBeCloseTo(moved(lap + 1) - moved(lap), 2);
    }
  });

  it("lists laps that vanish and appear", () => {
    const laps = old[0]!.laps;
    const fewer = compareLaps(laps, laps.slice(0, 3));
    expect(fewer.changes.map((c) => [c.before?.number, c.after?.number])).toEqual([
      [3, undefined],
      [4, undefined],
      [5, undefined],
    ]);
    const more = compareLaps(laps.slice(0, 5), laps);
    expect(more.changes.map((c) => [c.before?.number, c.after?.number])).toEqual([[undefined, 5]]);
    const undone = compareLaps(
      laps,
      laps.map((l) => (l.number === 2 ? { ...l, valid: false } : l)),
    );
    expect(undone.changes.map((c) => c.before?.number)).toEqual([2]);
  });

  it("counts laps whose sectors alone became others", () => {
    const laps = old[0]!.laps;
    const divided = laps.map((l) => ({ ...l, sectorsS: l.number === 2 ? [1, null] : l.sectorsS }));
    const same = divided.map((l) => ({ ...l, sectorsS: l.sectorsS.map((s) => s ?? Number.NaN) }));
    expect(compareLaps(laps, divided)).toMatchObject({ changes: [], resectored: 1 });
    expect(compareLaps<ComparedLap>(divided, same)).toMatchObject({ changes: [], resectored: 0 });
  });
});
