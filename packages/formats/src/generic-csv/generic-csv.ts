import type { Recording } from "@pitwall/core";
import { FormatError } from "../errors.ts";
import type { Format, ReadOptions } from "../format.ts";
import { type ByteSource, peek } from "../source.ts";
import { LapNumbers } from "../table/lap-numbers.ts";
import { ProblemLog } from "../table/problems.ts";
import { readTable } from "../table/read-table.ts";
import { settleSigns } from "../table/settle-signs.ts";
import { isEpoch } from "../text/epoch.ts";
import { cellsOf } from "../text/lines.ts";
import { headLines, looksBinary } from "../text/sniff.ts";
import type { CsvMapping, TableSample } from "./mapping.ts";
import { mappingFaults, planOf } from "./plan.ts";
import { lookAt, propose, type TableHead } from "./propose.ts";

const ID = "generic-csv";
const HEAD_ROWS = 256;

const head = (bytes: Uint8Array): TableHead | undefined => {
  if (looksBinary(bytes)) return undefined;
  const lines = headLines(bytes, 65_536);
  // the last line may be cut off
  return lookAt(lines.slice(0, lines.length > 3 ? -1 : undefined).slice(0, HEAD_ROWS));
};

/** What tables with the same columns have in common; under it a mapping is remembered. */
export const signatureOf = (table: Pick<TableHead, "titles" | "units" | "delimiter">): string =>
  [table.delimiter, ...table.titles, ...(table.units ?? [])].join("|");

/** What the columns of a table seem to be, by its first bytes: to be shown and corrected. Undefined for what is no table. */
export function proposeMapping(
  bytes: Uint8Array,
): { readonly mapping: CsvMapping; readonly complete: boolean; readonly table: TableSample } | undefined {
  const table = head(bytes);
  if (!table) return undefined;
  const { mapping, known } = propose(table);
  return { mapping, complete: known > 0, table: sampleOf(table) };
}

const sampleOf = (table: TableHead): TableSample => ({ header: table.titles, rows: table.rows.slice(0, 20) });

/** The mapping, and how it came about. */
async function mappingFor(
  table: TableHead,
  options: ReadOptions,
): Promise<readonly [CsvMapping, from: string]> {
  const place = options.name ?? ID;
  if (options.mapping) return [checked(options.mapping, table, place), ""];
  const signature = signatureOf(table);
  const desk = options.mappings;
  const remembered = await desk?.recall(signature);
  if (remembered) return [checked(remembered.mapping, table, remembered.place), ` as in ${remembered.place}`];
  const { mapping, known } = propose(table);
  const answer = await desk?.ask?.(mapping, sampleOf(table));
  if (answer) {
    checked(answer, table, place);
    return [answer, ` as told, remembered in ${await desk!.remember(signature, answer)}`];
  }
  if (known === 0)
    throw new FormatError(
      "needs-mapping",
      place,
      `nothing says what the columns mean: ${table.titles.slice(0, 8).join(", ")}`,
      table.headerLine || undefined,
    );
  return [mapping, ", by their titles and values"];
}

function checked(mapping: CsvMapping, table: TableHead, place: string): CsvMapping {
  const [fault] = mappingFaults(mapping, table.titles);
  if (fault !== undefined) throw new FormatError("needs-mapping", place, `the mapping: ${fault}`);
  return mapping;
}

async function read(source: ByteSource, options: ReadOptions): Promise<Recording> {
  const peeked = await peek(source);
  const table = head(peeked.head);
  if (!table) throw new FormatError("malformed", ID, "no table of numbers in the first lines");
  const [mapping, from] = await mappingFor(table, options);
  options.onMapping?.(mapping);
  const problems = new ProblemLog();
  let first = Number.NaN;
  const laps = new LapNumbers();
  let counted = false;
  const onRow = (tUs: number, lap: number) => {
    if (Number.isNaN(first)) first = tUs;
    if (Number.isNaN(lap)) return;
    // a count that falls back to 0 says that no lap is on
    laps.row(tUs, lap === 0 && counted ? -1 : lap);
    counted ||= lap > 0;
  };
  const onNote = (note: string | undefined) => problems.note(note);
  let titles: readonly string[] = table.titles;
  const { groups } = await readTable(peeked.source, options, {
    id: ID,
    problems,
    ...(mapping.dataLine <= 1 ? { initial: planOf(mapping, titles, onRow, onNote, options.date) } : {}),
    header(text, line) {
      if (line === mapping.headerLine) titles = cellsOf(text, mapping.delimiter);
      return line === mapping.dataLine - 1 ? planOf(mapping, titles, onRow, onNote, options.date) : undefined;
    },
    asideMark: "#",
  });
  if (!options.mapping)
    problems.note(
      `columns are read${from}: ${mapping.columns
        .slice(0, 12)
        .map((c) => `${c.column} is ${c.channel}${c.unit ? ` in ${c.unit}` : ""}`)
        .join("; ")}${mapping.columns.length > 12 ? "; …" : ""}`,
    );
  settleSigns(groups, problems);
  return {
    groups,
    absoluteTime: isEpoch(first),
    ...(options.name === undefined ? {} : { title: options.name }),
    gates: [],
    laps: laps.laps,
    ...problems.report(),
  };
}

export const genericCsv: Format = {
  id: ID,
  title: "CSV of any program, with a mapping",
  extensions: ["csv", "txt", "tsv", "dat"],
  sniff(bytes) {
    const table = head(bytes);
    if (!table) return 0;
    return propose(table).known > 0 ? 0.5 : 0.3;
  },
  read,
  carries: {
    times: "own",
    absoluteTime: true,
    channels: "all",
    gaps: true,
    laps: "numbers",
    gates: false,
    remarks:
      "Read only. Columns are guessed by title, unit and values; a mapping is asked for once and remembered.",
  },
};
