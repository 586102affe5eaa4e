import { type DuckDBConnection, type DuckDBDataChunk, DuckDBInstance } from "@duckdb/node-api";
import duckdb from "@duckdb/node-bindings";
import { asStoreError, StoreError } from "../errors.ts";
import type { ColumnData, ColumnKind } from "./column.ts";
import { RowSource, type TableColumn } from "./row-source.ts";
import { NO_RAW } from "./scale.ts";

const SQL_TYPE: Readonly<Record<ColumnKind, string>> = { i32: "INTEGER", f32: "FLOAT", f64: "DOUBLE" };
/** A dictionary would come before delta packing, and noisy values do not gain by it; see the bench of the store. */
const FORMAT = "FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2, DICTIONARY_SIZE_LIMIT 1";
export const TIME_COLUMN = "tUs";
const META_KEY = "pitwall";

export type FileColumn = { readonly name: string; readonly kind: ColumnKind };

const text = (s: string): string => `'${s.replaceAll("'", "''")}'`;
const name = (s: string): string => `"${s.replaceAll('"', '""')}"`;
/** A number in full, as DOUBLE. */
const number = (x: number): string => `${text(String(x))}::DOUBLE`;
export const sql = { text, name, number, type: (k: ColumnKind): string => SQL_TYPE[k] };

function failed(cause: unknown, place: string): StoreError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (/no space left|disk quota/i.test(reason)) return new StoreError("no-space", place, reason, { cause });
  if (/permission denied|read-only file/i.test(reason))
    return new StoreError("not-writable", place, reason, { cause });
  if (/no files found|no such file/i.test(reason))
    return new StoreError("not-found", place, reason, { cause });
  if (/invalid input|magic bytes|corrupt|thrift|footer|out of range/i.test(reason))
    return new StoreError("corrupt", place, reason, { cause });
  return asStoreError(cause, place);
}

/** Parquet files written and read by an in-memory DuckDB. Writing is one file at a time; both run beside the event loop. */
export class Duck implements AsyncDisposable {
  readonly #instance: DuckDBInstance;
  readonly #free: DuckDBConnection[] = [];
  readonly #waiting: ((c: DuckDBConnection) => void)[] = [];
  #readers: number;
  readonly #writer: DuckDBConnection;
  #writes: Promise<unknown> = Promise.resolve();
  readonly #rows = new RowSource();

  /** One thread: the same rows give the same bytes. */
  static async open(options: { readonly scratch: string; readonly memoryMb: number }): Promise<Duck> {
    const instance = await DuckDBInstance.create(":memory:", {
      threads: "1",
      memory_limit: `${options.memoryMb}MB`,
      temp_directory: options.scratch,
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
    });
    return new Duck(instance, await instance.connect());
  }

