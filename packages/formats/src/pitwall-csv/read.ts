import type { Recording } from "@pitwall/core";
import { FormatError } from "../errors.ts";
import type { ReadOptions } from "../format.ts";
import { ownColumn } from "../names/channel-names.ts";
import type { ByteSource } from "../source.ts";
import { LapNumbers } from "../table/lap-numbers.ts";
import type { CellPlan, TablePlan } from "../table/plan.ts";
import { ProblemLog } from "../table/problems.ts";
import { readTable } from "../table/read-table.ts";
import { isEpoch } from "../text/epoch.ts";
import { cellsOf } from "../text/lines.ts";

/** Channels of one family come from one sensor: `gnss.lat` goes to the group `gnss`, `gnss.lat@rover` to `rover`. */
function place(header: string, cell: number): CellPlan {
  const at = header.indexOf("@");
  const name = at < 0 ? header : header.slice(0, at);
  const dot = name.indexOf(".");
  const group = at >= 0 ? header.slice(at + 1) : dot > 0 ? name.slice(0, dot) : "values";
  return { cell, group, ...ownColumn(name) };
}

export async function readPitwallCsv(source: ByteSource, options: ReadOptions): Promise<Recording> {
  const problems = new ProblemLog();
  const laps = new LapNumbers();
  let absoluteTime = true;
  const header = (text: string, line: number): TablePlan => {
    const names = cellsOf(text, ",");
    if (names[0] !== "tUs")
      throw new FormatError("malformed", "pitwall-csv", `the first column is "${names[0]}", not tUs`, line);
    const lapCell = names.indexOf("lap.number");
    let first = true;
    return {
      rule: { delimiter: "," },
      minCells: names.length,
      maxCells: names.length,
      cells: names.slice(1).map((name, i) => place(name, i + 1)),
      time: (row) => Math.round(row.values[0]!),
      onRow(row, tUs) {
        if (first) absoluteTime = isEpoch(tUs);
        first = false;
        const lap = lapCell < 0 ? Number.NaN : row.values[lapCell]!;
        if (!Number.isNaN(lap)) laps.row(tUs, lap);
      },
    };
  };
  const { groups } = await readTable(source, options, { id: "pitwall-csv", problems, header });
  return {
    groups,
    absoluteTime,
    ...(options.name === undefined ? {} : { title: options.name }),
    gates: [],
    laps: laps.laps,
    ...problems.report(),
  };
}
