import type { Column, FieldSpec, Group, Recording } from "@pitwall/core";
import { decompress } from "fzstd";
import {
  type Compressors,
  type FileMetaData,
  parquetMetadata,
  parquetRead,
  type SchemaElement,
} from "hyparquet";
import { FormatError } from "../errors.ts";
import type { ReadOptions } from "../format.ts";
import { nameColumn } from "../names/channel-names.ts";
import { type ByteSource, collect } from "../source.ts";
import { ascending } from "../table/order.ts";
import { ProblemLog } from "../table/problems.ts";
import { isEpoch } from "../text/epoch.ts";
import {
  ABOUT_KEY,
  type About,
  type AboutColumn,
  fieldOf,
  parseAbout,
  STORE_KEY,
  TIME,
  UTC,
} from "./about.ts";
import { checkPages } from "./check-pages.ts";
import { unpackSnappy } from "./snappy.ts";

const ID = "parquet";
const NUMBERS = new Set(["INT32", "INT64", "FLOAT", "DOUBLE"]);

type Meant = { readonly timeColumn: string; readonly columns: readonly PlannedColumn[] };
type PlannedColumn = {
  readonly name: string;
  readonly group: string;
  readonly field: FieldSpec;
  readonly scale: number;
  readonly offset: number;
};

/** Pitwall's own wide file, or a flat table of another program with a column of time stamps. */
export async function readParquet(source: ByteSource, options: ReadOptions): Promise<Recording> {
  const bytes = await collect(source, options, ID);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const metadata = metadataOf(file);
  const about = aboutOf(metadata);
  const problems = new ProblemLog();
  const meant = about ? ownColumns(about) : foreignColumns(metadata, problems);
  const rows = rowsOf(metadata, meant.columns.length + 1);
  const wanted = [meant.timeColumn, ...meant.columns.map((c) => c.name)];
  await orMalformed(() => checkPages(file, metadata, wanted, COMPRESSORS));
  const tUs = new Float64Array(rows).fill(Number.NaN);
  const values = new Map(meant.columns.map((c) => [c.name, new Float64Array(rows).fill(Number.NaN)]));
  const take: OnChunk = (name, data, from) => {
    const out = name === meant.timeColumn ? tUs : values.get(name)!;
    for (let i = 0; i < data.length && from + i < rows; i++) {
      const v = data[i];
      if (typeof v === "number" || typeof v === "bigint") out[from + i] = Number(v);
    }
  };
  await orMalformed(() => readColumns(file, metadata, wanted, take));
  const groups = groupsOf(meant, tUs, values);
  if (groups.length === 0) throw new FormatError("empty", ID, "no row has a time and a sample");
  const first = Math.min(...groups.map((g) => g.tUs[0]!));
  const { title, vehicle, driver, track, device } = about ?? { title: options.name };
  const said = { title, vehicle, driver, track, device };
  return {
    groups,
    absoluteTime: about?.absoluteTime ?? isEpoch(first),
    ...Object.fromEntries(Object.entries(said).filter(([, v]) => v !== undefined)),
    gates: about?.gates ?? [],
    laps: about?.laps ?? [],
    ...problems.report(),
  };
}

function metadataOf(file: ArrayBuffer): FileMetaData {
  try {
    const metadata = parquetMetadata(file);
    if (metadata.schema.some((e) => typeof e.name !== "string")) throw new Error("a column without a name");
    return metadata;
  } catch (e) {
    throw new FormatError("malformed", ID, `its footer cannot be read (${(e as Error).message})`, undefined, {
      cause: e,
    });
  }
}

/** Cells that are taken into memory. */
const MOST_CELLS = 2 ** 28;

function rowsOf(metadata: FileMetaData, columns: number): number {
  const rows = Number(metadata.num_rows);
  const inGroups = metadata.row_groups.reduce((n, g) => n + Number(g.num_rows), 0);
  if (!(rows >= 0 && rows === inGroups))
    throw new FormatError("malformed", ID, `its footer counts ${rows} rows, its row groups ${inGroups}`);
  if (rows * columns > MOST_CELLS)
    throw new FormatError("too-large", ID, `${rows} rows of ${columns} columns, and it must be read whole`);
  return rows;
}