  private constructor(instance: DuckDBInstance, writer: DuckDBConnection) {
    this.#instance = instance;
    this.#writer = writer;
    writer.registerTableFunction(this.#rows.function);
    this.#readers = 2;
  }

  /** Rows in the order given. */
  async write(
    path: string,
    tUs: Float64Array,
    length: number,
    columns: readonly TableColumn[],
    meta: string,
  ): Promise<void> {
    await this.#inOrder(path, async (db) => {
      const rows = { timeName: TIME_COLUMN, tUs, length, columns };
      await this.#rows.with(rows, () => db.run(copyTo(`SELECT * FROM ${this.#rows.name}()`, path, meta)));
    });
  }

  /** The rows of a query, in its order. */
  async writeQuery(path: string, query: string, meta: string): Promise<void> {
    await this.#inOrder(path, (db) => db.run(copyTo(query, path, meta)));
  }

  /** What `write` was given as `meta`; undefined where the file is not Pitwall's. */
  async readMeta(path: string): Promise<string | undefined> {
    return this.#read(path, async (db) => {
      const key = `key::VARCHAR = ${text(META_KEY)}`;
      const result = await db.run(
        `SELECT decode(value) FROM parquet_kv_metadata(${text(path)}) WHERE decode(key) = ${text(META_KEY)} OR ${key}`,
      );
      const value = (await result.getRows())[0]?.[0];
      return typeof value === "string" ? value : undefined;
    });
  }

  /** Times and columns of the rows with fromUs <= t < toUs, in the order of the file; integer columns with NO_RAW for "no sample". */
  async readColumns(
    path: string,
    columns: readonly FileColumn[],
    fromUs: number,
    toUs: number,
    rows: number,
  ): Promise<{ length: number; tUs: Float64Array; data: ColumnData[] }> {
    return this.#read(path, async (db) => {
      const t = name(TIME_COLUMN);
      const bounds = [
        ...(Number.isFinite(fromUs) ? [`${t} >= ${Math.ceil(fromUs)}`] : []),
        ...(Number.isFinite(toUs) ? [`${t} < ${Math.ceil(toUs)}`] : []),
      ];
      const result = await db.stream(
        `SELECT ${[`${t}::DOUBLE`, ...columns.map((c) => name(c.name))].join(", ")} FROM read_parquet(${text(path)})${
          bounds.length > 0 ? ` WHERE ${bounds.join(" AND ")}` : ""
        }`,
      );
      const out = new Float64Array(rows);
      const data = columns.map((c) =>
        c.kind === "i32"
          ? new Int32Array(rows)
          : c.kind === "f32"
            ? new Float32Array(rows)
            : new Float64Array(rows),
      );
      let at = 0;
      for (
        let chunk = await result.fetchChunk();
        chunk && chunk.rowCount > 0;
        chunk = await result.fetchChunk()
      ) {
        const n = chunk.rowCount;
        copyVector(chunk, 0, n, out, at);
        for (const [i, d] of data.entries()) copyVector(chunk, i + 1, n, d, at);
        at += n;
      }
      return { length: at, tUs: out.subarray(0, at), data: data.map((d) => d.subarray(0, at)) };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writes;
    this.#writer.closeSync();
    for (const c of this.#free) c.closeSync();
    this.#instance.closeSync();
  }

  #inOrder<T>(path: string, work: (db: DuckDBConnection) => Promise<T>): Promise<T> {
    const done = this.#writes.then(() => work(this.#writer));
    this.#writes = done.catch(() => {});
    return done.catch((e) => {
      throw failed(e, path);
    });
  }

  async #read<T>(path: string, work: (db: DuckDBConnection) => Promise<T>): Promise<T> {
    let db = this.#free.pop();
    if (!db && this.#readers > 0) {
      this.#readers--;
      db = await this.#instance.connect();
    }
    db ??= await new Promise<DuckDBConnection>((resolve) => this.#waiting.push(resolve));
    try {
      return await work(db);
    } catch (e) {
      throw failed(e, path);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(db);
      else this.#free.push(db);
    }
  }
}

const copyTo = (query: string, path: string, meta: string): string =>
  `COPY (${query}) TO ${text(path)} (${FORMAT}, KV_METADATA {${META_KEY}: ${text(meta)}})`;

function copyVector(chunk: DuckDBDataChunk, column: number, n: number, out: ColumnData, at: number): void {
  const vector = duckdb.data_chunk_get_vector(chunk.chunk, column);
  const size = out.BYTES_PER_ELEMENT;
  const bytes = duckdb.vector_get_data(vector, n * size);
  new Uint8Array(out.buffer, out.byteOffset + at * size, n * size).set(bytes);
  const valid = duckdb.vector_get_validity(vector, Math.ceil(n / 64) * 8);
  if (!valid) return;
  const absent = out instanceof Int32Array ? NO_RAW : Number.NaN;
  for (let i = 0; i < n; i++) if ((valid[i >> 3]! & (1 << (i & 7))) === 0) out[at + i] = absent;
}
