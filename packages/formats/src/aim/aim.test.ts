import { findColumn } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { readRecording, recognise } from "../registry.ts";
import { bytesOf } from "../testing/shared.ts";

const RS3 = `Format,AiM CSV File,,,,,,
Session,Kart track,,,,,,
Vehicle,KZ,,,,,,
Racer,Jo,,,,,,
Date,"Monday, May 5, 2025",,,,,,
Time,10:00 PM,,,,,,
Sample Rate,20,,,,,,
Duration,0.2,,,,,,
Segment,Session,,,,,,
Beacon Markers,0.05,0.125,0.15,0.2,,,
Segment Times,0:00.050,0:00.075,0:00.025,0:00.050,,,
,,,,,,,
Time,GPS Speed,GPS Nsat,GPS LatAcc,GPS Heading,GPS Latitude,Logger Temperature,RPM
s,mph,,g,deg,deg,°F,rpm
,,,,,,,
0.000,22.36936,9,0.5,-90,50.1000001,212,0
0.050,22.36936,9,0.5,90,50.1000002,32,8000
0.100,22.36936,9,0.5,90,50.1000003,32,8000
0.150,22.36936,9,0.5,90,50.1000004,32,8000
`;
const START = Date.UTC(2025, 4, 5, 22) * 1000;

describe("AiM CSV", () => {
  it("reads Race Studio 3: no quotes, a cell a beacon, units by the user's settings", async () => {
    // Race Studio writes Windows-1252
    const bytes = bytesOf(RS3.replace("°", "")).slice();
    const ansi = Uint8Array.from(RS3, (c) => c.charCodeAt(0));
    expect(bytes.length).toBe(ansi.length - 1);
    expect(recognise(ansi)).toMatchObject({ format: { id: "aim-csv" }, confidence: 1 });
    const r = await readRecording(ansi);
    expect(r).toMatchObject({ title: "Kart track", vehicle: "KZ", driver: "Jo", absoluteTime: true });
    const speed = findColumn(r, "gnss.speed")!;
    expect(speed.column.values[0]).toBeCloseTo(10, 5);
    expect(speed.group.tUs[1]).toBe(START + 50_000);
    expect(findColumn(r, "gnss.course")!.column.values[0]).toBeCloseTo(1.5 * Math.PI, 12);
    expect(findColumn(r, "device.temp")!.column.values[0]).toBeCloseTo(100, 9);
    expect(findColumn(r, "gnss.sats")!.column.values[0]).toBe(9);
    expect([...findColumn(r, "gnss.lat")!.column.values][3]).toBe(50.1000004);
    // the last marker is the end of the data
    expect(r.laps).toEqual([
      { number: 1, startUs: START + 50_000, endUs: START + 125_000 },
      { number: 2, startUs: START + 125_000, endUs: START + 150_000 },
    ]);
  });

  it("reads Race Studio 2: everything quoted, all beacons in one cell", async () => {
    const text = `"Format","AiM CSV File"
"Session","S"
"Date","05/06/2010"
"Time","14:05"
"Sample Rate","10"
"Duration","3.1"
"Beacon Markers","0.5 1.5 2.5 3.1"

"Time","GPS_Speed","GPS_LatAcc","Water_Temp"
"sec","km/h","g","C"

"0.0","36","1","60"
"0.1","36","1","60"
`;
    const r = await readRecording(bytesOf(text));
    expect(findColumn(r, "gnss.speed")!.column.values[0]).toBeCloseTo(10, 12);
    expect(findColumn(r, "vehicle.aLat")!.column.values[0]).toBeCloseTo(9.80665, 12);
    expect(findColumn(r, "engine.waterTemp")!.group.tUs[0]).toBe(Date.UTC(2010, 5, 5, 14, 5) * 1000);
    expect(r.laps.map((l) => (l.endUs - l.startUs) / 1e6)).toEqual([1, 1]);
  });

  it("reads what Race Studio writes in Japan: year first, degrees in Shift JIS", async () => {
    const text = `"Format","AiM CSV File"\n"User","Jo"\n"Date","2026/06/03"\n"Time","10:30:00"\n"Sample Rate","10"\n\n"Time","Water_Temp","Exh_Temp"\n"s","#C","#C"\n\n"0.0","60","400"\n"0.1","60","400"\n`;
    // the half-width ring
    const r = await readRecording(Uint8Array.from(text, (c) => (c === "#" ? 0xdf : c.charCodeAt(0))));
    expect(findColumn(r, "engine.waterTemp")!.group.tUs[0]).toBe(Date.UTC(2026, 5, 3, 10, 30) * 1000);
    expect(findColumn(r, "Exh_Temp")!.column.field.unit).toBe("degC");
    expect(r.driver).toBe("Jo");
  });

  it("turns lateral acceleration round where the course shows that it counts to the right", async () => {
    // a steady right-hand and left-hand weave: course grows in the right-hand turns
    const head = RS3.split("\n").slice(0, 12).join("\n");
    const rows = Array.from({ length: 300 }, (_, i) => {
      const turn = Math.sin(i / 20);
      const course = 90 - 20 * Math.cos(i / 20) * 20 * 0.05;
      const rightG = (((turn * 20 * 0.05) / 0.05) * (Math.PI / 180) * 10) / 9.80665;
      return `${(i * 0.05).toFixed(3)},36,9,${rightG.toFixed(4)},${course.toFixed(4)},50,32,0`;
    });
    const text = `${head}\nTime,GPS Speed,GPS Nsat,GPS LatAcc,GPS Heading,GPS Latitude,Logger Temperature,RPM\ns,km/h,,g,deg,deg,C,rpm\n\n${rows.join("\n")}\n`;
    const r = await readRecording(bytesOf(text));
    expect(r.notes.join()).toContain("turned round");
    expect(findColumn(r, "vehicle.aLat")!.column.values[20]).toBeLessThan(0);
  });

  it("says in which line the units are missing", async () => {
    const text = RS3.replace("s,mph,,g,deg,deg,°F,rpm\n", "");
    await expect(readRecording(bytesOf(text))).rejects.toMatchObject({ code: "malformed", line: 15 });
  });
});
