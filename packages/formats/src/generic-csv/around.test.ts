import { findColumn, type Recording } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { readRecording } from "../registry.ts";
import { bytesOf } from "../testing/shared.ts";
import { splitAround } from "./around.ts";

/** North at 20 m/s, a row a tenth of a second: 2 m are 1.79864e-5 degrees on the meridian of a sphere of 6371 km. */
const latAt = (i: number): string => (44.83 + i * 1.79864e-5).toFixed(7);
const table = (titles: string, row: (i: number) => string, rows = 20): Uint8Array =>
  bytesOf(`${titles}\n${Array.from({ length: rows }, (_, i) => row(i)).join("\n")}\n`);
const values = (r: Recording, id: string): number[] => [...findColumn(r, id)!.column.values];
const times = (r: Recording): number[] => [...findColumn(r, "gnss.lat")!.group.tUs];

describe("cells with something around their number", () => {
  it.each([
    ["50 M", { before: "", number: "50", after: "M" }],
    ["33.3km/h", { before: "", number: "33.3", after: "km/h" }],
    ["80.5 °C", { before: "", number: "80.5", after: "°C" }],
    ["44.83°N", { before: "", number: "44.83", after: "N" }],
    ["N 44.83", { before: "N", number: "44.83", after: "" }],
    ["7,53E", { before: "", number: "7,53", after: "E" }],
    ["44.83", undefined],
    ["1e5", { before: "", number: "1", after: "e5" }],
    ["SPS", undefined],
  ])("%s", (text, parts) => {
    expect(splitAround(text)).toEqual(parts);
  });

  it("QStarz: units behind the values, letters in columns of their own", async () => {
    const r = await readRecording(
      table(
        "INDEX,RCR,DATE,TIME,VALID,LATITUDE,N/S,LONGITUDE,E/W,HEIGHT,SPEED,HEADING,DISTANCE,",
        (i) =>
          `${i + 1},T,2012/03/14,12:13:0${i / 10 >= 1 ? 1 : 0}.${i % 10}00,SPS,${latAt(i)},N,7.531234,W,${50 + i} M,72.0 km/h,12.5,${i * 2} M,`,
      ),
    );
    expect(values(r, "gnss.alt").slice(0, 2)).toEqual([50, 51]);
    expect(values(r, "gnss.speed")[3]).toBeCloseTo(20, 9);
    expect(values(r, "gnss.lon")[0]).toBe(-7.531234);
    expect(values(r, "trip.distance")[2]).toBe(4);
    expect(r.problems).toBeUndefined();
  });

  it("QStarz: milliseconds in a column of their own, forces named G", async () => {
    const r = await readRecording(
      table(
        "INDEX,UTC DATE,UTC TIME,LOCAL DATE,LOCAL TIME,MS,VALID,LATITUDE,N/S,LONGITUDE,E/W,ALTITUDE,SPEED,G-X",
        (i) =>
          `${i},2012/03/14,23:59:5${8 + Math.floor(i / 10)},2012/03/15,0:59:59,${(i % 10) * 100},SPS,${latAt(i)},N,7.5,E,50,72,0.5`,
      ),
    );
    const start = Date.UTC(2012, 2, 14, 23, 59, 58) * 1000;
    expect(times(r)).toEqual(Array.from({ length: 20 }, (_, i) => start + i * 1e5));
    expect(values(r, "imu.ax")[0]).toBeCloseTo(4.903325, 9);
    expect(findColumn(r, "MS")).toBeUndefined();
  });

  it("Columbus: days and times of bare digits, letters at the positions", async () => {
    const r = await readRecording(
      table(
        "INDEX,TAG,DATE,TIME,LATITUDE N/S,LONGITUDE E/W,HEIGHT,SPEED,HEADING,FIX MODE,VALID,PDOP",
        (i) =>
          `${i},T,120314,0${i < 5 ? "0595" : "1000"}${i < 5 ? i + 5 : i - 5},${latAt(i)}S,007.531234W,50,72,13,3D,SPS ,1.2`,
        10,
      ),
    );
    const start = Date.UTC(2012, 2, 14, 0, 59, 55) * 1000;
    expect(times(r)).toEqual(Array.from({ length: 10 }, (_, i) => start + i * 1e6));
    expect([values(r, "gnss.lat")[0], values(r, "gnss.lon")[0]]).toEqual([-44.83, -7.531234]);
  });

  it("reads letters in front, voltages, degrees, and a time with its unit", async () => {
    const r = await readRecording(
      table(
        "Time,Latitude,Longitude,Battery Voltage,Temp,Throttle",
        (i) => `${(i / 10).toFixed(1)} s,N${latAt(i)},W 7.531234,${i === 4 ? "" : "12.5V"},80.5 °C,55 %`,
      ),
    );
    expect(times(r)[7]).toBe(7e5);
    expect([values(r, "gnss.lat")[0], values(r, "gnss.lon")[0]]).toEqual([44.83, -7.531234]);
    const named = (unit: string) => r.groups[0]!.columns.find((c) => c.field.unit === unit)!.values;
    expect([...named("V").slice(3, 5)]).toEqual([12.5, Number.NaN]);
    expect(named("degC")[0]).toBe(80.5);
    expect(values(r, "driver.throttle")[0]).toBeCloseTo(0.55, 12);
  });

  it("takes no number whose unit is another one than its column's", async () => {
    const r = await readRecording(
      table(
        "Time,Latitude,Longitude,Altitude",
        (i) => `${i},${latAt(i)},7.5,${i === 15 ? "1.2 km" : "999 m"}`,
        300,
      ),
    );
    const km = await readRecording(
      bytesOf(
        new TextDecoder()
          .decode(table("Time,Latitude,Longitude,Altitude", (i) => `${i},${latAt(i)},7.5,999 m`, 300))
          .replace("\n299,", "\n298.5,44.9,7.5,1.2 km\n299,"),
      ),
    );
    expect([values(r, "gnss.alt")[14], values(r, "gnss.alt")[15]]).toEqual([999, Number.NaN]);
    expect(km.problems?.list).toMatchObject([{ line: 301, reason: expect.stringContaining("1.2 km") }]);
    expect(values(km, "gnss.alt").at(-1)).toBe(999);
  });
});
