import { rm } from "node:fs/promises";
import type { FieldSpec } from "@pitwall/core";
import { StoreError } from "../errors.ts";
import { type ColumnKind, restore } from "./column.ts";
import type { GroupColumns } from "./columns.ts";
import { type Duck, type FileColumn, sql, TIME_COLUMN } from "./duck.ts";
import { fieldsOf } from "./memory-view.ts";
import { scaleOf } from "./scale.ts";
import type { FieldView, Rows } from "./view.ts";

const TIME = sql.name(TIME_COLUMN);

/** A field as a file keeps it: `column` holds value = raw * resolution + offset where `kind` is i32, the value itself otherwise. */
export type FileField = FieldView & { readonly kind: ColumnKind; readonly column: string };
export type SampleFile = {
  readonly path: string;
  readonly group: string;
  readonly rows: number;
  /** NaN in a file without rows. */
  readonly firstUs: number;
  readonly lastUs: number;
  readonly fields: readonly FileField[];
};

/** What stands in the file under the key `pitwall`, for whoever reads it with another tool. */
type Meta = {
  readonly format: 1;
  readonly group: string;
  readonly rows: number;
  readonly firstUs: number | null;
  readonly lastUs: number | null;
  readonly fields: readonly (FieldSpec & {
    readonly column: string;
    readonly kind: ColumnKind;
    readonly count: number;
    readonly firstUs: number | null;
    readonly lastUs: number | null;
  })[];
};

function metaOf(file: SampleFile): string {
  const meta: Meta = {
    format: 1,
    group: file.group,
    rows: file.rows,
    firstUs: Number.isNaN(file.firstUs) ? null : file.firstUs,
    lastUs: Number.isNaN(file.lastUs) ? null : file.lastUs,
    fields: file.fields.map(({ field, column, kind, count, firstUs, lastUs }) => ({
      ...field,
      column,
      kind,
      count,
      firstUs: count > 0 ? firstUs : null,
      lastUs: count > 0 ? lastUs : null,
    })),
  };
  return JSON.stringify(meta);
}

/** Throws StoreError "corrupt" for what is no sample file. */
export async function openSampleFile(duck: Duck, path: string): Promise<SampleFile> {
  const text = await duck.readMeta(path);
  if (text === undefined) throw new StoreError("corrupt", path, "not a sample file of Pitwall");
  const meta = JSON.parse(text) as Meta;
  return {
    path,
    group: meta.group,
    rows: meta.rows,
    firstUs: meta.firstUs ?? Number.NaN,
    lastUs: meta.lastUs ?? Number.NaN,
    fields: meta.fields.map(({ column, kind, count, firstUs, lastUs, ...field }) => ({
      field,
      column,
      kind,
      count,
      firstUs: firstUs ?? Number.NaN,
      lastUs: lastUs ?? Number.NaN,
    })),
  };
}

