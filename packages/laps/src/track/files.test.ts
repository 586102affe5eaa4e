import { describe, expect, it } from "vitest";
import { LapsError } from "../errors.ts";
import { trackFromCentreLineCsv } from "./centre-line-csv.ts";
import { tracksFromGeoJson, trackToGeoJson } from "./geojson.ts";
import { starterTracks } from "./library.ts";
import type { Layout, Track } from "./track.ts";
import { formatTrackFile, parseTrackFile } from "./track-file.ts";

const gate = (name: string, lat: number) => ({
  name,
  ends: [lat, 9, lat, 9.0002] as const,
  course: 0.5,
});
const circuit: Layout = {
  name: "full",
  closed: true,
  lengthM: 1234.5,
  start: gate("start", 47),
  splits: [gate("S1", 47.001), { ...gate("S1b", 47.002), minor: true }],
  pitEntry: gate("in", 47.003),
  pitExit: gate("out", 47.004),
  centreLine: [
    [47, 9.0001],
    [47.001, 9.0001],
    [47.001, 9.002],
    [47, 9.002],
  ],
};
const stage: Layout = {
  name: "hill",
  closed: false,
  start: gate("start", 46),
  finish: gate("finish", 46.02),
  splits: [],
};
const track: Track = {
  name: "Dübendorf",
  country: "CH",
  licence: "CC0",
  source: "drawn",
  layouts: [circuit, stage],
};

const faultsOf = (text: string): string[] => {
  try {
    parseTrackFile(text);
  } catch (e) {
    if (e instanceof LapsError) return e.faults.map((f) => f.place);
  }
  return [];
};

describe("track file", () => {
  it("comes back as it was", () => {
    const back = parseTrackFile(formatTrackFile(track));
    expect(back).toMatchObject({ name: "Dübendorf", country: "CH", licence: "CC0", source: "drawn" });
    for (const [i, layout] of back.layouts.entries()) {
      const { start, finish, ...rest } = layout;
      expect(start.course).toBeCloseTo(0.5, 5);
      expect(start.ends).toEqual(track.layouts[i]!.start.ends);
      expect(finish?.ends).toEqual(track.layouts[i]!.finish?.ends);
      expect([rest.name, rest.closed, rest.lengthM, rest.centreLine]).toEqual(
        [track.layouts[i]!].map((l) => [l.name, l.closed, l.lengthM, l.centreLine])[0],
      );
      expect(rest.splits.map((s) => [s.name, s.minor])).toEqual(
        track.layouts[i]!.splits.map((s) => [s.name, s.minor]),
      );
    }
    for (const t of starterTracks()) expect(parseTrackFile(formatTrackFile(t)).name).toBe(t.name);
  });

  it("names every fault and its place", () => {
    const file = JSON.parse(formatTrackFile(track)) as { layouts: Record<string, unknown>[] };
    const broken = structuredClone(file) as unknown as {
      nmae?: string;
      layouts: {
        start: { ends: unknown; courseDeg: unknown };
        closed: unknown;
        splits: { ends: number[][] }[];
      }[];
    };
    broken.nmae = "x";
    broken.layouts[0]!.start.ends = [[47, 9]];
    broken.layouts[0]!.start.courseDeg = "north";
    broken.layouts[0]!.splits[1]!.ends[0] = [147, 9];
    broken.layouts[1]!.closed = "no";
    expect(faultsOf(JSON.stringify(broken))).toEqual([
      "track file.nmae",
      "layouts[0].start.ends",
      "layouts[0].start.courseDeg",
      "layouts[0].splits[1].ends[0]",
      "layouts[1].closed",
    ]);
  });

  it("says which version it reads, and what is no track file", () => {
    const text = formatTrackFile(track);
    const code = (t: string) => {
      try {
        parseTrackFile(t);
      } catch (e) {
        return e instanceof LapsError ? e.code : e;
      }
    };
    expect(code(text.replace('"version": 1', '"version": 2'))).toBe("bad-version");
    expect(code("{")).toBe("malformed");
    expect(code("[]")).toBe("malformed");
    expect(code('{"format":"pitwall-track","version":1,"name":"x","layouts":[]}')).toBe("malformed");
    expect(faultsOf(text.replace(/"finish"/, '"finnish"'))).toContain("layouts[1].finish");
  });
});

