import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, describe, expect, it } from "vitest";
import type { StoreProblem } from "../errors.ts";
import { batchOf, SPEED } from "../testing/batches.ts";
import { openParquetStore, type ParquetStoreOptions } from "./parquet.ts";
import { describeSampleStore } from "./sample-store.contract.ts";
import type { SampleStore } from "./types.ts";

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((f) => rm(f, { recursive: true, force: true }))));
async function newFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "pitwall-samples-"));
  folders.push(dir);
  return dir;
}
const fail = (p: { place: string; reason: string }) => {
  throw new Error(`${p.place}: ${p.reason}`);
};

for (const [name, partRows] of [
  ["one part", 1e6],
  ["many parts", 7],
] as const)
  describeSampleStore(`parquet, ${name}`, {
    open: async () => {
      const dir = await newFolder();
      const reopen = () => openParquetStore({ dir, onProblem: fail, partRows });
      return { store: await reopen(), reopen };
    },
  });

const ID = "s1";
const FILE = "udp%2ftest.speed.parquet";
const rowsOf = (n: number, late = 0): [number, number, number | undefined][] =>
  Array.from({ length: n }, (_, i) => [
    i * 20_000 - (late > 0 && i % late === 0 ? 900_000 : 0),
    Math.sin(i / 50) * 30,
    i % 10 === 0 ? 80 : undefined,
  ]);

async function filled(options: Partial<ParquetStoreOptions>, n: number, late = 0, step = 500) {
  const dir = await newFolder();
  const store = await openParquetStore({ dir, onProblem: fail, ...options });
  const rows = rowsOf(n, late);
  for (let at = 0; at < n; at += step) store.append(ID, batchOf(SPEED, rows.slice(at, at + step)));
  return { dir, store };
}
const hashOf = async (path: string) =>
  createHash("sha256")
    .update(await readFile(path))
    .digest("hex");

