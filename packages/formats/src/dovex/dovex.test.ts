import { findColumn } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { readRecording, recognise } from "../registry.ts";
import { bytesOf } from "../testing/shared.ts";

const TABLE = `timestamp,sats,hdop,lat,lng,speed_mph,altitude_m,heading_deg,rpm,exhaust_temp_c
1614700000000,12,0.9,28.401,-81.401,22.369363,30.5,90,5000,nan
1614700000040,12,0.9,28.402,-81.401,22.369363,30.5,180,5100,455.5
`;
const META =
  "datetime,driver,course,short_name,best_lap_ms,optimal_ms\n2021-03-02 15:46:40,Mike,Full CW,OKC,62345,61000\nlap_times_ms\n63000,62345\n";

describe("Dovex", () => {
  it.each([
    ["padded with zero bytes to 8192", META + "\0".repeat(8192 - META.length) + TABLE],
    ["padded with blank lines", META + "\n".repeat(8192 - META.length) + TABLE],
    ["without padding", META + TABLE],
  ])("reads a file %s", async (_, text) => {
    expect(recognise(bytesOf(text))?.format.id).toBe("dovex");
    const r = await readRecording(bytesOf(text));
    const lat = findColumn(r, "gnss.lat")!;
    expect([...lat.group.tUs]).toEqual([1_614_700_000_000_000, 1_614_700_000_040_000]);
    expect([...lat.column.values]).toEqual([28.401, 28.402]);
    expect(findColumn(r, "gnss.speed")!.column.values[0]).toBeCloseTo(10, 6);
    expect(findColumn(r, "gnss.course")!.column.values[1]).toBeCloseTo(Math.PI, 12);
    expect([...findColumn(r, "engine.exhaustTemp")!.column.values]).toEqual([Number.NaN, 455.5]);
    expect(r).toMatchObject({ driver: "Mike", track: "Full CW", laps: [] });
    expect(r.notes[0]).toContain("2 lap times (best 62.345 s)");
  });

  it("reads a session that was never ended: nothing but padding above the table", async () => {
    const r = await readRecording(bytesOf(`${"\0".repeat(8192)}${TABLE}`));
    expect(findColumn(r, "engine.rpm")!.column.values.length).toBe(2);
    expect((await readRecording(bytesOf(TABLE))).groups).toHaveLength(2);
  });
});