describe("GeoJSON", () => {
  it("comes back with its gates", () => {
    const { tracks, notes } = tracksFromGeoJson(
      trackToGeoJson({ name: "Dübendorf", layouts: [{ ...circuit, lengthM: 511 }] }),
    );
    expect(notes).toEqual([]);
    const [layout] = tracks[0]!.layouts;
    expect(tracks[0]!.name).toBe("Dübendorf");
    expect(layout).toMatchObject({ name: "full", closed: true, centreLine: circuit.centreLine });
    expect(layout!.start.ends).toEqual(circuit.start.ends);
    expect(layout!.pitExit?.course).toBeCloseTo(0.5, 9);
    expect(layout!.splits.map((s) => s.name)).toEqual(["S1", "S1b"]);
  });

  it("makes a stage of an open line, and lies the gates across it", () => {
    const line = {
      type: "LineString",
      coordinates: [
        [9, 47],
        [9, 47.01],
        [9, 47.02],
      ],
    };
    const [layout] = tracksFromGeoJson(JSON.stringify(line)).tracks[0]!.layouts;
    expect(layout!.closed).toBe(false);
    expect(layout!.start.course).toBeCloseTo(0, 6);
    expect(layout!.finish!.ends[0]).toBeCloseTo(47.02, 9);
  });

  it("says what it cannot read", () => {
    expect(() => tracksFromGeoJson("no")).toThrow(LapsError);
    expect(() => tracksFromGeoJson('{"type":"Point","coordinates":[1,2]}')).toThrow(/no line/);
    const mixed = {
      type: "FeatureCollection",
      features: [
        { type: "Feature", properties: { name: "p" }, geometry: { type: "Point", coordinates: [1, 2] } },
        {
          type: "Feature",
          properties: { gate: "start" },
          geometry: {
            type: "LineString",
            coordinates: [
              [1, 2],
              [1, 3],
            ],
          },
        },
        {
          type: "Feature",
          properties: { name: "l" },
          geometry: {
            type: "LineString",
            coordinates: [
              [1, 2],
              [1, 2.01],
              [200, 3],
              [1, 2.02],
            ],
          },
        },
      ],
    };
    const { tracks, notes } = tracksFromGeoJson(JSON.stringify(mixed));
    expect(tracks.map((t) => t.name)).toEqual(["l"]);
    expect(notes).toEqual([
      "features[0]: no line",
      "features[1]: a gate needs two ends and a course in degrees",
      "features[2].geometry.coordinates[2]: no place on earth",
    ]);
  });
});

describe("centre-line CSV", () => {
  it("reads metres with an origin, and degrees without", () => {
    const metres = "# x_m,y_m,w_tr_right_m,w_tr_left_m\n0,0,5,5\n100,0,5,5\n100,80,5,5\n0,80,5,5\n0,10,5,5\n";
    const { tracks } = trackFromCentreLineCsv(metres, { name: "box", latDeg: 10, lonDeg: 20 });
    expect(tracks[0]!.layouts[0]).toMatchObject({ closed: true, name: "box" });
    expect(tracks[0]!.layouts[0]!.lengthM).toBeCloseTo(360, 6);
    const degrees = "name;longitude;latitude\na;20;10\nb;20.001;10\nc;20.001;10.001\nd;20;10.001\n";
    const line = trackFromCentreLineCsv(degrees, { name: "deg" }).tracks[0]!.layouts[0]!.centreLine;
    expect(line![1]).toEqual([10, 20.001]);
  });

  it("says by line what it cannot read", () => {
    const text = "x,y\n0,0\n1,x\n1,1\n2,2\n\n3,3\n";
    expect(trackFromCentreLineCsv(text, { name: "n", latDeg: 0, lonDeg: 0 }).notes).toEqual([
      'line 3: no point in "1,x"',
    ]);
    expect(() => trackFromCentreLineCsv("x,y\n0,0\n1,1\n", { name: "n", latDeg: 0, lonDeg: 0 })).toThrow(
      /2 points/,
    );
    expect(() => trackFromCentreLineCsv(text, { name: "n" })).toThrow(/origin/);
  });
});
