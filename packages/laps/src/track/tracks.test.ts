import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { lengthOf } from "../path.ts";
import { Plane } from "../plane.ts";
import { circuitAlong } from "../testing/circuit.ts";
import { drive } from "../testing/drive.ts";
import { hasShared, sharedPath } from "../testing/recordings.ts";
import { timeLaps } from "../timing/time-laps.ts";
import { trackFromCentreLineCsv } from "./centre-line-csv.ts";
import { detectTrack } from "./detect.ts";
import { tracksFromGeoJson } from "./geojson.ts";
import { starterTracks } from "./library.ts";
import { reverseLayout } from "./reverse.ts";
import type { Layout, Track } from "./track.ts";

const CSV_LENGTHS: Readonly<Record<string, number>> = {
  // published lengths of the layouts that the files draw, m
  BrandsHatch: 3908,
  Hockenheim: 4574,
  Monza: 5793,
  Norisring: 2300,
  Silverstone: 5891,
  Spa: 7004,
  Spielberg: 4318,
};
/** Where the seven are put: all at one place, so that only their shape tells them apart. */
const ORIGIN = { latDeg: 50.2, lonDeg: 8.4 };

const csvTrack = (name: string): Track =>
  trackFromCentreLineCsv(readFileSync(sharedPath(`tracks/${name}.csv`), "utf8"), { name, ...ORIGIN })
    .tracks[0]!;

function lineLength(layout: Layout): number {
  const line = layout.centreLine!;
  const plane = new Plane(line[0]![0], line[0]![1]);
  return lengthOf(
    line.map((p) => plane.x(p[1])),
    line.map((p) => plane.y(p[0])),
    line.length,
    layout.closed,
  );
}

/** One lap and a bit of a layout, with a receiver's noise and a line of one's own. */
function lapOf(layout: Layout, seed: number, laps = 1) {
  const line = layout.centreLine!;
  const [latDeg, lonDeg] = line[0]!;
  const plane = new Plane(latDeg, lonDeg);
  const circuit = circuitAlong(line.map((p) => [plane.x(p[1]), plane.y(p[0])] as const));
  return drive({
    circuit,
    laps,
    seed,
    rateHz: 5,
    stepS: 0.02,
    whiteM: 0.5,
    slowM: 1.5,
    velocityMps: 0.1,
    lineM: 5,
    pace: 0.05,
    runInM: 120,
    latDeg,
    lonDeg,
  });
}

describe.skipIf(!hasShared)("centre lines of the reference data (skipped where ../shared is absent)", () => {
  it.each(Object.entries(CSV_LENGTHS))("%s is as long as the circuit within 1 %%", (name, lengthM) => {
    const [layout] = csvTrack(name).layouts;
    expect(layout!.closed).toBe(true);
    expect(Math.abs(lineLength(layout!) / lengthM - 1)).toBeLessThan(0.01);
  });

  it("GeoJSON lines are as long as they say within 2 %, but for two drawn in another layout", () => {
    const { tracks, notes } = tracksFromGeoJson(
      readFileSync(sharedPath("tracks/f1-circuits-30.geojson"), "utf8"),
    );
    const stated = JSON.parse(readFileSync(sharedPath("tracks/f1-circuits-30.geojson"), "utf8")) as {
      features: { properties: { Name: string; length: number } }[];
    };
    expect(tracks.length).toBe(30);
    const off: string[] = [];
    for (const [i, track] of tracks.entries()) {
      const { Name, length } = stated.features[i]!.properties;
      expect(track.name).toBe(Name);
      if (Math.abs(lineLength(track.layouts[0]!) / length - 1) > 0.02) off.push(Name);
    }
    // Estoril's line is the circuit of today (4182 m), its length that of the races until 1996 (4.35 km)
    expect(off).toEqual(["Autódromo do Estoril", "Indianapolis Motor Speedway"]);
    expect(notes.length).toBe(2);
  });

  it("each CSV circuit is recognised from one lap, though all lie at one place", () => {
    const tracks = Object.keys(CSV_LENGTHS).map(csvTrack);
    for (const [i, track] of tracks.entries()) {
      const found = detectTrack(lapOf(track.layouts[0]!, 50 + i), tracks);
      expect(found?.track.name).toBe(track.name);
      expect(found).toMatchObject({ reversed: false, complete: true });
      const others = tracks.filter((t) => t !== track);
      expect(detectTrack(lapOf(track.layouts[0]!, 50 + i), others)).toBeUndefined();
    }
  });
});

