import type { Recording } from "@pitwall/core";
import { FormatError } from "../errors.ts";
import type { ReadOptions } from "../format.ts";
import { splitTitle } from "../names/units.ts";
import type { ByteSource } from "../source.ts";
import { LapNumbers } from "../table/lap-numbers.ts";
import type { CellPlan, TablePlan } from "../table/plan.ts";
import { ProblemLog } from "../table/problems.ts";
import { readTable } from "../table/read-table.ts";
import { isEpoch } from "../text/epoch.ts";
import { cellsOf } from "../text/lines.ts";
import { FRAME, placeColumn, unitWithout } from "./columns.ts";
import { type Preamble, takePreamble } from "./preamble.ts";

type Header = { names: string[]; units: string[]; sources: string[] };

/** Version 3 has three header rows: names, units, sources. */
function headerOf3(lines: readonly string[][]): Header | undefined {
  const [names, units, sources] = lines;
  return names && units && sources ? { names, units, sources } : undefined;
}

/**
 * Version 2 has one: `Speed (m/s) *obd`. Without a source it is the GNSS receiver or computed from it. Version 1 repeats
 * speed and distance in other units; the first is kept.
 */
function headerOf2(cells: readonly string[]): Header {
  const seen = new Set<string>();
  const parts = cells.map((cell) => {
    const source = /\*\s*(\w+)\s*$/.exec(cell)?.[1] ?? "";
    const part = { ...splitTitle(cell.replace(/\s*\*\s*\w+\s*$/, "")), source };
    const key = `${part.name.toLowerCase()} ${source}`;
    if (seen.has(key)) return { ...part, name: "" };
    seen.add(key);
    return part;
  });
  return {
    names: parts.map((p) => p.name),
    units: parts.map((p) => p.unit),
    sources: parts.map((p) => (p.source !== "" || FRAME.has(p.name.toLowerCase()) ? p.source : "gps")),
  };
}

function planOf(header: Header, delimiter: string, laps: LapNumbers, seen: { first: number }): TablePlan {
  const { names, units, sources } = header;
  const at = (...wanted: string[]) => names.findIndex((n) => wanted.includes(n.toLowerCase()));
  const time = at("timestamp", "time");
  const elapsed = at("elapsed_time", "elapsed time");
  const lap = at("lap_number", "lap #");
  const cells = names.flatMap((name, cell): CellPlan[] => {
    if (name === "") return [];
    const placed = placeColumn(name, units[cell] ?? "", sources[cell] ?? "", cell);
    return placed ? [placed] : [];
  });
  const timeCell = time >= 0 ? time : elapsed;
  return {
    rule: { delimiter },
    minCells: names.length,
    maxCells: names.length,
    cells,
    time: (row) => Math.round(row.values[timeCell]! * 1e6),
    onRow(row, tUs) {
      if (!(seen.first <= tUs)) seen.first = tUs;
      if (lap >= 0) laps.row(tUs, row.values[lap]!);
    },
  };
}

export async function readRaceChrono(source: ByteSource, options: ReadOptions): Promise<Recording> {
  const problems = new ProblemLog();
  const laps = new LapNumbers();
  const preamble: Preamble = {};
  const seen = { first: Number.NaN };
  const rows: string[][] = [];
  let delimiter = ",";
  const header = (text: string, line: number): TablePlan | undefined => {
    // programs for tables write their own between the cells
    if (rows.length === 0) delimiter = /^"?(?:timestamp|time \(s\)|lap #)"?([,;\t])/i.exec(text)?.[1] ?? ",";
    const cells = cellsOf(text, delimiter);
    const first = cells[0]!.toLowerCase();
    if (rows.length === 0 && (first.startsWith("time (s)") || (first === "lap #" && cells.length > 2)))
      return planOf(headerOf2(cells), delimiter, laps, seen);
    if (rows.length === 0 && first !== "timestamp") {
      takePreamble(text, preamble);
      return undefined;
    }
    if (rows.length === 1 && /^\d+(?:[.,]\d+)?$/.test(cells[0]!)) {
      problems.note(
        "the table has no rows of units and sources; those of RaceChrono are taken, for one receiver",
      );
      const names = rows[0]!.map((name) => name.toLowerCase());
      const units = names.map(unitWithout);
      const sources = names.map((name) => (FRAME.has(name) ? "" : "gps"));
      return { ...planOf({ names, units, sources }, delimiter, laps, seen), fromHere: true };
    }
    rows.push(cells);
    const whole = headerOf3(rows);
    if (whole && whole.units.length !== whole.names.length)
      throw new FormatError(
        "malformed",
        "racechrono-csv",
        `${whole.units.length} units for ${whole.names.length} names`,
        line - 1,
      );
    return whole && planOf(whole, delimiter, laps, seen);
  };
  const { groups } = await readTable(source, options, { id: "racechrono-csv", problems, header });
  const title = preamble.title ?? options.name;
  return {
    groups,
    absoluteTime: isEpoch(seen.first),
    ...(title === undefined ? {} : { title }),
    ...(preamble.track === undefined ? {} : { track: preamble.track }),
    ...(preamble.driver === undefined ? {} : { driver: preamble.driver }),
    gates: [],
    laps: laps.laps,
    ...problems.report(),
  };
}
