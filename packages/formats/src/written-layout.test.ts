import type { Recording } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { writtenText } from "./testing/gather.ts";

/** Racelogic's manual has its sample row near Buckingham: 51.9849955 N, 0.9748795 W is +03119.09973 +00058.49277 there. */
const T0 = Date.UTC(2014, 11, 7, 16, 22, 35) * 1000;
const tUs = Float64Array.of(T0 + 400_000, T0 + 500_000);
const recording: Recording = {
  groups: [
    {
      name: "gps",
      tUs,
      columns: [
        {
          field: { name: "gnss.lat", unit: "deg", doc: "", resolution: 1e-7 },
          values: Float64Array.of(51.9849955, 51.9849972),
        },
        {
          field: { name: "gnss.lon", unit: "deg", doc: "", resolution: 1e-7 },
          values: Float64Array.of(-0.9748795, -0.9748628),
        },
        {
          field: { name: "gnss.speed", unit: "m/s", doc: "", resolution: 0.01 },
          values: Float64Array.of(10, 20),
        },
        {
          field: { name: "gnss.course", unit: "rad", doc: "", resolution: 1e-5 },
          values: Float64Array.of(Math.PI / 2, Math.PI),
        },
        { field: { name: "gnss.sats", unit: "1", doc: "", resolution: 1 }, values: Float64Array.of(8, 8) },
        {
          field: { name: "gnss.alt", unit: "m", doc: "", resolution: 0.01 },
          values: Float64Array.of(152.58, 152.58),
        },
      ],
    },
    {
      name: "motor",
      tUs,
      columns: [
        {
          field: { name: "engine.rpm", unit: "rpm", doc: "", resolution: 1 },
          values: Float64Array.of(8000, Number.NaN),
        },
        {
          field: { name: "oil_pressure", unit: "kPa", doc: "", resolution: 0.1 },
          values: Float64Array.of(450, 460),
        },
      ],
    },
  ],
  absoluteTime: true,
  track: "Silverstone",
  driver: "Jo",
  gates: [{ kind: "startFinish", name: "S/F", ends: [51.98, -0.97, 51.99, -0.97] }],
  laps: [{ number: 4, startUs: T0 + 410_000, endUs: T0 + 495_500 }],
  notes: [],
};