describe("starter library", () => {
  const tracks = starterTracks();

  it("has circuits with a start line, a way round and a licence", () => {
    expect(tracks.length).toBe(30);
    expect(new Set(tracks.map((t) => t.name)).size).toBe(30);
    for (const t of tracks) {
      expect(t.licence).toContain("MIT");
      expect(t.layouts[0]!.closed).toBe(true);
      expect(lineLength(t.layouts[0]!) / t.layouts[0]!.lengthM!).toBeCloseTo(1, 1);
    }
    expect(existsSync(new URL("./LICENSE-f1-circuits", import.meta.url))).toBe(true);
  });

  it("recognises each of its circuits from one lap, never a wrong one, and times the lap", () => {
    for (const [i, track] of tracks.entries()) {
      const trace = lapOf(track.layouts[0]!, 100 + i);
      const found = detectTrack(trace, tracks);
      expect(found?.track.name).toBe(track.name);
      expect(found).toMatchObject({ reversed: false, complete: true });
      const laps = timeLaps(trace, { layout: found!.layout }).laps.filter((l) => l.kind === "lap");
      expect(laps.length).toBe(1);
      const [from, to] = trace.passings;
      expect(Math.abs(laps[0]!.timeS - (to!.tUs - from!.tUs) / 1e6)).toBeLessThan(0.3);
    }
  });

  it("tells the direction", () => {
    const track = tracks[9]!;
    const found = detectTrack(lapOf(reverseLayout(track.layouts[0]!), 7), tracks);
    expect(found).toMatchObject({ track, reversed: true, complete: true });
    expect(
      timeLaps(lapOf(reverseLayout(track.layouts[0]!), 7, 2), { layout: found!.layout }).laps.length,
    ).toBe(4);
  });

  it("knows its drawing from a drive of two kilometres before the lap is complete, and says so", () => {
    const trace = lapOf(tracks[3]!.layouts[0]!, 9);
    const n = Math.floor(trace.length * 0.6);
    const found = detectTrack({ ...trace, length: n }, tracks);
    expect(found).toMatchObject({ track: tracks[3], complete: false });
  });

  it("says nothing of a drive elsewhere", () => {
    const [layout] = tracks[5]!.layouts;
    const moved = layout!.centreLine!.map(([lat, lon]) => [lat + 0.05, lon] as const);
    expect(detectTrack(lapOf({ ...layout!, centreLine: moved }, 3), tracks)).toBeUndefined();
  });
});

describe("layouts of one track", () => {
  const plane = new Plane(47, 9);
  const at = (x: number, y: number) => [plane.lat(y), plane.lon(x)] as const;
  const full = [at(0, 0), at(600, 0), at(700, 100), at(700, 500), at(350, 620), at(0, 500), at(-100, 100)];
  const short = [at(0, 0), at(600, 0), at(700, 100), at(700, 250), at(0, 260), at(-100, 100)];
  const layout = (name: string, line: readonly (readonly [number, number])[]): Layout => ({
    name,
    closed: true,
    start: { name: "start", ends: [...at(50, -12), ...at(50, 12)], course: Math.PI / 2 },
    splits: [],
    centreLine: line,
  });
  const track: Track = { name: "club", layouts: [layout("full", full), layout("short", short)] };

  it.each(["full", "short"])("are told apart by length: %s", (name) => {
    const driven = track.layouts.find((l) => l.name === name)!;
    expect(detectTrack(lapOf(driven, 21, 3), [track])?.layout.name).toBe(name);
  });

  it("are told apart by direction", () => {
    const back = reverseLayout(track.layouts[1]!);
    const both: Track = { name: "club", layouts: [...track.layouts, { ...back, name: "short, reverse" }] };
    const found = detectTrack(lapOf(back, 22, 2), [both])!;
    expect([found.layout.name, found.reversed]).toEqual(["short, reverse", false]);
  });
});
