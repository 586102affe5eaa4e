import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { findColumn } from "@pitwall/core";
import { parquetMetadata } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readRecording } from "../registry.ts";
import { unpackSnappy } from "./snappy.ts";

const ROWS = 2000;
const KINDS = [
  "COMPRESSION uncompressed",
  "COMPRESSION snappy",
  "COMPRESSION zstd",
  "COMPRESSION uncompressed, PARQUET_VERSION v2",
  "COMPRESSION snappy, PARQUET_VERSION v2",
  "COMPRESSION zstd, PARQUET_VERSION v2",
];
const files = new Map<string, Uint8Array>();

beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), "pitwall-parquet-"));
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const db = await instance.connect();
  try {
    for (const [i, kind] of KINDS.entries()) {
      const file = join(dir, `${i}.parquet`);
      await db.run(
        `COPY (SELECT make_timestamp(1714521600000000 + i * 100000) AS time,
                      CASE WHEN i % 7 = 0 THEN NULL ELSE 50 + i * 1e-5 END AS latitude,
                      8 + i * 1e-5 AS longitude, (i % 5)::DOUBLE AS speed
               FROM range(${ROWS}) t(i)) TO '${file}' (FORMAT parquet, ${kind})`,
      );
      files.set(kind, new Uint8Array(await readFile(file)));
    }
  } finally {
    db.closeSync();
    instance.closeSync();
    await rm(dir, { recursive: true });
  }
});
afterAll(() => files.clear());

/** The file, and where the first page of a column has its header and its content. */
function pageOf(kind: string, column: string): { bytes: Uint8Array; header: number; content: number } {
  const bytes = files.get(kind)!.slice();
  const chunk = parquetMetadata(bytes.buffer).row_groups[0]!.columns.find(
    (c) => c.meta_data!.path_in_schema[0] === column,
  );
  const header = Number(chunk!.meta_data!.data_page_offset);
  const reader = { view: new DataView(bytes.buffer), offset: header };
  parquetHeader(reader);
  return { bytes, header, content: reader.offset };
}

describe("Parquet of DuckDB", () => {
  it.each(KINDS)("is read with %s", async (kind) => {
    const recording = await readRecording(files.get(kind)!);
    const { tUs } = recording.groups[0]!;
    const lat = findColumn(recording, "gnss.lat")!.column.values;
    expect([...tUs]).toEqual(Array.from({ length: ROWS }, (_, i) => 1714521600000000 + i * 100000));
    lat.forEach((v, i) => {
      if (i % 7 === 0) expect(v).toBeNaN();
      else expect(v).toBeCloseTo(50 + i * 1e-5, 12);
    });
  });
});

describe("damaged Parquet", () => {
  it("refuses a run that is longer than its page, instead of filling the memory with it", async () => {
    const { bytes, content } = pageOf(KINDS[0]!, "latitude");
    // behind the length of the levels: a run of 2^31 - 1
    bytes.set([0xfe, 0xff, 0xff, 0xff, 0x0f], content + 4);
    await expect(readRecording(bytes)).rejects.toMatchObject({
      code: "malformed",
      message: expect.stringMatching(/a run of 2147483647 in the page at byte \d+, which has 2000 values/),
    });
  });

  it("refuses levels that end before their page", async () => {
    const { bytes, content } = pageOf(KINDS[0]!, "latitude");
    bytes[content] = 1;
    bytes.fill(0, content + 1, content + 4);
    await expect(readRecording(bytes)).rejects.toThrow(/of 2000 values in the page at byte/);
  });

  it("refuses a page of more values than its row group has rows", async () => {
    const { bytes, header } = pageOf(KINDS[0]!, "speed");
    const rows = [0xa0, 0x1f]; // 2000 as a zigzag varint
    const at = bytes.findIndex((b, i) => i > header && b === rows[0] && bytes[i + 1] === rows[1]);
    bytes[at]! += 2;
    await expect(readRecording(bytes)).rejects.toThrow(/the page at byte \d+ claims 2001 values/);
  });
});

describe("Snappy", () => {
  it("unpacks literals and copies that overlap", () => {
    // "ab", then 7 bytes from 2 back, then 4 from 9 back by a longer offset
    const block = Uint8Array.of(13, 1 << 2, 0x61, 0x62, ((7 - 4) << 2) | 1, 2, ((4 - 1) << 2) | 2, 9, 0);
    expect(String.fromCharCode(...unpackSnappy(block, 13))).toBe("ababababaabab");
  });

  it.each([
    ["a literal beyond the end", [4, 63 << 2, 0xff, 0xff, 0xff, 0xff]],
    ["a copy from before the beginning", [4, 0, 0x61, 1, 2]],
    ["too little", [4, 0, 0x61]],
    ["nothing", []],
  ])("refuses %s", (_, block) => {
    expect(() => unpackSnappy(Uint8Array.from(block), 4)).toThrow(/snappy/);
  });
});
