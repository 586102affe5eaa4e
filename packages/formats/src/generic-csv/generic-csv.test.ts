import { findColumn } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { readRecording, recognise } from "../registry.ts";
import { bytesOf, capture } from "../testing/shared.ts";
import type { CsvMapping, MappingDesk } from "./mapping.ts";

const T0 = Date.UTC(2026, 4, 28, 13, 34) * 1000;

describe("CSV of any program", () => {
  it("guesses a real table by its titles and their units", async () => {
    const bytes = capture("racekeeper-mettet-cut.csv");
    expect(recognise(bytes)?.format.id).toBe("generic-csv");
    const r = await readRecording(bytes);
    const at = (id: string) => findColumn(r, id)!.column.values[0];
    expect(r.absoluteTime).toBe(true);
    expect(r.groups[0]!.tUs[1]).toBe(1_617_530_423_032_000);
    expect([at("gnss.lat"), at("gnss.lon"), at("gnss.speed")]).toEqual([50.3010636, 4.6550936, 24.09]);
    expect(at("imu.az")).toBe(8.427);
    expect(at("imu.gx")).toBeCloseTo((3.143 * Math.PI) / 180, 12);
    expect(r.notes.join()).toContain("columns are read, by their titles and values");
  });

  it.each([
    ["s", (i: number) => (i * 0.1).toFixed(1), "time", 0],
    ["ms by the title", (i: number) => String(i * 100), "time (ms)", 0],
    ["ISO", (i: number) => `2026-05-28T13:34:0${i / 10}Z`, "Timestamp", T0],
    ["h:m:s with AM and PM", (i: number) => `12:00:0${(i / 10).toFixed(1)} AM`, "Time", 0],
    ["h:m:s", (i: number) => `00:00:0${i / 10}`, "Time", 0],
    ["day, month and year", (i: number) => `28.05.2026 13:34:0${i / 10}`, "Date", T0],
    ["day, month and year with a comma", (i: number) => `28/05/2026 13:34:00,${i}`, "DateTime", T0],
    ["month, day and year", (i: number) => `5/28/2026 1:34:0${(i / 10).toFixed(1)} PM`, "Time", T0],
    ["epoch in ms by its size", (i: number) => String(T0 / 1000 + i * 100), "time", T0],
  ])("understands times in %s", async (_, time, title, first) => {
    const rows = [0, 1, 2, 3].map((i) => `${time(i)};50,${i};${i},5`);
    const r = await readRecording(bytesOf(`${title};lat;RPM\n${rows.join("\n")}\n`));
    expect([...findColumn(r, "gnss.lat")!.group.tUs]).toEqual([0, 1, 2, 3].map((i) => first + i * 100_000));
    expect([...findColumn(r, "engine.rpm")!.column.values]).toEqual([0.5, 1.5, 2.5, 3.5]);
  });

  it("runs on across midnight where rows say the time of day, and counts on where they say how long", async () => {
    const at = async (times: readonly string[]) =>
      findColumn(
        await readRecording(bytesOf(`time,lat,rpm\n${times.map((t, i) => `${t},50,${i}`).join("\n")}\n`)),
        "gnss.lat",
      )!.group.tUs.map((t) => t / 1e6);
    expect([...(await at(["23:59:59.5", "23:59:59.9", "00:00:00.3", "00:00:00.7"]))]).toEqual([
      86_399.5, 86_399.9, 86_400.3, 86_400.7,
    ]);
    expect([...(await at(["23:59:59", "24:00:00", "24:00:01", "25:00:00"]))]).toEqual([
      86_399, 86_400, 86_401, 90_000,
    ]);
  });

  it("reads what a German table program writes, in Windows-1252", async () => {
    const rows = ["28.05.2026;13:34:00,0;50,5;4,25;210,5;36", "28.05.2026;13:34:00,1;50,5;4,25;211;72"];
    const text = `Datum;Zeit;Breitengrad;Längengrad;Höhe;Geschwindigkeit (km/h)\n${rows.join("\n")}\n`;
    const r = await readRecording(Uint8Array.from(text, (c) => c.charCodeAt(0)));
    const of = (id: string) => [...findColumn(r, id)!.column.values];
    expect([...r.groups[0]!.tUs]).toEqual([T0, T0 + 1e5]);
    expect([of("gnss.lat")[0], of("gnss.lon")[0], of("gnss.alt")]).toEqual([50.5, 4.25, [210.5, 211]]);
    expect(of("gnss.speed")).toEqual([10, 20]);
  });

  it.each([
    ["2026-05-28", "2026-05-29"],
    ["28.05.2026", "29.05.2026"],
    ["05/28/2026", "05/29/2026"],
  ])("puts date and time together: %s", async (first, second) => {
    const rows = [`${first},23:59:59.5,50`, `${first},23:59:59.9,50`, `${second},00:00:00.3,50`];
    const r = await readRecording(bytesOf(`Date,Time,lat\n${rows.join("\n")}\n`));
    const end = Date.UTC(2026, 4, 29) * 1000;
    expect([...findColumn(r, "gnss.lat")!.group.tUs]).toEqual([end - 5e5, end - 1e5, end + 3e5]);
    expect(r.absoluteTime).toBe(true);
  });

  it("takes the day of times of day from whoever knows it", async () => {
    const r = await readRecording(bytesOf("Time,lat\n10:00:00,50\n10:00:01,50\n"), { date: "2026-05-28" });
    expect(findColumn(r, "gnss.lat")!.group.tUs[0]).toBe(Date.UTC(2026, 4, 28, 10) * 1000);
  });

  it("finds the time also where a row in twenty is damaged", async () => {
    const rows = Array.from({ length: 60 }, (_, i) =>
      i % 20 === 10 ? "garbage,#,?,x" : `${1_777_000_000_000 + i * 100},50,4,1000`,
    );
    const r = await readRecording(bytesOf(`utc (ms),lat,lon,rpm\n${rows.join("\n")}\n`));
    const { tUs } = findColumn(r, "gnss.lat")!.group;
    expect([tUs[0], tUs.length, r.problems?.count]).toEqual([1_777_000_000_000_000, 57, 3]);
  });

  it("takes 2 April for 4 February only where AM and PM say who wrote it", async () => {
    const first = async (text: string) =>
      findColumn(await readRecording(bytesOf(`time,lat,rpm\n${text},50,1\n${text},50,2\n`)), "gnss.lat")!
        .group.tUs[0]! / 1000;
    expect(await first("02/04/2026 10:00:00")).toBe(Date.UTC(2026, 3, 2, 10));
    expect(await first("02/04/2026 12:00:00 AM")).toBe(Date.UTC(2026, 1, 4, 0));
    expect(await first("02/04/2026 12:00:00 PM")).toBe(Date.UTC(2026, 1, 4, 12));
  });

  it("tells a speed's unit by the way between the positions", async () => {
    // 10 m/s to the north: 1 s is 10 m, 8.9932e-5 degrees
    for (const [factor, speed] of [
      [1, 10],
      [3.6, 36],
      [2.236936, 22.36936],
    ] as const) {
      const rows = Array.from(
        { length: 20 },
        (_, i) => `${i},${(50 + i * 8.9932e-5).toFixed(7)},4.0,${speed}`,
      );
      const r = await readRecording(bytesOf(`time,lat,lon,speed\n${rows.join("\n")}\n`));
      expect(findColumn(r, "gnss.speed")!.column.values[3], `${factor}`).toBeCloseTo(10, 3);
    }
  });

  const ODD = "t0,foo,bar\n0,1,2\n1,3,4\n";
  const mapping: CsvMapping = {
    delimiter: ",",
    decimal: ".",
    headerLine: 1,
    dataLine: 2,
    time: { column: "t0", kind: "s" },
    columns: [
      { column: "foo", channel: "gnss.speed", unit: "km/h" },
      { column: 2, channel: "brake_pressure", unit: "bar", negate: true },
    ],
  };

  it("asks once, remembers, and does not ask again", async () => {
    const asked: CsvMapping[] = [];
    const store = new Map<string, CsvMapping>();
    const desk: MappingDesk = {
      recall: async (signature) => {
        const known = store.get(signature);
        return known && { mapping: known, place: "a drawer" };
      },
      remember: async (signature, m) => {
        store.set(signature, m);
        return "a drawer";
      },
      ask: async (proposal) => {
        asked.push(proposal);
        return mapping;
      },
    };
    for (let i = 0; i < 2; i++) {
      const r = await readRecording(bytesOf(ODD), { mappings: desk });
      expect([...findColumn(r, "gnss.speed")!.column.values]).toEqual(
        [1 / 3.6, 3 / 3.6].map((x) => expect.closeTo(x, 12)),
      );
      expect([...findColumn(r, "brake_pressure")!.column.values]).toEqual([-200, -400]);
      expect(findColumn(r, "brake_pressure")!.column.field.unit).toBe("kPa");
      expect(r.notes.join()).toContain(i === 0 ? "remembered in a drawer" : "as in a drawer");
    }
    expect(asked).toHaveLength(1);
    expect(asked[0]!.columns.map((c) => c.column)).toContain("foo");
  });

  it.each([
    [{ time: { column: "t1", kind: "s" } }, 'no column "t1" for the time'],
    [{ columns: [{ column: "fo", channel: "gnss.speed", unit: "" }] }, 'no column "fo"'],
    [{ columns: [{ column: 3, channel: "gnss.speed", unit: "" }] }, 'no column "3"'],
    [
      { columns: [{ column: "foo", channel: "gnss.speed", unit: "bar" }] },
      "bar does not measure gnss.speed, which is in m/s",
    ],
    [{ columns: [{ column: "foo", channel: "own", unit: "furlong" }] }, 'no unit "furlong" is known'],
    [
      {
        columns: [
          { column: "foo", channel: "gnss.speed", unit: "" },
          { column: "bar", channel: "gnss.speed", unit: "" },
        ],
      },
      "gnss.speed is there twice",
    ],
  ] as const)("refuses a mapping that the table cannot be read by: %j", async (wrong, reason) => {
    await expect(readRecording(bytesOf(ODD), { mapping: { ...mapping, ...wrong } })).rejects.toMatchObject({
      code: "needs-mapping",
      reason: `the mapping: there is ${reason}`.replace(/there is (?!no column)/, ""),
    });
  });

  it("keeps columns with the same title apart", async () => {
    const r = await readRecording(bytesOf("time,lat,temp,temp\n0,50,1,2\n1,50.1,3,4\n"));
    expect(r.groups[0]!.columns.map((c) => [...c.values])).toEqual([
      [50, 50.1],
      [1, 3],
      [2, 4],
    ]);
  });

  it("refuses a table that nobody explains", async () => {
    await expect(readRecording(bytesOf(ODD))).rejects.toMatchObject({ code: "needs-mapping" });
  });

  it("reads a table without titles by a mapping", async () => {
    const r = await readRecording(bytesOf("0 ,1,2\n1,3,4\n"), {
      mapping: {
        ...mapping,
        headerLine: 0,
        dataLine: 1,
        time: { rateHz: 20 },
        columns: [{ column: 1, channel: "gnss.speed", unit: "" }],
      },
    });
    expect([...findColumn(r, "gnss.speed")!.group.tUs]).toEqual([0, 50_000]);
  });

  it("takes a row of units below the titles", async () => {
    const r = await readRecording(
      bytesOf("Time\tSpeed\tWater Temp\ns\tmph\tF\n0\t22.369363\t212\n1\t22.369363\t32\n"),
    );
    expect(findColumn(r, "gnss.speed")!.column.values[0]).toBeCloseTo(10, 6);
    expect(findColumn(r, "engine.waterTemp")!.column.values[0]).toBeCloseTo(100, 9);
  });

  it("reads a RaceBox table: ISO times, forces in g, laps by their numbers", async () => {
    const head = "Format,RaceBox CSV\nDate,2026-05-28T13:34:00.000Z\n\n";
    const titles =
      "Record,Time,Latitude,Longitude,Altitude,Speed,GForceX,GForceY,GForceZ,Lap,GyroX,GyroY,GyroZ\n";
    const rows = [0, 1, 2, 2, 3].map(
      (lap, i) =>
        `${i + 1},2026-05-28T13:34:00.${i}40Z,${(50 + i * 1.8e-5).toFixed(7)},4.65,100.5,72.5,0.5,-0.25,1,${lap},0,0,90`,
    );
    const r = await readRecording(bytesOf(`${head}${titles}${rows.join("\n")}\n`));
    expect(findColumn(r, "imu.ax")!.column.values[0]).toBeCloseTo(4.903325, 9);
    expect(findColumn(r, "imu.gz")!.column.values[0]).toBeCloseTo(Math.PI / 2, 9);
    expect(findColumn(r, "gnss.speed")!.column.values[0]).toBeCloseTo(72.5 / 3.6, 9);
    expect(r.laps).toEqual([
      { number: 1, startUs: T0 + 140_000, endUs: T0 + 240_000 },
      { number: 2, startUs: T0 + 240_000, endUs: T0 + 440_000 },
    ]);
  });

  it("is not recognised in prose or in bytes", () => {
    expect(recognise(bytesOf("Dear all,\nthis is no table, is it?\nNo, it is not.\n"))).toBeUndefined();
    expect(recognise(Uint8Array.from({ length: 500 }, (_, i) => (i * 37) & 255))).toBeUndefined();
    expect(recognise(new Uint8Array(0))).toBeUndefined();
  });
});
