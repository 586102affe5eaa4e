import { describe, expect, it } from "vitest";
import { Plane } from "../plane.ts";
import { lapsReport } from "../report/laps-report.ts";
import { clubCircuit } from "../testing/circuits.ts";
import { drive, lineOf } from "../testing/drive.ts";
import { driveRecording } from "../testing/drive-recording.ts";
import { divideEvenly, moveStart, widthOf, withSplits } from "./edit-layout.ts";
import { trackNamed, withLayout } from "./named.ts";
import { middleOf } from "./placed-gate.ts";
import { recordTrack } from "./record-track.ts";
import type { Ends, Track } from "./track.ts";

const circuit = clubCircuit();
const d = drive({ circuit, laps: 4, seed: 3, rateHz: 10, whiteM: 0.1, runInM: 300, runOutM: 60 });
const recording = driveRecording(d);
const lineAt = (sM: number): Ends => lineOf(circuit, sM, 12).ends;
/** Metres between the middle of a gate and a place of the circuit. */
const off = (ends: Ends, sM: number): number => {
  const [lat, lon] = middleOf(lineAt(sM));
  const [lat2, lon2] = middleOf(ends);
  const plane = new Plane(lat, lon);
  return Math.hypot(plane.x(lon2), plane.y(lat2));
};

describe("a track recorded by driving", () => {
  const { layout, notes } = recordTrack(recording, { name: "full", gate: lineAt(0), evenSectors: 3 });

  it("is as long as the circuit, with the line where it was given and sectors of one length", () => {
    expect(notes).toEqual([]);
    expect(layout.name).toBe("full");
    expect(Math.abs(layout.lengthM! / circuit.lengthM - 1)).toBeLessThan(0.005);
    expect(layout.start.ends).toEqual(lineAt(0));
    expect(layout.splits.map((s) => s.name)).toEqual(["split 1", "split 2"]);
    layout.splits.forEach((s, i) => {
      expect(off(s.ends, ((i + 1) * circuit.lengthM) / 3)).toBeLessThan(4);
    });
  });

  it("times the same drive as the line alone does", () => {
    const track = { name: "club", layouts: [layout] };
    const own = lapsReport(recording, { own: [track] });
    const given = lapsReport(recording, { gate: lineAt(0) });
    expect(own.laps.map((l) => l.timeS)).toEqual(given.laps.map((l) => l.timeS));
    expect(own.notes).toContain("track recognised: club, full; start line from your track");
  });

  it("takes a suggested line where none is known", () => {
    const suggested = recordTrack(recording, { name: "full" });
    expect(suggested.notes[0]).toMatch(/suggested/);
    expect(suggested.layout.start.name).toBe("start");
  });

  it("needs a whole lap, and a line that was crossed", () => {
    const part = driveRecording({
      ...d,
      length: 200,
      tUs: d.tUs.slice(0, 200),
      latDeg: d.latDeg.slice(0, 200),
    });
    expect(() => recordTrack(part, { name: "x" })).toThrow(/closes no lap/);
    expect(() => recordTrack(recording, { name: "x", gate: lineOf(circuit, 0, 12, 45.2).ends })).toThrow(
      /does not cross/,
    );
  });

  it("of a stage runs from its start to its finish", () => {
    const stage = recordTrack(recording, { name: "hill", gate: lineAt(100), finish: lineAt(700) }).layout;
    expect(stage.closed).toBe(false);
    expect(stage.lengthM!).toBeGreaterThan(595);
    expect(stage.lengthM!).toBeLessThan(625);
    expect(divideEvenly(stage, 2).splits).toHaveLength(1);
    expect(() => recordTrack(recording, { name: "hill", finish: lineAt(700) })).toThrow(/needs a start line/);
  });
});

describe("a start line that moves", () => {
  const { layout } = recordTrack(recording, { name: "full", gate: lineAt(0) });

  it.each([20, 300, -50])("by %d m is that far along the way, and as wide as before", (byM) => {
    const moved = moveStart(layout, { byM });
    expect(off(moved.start.ends, byM)).toBeLessThan(1.5);
    expect(widthOf(moved.start)).toBeCloseTo(24, 1);
    const course = lineOf(circuit, byM, 12).course;
    expect(Math.cos(moved.start.course - course)).toBeGreaterThan(0.999);
    const back = moveStart(moved, { byM: -byM });
    expect(off(back.start.ends, 0)).toBeLessThan(1.5);
  });

  it("to a place, or to two ends given either way round", () => {
    const [lat, lon] = middleOf(lineAt(250));
    expect(off(moveStart(layout, { at: [lat, lon] }).start.ends, 250)).toBeLessThan(1.5);
    const [a, b, c, e] = lineAt(250);
    for (const ends of [[a, b, c, e] as const, [c, e, a, b] as const]) {
      const moved = moveStart(layout, { ends });
      expect(moved.start.ends).toEqual(ends);
      expect(Math.cos(moved.start.course - lineOf(circuit, 250, 12).course)).toBeGreaterThan(0.99);
    }
  });

  it("leaves the splits on the ground, in the order in which they are passed now", () => {
    const split = withSplits(layout, [lineAt(800), lineAt(400)]);
    expect(split.splits.map((s) => Math.round(off(s.ends, 400) / 100) > 0)).toEqual([false, true]);
    const moved = moveStart(split, { byM: 600 });
    expect(off(moved.splits[0]!.ends, 800)).toBeLessThan(1);
    expect(off(moved.splits[1]!.ends, 400)).toBeLessThan(1);
    const timed = lapsReport(recording, { layout: moved }).laps.filter((l) => l.valid);
    expect(timed.length).toBeGreaterThan(1);
    for (const lap of timed) expect(lap.sectorsS).not.toContain(null);
  });

  it("is refused off the track, and without a centre line", () => {
    expect(() => moveStart(layout, { at: [45.1, 7] })).toThrow(/from the track/);
    const { centreLine, ...bare } = layout;
    expect(() => moveStart(bare, { byM: 5 })).toThrow(/no centre line/);
  });
});

describe("tracks of one's own", () => {
  const { layout } = recordTrack(recording, { name: "full", gate: lineAt(0) });
  const own: Track = { name: "Mine", layouts: [moveStart(layout, { byM: 300 })] };
  const library: Track = { name: "Club", layouts: [layout] };
  const filed = {
    ...recording,
    gates: [{ kind: "startFinish" as const, name: "SF", ends: lineAt(700) }],
  };

  it("go before the file's gates, and those before the library", () => {
    expect(lapsReport(filed, { own: [own], tracks: [library] }).track).toBe("Mine");
    const unknown = lapsReport(filed, { tracks: [library] });
    expect(unknown.track).toBeUndefined();
    expect(unknown.notes).toContain("start line from the file");
    expect(lapsReport(recording, { own: [own], tracks: [library] }).track).toBe("Mine");
    expect(lapsReport(recording, { tracks: [library] }).track).toBe("Club");
  });

  it("are found by a part of their name, and take further layouts", () => {
    expect(trackNamed([own, library], "min").name).toBe("Mine");
    expect(() => trackNamed([own, { ...library, name: "Mine too" }], "m")).toThrow("could be Mine, Mine too");
    expect(withLayout(own, { ...layout, name: "short" }).layouts.map((l) => l.name)).toEqual([
      "full",
      "short",
    ]);
    expect(withLayout(own, layout).layouts).toEqual([layout]);
  });
});
