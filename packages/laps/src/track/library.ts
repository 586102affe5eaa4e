import { layoutFromLine } from "./centre-line.ts";
import { CIRCUIT_TABLE } from "./circuits.table.ts";
import type { Point, Track } from "./track.ts";

let made: readonly Track[] | undefined;

/**
 * The starter library. Start lines lie across the first point of each drawn line, which need not be where the circuit
 * has its own: redraw them, or import gates, for official times. Made on first use.
 */
export function starterTracks(): readonly Track[] {
  made ??= CIRCUIT_TABLE.map((row) => {
    const line: Point[] = [];
    let lat = 0;
    let lon = 0;
    for (let i = 0; i < row.line.length; i += 2) {
      lat += row.line[i]!;
      lon += row.line[i + 1]!;
      line.push([lat / 1e6, lon / 1e6]);
    }
    line.push(line[0]!);
    return {
      name: row.name,
      layouts: [{ ...layoutFromLine(row.name, line, row.lengthM).layout, name: "Grand Prix" }],
      source: "https://github.com/bacinger/f1-circuits",
      licence: "MIT, Copyright (c) 2019-2022 Tomislav Bacinger",
    };
  });
  return made;
}