describe("parquet sample store", () => {
  it("writes the same bytes for the same samples, however they were cut into batches and parts", async () => {
    // more rows than a row group has, in order and with late ones
    for (const late of [0, 97]) {
      const hashes = new Set<string>();
      for (const [partRows, step] of [
        [1e6, 3001],
        [undefined, 500],
        [29_999, 700],
      ] as const) {
        const { dir, store } = await filled(partRows ? { partRows } : {}, 125_000, late, step);
        await store.closeSession(ID);
        await store[Symbol.asyncDispose]();
        expect(await readdir(join(dir, ID))).toEqual([FILE]);
        hashes.add(await hashOf(join(dir, ID, FILE)));
      }
      expect(hashes.size, `late every ${late}`).toBe(1);
    }
  }, 60_000);

  it("says in the file how to get values from whole numbers, for any other tool", async () => {
    const { dir, store } = await filled({}, 100);
    await store.closeSession(ID);
    await store[Symbol.asyncDispose]();
    const path = join(dir, ID, FILE);
    const db = await (await DuckDBInstance.create(":memory:")).connect();
    const kv = await db.runAndReadAll(
      `select decode(value) from parquet_kv_metadata('${path}') where decode(key) = 'pitwall'`,
    );
    const meta = JSON.parse(kv.getRows()[0]![0] as string);
    expect(meta).toMatchObject({ format: 1, group: "udp/test.speed", rows: 100 });
    expect(meta.fields[1]).toMatchObject({
      name: "engine.waterTemp",
      unit: "degC",
      column: "engine.waterTemp",
      kind: "i32",
      resolution: 0.5,
      offset: -40,
      count: 10,
    });
    const rows = await db.runAndReadAll(
      `select "tUs", "gnss.speed" * 0.01::DOUBLE, "engine.waterTemp" * 0.5::DOUBLE - 40, typeof("tUs"), typeof("imu.ax") from '${path}' order by 1 limit 2`,
    );
    expect(rows.getRowsJson()).toEqual([
      ["1714521600000000", 0, 80, "BIGINT", "FLOAT"],
      ["1714521600020000", 0.6, null, "BIGINT", "FLOAT"],
    ]);
  });

  it("serves what is in memory, in parts and stored as one while a session is recorded", async () => {
    const { store } = await filled({ partRows: 1000 }, 5_300);
    await using _ = store;
    const [series] = await store.query({ sessionId: ID, channels: ["gnss.speed"] });
    expect(series!.total).toBe(5_300);
    expect([...series!.values.subarray(1234, 1236)]).toEqual(
      [1234, 1235].map((i) => Math.round(Math.sin(i / 50) * 3000) / 100),
    );
  });

  it("goes on while a session is being closed, and shows every sample once meanwhile", async () => {
    const { store } = await filled({ partRows: 3000 }, 20_000);
    await using _ = store;
    const count = async () => (await store.query({ sessionId: ID, channels: ["gnss.speed"] }))[0]?.total;
    const closed = store.closeSession(ID);
    const rows = rowsOf(20_100).slice(20_000);
    let appended = 0;
    let done = false;
    void closed.then(() => {
      done = true;
    });
    while (!done) {
      if (appended < 100) store.append(ID, batchOf(SPEED, [rows[appended++]!]));
      expect(await count()).toBe(20_000 + appended);
      await nextTurn();
    }
    expect((await closed).rows).toBeGreaterThanOrEqual(20_000);
    expect(appended).toBeGreaterThan(1);
    const again = await store.closeSession(ID);
    expect(again).toMatchObject({ rows: 20_000 + appended });
    expect(await count()).toBe(20_000 + appended);
  });

  it("keeps the samples of a session that cannot be written, and stores them later", async () => {
    const { dir, store } = await filled({ partRows: 1e6 }, 50);
    await using _ = store;
    const inTheWay = join(dir, ID, `${FILE}.new`);
    await mkdir(inTheWay, { recursive: true });
    await expect(store.closeSession(ID)).rejects.toMatchObject({ name: "StoreError", code: "io" });
    store.append(ID, batchOf(SPEED, [[2e9, 5]]));
    expect((await store.channels(ID))[0]?.count).toBe(51);
    await rm(inTheWay, { recursive: true });
    expect(await store.closeSession(ID)).toMatchObject({ rows: 51 });
    expect((await store.channels(ID))[0]?.count).toBe(51);
  });

  it("passes over a damaged file with its place, and serves the others", async () => {
    const { dir, store } = await filled({}, 100);
    store.append(ID, batchOf(SPEED, [[0, 1]], "can0"));
    await store.closeSession(ID);
    await store[Symbol.asyncDispose]();
    const path = join(dir, ID, FILE);
    const bytes = await readFile(path);
    const problems: StoreProblem[] = [];
    const look = async (): Promise<string[]> => {
      await using again = await openParquetStore({ dir, onProblem: (p) => problems.push(p) });
      return (await again.channels(ID)).map((c) => c.group);
    };
    for (const damage of [bytes.subarray(0, bytes.length / 2), Buffer.alloc(0), Buffer.alloc(1000, 7)]) {
      await writeFile(path, damage);
      problems.length = 0;
      expect(await look()).toEqual(["can0/test.speed"]);
      expect(problems).toMatchObject([{ code: "corrupt", place: path }]);
    }
  });

  it("bounds its memory by writing parts", async () => {
    const { dir, store } = await filled({ memoryBytes: 500_000 }, 10);
    await using _ = store;
    const rows = rowsOf(20_000);
    for (let at = 10; at < rows.length; at += 10) {
      store.append(ID, batchOf(SPEED, rows.slice(at, at + 10)));
      if (at % 1000 === 0) await store.drain();
    }
    expect((await store.channels(ID))[0]?.count).toBe(20_000);
    const parts = (await readdir(join(dir, ID))).filter((f) => f.startsWith(".parts"));
    expect(parts).toHaveLength(1);
    await store.closeSession(ID);
    expect(await readdir(join(dir, ID))).toEqual([FILE]);
  });

  it("refuses samples when far too many wait, and takes them again", async () => {
    const { store } = await filled({ memoryBytes: 50_000 }, 10);
    await using _ = store;
    const rows = rowsOf(40_000);
    expect(() => {
      for (let at = 0; at < rows.length; at += 10) store.append(ID, batchOf(SPEED, rows.slice(at, at + 10)));
    }).toThrow(expect.objectContaining({ code: "overloaded" }));
    await store.drain();
    store.append(ID, batchOf(SPEED, [[9e9, 1]]));
    const [speed] = await store.query({ sessionId: ID, channels: ["gnss.speed"], fromUs: 0 });
    expect(speed!.values.at(-1)).toBe(1);
  });

  it("answers an overview of a hundred thousand points from the file", async () => {
    const { store } = await filled({}, 100_000, 0, 5000);
    await using _ = store;
    await store.closeSession(ID);
    const overview = (s: SampleStore) =>
      s.query({ sessionId: ID, channels: ["gnss.speed", "engine.waterTemp"], points: 2000 });
    const [speed, temperature] = await overview(store);
    expect([speed!.total, temperature!.total]).toEqual([100_000, 10_000]);
    expect(speed!.values.length).toBeLessThanOrEqual(2000);
    expect(speed!.values.length).toBeGreaterThan(1500);
  });
});
