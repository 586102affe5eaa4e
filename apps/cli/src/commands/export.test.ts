import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Recording } from "@pitwall/core";
import { readRecording } from "@pitwall/formats";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ExitCode, Io } from "../command.ts";
import { exportCommand } from "./export.ts";

const LAP_S = 30;
const RADIUS_M = 80;
const M_PER_DEG = 111_195;
const LON_SCALE = Math.cos((50 * Math.PI) / 180);

/** Three and a half laps of a circle, counter-clockwise at an even speed, ten fixes a second. */
function circle(): string {
  const lines = ["tUs,gnss.lat,gnss.lon,gnss.speed,gnss.course"];
  const speed = (2 * Math.PI * RADIUS_M) / LAP_S;
  for (let i = 0; i <= 35 * LAP_S; i++) {
    const a = (2 * Math.PI * i) / 10 / LAP_S;
    const lat = 50 + (RADIUS_M * Math.sin(a)) / M_PER_DEG;
    const lon = 4 + (RADIUS_M * Math.cos(a)) / M_PER_DEG / LON_SCALE;
    const course = (((-a % (2 * Math.PI)) + 2 * Math.PI) % (2 * Math.PI)).toFixed(6);
    lines.push(`${1.7e15 + i * 1e5},${lat.toFixed(9)},${lon.toFixed(9)},${speed.toFixed(4)},${course}`);
  }
  return `${lines.join("\n")}\n`;
}

let dir = "";
let drive = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "pitwall-export-"));
  drive = join(dir, "drive.csv");
  await writeFile(drive, circle());
});
afterEach(() => rm(dir, { recursive: true, force: true }));

let stop = new AbortController();
beforeEach(() => {
  stop = new AbortController();
});

async function run(...argv: string[]): Promise<{ code: ExitCode; out: Buffer; err: string }> {
  const pieces: Buffer[] = [];
  const lines: string[] = [];
  const io: Io = {
    out: async (chunk) => void pieces.push(Buffer.from(chunk)),
    err: (line) => void lines.push(line),
    stdin: async function* () {},
    interactive: false,
    signal: stop.signal,
  };
  const code = await exportCommand.run([...argv, "--data", join(dir, "data")], io);
  return { code, out: Buffer.concat(pieces), err: lines.join("\n") };
}
const read = async (name: string): Promise<Recording> => readRecording(await readFile(join(dir, name)));

describe("pitwall export FILE", () => {
  it("takes the format from the ending, and writes laps and gates as `pitwall laps` times them", async () => {
    for (const name of ["drive.parquet", "drive.geojson"]) {
      const { code, err } = await run(drive, "-o", join(dir, name));
      expect(code).toBe(0);
      expect(err).toContain("laps are written as");
      const { laps, gates } = await read(name);
      expect(gates.map((g) => g.kind)).toEqual(["startFinish"]);
      expect(laps.length).toBeGreaterThanOrEqual(2);
      for (const l of laps) expect(Math.abs(l.endUs - l.startUs - LAP_S * 1e6)).toBeLessThan(1000);
    }
    await run(drive, "-o", join(dir, "bare.parquet"), "--no-laps");
    expect((await read("bare.parquet")).laps).toEqual([]);
  });

  it("names the file within a folder after what it is given, and leaves nothing half written", async () => {
    const folder = join(dir, "out");
    await mkdir(folder);
    expect((await run(drive, "--format", "motec-csv", "-o", `${folder}/`, "--rate", "5")).code).toBe(0);
    expect((await run(drive, "--format", "vbo", "-o", folder)).code).toBe(0);
    expect((await readdir(folder)).sort()).toEqual(["drive.csv", "drive.vbo"]);
    const motec = await read("out/drive.csv");
    expect(motec.groups[0]!.tUs[1]! - motec.groups[0]!.tUs[0]!).toBe(200_000);
    const silent = join(dir, "silent.csv");
    await writeFile(silent, "tUs,engine.rpm\n0,1\n1,2\n");
    await expect(run(silent, "-o", join(dir, "silent.gpx"))).rejects.toMatchObject({ code: "empty" });
    expect((await readdir(dir)).filter((n) => n.startsWith("silent"))).toEqual(["silent.csv"]);
  });

  it("stops where it is told to, and leaves nothing behind", async () => {
    stop.abort();
    await expect(run(drive, "-o", join(dir, "stopped.vbo"))).rejects.toThrow(/abort/);
    expect((await readdir(dir)).sort()).toEqual(["drive.csv"]);
  });

  it("does not write over what it reads", async () => {
    for (const output of [dir, drive])
      await expect(run(drive, "--format", "motec-csv", "-o", output)).rejects.toThrow("what is read");
    expect(await readFile(drive, "utf8")).toBe(circle());
  });

  it("titles it with the file's name, not with the folders of this computer", async () => {
    await run(drive, "-o", join(dir, "out.json"));
    expect((await read("out.json")).title).toBe("drive.csv");
    expect(await readFile(join(dir, "out.json"), "utf8")).not.toContain(dir);
  });

  it("writes to stdout without -o", async () => {
    const { out, err } = await run(drive, "--format", "gpx");
    expect(out.toString()).toMatch(/^<\?xml[\s\S]*<\/gpx>\s*$/);
    expect(err).toBe("");
  });

  it.each([
    [["--format", "wav"], "--format is one of"],
    [["-o", "x.wav"], "--format is one of"],
    [["--format", "gpx", "--position", "moon"], "--position is gnss"],
    [["--format", "gpx", "--rate", "0"], "--rate is above 0"],
    [["--format", "gpx", "--date", "2026-02-30"], "--date takes a day"],
    [["--format", "gpx", "--option", "map=a=b"], "--option needs"],
    [["--format", "gpx", "--as", "morse"], "--as is one of"],
  ])("refuses %j", async (argv, reason) => {
    const { code, err } = await run(drive, ...argv);
    expect(code).toBe(2);
    expect(err).toContain(reason);
  });
});
