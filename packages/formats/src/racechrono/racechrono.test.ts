import { findColumn } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { readRecording, recognise } from "../registry.ts";
import { bytesOf, capture, hasShared, shared } from "../testing/shared.ts";

const V3 = `\ufeffThis file is created using RaceChrono Pro v10.2.4 ( http://racechrono.com/ ).
Format,3
Session title,"Evening, session ""2"""
Session type,Lap timing
Track name,"Mettet"
Driver name,Jo
Created,28/05/2026,15:34
Note,

timestamp,fragment_id,lap_number,elapsed_time,latitude,longitude,bearing,speed,lateral_acc,speed,speed,coolant_temp,oil_kick
unix time,,,s,deg,deg,deg,m/s,G,m/s,m/s,.C,bar
,,,,100: gps,100: gps,100: gps,100: gps,calc,calc,200: obd,200: obd,300: canbus
1780000000.001,0,,0.001,50.3,4.65,90,10,0.5,10.1,9.9,,
1780000000.101,0,1,0.101,50.3001,4.65,180,20,,20.1,,90.5,1.5
1780000000.101,0,1,0.101,50.3001,4.65,180,20,,20.1,,90.5,1.5
1780000000.2015,0,2,0.2015,50.3002,4.65,270,30,-0.5,30.1,,,
1780000000.301,1,,0.0,,,,,,,29.9,91,
`;

describe("RaceChrono CSV v3", () => {
  it("knows columns by name and source, in the units of the house", async () => {
    const r = await readRecording(bytesOf(V3));
    expect(r.title).toBe('Evening, session "2"');
    expect(r.track).toBe("Mettet");
    expect(r.driver).toBe("Jo");
    expect(r.absoluteTime).toBe(true);
    const of = (id: string) => {
      const f = findColumn(r, id)!;
      return { t: [...f.group.tUs], v: [...f.column.values] };
    };
    expect(of("gnss.speed")).toEqual({
      t: [1_780_000_000_001_000, 1_780_000_000_101_000, 1_780_000_000_201_500],
      v: [10, 20, 30],
    });
    expect(of("vehicle.speed").v).toEqual([10.1, 20.1, 30.1]);
    expect(of("obd.speed").t).toEqual([1_780_000_000_001_000, 1_780_000_000_101_000, 1_780_000_000_301_000]);
    expect(of("gnss.course").v[1]).toBeCloseTo(Math.PI, 12);
    expect(of("vehicle.aLat").v[0]).toBeCloseTo(4.903325, 12);
    expect(of("engine.waterTemp").v).toEqual([Number.NaN, 90.5, 91]);
    expect(of("oil_kick")).toEqual({ t: [1_780_000_000_101_000], v: [150] });
    expect(r.notes).toEqual(["1 repeated row is left out"]);
  });

  it("takes a lap from its first row to the first row of the next; empty cells end one", async () => {
    const r = await readRecording(bytesOf(V3));
    expect(r.laps).toEqual([
      { number: 1, startUs: 1_780_000_000_101_000, endUs: 1_780_000_000_201_500 },
      { number: 2, startUs: 1_780_000_000_201_500, endUs: 1_780_000_000_301_000 },
    ]);
  });

  it("names the line where the three header rows do not agree", async () => {
    const broken = V3.replace("unix time,,,s,", "unix time,");
    await expect(readRecording(bytesOf(broken))).rejects.toMatchObject({ code: "malformed", line: 11 });
  });

  it("finds the stated lap in the rows around its ends", async () => {
    const r = await readRecording(capture("racechrono-tianma-lap9-cut.csv"));
    expect(r.laps.map((l) => [l.number, (l.endUs - l.startUs) / 1e6])).toEqual([[9, 76.329]]);
  });

  it.skipIf(!hasShared)("reads a real session: its own lap, with multi-rate rows", async () => {
    const bytes = shared("laps/racechrono-tianma-lap9.csv");
    expect(recognise(bytes)).toMatchObject({ format: { id: "racechrono-csv" }, confidence: 1 });
    const r = await readRecording(bytes);
    expect(r.laps.map((l) => [l.number, (l.endUs - l.startUs) / 1e6])).toEqual([[9, 76.329]]);
    expect(findColumn(r, "engine.rpm")!.column.values[0]).toBe(3544.02065);
    expect(r.problems).toBeUndefined();
  });
});

