import { findColumn } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { readRecording, recognise } from "../registry.ts";
import { bytesOf } from "../testing/shared.ts";

describe("GeoJSON", () => {
  it("reads lines with times, whichever of the customs they follow", async () => {
    const base = {
      type: "Feature",
      geometry: {
        type: "LineString",
        coordinates: [
          [7.1, 45.1, 3],
          [7.2, 45.2],
        ],
      },
    };
    const times = ["2026-05-28T13:34:00.040Z", "2026-05-28T13:34:00.140Z"];
    for (const properties of [
      { coordTimes: times },
      { coordinateProperties: { times, speed: [1, 2] } },
      { times: times.map((t) => Date.parse(t)) },
    ]) {
      const text = JSON.stringify({ type: "FeatureCollection", features: [{ ...base, properties }] });
      expect(recognise(bytesOf(text))?.format.id).toBe("geojson");
      const r = await readRecording(bytesOf(text));
      expect(r.groups[0]!.tUs[1]! - r.groups[0]!.tUs[0]!).toBe(100_000);
      expect([...findColumn(r, "gnss.lat")!.column.values]).toEqual([45.1, 45.2]);
      expect([...findColumn(r, "gnss.alt")!.column.values]).toEqual([3, Number.NaN]);
      expect(r.absoluteTime).toBe(true);
    }
  });

  it("says what is wrong with a file that is none", async () => {
    await expect(readRecording(bytesOf('{"type":"Feature",'))).rejects.toMatchObject({ code: "malformed" });
    await expect(readRecording(bytesOf('{"type":"FeatureCollection","features":[]}'))).rejects.toMatchObject({
      code: "empty",
    });
  });
});