function aboutOf(metadata: FileMetaData): About | undefined {
  const kept = (key: string) => metadata.key_value_metadata?.find((k) => k.key === key)?.value;
  if (kept(STORE_KEY) !== undefined)
    throw new FormatError(
      "unsupported",
      ID,
      "a part of Pitwall's own store, not a recording: export the session instead",
    );
  const text = kept(ABOUT_KEY);
  return text === undefined ? undefined : parseAbout(text);
}

const ownColumns = (about: About): Meant => ({
  timeColumn: TIME,
  columns: about.columns.map((c: AboutColumn) => ({
    name: c.name,
    group: c.group,
    field: fieldOf(c),
    scale: 1,
    offset: 0,
  })),
});

function foreignColumns({ schema }: FileMetaData, problems: ProblemLog): Meant {
  const flat = schema.slice(1).filter((e) => e.num_children === undefined);
  const time = flat.find(isTimestamp) ?? flat.find((e) => e.name === TIME);
  if (!time)
    throw new FormatError(
      "unsupported",
      ID,
      `no column of time stamps among ${flat.map((e) => e.name).join(", ")}`,
    );
  const seen = new Set<string>();
  const columns = flat.flatMap((e): PlannedColumn[] => {
    if (e === time || e.name === UTC || !isNumber(e) || isTimestamp(e)) return [];
    if (e.repetition_type === "REPEATED") return [];
    const named = nameColumn(e.name);
    let { name } = named.field;
    for (let n = 2; seen.has(name); n++) name = `file.${named.field.name}_${n}`;
    seen.add(name);
    return [{ ...named, name: e.name, group: "table", field: { ...named.field, name } }];
  });
  problems.note(
    `columns are read by their titles: ${columns.map((c) => `${c.name} is ${c.field.name}`).join("; ")}`,
  );
  return { timeColumn: time.name, columns };
}

const isNumber = (e: SchemaElement): boolean =>
  NUMBERS.has(e.type ?? "") || e.converted_type === "DECIMAL" || e.logical_type?.type === "DECIMAL";

const isTimestamp = (e: SchemaElement): boolean =>
  e.logical_type?.type === "TIMESTAMP" ||
  e.converted_type?.startsWith("TIMESTAMP") === true ||
  e.type === "INT96";

type OnChunk = (name: string, data: ArrayLike<unknown>, fromRow: number) => void;

const COMPRESSORS: Compressors = {
  SNAPPY: unpackSnappy,
  ZSTD: (input, length) => decompress(input, new Uint8Array(length)),
};

const readColumns = (
  file: ArrayBuffer,
  metadata: FileMetaData,
  columns: string[],
  onChunk: OnChunk,
): Promise<void> =>
  parquetRead({
    file: { byteLength: file.byteLength, slice: (from, to) => file.slice(from, to) },
    metadata,
    columns,
    onChunk: (c) => onChunk(c.columnName, c.columnData, c.rowStart),
    compressors: COMPRESSORS,
    parsers: {
      timestampFromMilliseconds: (ms) => Number(ms) * 1000,
      timestampFromMicroseconds: (us) => Number(us),
      timestampFromNanoseconds: (ns) => Math.round(Number(ns) / 1000),
    },
  });

/** What the reader throws is about the file. */
async function orMalformed(read: () => void | Promise<void>): Promise<void> {
  try {
    await read();
  } catch (e) {
    throw new FormatError("malformed", ID, (e as Error).message, undefined, { cause: e });
  }
}

/** Columns of one group, in the rows where any of them has a sample. */
function groupsOf(meant: Meant, tUs: Float64Array, values: ReadonlyMap<string, Float64Array>): Group[] {
  const names = [...new Set(meant.columns.map((c) => c.group))];
  return names.flatMap((name): Group[] => {
    const own = meant.columns.filter((c) => c.group === name);
    const from = own.map((c) => values.get(c.name)!);
    const rows: number[] = [];
    for (let i = 0; i < tUs.length; i++)
      if (Number.isInteger(tUs[i]!) && from.some((v) => !Number.isNaN(v[i]!))) rows.push(i);
    if (rows.length === 0) return [];
    const columns = own.map(
      ({ field, scale, offset }, k): Column => ({
        field,
        values: Float64Array.from(rows, (i) => finite(from[k]![i]!) * scale + offset),
      }),
    );
    return [ascending({ name, tUs: Float64Array.from(rows, (i) => tUs[i]!), columns })];
  });
}

const finite = (x: number): number => (Number.isFinite(x) ? x : Number.NaN);
