/** Import of a 100 MB RaceChrono CSV, hours of laps of a simulated car, beside a reader that splits each line. */
import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readRecording, writeRecording } from "@pitwall/formats";
import { importFile, openData } from "@pitwall/server/archive";
import { oval } from "../packages/simulator/src/testing/oval.ts";
import { writeSession } from "./racechrono-session.ts";

type Figure = {
  name: string;
  unit: string;
  value: number;
  baseline: string;
  baselineValue: number;
  ratio: number;
  note?: string;
};

const SIZE = 100e6;
const PIECE = 1 << 18;
/** What one writes first: lines and cells by `split`, numbers by `Number`. */
async function plainRead(path: string): Promise<number> {
  const columns: number[][] = [];
  let rest = "";
  let seen = 0;
  for await (const piece of createReadStream(path, { encoding: "utf8", highWaterMark: PIECE })) {
    const lines = (rest + (piece as string)).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      if (seen++ < 12) continue;
      line.split(",").forEach((cell, i) => {
        columns[i] ??= [];
        columns[i].push(cell === "" ? Number.NaN : Number(cell));
      });
    }
  }
  return columns[0]!.length;
}

type Cost = { readonly cpuS: number; readonly peakMb: number };

/** CPU seconds of all threads, and by how much the memory of the process grew at most. */
async function costOf(work: (look: () => void) => Promise<unknown>): Promise<Cost> {
  (globalThis as { gc?: () => void }).gc?.();
  const before = process.memoryUsage.rss();
  let peak = before;
  const look = () => {
    peak = Math.max(peak, process.memoryUsage.rss());
  };
  const timer = setInterval(look, 20);
  const from = process.cpuUsage();
  await work(look).finally(() => clearInterval(timer));
  const { user, system } = process.cpuUsage(from);
  look();
  return { cpuS: (user + system) / 1e6, peakMb: (peak - before) / 1e6 };
}

export async function run(report: (figure: Figure) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "pitwall-formats-"));
  try {
    const path = join(folder, "session.csv");
    const size = await writeSession(path, oval(), SIZE);
    let columnsMb = 0;
    let rows = 0;
    const own = await costOf(async (look) => {
      const recording = await readRecording(createReadStream(path, { highWaterMark: PIECE }), {
        progress: look,
      });
      const arrays = new Set(recording.groups.flatMap((g) => [g.tUs, ...g.columns.map((c) => c.values)]));
      for (const a of arrays) columnsMb += a.byteLength / 1e6;
      rows = recording.groups[0]!.tUs.length;
    });
    const plain = await costOf(() => plainRead(path));
    const name = "import, RaceChrono CSV of 100 MB";
    const baseline = "reader that splits lines and cells";
    const note = `${rows} rows, ${Math.round(columnsMb)} MB of columns`;
    const figure = (unit: string, value: number, other: number, ratio: number) =>
      report({ name, unit, value, baseline, baselineValue: other, ratio, note });
    figure("s of CPU", own.cpuS, plain.cpuS, plain.cpuS / own.cpuS);
    figure("MB/s of CPU", size / 1e6 / own.cpuS, size / 1e6 / plain.cpuS, plain.cpuS / own.cpuS);
    figure("MB of memory", own.peakMb, plain.peakMb, plain.peakMb / own.peakMb);

    const stored = await costOf(async (look) => {
      await using data = await openData(join(folder, "data"), () => {});
      await importFile(data, path, { progress: look });
    });
    const whole = (unit: string, value: number, other: number) =>
      report({
        name: "import of the same to a session",
        unit,
        value,
        baseline: "reading it",
        baselineValue: other,
        ratio: other / value,
        note: "journal, filter, laps and Parquet files as well",
      });
    whole("s of CPU", stored.cpuS, own.cpuS);
    whole("MB of memory", stored.peakMb, own.peakMb);

    const recording = await readRecording(createReadStream(path, { highWaterMark: PIECE }));
    let written = 0;
    const out = await costOf(async () => {
      for await (const piece of writeRecording(recording, "pitwall-csv")) written += piece.length;
    });
    const naive = await costOf(async () => plainWrite(recording.groups));
    report({
      name: "export, Pitwall CSV",
      unit: "MB/s of CPU",
      value: written / 1e6 / out.cpuS,
      baseline: "rows joined from String(value)",
      baselineValue: written / 1e6 / naive.cpuS,
      ratio: naive.cpuS / out.cpuS,
      note: `${Math.round(written / 1e6)} MB`,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The same columns as text, without merging groups and without shortening to the resolution. */
function plainWrite(groups: Awaited<ReturnType<typeof readRecording>>["groups"]): number {
  let length = 0;
  const columns = groups.flatMap((g) => g.columns);
  const tUs = groups[0]!.tUs;
  for (let i = 0; i < tUs.length; i++) {
    const row = `${tUs[i]},${columns.map((c) => String(c.values[i])).join(",")}\n`;
    length += Buffer.byteLength(row);
  }
  return length;
}
