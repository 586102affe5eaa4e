import { findColumn, type Group, type RecordedGate, type Recording } from "@pitwall/core";
import { lapsReport } from "@pitwall/laps";
import { describe, expect, it } from "vitest";
import type { Format } from "./format.ts";
import { FORMATS, readRecording, recognise } from "./registry.ts";
import { crossings, drive, expectation, truthAt } from "./testing/drive.ts";
import { written } from "./testing/gather.ts";
import { hasShared, shared } from "./testing/shared.ts";

const BOTH = FORMATS.filter((f) => f.read && f.write);
const SMOOTH = drive({ hz: 25 });
const UNEVEN = drive({ hz: 10, jitterUs: 15_000 });

const back = async (recording: Recording, format: Format) => {
  const bytes = await written(recording, format.id);
  expect(recognise(bytes, `x.${format.extensions[0]}`)?.format.id).toBe(format.id);
  const r = await readRecording(bytes);
  expect(r.problems).toBeUndefined();
  return r;
};

const gpsOf = (r: Recording): Group => findColumn(r, "gnss.lat")!.group;

/** Column of a channel in what came back, with the times at which it has a sample. */
function samples(r: Recording, id: string): Map<number, number> {
  const found = findColumn(r, id);
  const out = new Map<number, number>();
  found?.column.values.forEach((v, i) => {
    if (!Number.isNaN(v)) out.set(found.group.tUs[i]!, v);
  });
  return out;
}

/** Timed from the fixes alone. */
const wholeLaps = (r: Recording, gate: RecordedGate["ends"]) =>
  lapsReport({ ...r, laps: [], gates: [] }, { gate }).laps.filter((l) => l.kind === "lap");

