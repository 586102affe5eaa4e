import { findColumn, type Recording } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { readRecording } from "../registry.ts";
import { bytesOf } from "../testing/shared.ts";

/** North at 20 m/s, a row a tenth of a second: 2 m are 1.79864e-5 degrees on the meridian of a sphere of 6371 km. */
const latAt = (i: number): string => (52.3 + i * 1.79864e-5).toFixed(7);
const table = (titles: string, rows: number, row: (i: number) => string): Uint8Array =>
  bytesOf(`${titles}\n${Array.from({ length: rows }, (_, i) => row(i)).join("\n")}\n`);
const values = (r: Recording, id: string): number[] => [...findColumn(r, id)!.column.values];
const times = (r: Recording): number[] => [...findColumn(r, "gnss.lat")!.group.tUs];
const two = (n: number): string => String(n).padStart(2, "0");
const NO_ZONE = "times name no time zone and are taken as UTC";

describe("tables of other programs", () => {
  it("Alfano: thousands with a comma, the lap named in its first row, the time of the session", async () => {
    const r = await readRecording(
      table("Lap;Time Lap;Absolute Time;Time;RPM;Speed GPS;Orientation;Lat.;Lon.;", 300, (i) =>
        [
          i % 100 === 0 ? `${1 + i / 100};10` : ";",
          (i / 10).toFixed(1),
          ((i % 100) / 10).toFixed(1),
          i === 0 ? "985" : (4000 + i).toLocaleString("en-US"),
          "72.5;17,082",
          latAt(i),
          "-106.6;",
        ].join(";"),
      ),
    );
    expect(values(r, "engine.rpm").slice(0, 3)).toEqual([985, 4001, 4002]);
    expect(values(r, "Orientation")[0]).toBe(17_082);
    expect(values(r, "gnss.speed")[0]).toBeCloseTo(72.5 / 3.6, 9);
    expect(times(r).at(-1)).toBe(29.9e6);
    expect(r.laps).toEqual([{ number: 2, startUs: 10e6, endUs: 20e6 }]);
  });

  it("Harry's LapTimer: day with the name of its month, units in the titles, across midnight", async () => {
    const r = await readRecording(
      table(
        "Harry's GPS LapTimer\nINDEX,LAPINDEX,DATE,TIME,LATITUDE,LONGITUDE,SPEED_KPH,SPEED_MPH,LATERALG,LINEALG,WHEEL_SPEED_KPH,COOLANT_CELSIUS",
        4,
        (i) =>
          `${i},${381 + (i >> 1)},${i < 2 ? "14" : "15"}-AUG-16,${i < 2 ? "23:59:5" : "00:00:0"}${i < 2 ? 8 + i : i - 2}.50,${latAt(i)},8.5,72,44.7,0.15,0.5,36,90`,
      ),
    );
    const end = Date.UTC(2016, 7, 15) * 1000;
    expect(times(r)).toEqual([-1.5e6, -0.5e6, 0.5e6, 1.5e6].map((us) => end + us));
    expect(values(r, "gnss.speed")[0]).toBeCloseTo(20, 9);
    expect(values(r, "wheel.speed")[0]).toBeCloseTo(10, 9);
    expect(values(r, "vehicle.aLong")[0]).toBeCloseTo(4.903325, 9);
    expect(values(r, "engine.waterTemp")[0]).toBe(90);
    expect(values(r, "lap.number")).toEqual([381, 381, 382, 382]);
    expect(r.notes).toContain(NO_ZONE);
  });

  it("Torque: the phone's time, a unit in words, dashes where there is no value", async () => {
    const r = await readRecording(
      table(
        "GPS Time,Device Time,Longitude,Latitude,GPS Speed (Meters/second),Throttle Position(Manifold)(%)",
        5,
        (i) =>
          `Sat Jun 29 14:06:5${i} GMT+01:00 2013,29-Jun-2013 14:06:5${i}.123,-0.5,${latAt(i)},20.5,${i % 2 ? "-" : "14.5"}`,
      ),
    );
    expect(times(r)[1]).toBe(Date.UTC(2013, 5, 29, 14, 6, 51, 123) * 1000);
    expect(values(r, "gnss.speed")[0]).toBe(20.5);
    expect(values(r, "driver.throttle")).toEqual([0.145, Number.NaN, 0.145, Number.NaN, 0.145]);
    expect(r.absoluteTime).toBe(true);
    expect(r.notes).toContain(NO_ZONE);
  });

  it.each([
    ["ISO", (i: number) => `2024-01-01T12:00:${two(Math.floor(i / 10))}.${i % 10}+00:00`],
    ["a time of day", (i: number) => `12:00:${two(Math.floor(i / 10))}.${i % 10}`],
    ["a date and a time of day", (i: number) => `13/01/2024 12:00:${two(Math.floor(i / 10))}.${i % 10}`],
  ])("a speed in knots is seen by the way between the positions, with times as %s", async (_, time) => {
    const r = await readRecording(
      table("deviceTime,latitude,longitude,speed", 60, (i) =>
        // Traccar has 0, 0 until there is a fix
        i < 3 ? `${time(i)},0,0,0` : `${time(i)},${latAt(i)},4.5,38.8769`,
      ),
    );
    expect(values(r, "gnss.speed")[9]).toBeCloseTo(20, 4);
  });

  it("a time since 1970 counts, not the wall clock beside it", async () => {
    const r = await readRecording(
      table(
        "Timestamp (from 1970),Date,Time,Lat,Long,Speed (m/s)",
        5,
        (i) => `${1_788_062_450 + i},8/30/26,1:00:5${i} PM,${latAt(i)},129,20`,
      ),
    );
    expect(times(r)[2]).toBe(1_788_062_452e6);
    expect(r.notes).not.toContain(NO_ZONE);
  });

  it("RaceBox: lines about the laps are no rows, 0 is no lap once others were driven", async () => {
    const head =
      "Format,RaceBox CSV\nLaps,2\nLap 1, 2.000, sectors, 1.000,0,1.000\nLap 2, 2.000, sectors, 1.000,0,1.000\n\n";
    const lapOf = (i: number) => (i < 2 || i >= 8 ? 0 : i < 4 ? 1 : i < 6 ? 2 : i < 7 ? 0 : 3);
    const r = await readRecording(
      table(
        `${head}Record,Time,Latitude,Longitude,Altitude (m),Speed (km/h),GForceX (g),GForceY (g),GForceZ (g),Lap,GyroX (deg/s),GyroY (deg/s),GyroZ (deg/s)`,
        12,
        (i) => `${i + 1},2026-08-10T17:16:${10 + i}.000Z,${latAt(i)},13.6,5,72,0.5,0,1,${lapOf(i)},0,0,90`,
      ),
    );
    expect(r.laps.map((l) => [l.number, (l.endUs - l.startUs) / 1e6])).toEqual([
      [1, 2],
      [2, 2],
      [3, 1],
    ]);
    expect(values(r, "imu.ax")[0]).toBeCloseTo(4.903325, 9);
    expect(values(r, "imu.gz")[0]).toBeCloseTo(Math.PI / 2, 9);
  });

  it("takes the letters beside positions for their signs", async () => {
    const r = await readRecording(
      table(
        "INDEX,UTC DATE,UTC TIME,VALID,LATITUDE,N/S,LONGITUDE,E/W,HEADING",
        10,
        (i) => `${i},2021/10/07,14:00:0${i},SPS,${latAt(i)},S,106.6,W,180`,
      ),
    );
    expect([values(r, "gnss.lat")[0], values(r, "gnss.lon")[0]]).toEqual([-52.3, -106.6]);
    expect(times(r)[1]).toBe(Date.UTC(2021, 9, 7, 14, 0, 1) * 1000);
    const east = await readRecording(table("Time,N/S,Lat,E/W,Lon", 10, (i) => `${i},N,${latAt(i)},E,13.5`));
    expect([values(east, "gnss.lat")[0], values(east, "gnss.lon")[0]]).toEqual([52.3, 13.5]);
  });

  it("tells semicolons from decimal commas, however many there are", async () => {
    const r = await readRecording(
      table("Zeit;Breitengrad;Längengrad;Drehzahl", 10, (i) =>
        `${i},5;${latAt(i)};4,25;${4000 + i},5`.replaceAll(".", ","),
      ),
    );
    expect([values(r, "gnss.lat")[0], values(r, "gnss.lon")[0], times(r)[1]]).toEqual([52.3, 4.25, 1.5e6]);
  });

  it.each([
    ["\n \n\r\n", "only blank lines"],
    ["Time,Latitude,Longitude\n", "one line of titles"],
  ])("says what a file without a row is: %j", async (text, reason) => {
    await expect(readRecording(bytesOf(text), { name: "a.csv" })).rejects.toMatchObject({
      code: "empty",
      reason: expect.stringContaining(reason),
    });
  });

  it("sees by gravity that accelerations without a unit are in g", async () => {
    const r = await readRecording(
      table("time,lat,lon,KPH,AccelX,AccelY,AccelZ", 20, (i) => `${i / 10},${latAt(i)},4,72,0.5,0,-1.01`),
    );
    expect(values(r, "imu.ax")[0]).toBeCloseTo(4.903325, 9);
    expect(values(r, "gnss.speed")[0]).toBeCloseTo(20, 9);
  });

  it.each([
    ["seconds", (s: number) => s.toFixed(1)],
    ["minutes and seconds", (s: number) => `00:${s.toFixed(1).padStart(4, "0")}`],
    ["hours, minutes and seconds", (s: number) => `00:00:${s.toFixed(1).padStart(4, "0")}`],
  ])("runs on where each lap counts its %s from 0", async (_, text) => {
    const r = await readRecording(
      table(
        "Time,Lap,lat,lon",
        300,
        (i) => `${text((i % 100) / 10)},${1 + Math.floor(i / 100)},${latAt(i)},4`,
      ),
    );
    expect(times(r)).toEqual(Array.from({ length: 300 }, (_, i) => i * 1e5));
    expect(r.laps).toEqual([{ number: 2, startUs: 10e6, endUs: 20e6 }]);
    expect(r.notes).toContain("times begin anew within the table; they are taken to run on from there");
  });

  it("does not take one damaged time for a new lap", async () => {
    const r = await readRecording(
      table("Time,lat,lon", 100, (i) => `${i === 80 ? 0 : (i / 5).toFixed(1)},${latAt(i)},4`),
    );
    expect(times(r).at(-1)).toBe(19.8e6);
    expect(r.notes.join()).not.toContain("begin anew");
  });
});
