import { BIGINT, DOUBLE, DuckDBDataChunk, DuckDBInstance } from "@duckdb/node-api";
import duckdb from "@duckdb/node-bindings";
import type { Batch } from "@pitwall/core";

const CHUNK = 2048;

/** What one gets from DuckDB without thinking about numbers: doubles, and its own choice of encodings. The baseline of the bench. */
export async function openPlainParquet(path: string): Promise<
  AsyncDisposable & {
    write(batches: readonly Batch[]): Promise<void>;
    /** Lowest and highest of `stretches` equal stretches of time. */
    overview(channel: string, stretches: number): Promise<number>;
  }
> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const db = await instance.connect();
  return {
    async write(batches) {
      const fields = batches[0]!.message.fields;
      const types = fields.map((f) => `"${f.name}" DOUBLE`).join(", ");
      await db.run(`CREATE OR REPLACE TABLE plain (t BIGINT, ${types})`);
      const appender = await db.createAppender("plain");
      const chunk = DuckDBDataChunk.create([BIGINT, ...fields.map(() => DOUBLE)]);
      const times = new BigInt64Array(CHUNK);
      for (const b of batches)
        for (let at = 0; at < b.length; at += CHUNK) {
          const n = Math.min(CHUNK, b.length - at);
          chunk.reset();
          chunk.rowCount = n;
          for (let i = 0; i < n; i++) times[i] = BigInt(b.tUs[at + i]!);
          duckdb.copy_data_to_vector(duckdb.data_chunk_get_vector(chunk.chunk, 0), 0, times.buffer, 0, n * 8);
          for (const [i, column] of b.columns.entries()) {
            const vector = duckdb.data_chunk_get_vector(chunk.chunk, i + 1);
            const from = column.byteOffset + at * 8;
            duckdb.copy_data_to_vector(vector, 0, column.buffer as ArrayBuffer, from, n * 8);
          }
          appender.appendDataChunk(chunk);
        }
      appender.closeSync();
      await db.run(`COPY plain TO '${path}' (FORMAT parquet, COMPRESSION zstd)`);
      await db.run("DROP TABLE plain");
    },
    async overview(channel, stretches) {
      const result = await db.runAndReadAll(
        `WITH range AS (SELECT min(t) AS a, max(t) - min(t) + 1 AS w FROM '${path}')
         SELECT (t - a) * ${stretches} // w AS k, min("${channel}"), max("${channel}")
         FROM '${path}', range GROUP BY k ORDER BY k`,
      );
      return result.getRows().length;
    },
    async [Symbol.asyncDispose]() {
      db.closeSync();
      instance.closeSync();
    },
  };
}
