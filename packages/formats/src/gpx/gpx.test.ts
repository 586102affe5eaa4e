import { findColumn } from "@pitwall/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readRecording, recognise } from "../registry.ts";
import { cut } from "../testing/gather.ts";
import { bytesOf } from "../testing/shared.ts";

const GPX = `<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="Some > Logger" xmlns="http://www.topografix.com/GPX/1/1"
 xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v2">
 <metadata><name>Evening &amp; rain</name></metadata>
 <wpt lat="1" lon="2"><name>Box</name></wpt>
 <!-- <trkpt lat="0" lon="0"> is not one -->
 <trk><name>inner</name><trkseg>
  <trkpt lat="45.1234567" lon="7.1234567"><ele>12.3</ele><time>2026-05-28T13:34:00.040Z</time><fix>3d</fix><sat>9</sat><hdop>0.8</hdop>
   <extensions><gpxtpx:TrackPointExtension><gpxtpx:hr>120</gpxtpx:hr><gpxtpx:speed>21.34</gpxtpx:speed><gpxtpx:course>180</gpxtpx:course></gpxtpx:TrackPointExtension>
   <rpm>5000</rpm></extensions></trkpt>
  <trkpt lat="45.2" lon="7.2"><time>2026-05-28T15:34:00.14+02:00</time></trkpt>
 </trkseg><trkseg>
  <trkpt lon='7.3' lat='45.3'><time>2026-05-28T13:34:01Z</time><speed>3</speed></trkpt>
 </trkseg></trk>
</gpx>
`;
const T0 = Date.UTC(2026, 4, 28, 13, 34) * 1000;

describe("GPX", () => {
  it("reads points of all segments with their extensions", async () => {
    expect(recognise(bytesOf(GPX))).toMatchObject({ format: { id: "gpx" }, confidence: 1 });
    const r = await readRecording(bytesOf(GPX));
    const v = (id: string) => [...findColumn(r, id)!.column.values];
    expect([...r.groups[0]!.tUs]).toEqual([T0 + 40_000, T0 + 140_000, T0 + 1_000_000]);
    expect(v("gnss.lat")).toEqual([45.1234567, 45.2, 45.3]);
    expect(v("gnss.speed")).toEqual([21.34, Number.NaN, 3]);
    expect(v("gnss.course")[0]).toBeCloseTo(Math.PI, 12);
    expect(v("gnss.fix")[0]).toBe(3);
    expect(v("gnss.sats")[0]).toBe(9);
    expect(v("heart_rate")[0]).toBe(120);
    expect(v("rpm")[0]).toBe(5000);
    expect(findColumn(r, "gnss.lat")!.column.field.resolution).toBeCloseTo(1e-7, 15);
    expect(r).toMatchObject({ title: "Evening & rain", device: "Some > Logger", absoluteTime: true });
    expect(r.problems).toBeUndefined();
  });

  it("gives the same whatever pieces the file comes in", async () => {
    const whole = await readRecording(bytesOf(GPX));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 10 }),
        async (lengths) => {
          expect(await readRecording(cut(bytesOf(GPX), lengths))).toEqual(whole);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("gives the points that are whole of a damaged file, and the lines of the others", async () => {
    const damaged = GPX.replace('lat="45.2"', 'lat="x"')
      .replace("2026-05-28T13:34:01Z", "yesterday")
      .replace("</gpx>", '<trkpt lat="1" lon="1"><time>2026');
    const r = await readRecording(bytesOf(damaged));
    expect(r.groups[0]!.tUs.length).toBe(1);
    expect(r.problems?.list.map((p) => [p.line, p.code])).toEqual([
      [11, "malformed"],
      [13, "malformed"],
      [15, "truncated"],
    ]);
  });

  it("numbers points that have no time, and says so", async () => {
    const r = await readRecording(
      bytesOf(
        '<gpx><trk><trkseg><trkpt lat="1" lon="2"/><trkpt lat="3" lon="4"></trkpt></trkseg></trk></gpx>',
      ),
    );
    expect([...r.groups[0]!.tUs]).toEqual([0, 1e6]);
    expect(r.absoluteTime).toBe(false);
    expect(r.notes).toEqual(["no point has a time; they are numbered one a second"]);
    await expect(readRecording(bytesOf("<gpx></gpx>"))).rejects.toMatchObject({ code: "empty" });
  });

  const point = (lat: string, extensions: string, time = "<time>2026-05-28T13:34:00Z</time>") =>
    `<gpx version="1.1"><trk><trkseg><trkpt lat="${lat}" lon="7,5">${time}<extensions>${extensions}</extensions></trkpt></trkseg></trk></gpx>`;

  it.each([
    [
      "OsmAnd: the bearing is the course, the heading is the phone's",
      "<osmand:speed>12.5</osmand:speed><osmand:heading>10</osmand:heading><osmand:bearing>90</osmand:bearing>",
    ],
    ["Geo Tracker: letters", '<geotracker:meta c="90" s="12.5" />'],
    ["a unit behind the name", "<speed_kmh>45</speed_kmh><heading>90</heading>"],
  ])("reads speed and course of %s", async (_, extensions) => {
    const r = await readRecording(bytesOf(point("45.5", extensions)));
    const named = (id: string) => r.groups[0]!.columns.filter((c) => c.field.name === id);
    expect(named("gnss.speed").map((c) => c.values[0])).toEqual([12.5]);
    expect(named("gnss.course").map((c) => c.values[0])).toEqual([expect.closeTo(Math.PI / 2, 12)]);
  });

  it("reads decimal commas", async () => {
    const r = await readRecording(bytesOf(point("45,25", "<speed>3,5</speed>")));
    const v = (id: string) => findColumn(r, id)!.column.values[0];
    expect([v("gnss.lat"), v("gnss.lon"), v("gnss.speed")]).toEqual([45.25, 7.5, 3.5]);
  });

  it("leaves out the points of a route, which have no time, beside a track that has", async () => {
    const text = point("45.5", "").replace(
      "<trk>",
      '<rte><rtept lat="1" lon="2"/><rtept lat="3" lon="4"/></rte><trk>',
    );
    const r = await readRecording(bytesOf(text));
    expect([...findColumn(r, "gnss.lat")!.column.values]).toEqual([45.5]);
    expect(r.absoluteTime).toBe(true);
    expect(r.notes).toEqual(["2 points without a time are left out"]);
  });
});
