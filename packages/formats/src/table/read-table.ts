import type { Group } from "@pitwall/core";
import { FormatError } from "../errors.ts";
import type { ReadOptions } from "../format.ts";
import { type ByteSource, textPieces } from "../source.ts";
import { LineSplitter, textOf } from "../text/lines.ts";
import type { TablePlan } from "./plan.ts";
import type { ProblemLog } from "./problems.ts";
import { Table } from "./table.ts";

/** Lines a header may take before the file is given up. */
const HEADER_LINES = 10_000;

export type TableReading = {
  readonly id: string;
  readonly problems: ProblemLog;
  /** The plan of a table without any line above its data. */
  readonly initial?: TablePlan;
  /** Sees the lines above the data; gives the plan once the next line is data. */
  header(text: string, line: number): TablePlan | undefined;
  /** Lines right below the header that are no rows; asked until it says no. */
  skip?(text: string, line: number): boolean;
  /**
   * Lines among the data that start with this character go to `aside` and are no rows. What `aside` answers decides
   * where the next line goes: true, to `aside` as well.
   */
  readonly asideMark?: string;
  aside?(text: string, line: number): boolean;
};

export type TableResult = { readonly groups: Group[]; readonly rows: number };

/** Runs a file through its header and its table. Throws FormatError where there is no header, or nothing below it. */
export async function readTable(
  source: ByteSource,
  options: ReadOptions,
  reading: TableReading,
): Promise<TableResult> {
  const { id, problems } = reading;
  const mark = reading.asideMark?.charCodeAt(0) ?? -1;
  let table = reading.initial && new Table(reading.initial, problems);
  let lines = 0;
  let apart = false;
  let skipping = reading.skip !== undefined;
  const splitter = new LineSplitter(
    (bytes, start, end, line) => {
      if (table === undefined) {
        lines++;
        if (lines > HEADER_LINES)
          throw new FormatError("malformed", id, "no header row in the first lines", line);
        const plan = reading.header(textOf(bytes, start, end), line);
        if (plan) table = new Table(plan, problems);
        if (plan?.fromHere) table?.line(bytes, start, end, line);
      } else if (apart || (bytes[start] === mark && end > start))
        apart = reading.aside?.(textOf(bytes, start, end), line) === true;
      else {
        skipping = skipping && reading.skip!(textOf(bytes, start, end), line);
        if (!skipping) table.line(bytes, start, end, line);
      }
    },
    (line) => problems.add("bad-length", "the line is longer than 1 MiB", { line }),
  );
  for await (const piece of textPieces(source, options)) splitter.push(piece);
  splitter.end();
  if (table === undefined)
    throw new FormatError("malformed", id, "the file ends before its header row", lines);
  const done: Table = table;
  const groups = done.finish();
  if (done.rows === 0)
    throw new FormatError(
      "empty",
      id,
      problems.count > 0 ? `no readable row; ${problems.report().notes[0]}` : "no row below the header",
    );
  return { groups, rows: done.rows };
}