describe.each(BOTH.map((f) => [f.id, f] as const))("%s, written and read", (_, format) => {
  it.each([
    ["even", SMOOTH],
    ["uneven", UNEVEN],
  ] as const)("gives the same laps within 1 ms from %s fixes", async (_name, recording) => {
    const gate = recording.gates[0]!;
    const before = crossings(gpsOf(recording), gate);
    expect(before.length).toBeGreaterThan(2);
    const r = await back(recording, format);
    const after = crossings(gpsOf(r), gate);
    expect(after.length).toBe(before.length);
    for (let i = 1; i < before.length; i++)
      expect(Math.abs(after[i]! - after[i - 1]! - (before[i]! - before[i - 1]!))).toBeLessThan(1000);
    for (let i = 0; i < before.length; i++) expect(Math.abs(after[i]! - before[i]!)).toBeLessThan(1000);
    const timed = (x: Recording) => wholeLaps(x, gate.ends);
    const [laps, lapsBack] = [timed(recording), timed(r)];
    expect(laps.length).toBe(before.length - 1);
    expect(lapsBack.length).toBe(laps.length);
    laps.forEach((l, k) => {
      expect(Math.abs(lapsBack[k]!.timeS - l.timeS)).toBeLessThan(0.001);
    });
  });

  it.each([
    // a quarter of a radian a second: the timer's own curve between such fixes is good to some milliseconds
    ["a fix a second", drive({ hz: 1, jitterUs: 100_000, seconds: 160 }), 0.004],
    ["two fixes a second", drive({ hz: 2, jitterUs: 50_000, seconds: 160 }), 0.001],
    ["five fixes a second", drive({ hz: 5, jitterUs: 15_000, seconds: 160 }), 0.0002],
  ] as const)("gives the same laps from %s", async (_name, recording, withinS) => {
    const gate = recording.gates[0]!.ends;
    const laps = wholeLaps(recording, gate);
    const lapsBack = wholeLaps(await back(recording, format), gate);
    expect(laps.length).toBeGreaterThan(4);
    expect(lapsBack.length).toBe(laps.length);
    laps.forEach((l, k) => {
      expect(Math.abs(lapsBack[k]!.timeS - l.timeS)).toBeLessThan(
        format.carries.times === "fixed" ? withinS : 1e-5,
      );
    });
  });

  it.skipIf(!hasShared)("gives the laps of a phone at a fix a second within 1 ms", async () => {
    const recording = await readRecording(shared("laps/trackaddict-goodwood-20220531.csv"));
    const gate = recording.gates[0]!.ends;
    const [lap, lapBack] = [wholeLaps(recording, gate), wholeLaps(await back(recording, format), gate)];
    expect(lap.map((l) => l.timeS)).toEqual([expect.closeTo(177.527, 1)]);
    expect(lapBack).toHaveLength(1);
    expect(Math.abs(lapBack[0]!.timeS - lap[0]!.timeS)).toBeLessThan(0.001);
  });

  it("carries the laps, gates and times that it says it carries", async () => {
    const r = await back(SMOOTH, format);
    const { carries } = format;
    if (carries.laps === "none") expect(r.laps).toEqual([]);
    else {
      expect(r.laps.length).toBe(SMOOTH.laps.length);
      r.laps.forEach((l, i) => {
        expect(Math.abs(l.startUs - SMOOTH.laps[i]!.startUs)).toBeLessThanOrEqual(1);
        expect(Math.abs(l.endUs - SMOOTH.laps[i]!.endUs)).toBeLessThanOrEqual(1);
        expect(l.number).toBe(SMOOTH.laps[i]!.number);
      });
    }
    if (carries.gates)
      expect(r.gates).toEqual(
        SMOOTH.gates.map((g) =>
          expect.objectContaining({
            kind: g.kind,
            name: g.name,
            ends: g.ends.map((x) => expect.closeTo(x, 8)),
          }),
        ),
      );
    else expect(r.gates).toEqual([]);
    expect(r.absoluteTime).toBe(carries.absoluteTime);
    const relative: Recording = {
      ...SMOOTH,
      absoluteTime: false,
      laps: [],
      groups: SMOOTH.groups.map((g) => ({ ...g, tUs: g.tUs.map((t) => t - SMOOTH.groups[0]!.tUs[0]!) })),
    };
    const r2 = await back(relative, format);
    expect(r2.absoluteTime).toBe(false);
    expect(gpsOf(r2).tUs).toContain(40_000);
  });

  it("gives the same channels within their resolution", async () => {
    const r = await back(SMOOTH, format);
    const fixTimes = new Set(gpsOf(SMOOTH).tUs);
    for (const group of SMOOTH.groups)
      for (const column of group.columns) {
        const { name, resolution, unit } = column.field;
        const positional = name.startsWith("gnss.");
        if (format.carries.channels === "position" && !positional) continue;
        const got = samples(r, name);
        expect(got.size, name).toBeGreaterThan(0);
        const found = findColumn(r, name)!.column.field;
        if (name !== "oil_pressure" || !["pitwall-csv", "kml"].includes(format.id))
          expect(found.unit, name).toBe(unit);
        const wantedAt = expectation(group, column);
        let compared = 0;
        let worst = 0;
        let inHole = 0;
        for (const [t, v] of got) {
          if (format.carries.times === "position" && !fixTimes.has(t))
            throw new Error(`${name} at ${t} is no fix`);
          // between fixes a position lies on the curve of the drive, not on the chord; both ends of it are rounded
          const between = !fixTimes.has(t) && (name === "gnss.lat" || name === "gnss.lon");
          const truth = between ? truthAt(t)[name === "gnss.lat" ? "lat" : "lon"] : Number.NaN;
          const line = wantedAt(t);
          if (Number.isNaN(line)) continue;
          const wanted = between ? truth + Math.sign(v - truth) * (resolution! / 2) : line;
          // a hole of five seconds is not bridged where a format can leave a cell empty, and held where it cannot
          if (name === "motor.temp" && t > group.tUs[9]! && t < group.tUs[20]!) {
            inHole++;
            continue;
          }
          worst = Math.max(worst, Math.abs(v - wanted) - 1e-9 * Math.abs(v));
          compared++;
        }
        expect(worst, name).toBeLessThanOrEqual(resolution! / 2);
        if (format.carries.gaps) expect(inHole, `${name} inside a hole`).toBe(0);
        const own = column.values.filter((x) => !Number.isNaN(x)).length;
        expect(compared, name).toBeGreaterThanOrEqual(format.carries.times === "own" ? own : 1000);
      }
  });
});
