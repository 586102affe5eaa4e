import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatTrackFile, type Track } from "@pitwall/laps";
import { starterTracks } from "@pitwall/laps/library";
import type { StoreProblem } from "@pitwall/store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readTracks } from "./read-tracks.ts";
import { TrackFolder } from "./track-folder.ts";

let dir: string;
let problems: StoreProblem[];
let folder: TrackFolder;
beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), "pitwall-tracks-")), "tracks");
  problems = [];
  folder = new TrackFolder(dir, (p) => void problems.push(p));
});
afterEach(() => rmSync(join(dir, ".."), { recursive: true, force: true }));

const track = (name: string, lengthM = 900): Track => ({
  name,
  layouts: [
    {
      name: "full",
      closed: true,
      start: { name: "start", ends: [47, 9, 47, 9.0002], course: 0 },
      splits: [],
      lengthM,
    },
  ],
});
const put = (file: string, text: string) => {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, file), text);
};
const ownNames = () => folder.own().map((k) => k.track.name);

describe("track folder", () => {
  it("is empty before the first track, and the library is there", () => {
    expect(folder.own()).toEqual([]);
    expect(folder.all()).toHaveLength(starterTracks().length);
    expect(problems).toEqual([]);
  });

  it("keeps a track under a plain name, and writes it again where it was", () => {
    expect(folder.save(track("Nürburg/Ring 3"))).toBe(join(dir, "nurburg-ring-3.json"));
    folder.save(track("Nurburg Ring 3"));
    expect(readdirSync(dir).sort()).toEqual(["nurburg-ring-3-2.json", "nurburg-ring-3.json"]);
    put("by-hand.json", formatTrackFile(track("Mine")));
    folder.save(track("mine", 1000));
    expect(readdirSync(dir)).toHaveLength(3);
    expect(folder.find("MINE")?.track.layouts[0]?.lengthM).toBe(1000);
  });

  it("goes before the library by name, until it is deleted", () => {
    const [first] = starterTracks();
    folder.save(track(first!.name.toUpperCase()));
    expect(folder.all()).toHaveLength(starterTracks().length);
    expect(folder.find(first!.name)).toMatchObject({ origin: "own" });
    expect(folder.known().own).toHaveLength(1);
    folder.delete(first!.name);
    expect(folder.find(first!.name)).toMatchObject({ origin: "library" });
    expect(() => folder.delete(first!.name)).toThrow(/starter library/);
    expect(() => folder.delete("nowhere")).toThrow(/no such track/);
  });

  it("reports a damaged file once, with place and reason, and uses the others", () => {
    put("a.json", "{ not json");
    put("b.json", formatTrackFile(track("B")));
    put("c.json", formatTrackFile(track("C")).replace('"closed": true', '"closed": "yes"'));
    put("d.json", formatTrackFile(track("b")));
    put("notes.txt", "no track");
    expect(ownNames()).toEqual(["B"]);
    expect(ownNames()).toEqual(["B"]);
    expect(problems.map((p) => [p.place, p.reason.split(";")[0]])).toEqual([
      [join(dir, "a.json"), expect.stringContaining("track file: ")],
      [join(dir, "c.json"), "layouts[0].closed: true or false expected"],
      [join(dir, "d.json"), `names the track "b" as ${join(dir, "b.json")} does, which is used`],
    ]);
    put("a.json", formatTrackFile(track("A")));
    expect(ownNames()).toEqual(["A", "B"]);
  });

  it("refuses what could not be timed", () => {
    const gate = { name: "start", ends: [47, 9, 47, 9] as const, course: 0 };
    const [layout] = track("x").layouts;
    expect(() => folder.save({ name: "x", layouts: [{ ...layout!, start: gate }] })).toThrow(/0.00 m apart/);
    expect(() => folder.save({ name: " ", layouts: [layout!] })).toThrow(/name: a text expected/);
    expect(ownNames()).toEqual([]);
  });
});

describe("tracks from files", () => {
  const read = (text: string, fileName = "Oval.csv", origin?: readonly [number, number]) =>
    readTracks(new TextEncoder().encode(text), { fileName, origin });
  const square = "0,0\n100,0\n100,80\n0,80\n";

  it("are recognised by their content", async () => {
    expect((await read(formatTrackFile(track("T")))).tracks[0]?.name).toBe("T");
    const csv = await read(`# x_m,y_m,w_tr_right_m\n${square.replaceAll("\n", ",5\n")}`, "Oval.csv", [50, 8]);
    expect(csv.tracks[0]).toMatchObject({ name: "Oval", layouts: [{ closed: false }] });
    const geo = {
      type: "Feature",
      properties: { name: "G" },
      geometry: {
        type: "LineString",
        coordinates: [
          [8, 50],
          [8.001, 50],
          [8.001, 50.001],
          [8, 50.001],
          [8, 50],
        ],
      },
    };
    expect((await read(JSON.stringify(geo), "g.geojson")).tracks[0]).toMatchObject({
      name: "G",
      layouts: [{ closed: true }],
    });
  });

  it("say what is missing", async () => {
    await expect(read(`x_m,y_m\n${square}`)).rejects.toThrow(/say where its origin lies/);
    await expect(read('{"a":1}', "a.json")).rejects.toThrow(/neither a Pitwall track file nor GeoJSON/);
    await expect(read("time,lat,lon\n0,50,8\n1,50.001,8\n")).rejects.toThrow(/closes no lap/);
  });
});
