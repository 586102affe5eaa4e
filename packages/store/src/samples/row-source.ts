import {
  BIGINT,
  DOUBLE,
  type DuckDBDataChunk,
  DuckDBTableFunction,
  type DuckDBType,
  FLOAT,
  INTEGER,
} from "@duckdb/node-api";
import duckdb from "@duckdb/node-bindings";
import type { ColumnData, ColumnKind } from "./column.ts";
import { NO_RAW } from "./scale.ts";

const TYPE: Readonly<Record<ColumnKind, DuckDBType>> = { i32: INTEGER, f32: FLOAT, f64: DOUBLE };
/** DuckDB's vector size. */
const CHUNK = 2048;

export type TableColumn = { readonly name: string; readonly kind: ColumnKind; readonly data: ColumnData };
/** Whole microseconds and columns; the first `length` rows count. Integer columns hold NO_RAW for "no sample". */
export type TableRows = {
  readonly timeName: string;
  readonly tUs: Float64Array;
  readonly length: number;
  readonly columns: readonly TableColumn[];
};

/**
 * A table function that gives DuckDB the rows of typed arrays, a vector at a time: it asks for the next when it is done
 * with the one before, so that nothing is held twice and the event loop is free in between. A table that is filled first
 * costs several times as much, for statistics that nobody reads.
 */
export class RowSource {
  readonly name = "pitwall_rows";
  readonly function: DuckDBTableFunction;
  #rows: TableRows | undefined;
  #at = 0;
  readonly #times = new Int32Array(CHUNK * 2);
  readonly #valid = new Uint8Array(CHUNK / 8);

  constructor() {
    this.function = DuckDBTableFunction.create({
      name: this.name,
      bindFunction: (info) => {
        const rows = this.#rows;
        if (!rows) return info.setError("no rows are given");
        info.addResultColumn(rows.timeName, BIGINT);
        for (const c of rows.columns) info.addResultColumn(c.name, TYPE[c.kind]);
        info.setCardinality(rows.length, true);
      },
      initFunction: (info) => {
        info.setMaxThreads(1);
        this.#at = 0;
      },
      mainFunction: (_, chunk) => this.#next(chunk),
    });
  }

  /** Runs a query over `name()`; one at a time. */
  async with<T>(rows: TableRows, query: () => Promise<T>): Promise<T> {
    this.#rows = rows;
    try {
      return await query();
    } finally {
      this.#rows = undefined;
    }
  }

  #next(chunk: DuckDBDataChunk): void {
    const rows = this.#rows;
    const at = this.#at;
    const n = rows ? Math.min(CHUNK, rows.length - at) : 0;
    chunk.rowCount = n;
    if (!rows || n === 0) return;
    this.#at += n;
    const times = this.#times;
    for (let i = 0; i < n; i++) {
      const t = rows.tUs[at + i]!;
      const high = Math.floor(t / 2 ** 32);
      times[i * 2] = t - high * 2 ** 32;
      times[i * 2 + 1] = high;
    }
    duckdb.copy_data_to_vector(duckdb.data_chunk_get_vector(chunk.chunk, 0), 0, times.buffer, 0, n * 8);
    const valid = this.#valid;
    for (let i = 0; i < rows.columns.length; i++) {
      const { data } = rows.columns[i]!;
      const vector = duckdb.data_chunk_get_vector(chunk.chunk, i + 1);
      const size = data.BYTES_PER_ELEMENT;
      const from = data.byteOffset + at * size;
      duckdb.copy_data_to_vector(vector, 0, data.buffer as ArrayBuffer, from, n * size);
      if (!markAbsent(data, at, n, valid)) continue;
      duckdb.vector_ensure_validity_writable(vector);
      duckdb.copy_data_to_vector_validity(vector, 0, valid.buffer, 0, Math.ceil(n / 64) * 8);
    }
  }
}

/** One bit a row; false where every value is there. */
function markAbsent(data: ColumnData, at: number, n: number, valid: Uint8Array): boolean {
  const integers = data instanceof Int32Array;
  let any = false;
  for (let i = 0; i < n; i++) {
    const v = data[at + i]!;
    const absent = integers ? v === NO_RAW : Number.isNaN(v);
    if (!absent) continue;
    if (!any) valid.fill(0xff);
    any = true;
    valid[i >> 3]! &= ~(1 << (i & 7));
  }
  return any;
}