describe("RaceChrono CSV v2", () => {
  const V2 = `This file is created using RaceChrono Pro v7.0.1 ( http://racechrono.com/ ).
Session title,"Old"
Created,01/02/2020,10:11

Time (s),Session fragment #,Lap #,Trap name,X-position (m),Speed (m/s),Bearing (deg),Latitude (deg),Longitude (deg),Accuracy (m),Speed (m/s) *calc,X acceleration (G) *acc,RPM (rpm) *obd
1580551860.100,0,1,,3.5,10.0,45,60.1,25.1,0.4,10.1,0.1,4000
1580551860.200,0,2,Start/Finish,4.5,11.0,46,60.2,25.2,0.4,11.1,0.2,4100
1580551860.300,0,3,,5.5,12.0,47,60.3,25.3,0.4,12.1,0.3,4200
`;
  it("reads units and sources from the titles", async () => {
    expect(recognise(bytesOf(V2))?.format.id).toBe("racechrono-csv-2");
    const r = await readRecording(bytesOf(V2));
    expect([...findColumn(r, "gnss.speed")!.column.values]).toEqual([10, 11, 12]);
    expect(findColumn(r, "gnss.lat")!.group.name).toBe("gps");
    expect([...findColumn(r, "vehicle.speed")!.column.values]).toEqual([10.1, 11.1, 12.1]);
    expect(findColumn(r, "imu.ax")!.column.values[1]).toBeCloseTo(1.96133, 9);
    expect(findColumn(r, "engine.rpm")!.group.name).toBe("obd");
    expect(r.laps).toEqual([{ number: 2, startUs: 1_580_551_860_200_000, endUs: 1_580_551_860_300_000 }]);
  });

  // as RaceChrono 1 to 4 wrote it, and TraX and Torque converters after it
  const V1 = `This file is created using RaceChrono v4.1.5 ( http://www.racechrono.com/ ).

Session title,"Old"
Track name,Nordschleife
Driver name,Jo
Created,21/08/2012,18:17

Lap #,Timestamp (s),Distance (m),Distance (km),Locked satellites,Latitude (deg),Longitude (deg),Speed (m/s),Speed (kph),Speed (mph),Altitude (m),Bearing (deg),Lateral Acceleration (G),RPM (rpm),Trap name
N/A,1345572000.1,1,0.001,9,50.33,6.94,10,36,22.4,600,90,0.5,4000,
1,1345572000.2,2,0.002,9,50.33,6.95,11,39.6,24.6,600,90,0.5,4100,Start
1,1345572000.3,3,0.003,9,50.33,6.96,12,43.2,26.8,600,90,0.5,4200,
2,1345572000.4,4,0.004,9,50.33,6.97,13,46.8,29.1,600,90,0.5,4300,Start
`;
  it("reads version 1 too: the lap first, one quantity in several units", async () => {
    expect(recognise(bytesOf(V1))).toMatchObject({ format: { id: "racechrono-csv-2" }, confidence: 1 });
    const r = await readRecording(bytesOf(V1));
    expect(r).toMatchObject({ title: "Old", track: "Nordschleife", driver: "Jo", absoluteTime: true });
    expect([...findColumn(r, "gnss.speed")!.column.values]).toEqual([10, 11, 12, 13]);
    expect([...findColumn(r, "trip.distance")!.column.values]).toEqual([1, 2, 3, 4]);
    expect(findColumn(r, "gnss.sats")!.column.values[0]).toBe(9);
    expect(findColumn(r, "vehicle.aLat")!.column.values[0]).toBeCloseTo(4.903325, 9);
    expect(r.groups.flatMap((g) => g.columns).length).toBe(9);
    expect(r.laps).toEqual([{ number: 1, startUs: 1_345_572_000_200_000, endUs: 1_345_572_000_400_000 }]);
    expect(r.notes).toEqual([]);
  });

  it("reads names of version 3 without the rows of units and sources, from the first row on", async () => {
    const text =
      "Format,2\ntimestamp,lap_number,latitude,longitude,bearing,speed,lateral_acc\n1700000000.0,1,45,-122,180,10,0.5\n1700000000.5,1,45.1,-122.1,180,20,0.5\n";
    const r = await readRecording(bytesOf(text));
    expect([...findColumn(r, "gnss.speed")!.column.values]).toEqual([10, 20]);
    expect(findColumn(r, "gnss.course")!.column.values[0]).toBeCloseTo(Math.PI, 12);
    expect(findColumn(r, "vehicle.aLat")!.column.values[1]).toBeCloseTo(4.903325, 9);
    expect(r.notes.join()).toContain("no rows of units and sources");
  });
});