/** Column names that differ in more than case, and from what DuckDB calls its own, as it wants them. */
function columnNames(fields: readonly string[]): string[] {
  const taken = new Set([TIME_COLUMN.toLowerCase(), "filename", "file_index", "file_row_number"]);
  return fields.map((f) => {
    let name = f;
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${f}_${n}`;
    taken.add(name.toLowerCase());
    return name;
  });
}

/** Writes a group that is in memory; sorts it. */
export async function writeGroup(duck: Duck, path: string, group: GroupColumns): Promise<SampleFile> {
  const views = fieldsOf(group);
  const names = columnNames(views.map((v) => v.field.name));
  const fields = views.map((v, i) => ({ ...v, column: names[i]!, kind: group.columns[i]!.kind }));
  const n = group.length;
  const file: SampleFile = {
    path,
    group: group.name,
    rows: n,
    firstUs: n > 0 ? group.tUs[0]! : Number.NaN,
    lastUs: n > 0 ? group.tUs[n - 1]! : Number.NaN,
    fields,
  };
  const columns = fields.map((f, i) => ({ name: f.column, kind: f.kind, data: group.columns[i]!.data }));
  await duck.write(path, group.tUs, n, columns, metaOf(file));
  return file;
}

/** DuckDB's own; parts of so many rows can follow each other in a file as they are. */
export const ROW_GROUP = 60 * 2048;

/**
 * Writes several files of one group as one, sorted by time; rows of the same time stay in the order of the files. The
 * bytes depend on the rows alone, not on how they were spread over the files.
 */
export async function mergeFiles(
  duck: Duck,
  path: string,
  files: readonly SampleFile[],
): Promise<SampleFile> {
  const fields = mergeFields(files);
  const filled = files.filter((f) => f.rows > 0);
  const made: string[] = [];
  try {
    const sources: string[] = [];
    for (const f of filled.length > 0 ? filled : files.slice(0, 1)) {
      if (isAlike(f, fields)) sources.push(f.path);
      else {
        const alike = `${path}.${made.length}.new`;
        made.push(alike);
        const columns = fields.map((to) => `${expression(f, to)} AS ${sql.name(to.column)}`);
        await duck.writeQuery(
          alike,
          `SELECT ${[TIME, ...columns].join(", ")} FROM read_parquet(${sql.text(f.path)})`,
          "",
        );
        sources.push(alike);
      }
    }
    const follow = filled.every((f, i) => {
      const before = filled[i - 1];
      return !before || (f.firstUs >= before.lastUs && before.rows % ROW_GROUP === 0);
    });
    const merged: SampleFile = {
      path,
      group: files[0]!.group,
      rows: files.reduce((n, f) => n + f.rows, 0),
      firstUs: files.map((f) => f.firstUs).reduce(smaller),
      lastUs: files.map((f) => f.lastUs).reduce(larger),
      fields,
    };
    const names = [TIME, ...fields.map((f) => sql.name(f.column))].join(", ");
    const rows = `SELECT ${names} FROM read_parquet([${sources.map(sql.text).join(", ")}])`;
    const query = follow ? rows : `${rows} ORDER BY ${TIME}, file_index, file_row_number`;
    await duck.writeQuery(path, query, metaOf(merged));
    return merged;
  } finally {
    for (const p of made) await rm(p, { force: true });
  }
}

/** Has the columns of the merged file as they are. */
const isAlike = (file: SampleFile, fields: readonly FileField[]): boolean =>
  fields.every((to) => {
    const from = file.fields.find((f) => f.field.name === to.field.name);
    return from?.column === to.column && sameKind(from, to);
  });

export const smaller = (a: number, b: number): number => (a <= b || Number.isNaN(b) ? a : b);
export const larger = (a: number, b: number): number => (a >= b || Number.isNaN(b) ? a : b);

function mergeFields(files: readonly SampleFile[]): FileField[] {
  const merged = new Map<string, FileField>();
  for (const { fields } of files)
    for (const f of fields) {
      const known = merged.get(f.field.name);
      if (!known) merged.set(f.field.name, f);
      else
        merged.set(f.field.name, {
          ...known,
          kind: sameKind(known, f) ? known.kind : "f64",
          count: known.count + f.count,
          firstUs: smaller(known.firstUs, f.firstUs),
          lastUs: larger(known.lastUs, f.lastUs),
        });
    }
  const names = columnNames([...merged.keys()]);
  return [...merged.values()].map((f, i) => ({ ...f, column: names[i]! }));
}

const sameKind = (a: FileField, b: FileField): boolean =>
  a.kind === b.kind &&
  (a.kind !== "i32" || JSON.stringify(scaleOf(a.field)) === JSON.stringify(scaleOf(b.field)));

/** A file's column as the merged one keeps it; the same arithmetic as `fromRaw`. */
function expression(file: SampleFile, to: FileField): string {
  const from = file.fields.find((f) => f.field.name === to.field.name);
  if (!from) return `NULL::${sql.type(to.kind)}`;
  const column = sql.name(from.column);
  if (from.kind === to.kind) return column;
  if (from.kind !== "i32") return `${column}::DOUBLE`;
  const { per, resolution, offset } = scaleOf(from.field)!;
  const scaled = per === undefined ? `* ${sql.number(resolution)}` : `/ ${sql.number(per)}`;
  return `${column}::DOUBLE ${scaled} + ${sql.number(offset)}`;
}

/** Rows with fromUs <= t < toUs; a field the file does not have is all NaN. */
export async function loadFile(
  duck: Duck,
  file: SampleFile,
  names: readonly string[],
  fromUs: number,
  toUs: number,
): Promise<Rows> {
  const none = file.rows === 0 || file.lastUs < fromUs || file.firstUs >= toUs;
  if (none) return { tUs: new Float64Array(), columns: names.map(() => new Float64Array()) };
  const fields = names.map((n) => file.fields.find((f) => f.field.name === n));
  const present = fields.filter((f) => f !== undefined);
  const wanted: FileColumn[] = present.map((f) => ({ name: f.column, kind: f.kind }));
  const { length, tUs, data } = await duck.readColumns(file.path, wanted, fromUs, toUs, file.rows);
  const columns = fields.map((f) => {
    const out = new Float64Array(length);
    if (f) restore(f.field, data[present.indexOf(f)]!, 0, length, out, 0);
    else out.fill(Number.NaN);
    return out;
  });
  return { tUs, columns };
}
