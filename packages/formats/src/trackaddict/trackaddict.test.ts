import { findColumn, type Recording } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { readRecording, recognise } from "../registry.ts";
import { bytesOf, capture, hasShared, shared } from "../testing/shared.ts";

const DATA = `# RaceRender Data: TrackAddict 4.8.0 on iOS 15.5
# Vehicle: 2019 Test
# End Point: 50.0000500, 4.0000000  @ -1.00 deg
"Time","UTC Time","Lap","GPS_Update","Latitude","Longitude","Altitude (m)","Altitude (ft)","Speed (MPH)","Heading","Accuracy (m)","Accel X","OBD_Update","Engine Speed (RPM) *OBD","Engine Coolant Temp (F) *OBD"
0.000,1653983971.000,0,1,50.0000000,4.0000000,29.5,97,10,0,4.9,0.01,1,1155.5,212
0.100,1653983971.100,0,0,50.0000000,4.0000000,29.5,97,10,0,4.9,0.02,0,1155.5,212
1.000,1653983972.000,0,1,50.0000400,4.0000000,29.5,97,20,0,4.9,0.03,0,1155.5,212
# Lap 0: 00:00:01.250
2.000,1653983973.000,1,1,50.0000800,4.0000000,29.5,97,30,0,4.9,0.04,1,1200,32
3.000,1653983974.000,1,1,50.0001200,4.0000000,29.5,97,30,0,4.9,0.04,0,1200,32
# Lap 1: 00:00:01.700
4.000,1653983975.000,2,1,50.0001600,4.0000000,29.5,97,30,0,4.9,0.04,0,1200,32
# Session End
`;
const T0 = 1_653_983_971_000_000;

describe("TrackAddict CSV", () => {
  it("takes a GPS or OBD sample only where the file says it is new", async () => {
    const r = await readRecording(bytesOf(DATA));
    const lat = findColumn(r, "gnss.lat")!;
    expect([...lat.group.tUs]).toEqual([0, 1e6, 2e6, 3e6, 4e6].map((t) => T0 + t));
    expect(findColumn(r, "gnss.speed")!.column.values[0]).toBeCloseTo(4.4704, 10);
    expect([...findColumn(r, "engine.rpm")!.column.values]).toEqual([1155.5, 1200]);
    expect(findColumn(r, "engine.waterTemp")!.column.values[0]).toBeCloseTo(100, 9);
    expect(findColumn(r, "engine.waterTemp")!.column.values[1]).toBeCloseTo(0, 9);
    expect(findColumn(r, "accel_x")!.column.values.length).toBe(6);
    expect(r.vehicle).toBe("2019 Test");
  });

  it("adds up stated lap times from the start of the file", async () => {
    const r = await readRecording(bytesOf(DATA));
    expect(r.laps).toEqual([
      { number: 0, startUs: T0, endUs: T0 + 1_250_000 },
      { number: 1, startUs: T0 + 1_250_000, endUs: T0 + 2_950_000 },
    ]);
  });

  it("without UTC takes the start from the file's name, or the given day", async () => {
    const bare = bytesOf(DATA.replaceAll(/,"UTC Time"|,165398397\d\.\d00/g, ""));
    const first = (r: Recording) => findColumn(r, "gnss.lat")!.group.tUs[0]! / 1000;
    const named = await readRecording(bare, { name: "Log-20220531-083931 Goodwood - 2.03.202.csv" });
    expect(named.absoluteTime).toBe(true);
    expect(first(named)).toBe(Date.UTC(2022, 4, 31, 8, 39, 31));
    expect(named.laps[1]).toMatchObject({ startUs: (first(named) + 1250) * 1000 });
    expect(named.notes.join()).toContain("file's name");
    const day = await readRecording(bare, { name: "goodwood-2022_05_31.csv" });
    expect(first(day)).toBe(Date.UTC(2022, 4, 31));
    const given = await readRecording(bare, { name: "a.csv", date: "2022-06-01" });
    expect(first(given)).toBe(Date.UTC(2022, 5, 1));
    const none = await readRecording(bare, { name: "lap 2034567.csv" });
    expect([none.absoluteTime, first(none)]).toEqual([false, 0]);
  });

  it("lays the end point across the way the car went", async () => {
    const [gate] = (await readRecording(bytesOf(DATA))).gates;
    expect(gate).toMatchObject({ kind: "startFinish", course: 0 });
    const [lat1, lon1, lat2, lon2] = gate!.ends;
    expect([lat1, lat2]).toEqual([50.00005, 50.00005]);
    // 30 m of longitude at 50 degrees: 111195 m * cos(50) = 71475 m a degree
    expect(lon2 - lon1).toBeCloseTo(30 / 71_475, 8);
    expect((lon1 + lon2) / 2).toBeCloseTo(4, 9);
  });

  it("finds a gate that was written longitude first, and keeps the car's own speed apart", async () => {
    const rows = Array.from(
      { length: 20 },
      (_, i) => `00:00:0${(i / 10).toFixed(1)},1,${(50 + i * 1e-5).toFixed(6)},4.5,36`,
    );
    const text = `# RaceRender Data\n# End Point: 4.5,50.0001 @ 0.00 deg\n"Time","GPS_Update","Latitude","Longitude","Speed (KPH) *OBD"\n${rows.join("\n")}\n`;
    const r = await readRecording(bytesOf(text));
    const [lat1, lon1, lat2, lon2] = r.gates[0]!.ends;
    expect([(lat1 + lat2) / 2, (lon1 + lon2) / 2]).toEqual([
      expect.closeTo(50.0001, 9),
      expect.closeTo(4.5, 9),
    ]);
    expect(findColumn(r, "obd.speed")!.column.values[0]).toBeCloseTo(10, 12);
    expect(findColumn(r, "gnss.speed")).toBeUndefined();
  });

  it("finds the stated laps of a real drive", async () => {
    const r = await readRecording(capture("trackaddict-goodwood-cut.csv"));
    expect(r.laps.map((l) => (l.endUs - l.startUs) / 1e6)).toEqual([123.202, 177.527]);
    expect(r.gates).toHaveLength(1);
  });

  it.skipIf(!hasShared)("reads the Goodwood drive: two laps as the file states them", async () => {
    const bytes = shared("laps/trackaddict-goodwood-20220531.csv");
    expect(recognise(bytes)).toMatchObject({ format: { id: "trackaddict-csv" }, confidence: 1 });
    const r = await readRecording(bytes);
    expect(r.laps.map((l) => (l.endUs - l.startUs) / 1e6)).toEqual([123.202, 177.527]);
    // the lap changes in the rows at 123.400 s and 301.402 s, with the first fix behind the gate
    const start = findColumn(r, "accel_x")!.group.tUs[0]!;
    const ends = r.laps.map((l) => (l.endUs - start) / 1e6);
    expect(ends[0]).toBeGreaterThan(122.4);
    expect(ends[0]).toBeLessThan(123.4);
    expect(ends[1]).toBeGreaterThan(300.4);
    expect(ends[1]).toBeLessThan(301.402);
    // the car goes south past the point
    expect((r.gates[0]!.course! * 180) / Math.PI).toBeGreaterThan(150);
    expect((r.gates[0]!.course! * 180) / Math.PI).toBeLessThan(190);
    expect(r.problems).toBeUndefined();
  });
});
