/** The journal beside a plain append, and the sample store beside SQLite and Parquet as a database writes it by itself. */
import { mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openJournal, openParquetStore } from "@pitwall/store";
import { generateBatch, sliceBatch } from "../packages/store/src/testing/generator.ts";
import { openPlainParquet } from "../packages/store/src/testing/plain-parquet.ts";

type Figure = {
  name: string;
  unit: string;
  value: number;
  baseline: string;
  baselineValue: number;
  ratio: number;
  note?: string;
};
type Report = (figure: Figure) => void;

const CHANNELS = 100;
const ROWS = 100_000;
const SAMPLES = CHANNELS * ROWS;
const BATCH_ROWS = 1000;
const FRAME_BYTES = 66;
const SESSION = "bench";

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;
const fail = (p: { place: string; reason: string }) => {
  throw new Error(`${p.place}: ${p.reason}`);
};

/** Wall and CPU seconds of all threads. */
async function timed(work: () => Promise<unknown> | unknown): Promise<{ wallS: number; cpuS: number }> {
  const cpu = process.cpuUsage();
  const from = performance.now();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { wallS: (performance.now() - from) / 1000, cpuS: (user + system) / 1e6 };
}

/** Groups of frames, each waited for: what a broker does that acknowledges a batch when the disk has it. */
async function journal(dir: string, report: Report): Promise<void> {
  for (const group of [50, 1000]) {
    const frames = group * 400;
    await using log = await openJournal({ dir: join(dir, `journal-${group}`), onProblem: fail });
    const sources = Array.from({ length: 20 }, (_, v) =>
      log.source(
        { id: `s${v}`, vehicle: `v${v}` },
        { device: "d", boot: "", name: "udp", protocol: "blackbox" },
      ),
    );
    const frame = new Uint8Array(FRAME_BYTES).fill(7);
    const plain = await open(join(dir, `plain-${group}.bin`), "a");
    const block = new Uint8Array(FRAME_BYTES * group).fill(7);
    let seq = 0;
    const intoJournal = async () => {
      for (let at = 0; at < frames; at += group) {
        for (let i = 0; i < group; i++, seq++)
          log.append(sources[seq % 20]!, frame, 0, FRAME_BYTES, 1.7e15 + seq, seq, seq);
        await log.committed();
      }
    };
    const intoFile = async () => {
      for (let at = 0; at < frames; at += group) {
        await plain.appendFile(block);
        await plain.datasync();
      }
    };
    const ours: number[] = [];
    const theirs: number[] = [];
    const cpu: number[] = [];
    for (let round = 0; round < 5; round++) {
      const mine = await timed(intoJournal);
      ours.push(frames / mine.wallS);
      cpu.push((mine.cpuS / frames) * 1e6);
      theirs.push(frames / (await timed(intoFile)).wallS);
    }
    await plain.close();
    const [value, baselineValue] = [median(ours), median(theirs)];
    report({
      name: `journal, ${group} frames a commit`,
      unit: "frames/s",
      value,
      baseline: "appendFile of the same bytes and fdatasync",
      baselineValue,
      ratio: value / baselineValue,
      note: `${FRAME_BYTES}-byte frames of 20 vehicles; ${median(cpu).toFixed(2)} CPU s a million frames`,
    });
  }
}

async function samples(dir: string, report: Report): Promise<void> {
  const all = generateBatch(CHANNELS, ROWS);
  const batches = Array.from({ length: ROWS / BATCH_ROWS }, (_, i) =>
    sliceBatch(all, i * BATCH_ROWS, (i + 1) * BATCH_ROWS),
  );
  await using store = await openParquetStore({ dir: join(dir, "samples"), onProblem: fail });
  await using plain = await openPlainParquet(join(dir, "plain.parquet"));
  const perCpu: number[] = [];
  const plainPerCpu: number[] = [];
  let bytes = 0;
  for (let round = 0; round < 3; round++) {
    await store.deleteSession(SESSION);
    const ours = await timed(async () => {
      for (const batch of batches) store.append(SESSION, batch);
      bytes = (await store.closeSession(SESSION)).bytes;
    });
    perCpu.push(SAMPLES / ours.cpuS);
    plainPerCpu.push(SAMPLES / (await timed(() => plain.write(batches))).cpuS);
  }
  const file = join(dir, "plain.sqlite");
  const sqlite = SAMPLES / (await timed(() => intoSqlite(file, all.columns, all.tUs))).cpuS;
  const sqliteBytes = (await stat(file)).size / SAMPLES;
  const value = median(perCpu);
  report({
    name: "sample store, decoded batches to durable columns",
    unit: "samples/CPU s",
    value,
    baseline: "SQLite, one table with a column a channel, one transaction",
    baselineValue: sqlite,
    ratio: value / sqlite,
    note: `${CHANNELS} channels x ${ROWS} rows; Parquet of plain doubles ${Math.round(median(plainPerCpu))} samples/CPU s`,
  });
  const plainBytes = (await stat(join(dir, "plain.parquet"))).size / SAMPLES;
  report({
    name: "sample store, size on the disk",
    unit: "bytes/sample",
    value: bytes / SAMPLES,
    baseline: "Parquet of plain doubles, zstd",
    baselineValue: plainBytes,
    ratio: bytes / SAMPLES / plainBytes,
    note: `SQLite ${sqliteBytes.toFixed(2)} bytes/sample`,
  });

  const channels = all.message.fields.map((f) => f.name);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let i = 0; i < 20; i++) {
    const channel = channels[(i * 7) % channels.length]!;
    const query = { sessionId: SESSION, channels: [channel], points: 2000 };
    ours.push((await timed(() => store.query(query))).wallS * 1000);
    theirs.push((await timed(() => plain.overview(channel, 1000))).wallS * 1000);
  }
  const [mine, other] = [median(ours), median(theirs)];
  report({
    name: `overview of one channel, ${ROWS} points to 2000`,
    unit: "ms",
    value: mine,
    baseline: "DuckDB grouping plain doubles by stretch of time",
    baselineValue: other,
    ratio: mine / other,
  });
}

function intoSqlite(file: string, columns: readonly Float64Array[], tUs: Float64Array): void {
  using db = new DatabaseSync(file);
  db.exec(`CREATE TABLE samples (t INTEGER PRIMARY KEY, ${columns.map((_, i) => `c${i} REAL`).join(", ")})`);
  const insert = db.prepare(`INSERT INTO samples VALUES (?${", ?".repeat(columns.length)})`);
  db.exec("BEGIN");
  for (let i = 0; i < tUs.length; i++) insert.run(tUs[i]!, ...columns.map((c) => c[i]!));
  db.exec("COMMIT");
}

export async function run(report: Report): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "pitwall-bench-"));
  try {
    await journal(dir, report);
    await samples(dir, report);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
