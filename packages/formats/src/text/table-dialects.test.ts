import { findColumn, type Recording } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { readRecording, recognise } from "../registry.ts";
import { bytesOf, capture } from "../testing/shared.ts";

/** What programs for tables and old systems make of a file without changing what it says. */
const CHANGED: Readonly<Record<string, (text: string) => string>> = {
  "semicolons between cells": (t) => t.replaceAll(",", ";"),
  "semicolons and decimal commas": (t) => t.replaceAll(",", ";").replace(/(\d)\.(\d)/g, "$1,$2"),
  "tabs between cells": (t) => t.replaceAll(",", "\t"),
  "tabs and decimal commas": (t) => t.replaceAll(",", "\t").replace(/(\d)\.(\d)/g, "$1,$2"),
  "lines that end in CR": (t) => t.replaceAll("\n", "\r"),
  "lines that end in CR LF": (t) => t.replaceAll("\n", "\r\n"),
};

const RACECHRONO = `This file is created using RaceChrono v9.1.3 ( http://racechrono.com/ ).
Format,3
Session title,"Club, evening"

timestamp,fragment_id,lap_number,elapsed_time,latitude,longitude,speed
unix time,,,s,deg,deg,m/s
,,,,100: gps,100: gps,100: gps
1777000000.123,0,,0.000,50.0000001,4.5,10.25
1777000000.223,0,1,0.100,50.0000101,4.5,10.5
1777000000.323,0,2,0.200,50.0000201,4.5,10.75
`;
const MOTEC = `Format,MoTeC CSV File,,,Workbook,
Vehicle,Kart
Log Date,28/05/2026
Log Time,13:34:00
Sample Rate,10.000,Hz
Duration,0.300,s
Beacon Markers,0.050 0.150 0.250

Time,GPS Latitude,GPS Longitude,GPS Speed
s,deg,deg,km/h

0.000,50.0000001,4.5,36.5
0.100,50.0000101,4.5,37.25
0.200,50.0000201,4.5,38.75
`;
const text = async (bytes: Uint8Array) => new TextDecoder().decode(bytes).replaceAll("\r\n", "\n");
const FILES: Readonly<Record<string, () => Promise<string>>> = {
  "racechrono-csv": async () => RACECHRONO,
  "motec-csv": async () => MOTEC,
  "trackaddict-csv": () => text(capture("trackaddict-goodwood-cut.csv")),
};

const said = (r: Recording) => ({
  laps: r.laps,
  gates: r.gates.map((g) => ({ ...g, ends: g.ends.map((x) => x.toFixed(7)) })),
  tUs: [...findColumn(r, "gnss.lat")!.group.tUs],
  lat: [...findColumn(r, "gnss.lat")!.column.values],
  speed: [...findColumn(r, "gnss.speed")!.column.values],
  problems: r.problems?.count ?? 0,
});

describe.each(Object.keys(FILES))("%s", (id) => {
  it.each(Object.keys(CHANGED))("means the same with %s", async (how) => {
    const plain = await FILES[id]!();
    // remarks of TrackAddict with tabs are no remarks of TrackAddict's any more
    if (id === "trackaddict-csv" && how.startsWith("tabs")) return;
    const changed = bytesOf(CHANGED[how]!(plain));
    expect(recognise(changed)?.format.id).toBe(id);
    expect(said(await readRecording(changed))).toEqual(said(await readRecording(bytesOf(plain))));
  });
});

describe("what is beyond all measure", () => {
  const table = (row: string) => bytesOf(`time,lat,lon,rpm\n0,50,4,1\n1,50,4,2\n${row}\n3,50,4,3\n`);

  it.each(["1e300,50,4,2", "2,50,4,1e400"])("is told by line: %s", async (row) => {
    const r = await readRecording(table(row));
    expect(r.problems?.list[0]?.line).toBe(4);
    for (const g of r.groups)
      for (const c of [g.tUs, ...g.columns.map((x) => x.values)])
        for (const x of c) expect(Math.abs(x) <= Number.MAX_SAFE_INTEGER || Number.isNaN(x)).toBe(true);
  });

  it("is no time, where a single row is days away; two rows are another day", async () => {
    const times = async (...seconds: number[]) => {
      const rows = seconds.map((s, i) => `${1_777_000_000 + s},50,4,${i}`);
      const r = await readRecording(bytesOf(`time,lat,lon,rpm\n${rows.join("\n")}\n`));
      return [r.groups[0]!.tUs.map((t) => t / 1e6 - 1_777_000_000), r.problems?.list.map((p) => p.line)];
    };
    const day = 86_401;
    expect(await times(0, 1, 500 * day, 2, 3)).toEqual([Float64Array.of(0, 1, 2, 3), [4]]);
    expect(await times(0, 1, 2, -20_000 * day)).toEqual([Float64Array.of(0, 1, 2), [5]]);
    expect(await times(0, 1, 9 * day, 99 * day, 2)).toEqual([Float64Array.of(0, 1, 2), [4, 5]]);
    const two = [0, 1, 2 * day, 2 * day + 1, 4 * day, 4 * day + 1];
    expect(await times(...two)).toEqual([Float64Array.from(two), undefined]);
  });

  it("costs a file its gate, not its laps", async () => {
    const plain = await FILES["trackaddict-csv"]!();
    const moved = plain.replace(/^# End Point: [-\d.]+/m, "# End Point: 5085.7952");
    expect(moved).not.toBe(plain);
    const r = await readRecording(bytesOf(moved));
    expect(r.gates).toEqual([]);
    expect(r.notes.join()).toContain("no place on earth");
    expect(r.laps).toHaveLength(2);
  });
});
