import { findColumn } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { readRecording, recognise } from "../registry.ts";
import { bytesOf } from "../testing/shared.ts";

const HEAD = `"Interval"|"ms"|0|0|1,"Utc"|"ms"|0|0|1,"Battery"|"Volts"|0.0|20.0|1,"AccelX"|"G"|-3.0|3.0|25,"Yaw"|"Deg/Sec"|-120.0|120.0|25,"Latitude"|"Degrees"|-180.0|180.0|10,"Longitude"|"Degrees"|-180.0|180.0|10,"Speed"|"mph"|0.0|150.0|10,"GPSSats"|""|0|20|10,"LapCount"|""|0|0|10`;
const T0 = 1_700_000_000_000;
const LOG = `${HEAD}
402,0,,-0.02,90,0.0,0.0,0.0,0,0
442,${T0},12.5,-0.02,90,47.1,-122.5,60.0,9,0
482,,,0.5,90,,,,,
542,${T0 + 100},,,,47.2,-122.5,60.0,9,1
642,${T0 + 200},,,,47.3,-122.5,60.0,9,2
${HEAD}
100,${T0 + 60_000},12.5,0.1,0,47.3,-122.5,60.0,9,0
`;

describe("RaceCapture log", () => {
  it("maps uptime to UTC, also for rows before the first fix and after a restart", async () => {
    expect(recognise(bytesOf(LOG))).toMatchObject({ format: { id: "racecapture-log" }, confidence: 1 });
    const r = await readRecording(bytesOf(LOG));
    const at = (ms: number) => (T0 + ms) * 1000;
    const ax = findColumn(r, "imu.ax")!;
    expect([...ax.group.tUs]).toEqual([-40, 0, 40, 60_000].map(at));
    expect(ax.column.values[2]).toBeCloseTo(4.903325, 9);
    const lat = findColumn(r, "gnss.lat")!;
    expect([...lat.column.values]).toEqual([Number.NaN, 47.1, 47.2, 47.3, 47.3]);
    expect(findColumn(r, "gnss.speed")!.column.values[1]).toBeCloseTo(26.8224, 9);
    expect(findColumn(r, "imu.gz")!.column.values[0]).toBeCloseTo(Math.PI / 2, 12);
    expect(findColumn(r, "device.voltage")!.column.values[0]).toBe(12.5);
    expect(r.absoluteTime).toBe(true);
    expect(r.notes).toContain("the logger restarted 1 times within the file");
  });

  it("takes laps where the count changes", async () => {
    const r = await readRecording(bytesOf(LOG));
    expect(r.laps[0]).toEqual({ number: 1, startUs: (T0 + 100) * 1000, endUs: (T0 + 200) * 1000 });
  });

  it.each([
    ["without the range", (h: string) => h.replace(/\|[-\d.]+\|[-\d.]+(\|\d+)/g, "$1")],
    ["saved again without quotes", (h: string) => h.replaceAll('"', "")],
    [
      "saved again with the cells in quotes",
      (h: string) => h.replaceAll('"', '""').replace(/[^,]+/g, '"$&"'),
    ],
  ])("reads a header %s", async (_, change) => {
    const text = LOG.split("\n").slice(0, 6).join("\n").replace(HEAD, change(HEAD));
    expect(recognise(bytesOf(text))?.format.id).toBe("racecapture-log");
    const [plain, changed] = await Promise.all(
      [LOG.split("\n").slice(0, 6).join("\n"), text].map((t) => readRecording(bytesOf(t))),
    );
    expect(changed).toEqual(plain);
  });

  it("shifts no column where a cell of the header is odd", async () => {
    const text = LOG.replaceAll('"Battery"|"Volts"|0.0|20.0|1', '"Battery"');
    const r = await readRecording(bytesOf(text));
    expect(findColumn(r, "gnss.lat")!.column.values[1]).toBe(47.1);
    expect(findColumn(r, "device.voltage")!.column.values[0]).toBe(12.5);
  });
});
