import { findColumn } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { readRecording, recognise } from "../registry.ts";
import { bytesOf } from "../testing/shared.ts";

const TRACK = `<?xml version="1.0"?>
<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Document><name>Drive</name>
<Placemark><gx:Track>
<when>2026-05-28T13:34:00.040Z</when><when>2026-05-28T13:34:00.140Z</when><when>nonsense</when>
<gx:coord>7.1234567 45.1234567 12.5</gx:coord><gx:coord>7.2 45.2 13</gx:coord><gx:coord>7.3 45.3 14</gx:coord>
<ExtendedData><SchemaData schemaUrl="#s">
<gx:SimpleArrayData name="speed"><gx:value>10</gx:value><gx:value></gx:value><gx:value>12</gx:value></gx:SimpleArrayData>
<gx:SimpleArrayData name="gnss.course"><gx:value>1.5</gx:value><gx:value>1.6</gx:value><gx:value>1.7</gx:value></gx:SimpleArrayData>
</SchemaData></ExtendedData>
</gx:Track></Placemark></Document></kml>`;

describe("KML", () => {
  it("reads a gx:Track with its arrays", async () => {
    expect(recognise(bytesOf(TRACK))?.format.id).toBe("kml");
    const r = await readRecording(bytesOf(TRACK));
    const t0 = Date.UTC(2026, 4, 28, 13, 34) * 1000;
    expect([...r.groups[0]!.tUs]).toEqual([t0 + 40_000, t0 + 140_000]);
    expect([...findColumn(r, "gnss.lon")!.column.values]).toEqual([7.1234567, 7.2]);
    expect([...findColumn(r, "gnss.speed")!.column.values]).toEqual([10, Number.NaN]);
    expect(r.title).toBe("Drive");
    expect(r.problems?.list[0]).toMatchObject({ line: 3, reason: "point 3 of the track cannot be read" });
  });

  it("reads a line, whose points it numbers", async () => {
    const text = `<kml><Placemark><Point><coordinates>1,2</coordinates></Point><LineString><coordinates>
      7.1,45.1,3 7.2,45.2 x,y
    </coordinates></LineString></Placemark></kml>`;
    const r = await readRecording(bytesOf(text));
    expect([...findColumn(r, "gnss.lat")!.column.values]).toEqual([45.1, 45.2]);
    expect([...r.groups[0]!.tUs]).toEqual([0, 1e6]);
    expect(r.absoluteTime).toBe(false);
    expect(r.problems?.count).toBe(1);
  });

  it("reads placemarks that are points with a time, and leaves out those without one", async () => {
    const at = (s: number, lon: number) =>
      `<Placemark><name>P</name><TimeStamp><when>2026-05-28T13:34:0${s}Z</when></TimeStamp><Point><coordinates>
 ${lon}, 45.1, 210.5 </coordinates></Point></Placemark>`;
    const text = `<kml><Document><name>Drive</name>${at(1, 7.1)}<Placemark><Point><coordinates>1,2</coordinates></Point></Placemark>${at(2, 7.2)}</Document></kml>`;
    const r = await readRecording(bytesOf(text));
    const t0 = Date.UTC(2026, 4, 28, 13, 34) * 1000;
    expect([...r.groups[0]!.tUs]).toEqual([t0 + 1e6, t0 + 2e6]);
    expect([...findColumn(r, "gnss.lon")!.column.values]).toEqual([7.1, 7.2]);
    expect([...findColumn(r, "gnss.alt")!.column.values]).toEqual([210.5, 210.5]);
    expect(r).toMatchObject({ title: "Drive", absoluteTime: true });
  });
});
