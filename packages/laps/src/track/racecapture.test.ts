import { describe, expect, it } from "vitest";
import { LapsError } from "../errors.ts";
import { middleOf } from "./placed-gate.ts";
import { looksLikeRaceCapture, tracksFromRaceCapture } from "./racecapture.ts";

/** A circle of 200 m radius about 48, 11, driven anticlockwise from its easternmost point; places by angle, rad. */
const M_LAT = 111_200;
const M_LON = 111_320 * Math.cos((48 * Math.PI) / 180);
const at = (angle: number): [number, number] => [
  48 + (200 * Math.sin(angle)) / M_LAT,
  11 + (200 * Math.cos(angle)) / M_LON,
];
const line = Array.from({ length: 120 }, (_, i) => at((2 * Math.PI * i) / 120));
const place = ([latitude, longitude]: [number, number]) => ({ latitude, longitude });
const venue = {
  id: "a1",
  name: "Ring",
  configuration: "short",
  country_code: "DE",
  length: 0.78,
  created: "2014-03-01T00:00:00Z",
  track_map_array: line,
  start_finish: place(at(1)),
  sector_points: [at(3), at(5)],
};

describe("tracks of the RaceCapture app", () => {
  it("have start line and splits square to the way, where they are marked", () => {
    const { tracks, notes } = tracksFromRaceCapture(JSON.stringify(venue));
    expect(notes).toEqual([]);
    expect(tracks).toHaveLength(1);
    const [track] = tracks;
    expect([track!.name, track!.country]).toEqual(["Ring", "DE"]);
    const [layout] = track!.layouts;
    expect([layout!.name, layout!.closed]).toEqual(["short", true]);
    expect(layout!.lengthM).toBeCloseTo(2 * Math.PI * 200, -1);
    const [lat, lon] = middleOf(layout!.start.ends);
    expect(Math.hypot((lat - at(1)[0]) * M_LAT, (lon - at(1)[1]) * M_LON)).toBeLessThan(1);
    // anticlockwise at an angle a the way runs towards a + 90 degrees, as a course 360 - a
    expect(layout!.start.course).toBeCloseTo(2 * Math.PI - 1, 1);
    expect(layout!.splits.map((s) => Math.round(10 * s.course) / 10)).toEqual([3.3, 1.3]);
  });

  it("are stages where the finish is elsewhere, also past the end of the line", () => {
    for (const [from, to] of [
      [1, 4],
      [5, 2],
    ] as const) {
      const stage = { ...venue, start_finish: place(at(from)), finish: place(at(to)), sector_points: [] };
      const [layout] = tracksFromRaceCapture(JSON.stringify(stage)).tracks[0]!.layouts;
      expect(layout!.closed).toBe(false);
      const turned = (to - from + 2 * Math.PI) % (2 * Math.PI);
      expect(layout!.lengthM! / 200).toBeGreaterThan(turned);
      expect(layout!.lengthM! / 200).toBeLessThan(turned + 0.25);
      const [lat, lon] = middleOf(layout!.finish!.ends);
      expect(Math.hypot((lat - at(to)[0]) * M_LAT, (lon - at(to)[1]) * M_LON)).toBeLessThan(1);
    }
  });

  it("come as lists, and in the older form; one name is one track with layouts", () => {
    const list = { total: 3, venues: [venue, { ...venue, configuration: "long" }, { name: "Nowhere" }, 7] };
    const { tracks, notes } = tracksFromRaceCapture(JSON.stringify(list));
    expect(tracks.map((t) => t.layouts.map((l) => l.name))).toEqual([["short", "long"]]);
    expect(notes).toEqual([
      'venues[2] "Nowhere": no line of the track; record it by driving',
      "venues[3]: not an object",
    ]);
    const older = tracksFromRaceCapture(JSON.stringify({ venue: { ...venue, start_finish: null } }));
    expect(older.notes).toEqual(['RaceCapture track "Ring": no start line; it lies where the line begins']);
  });

  it("are refused with the reason where nothing can be used", () => {
    const refused = (text: string) => {
      try {
        tracksFromRaceCapture(text);
        return "";
      } catch (e) {
        return e instanceof LapsError ? e.message : String(e);
      }
    };
    expect(refused("{")).toContain("no JSON");
    expect(refused("[]")).toContain("not an object");
    expect(refused('{"venues":[]}')).toContain("no track");
    expect(refused(JSON.stringify({ ...venue, start_finish: place([10, 10]) }))).toContain("from the track");
    expect(refused(JSON.stringify({ ...venue, track_map_array: [[91, 0], "x", null] }))).toContain(
      "no place on earth",
    );
    expect(looksLikeRaceCapture(JSON.stringify(venue))).toBe(true);
    expect(looksLikeRaceCapture('{"type":"FeatureCollection","features":[]}')).toBe(false);
  });
});
