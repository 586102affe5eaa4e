import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FusionSummary, SavedCalibration } from "@pitwall/fusion";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pitwall, temporaryFolder } from "./harness.ts";

const drive = join(import.meta.dirname, "../packages/fusion/src/captures/comma2k19.csv");
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

async function fuse(...args: string[]) {
  const out = join(folder.path, "fused.csv");
  const ran = await pitwall(["fuse", drive, "-o", out, ...args]);
  return { ...ran, csv: ran.code === 0 ? await readFile(out, "utf8") : "" };
}
const summaryOf = (text: string) => JSON.parse(text) as FusionSummary;

describe("pitwall fuse", () => {
  it("writes the state at the inertial sensor's rate and says how it came about", async () => {
    const { out, csv } = await fuse("--json");
    const [head, ...rows] = csv.trim().split("\n");
    expect(head).toContain("tUs,vehicle.lat,vehicle.lon");
    expect(rows.length).toBeGreaterThan(3000);
    const { sensors, smoothed, delay } = summaryOf(out);
    expect(smoothed).toBe(false);
    expect(sensors.position.accepted).toBeGreaterThan(280);
    expect(delay.estimated).toBe(true);
    const words = await fuse();
    expect(words.err).toMatch(/imu\s+\d+ samples at 104 Hz/);
  });

  it("smooths, and thins out to a regular grid", async () => {
    const { out, csv } = await fuse("--smooth", "--rate", "10", "--json");
    expect(summaryOf(out).smoothed).toBe(true);
    const times = csv
      .trim()
      .split("\n")
      .slice(1)
      .map((row) => Number(row.split(",")[0]));
    expect(times.length).toBeGreaterThan(280);
    for (let i = 1; i < times.length; i++) expect(times[i]! - times[i - 1]!).toBe(100_000);
  });

  it("keeps what it learnt for the next drive, and refuses a file that is something else", async () => {
    const file = join(folder.path, "kart-7.json");
    await fuse("--calibration", file);
    const first = JSON.parse(await readFile(file, "utf8")) as SavedCalibration;
    expect(first.wheel.sigma).toBeLessThan(0.05);
    const again = summaryOf((await fuse("--calibration", file, "--json")).out);
    expect(again.calibration.wheelScaleSigma).toBeLessThan(first.wheel.sigma);
    for (const text of ["{", '{"version":1}', '{"version":2}']) {
      await writeFile(file, text);
      const { code, err } = await fuse("--calibration", file);
      expect(code).toBe(1);
      expect(err).toContain(file);
      expect(await readFile(file, "utf8")).toBe(text);
    }
  });
});