describe("layout of what is written", () => {
  it("VBO: sections between blank lines, CRLF, minutes, west positive, gates longitude first", async () => {
    const text = await writtenText(recording, "vbo");
    expect(text.replaceAll("\r\n", "")).not.toContain("\n");
    const lines = text.split("\r\n");
    expect(lines[0]).toBe("File created on 07/12/2014 @ 16:22:35");
    const section = (name: string) => {
      const at = lines.indexOf(`[${name}]`);
      expect(lines[at - 1], name).toBe("");
      return lines.slice(
        at + 1,
        lines.findIndex((l, i) => i > at && l === ""),
      );
    };
    const header = [
      "satellites",
      "time",
      "latitude",
      "longitude",
      "velocity kmh",
      "heading",
      "height",
      "Engine_rpm",
      "oil_pressure",
    ];
    expect(section("header")).toEqual(header);
    expect(section("channel units")).toEqual(["rpm", "kPa"]);
    expect(section("column names")[0]).toBe(
      "sats time lat long velocity heading height Engine_rpm oil_pressure",
    );
    expect(section("laptiming")[0]).toMatch(
      /^Start +\+00058\.20000\d* \+03118\.80000\d* \+00058\.20000\d* \+03119\.40000\d* \u00ac S\/F$/,
    );
    const row = section("data")[0]!.split(" ");
    expect(row.slice(0, 2)).toEqual(["008", "162235.40"]);
    expect(row[2]).toMatch(/^\+03119\.09973/);
    expect(row[3]).toMatch(/^\+00058\.49277/);
    expect(row[4]).toMatch(/^036\.0+$/);
    expect(row[5]).toMatch(/^090\.0+$/);
    expect(row[7]).toMatch(/^\+8\.0+E\+03$/);
  });

  it("RaceChrono v3: preamble, three header rows of one length, an empty cell where nothing is new", async () => {
    const text = await writtenText(recording, "racechrono-csv");
    expect(text.replaceAll("\r\n", "")).not.toContain("\n");
    const lines = text.split("\r\n");
    expect(lines[0]).toMatch(/^This file is created using RaceChrono/);
    expect(lines[1]).toBe("Format,3");
    expect(lines[4]).toBe('Track name,"Silverstone"');
    expect(lines[6]).toBe("Created,07/12/2014,16:22");
    const [names, units, sources] = lines.slice(9, 12).map((l) => l.split(","));
    expect(names).toEqual(
      "timestamp,fragment_id,lap_number,elapsed_time,distance_traveled,latitude,longitude,speed,bearing,satellites,altitude,rpm,oil_pressure".split(
        ",",
      ),
    );
    expect(units).toEqual("unix time,,,s,m,deg,deg,m/s,deg,,m,rpm,kPa".split(","));
    expect(sources).toEqual(
      ",,,,,100: gps,100: gps,100: gps,100: gps,100: gps,100: gps,200: obd,300: canbus".split(","),
    );
    const s = Date.UTC(2014, 11, 7, 16, 22, 35) / 1000;
    expect(lines[12]).toBe(`${s}.400,0,,0.000,0,51.9849955,-0.9748795,10,90,8,152.58,8000,450`);
    // the lap begins and ends in rows of their own, to the microsecond
    expect(lines.slice(12).map((l) => l.split(",").slice(0, 3).join())).toEqual([
      `${s}.400,0,`,
      `${s}.410,0,4`,
      `${s}.495500,0,`,
      `${s}.500,0,`,
      "",
    ]);
    expect(lines.at(-2)!.split(",").at(-2)).toBe("");
  });

  it("MoTeC CSV: names in row 15, units in 16, data from 19, everything quoted, beacons in one cell", async () => {
    const text = await writtenText(recording, "motec-csv");
    const lines = text.split("\r\n");
    expect(lines[0]).toBe('"Format","MoTeC CSV File",,,"Workbook",""');
    expect(lines[6]).toMatch(/^"Log Date","07\/12\/2014"/);
    expect(lines[7]).toMatch(/^"Log Time","16:22:35"/);
    expect(lines[8]).toMatch(/^"Sample Rate","10.000","Hz"/);
    expect(lines[11]).toBe('"Beacon Markers","0.410 0.495500"');
    expect(lines[14]).toMatch(/^"Time","GPS Latitude","GPS Longitude","GPS Speed","GPS Heading"/);
    expect(lines[15]).toMatch(/^"s","deg","deg","km\/h","deg"/);
    expect(lines[16] + lines[17]!).toBe("");
    expect(lines[18]).toMatch(/^"0.400","51.9849955","-0.9748795","36","90"/);
  });

  it("AiM CSV: a cell a beacon, the last at the end, units below the names", async () => {
    const lines = (await writtenText(recording, "aim-csv")).split("\r\n");
    expect(lines[0]).toBe("Format,AiM CSV File");
    expect(lines).toContain('Date,"Sunday, December 7, 2014"');
    expect(lines).toContain("Time,16:22:35");
    expect(lines).toContain("Beacon Markers,0.410,0.495500,0.500");
    const at = lines.findIndex((l) => l.startsWith("Time,GPS"));
    expect(lines[at + 1]).toMatch(/^s,deg,deg,km\/h,deg/);
    expect(lines[at + 3]).toMatch(/^0.400,51.9849955,-0.9748795,36,90/);
  });

  it("GPX: children in the order of the schema, speed and course in TrackPointExtension v2", async () => {
    const text = await writtenText({ ...recording, title: "A & B" }, "gpx");
    expect(text).toContain("<name>A &amp; B</name>");
    expect(text).toContain(
      '<trkpt lat="51.9849955" lon="-0.9748795"><ele>152.58</ele><time>2014-12-07T16:22:35.400Z</time><sat>8</sat><extensions><gpxtpx:TrackPointExtension><gpxtpx:speed>10</gpxtpx:speed><gpxtpx:course>90</gpxtpx:course></gpxtpx:TrackPointExtension></extensions></trkpt>',
    );
  });

  it("GeoJSON: longitude first, as RFC 7946 has it", async () => {
    const root = JSON.parse(await writtenText(recording, "geojson")) as {
      features: { geometry: { coordinates: number[][] }; properties: Record<string, unknown> }[];
    };
    expect(root.features[0]!.geometry.coordinates[0]).toEqual([-0.9748795, 51.9849955, 152.58]);
    expect(root.features[1]!.properties["gate"]).toBe("startFinish");
  });

  it("keeps texts of several lines in one, and leaves out what was never measured where no cell may be empty", async () => {
    const [gps] = recording.groups;
    const silent = {
      field: { name: "gnss.vUp", unit: "m/s" as const, doc: "" },
      values: tUs.map(() => Number.NaN),
    };
    const odd: Recording = {
      ...recording,
      title: "First\nsecond",
      track: "Spa\r\n2",
      gates: [{ ...recording.gates[0]!, name: "S/F\nA" }],
      groups: [{ ...gps!, columns: [...gps!.columns, silent] }],
    };
    const vbo = (await writtenText(odd, "vbo")).split("\r\n");
    expect(vbo).toContain("Venue : Spa 2");
    expect(vbo.find((l) => l.startsWith("Start"))).toMatch(/ S\/F A$/);
    expect(vbo.join()).not.toContain("NaN");
    const motec = await writtenText(odd, "motec-csv");
    expect(motec.split("\r\n")[1]).toMatch(/^"Venue","Spa 2"/);
    expect(motec).not.toContain("Vertical");
    expect((await writtenText(odd, "aim-csv")).split("\r\n")[1]).toBe("Session,First second");
    expect((await writtenText(odd, "racechrono-csv")).split("\r\n")[4]).toBe('Track name,"Spa 2"');
  });

  it("GPX, KML and GeoJSON: numbers without exponents, a course below 360, no altitude that is none", async () => {
    const [gps] = recording.groups;
    const { resolution: _, ...lonField } = gps!.columns[1]!.field;
    const tiny: Recording = {
      ...recording,
      title: "A\u0001B",
      groups: [
        {
          ...gps!,
          columns: gps!.columns.map((c) =>
            c.field.name === "gnss.lon"
              ? { field: lonField, values: Float64Array.of(-1.5e-7, 2e-9) }
              : c.field.name === "gnss.course"
                ? { ...c, values: Float64Array.of(2 * Math.PI - 1e-9, 1) }
                : c.field.name === "gnss.alt"
                  ? { ...c, values: Float64Array.of(Number.NaN, Number.NaN) }
                  : c,
          ),
        },
      ],
    };
    const gpx = await writtenText(tiny, "gpx");
    expect(gpx).toContain('lon="-0.00000015"');
    expect(gpx).toContain('lon="0.000000002"');
    expect(gpx).toContain("<gpxtpx:course>0</gpxtpx:course>");
    expect(gpx).toContain("<name>AB</name>");
    expect(await writtenText(tiny, "kml")).toContain("<gx:coord>-0.00000015 51.9849955</gx:coord>");
    const json = JSON.parse(await writtenText(tiny, "geojson")) as {
      features: { geometry: { coordinates: number[][] } }[];
    };
    expect(json.features[0]!.geometry.coordinates[0]).toEqual([-1.5e-7, 51.9849955]);
  });
});
