import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Command, Io } from "../command.ts";
import { importCommand } from "./import.ts";
import { laps } from "./laps.ts";

let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "pitwall files "));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function run(command: Command, ...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const io: Io = {
    out: async (chunk) => void out.push(String(chunk)),
    err: (line) => void err.push(line),
    stdin: async function* () {},
    interactive: false,
    signal: new AbortController().signal,
  };
  const code = await command.run([...argv, "--data", join(dir, "data")], io);
  return { code, out: out.join(""), err: err.join("\n") };
}

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(dir, name), text);
  return join(dir, name);
}

const good = (day: string) =>
  `time,lat,lon,rpm\n${[0, 1, 2, 3].map((s) => `2026-05-${day}T10:00:0${s}Z,50.00${s},4,1000`).join("\n")}\n`;

/** Two rounds of a circle of 100 m that take 30 s each, and a bit; five fixes a second. */
function circle(): string {
  const rows = Array.from({ length: 360 }, (_, i) => {
    const a = (2 * Math.PI * i) / 150;
    const lat = 50 + (100 * Math.sin(a)) / 111_195;
    const lon = 4 + (100 * Math.cos(a)) / 111_195 / Math.cos((50 * Math.PI) / 180);
    return `${(i / 5).toFixed(1)},${lat.toFixed(8)},${lon.toFixed(8)}`;
  });
  return `time,lat,lon\n${rows.join("\n")}\n`;
}

describe("pitwall import of several files", () => {
  it("goes on behind one that cannot be read, and says at the end that it failed", async () => {
    const files = [
      await file("page.csv", "<!DOCTYPE html><html></html>"),
      await file("a.csv", good("28")),
      join(dir, "not-there.csv"),
      await file("b.csv", good("29")),
    ];
    const { code, out, err } = await run(importCommand, ...files);
    expect(code).toBe(1);
    expect(out.trim().split("\n")).toEqual(["a-20260528T100000", "b-20260529T100000"]);
    expect(err).toMatch(/page\.csv: is in no format/);
    expect(err).toMatch(/not-there\.csv: cannot be read/);
    expect(err).toContain("2 of 4 files imported");
  });
});

describe("pitwall laps", () => {
  it("has a title over each column, right above it", async () => {
    const { out } = await run(laps, await file("drive.csv", circle()), "--gate", "50,4.0010,50,4.0018");
    const [head = "", ...rest] = out.split("\n");
    const lap = rest.find((l) => l.includes(" lap "))!;
    expect(lap).toMatch(/0:30\.0\d\d/);
    const end = (line: string, cell: RegExp) => line.search(cell) + cell.exec(line)![0].length;
    expect(end(lap, /0:30\.0\d\d/)).toBe(end(head, /time/));
    expect(end(lap, /± \d\.\d{3} s/)).toBe(end(head, /95 %/));
    expect(lap.indexOf("lap")).toBe(head.indexOf("kind"));
    expect(end(lap, / {2}lap +\d+\.\d{3}/)).toBe(end(head, /S1/));
  });

  it("names the file in what it says about it", async () => {
    await expect(run(laps, await file("page.csv", "<html></html>"))).rejects.toThrow(
      /page\.csv: .*--as FORMAT/,
    );
    await expect(run(laps, await file("half.csv", "# RaceRender Data: x\n"))).rejects.toThrow(
      /half\.csv, line 1: .*header row .*read as trackaddict-csv/,
    );
    await expect(run(laps, dir)).rejects.toThrow(/is a folder/);
  });
});
