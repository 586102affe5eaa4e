import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { findColumn, type Recording } from "@pitwall/core";
import { readRecording } from "@pitwall/formats";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  CHROMIUM,
  CHROMIUM_ARGS,
  needs,
  type ServerProcess,
  startServer,
  temporaryFolder,
  until,
} from "./harness.ts";

const RECORDING = fileURLToPath(new URL("../apps/server/recordings/tianma-lap.csv", import.meta.url));
const tool = needs(CHROMIUM, "chromium");

describe.skipIf(tool.skip)(`the first minute in a browser${tool.title}`, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: ServerProcess;
  let browser: Browser;
  let page: Page;
  let recording: Recording;
  const complaints: string[] = [];

  beforeAll(async () => {
    folder = await temporaryFolder();
    server = await startServer(folder.path, []);
    browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });
    page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
    page.on("console", (m) => {
      if (m.type() === "error" || m.type() === "warning") complaints.push(m.text());
    });
    page.on("pageerror", (e) => complaints.push(String(e)));
    recording = await readRecording(await readFile(RECORDING), { name: RECORDING });
    await page.goto(server.http);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await folder[Symbol.asyncDispose]();
  });

  it("says REPLAY, and shows the vehicle live", async () => {
    await page.getByTestId("vehicle-replay").waitFor();
    await expect.poll(async () => page.getByTestId("replay").first().textContent()).toMatch(/replay/i);
    await expect.poll(async () => page.getByTestId("connection").textContent()).toMatch(/connected|live/i);
  });

  it("shows the speed that the recording has at that moment, within one packet", async () => {
    const speed = findColumn(recording, "gnss.speed")!;
    const recorded = Array.from(speed.group.tUs, (tUs, i) => ({ tUs, mps: speed.column.values[i]! })).filter(
      (r) => Number.isFinite(r.mps),
    );
    const roundUs = recorded.at(-1)!.tUs - recorded[0]!.tUs + 40_000;
    const read = async () =>
      page.getByTestId("speed").evaluate((e) => ({
        mps: Number(e.getAttribute("data-mps")),
        tUs: Number(e.getAttribute("data-tus")),
      }));
    await until(async () => Number.isFinite((await read()).mps));
    // the shown values have to lie on the recording, one after the other at the pace of the packets
    const shown: { mps: number; tUs: number }[] = [];
    while (shown.length < 30) {
      const s = await read();
      if (shown.at(-1)?.tUs !== s.tUs) shown.push(s);
      await new Promise((done) => setTimeout(done, 37));
    }
    const matches = (from: number) =>
      shown.every((s) => {
        const into = recorded[from]!.tUs - recorded[0]!.tUs + s.tUs - shown[0]!.tUs;
        const tUs = recorded[0]!.tUs + (into % roundUs);
        let k = recorded.findIndex((r) => r.tUs >= tUs);
        if (k < 0) k = recorded.length - 1;
        return [k - 1, k, k + 1].some((i) => Math.abs((recorded[i]?.mps ?? Number.NaN) - s.mps) < 0.001);
      });
    expect(recorded.some((_v, offset) => matches(offset))).toBe(true);
  });

  it("draws a trace with the shape of the track", { timeout: 60_000 }, async () => {
    type Hook = { trace(): [number, number][]; counts(): { samples: number; gaps: number } };
    const trace = await until(async () => {
      const points = await page.evaluate(() =>
        (globalThis as unknown as { __pitwall: Hook }).__pitwall.trace(),
      );
      return points.length > 300 ? points : undefined;
    });
    const lat = findColumn(recording, "gnss.lat")!.column.values;
    const lon = findColumn(recording, "gnss.lon")!.column.values;
    const lat0 = lat.find((v) => Number.isFinite(v))!;
    const R = 6_371_000;
    const path: [number, number][] = [];
    for (let i = 0; i < lat.length; i++)
      if (Number.isFinite(lat[i]!))
        path.push([
          ((lon[i]! * Math.PI) / 180) * R * Math.cos((lat0 * Math.PI) / 180),
          ((lat[i]! * Math.PI) / 180) * R,
        ]);
    // the page's plane has an origin of its own: compare differences between neighbours a second apart
    const turning = (p: readonly [number, number][]) =>
      p.slice(25).map(([x, y], i) => Math.hypot(x - p[i]![0], y - p[i]![1]));
    const mean = (v: readonly number[]) => v.reduce((a, b) => a + b, 0) / v.length;
    expect(mean(turning(trace))).toBeGreaterThan(5);
    // every traced point lies on the driven line once the two planes are laid over each other at one point
    const [tx, ty] = trace[0]!;
    const best = path.reduce((found, [px, py]) => {
      const off =
        trace
          .filter((_p, i) => i % 20 === 0)
          .reduce((sum, [x, y]) => {
            const d = Math.min(
              ...path
                .filter((_q, i) => i % 4 === 0)
                .map(([qx, qy]) => Math.hypot(x - tx + px - qx, y - ty + py - qy)),
            );
            return sum + d;
          }, 0) / Math.ceil(trace.length / 20);
      return Math.min(found, off);
    }, Number.POSITIVE_INFINITY);
    expect(best).toBeLessThan(3);
  });

  it("keeps its history over a reload", async () => {
    type Hook = { counts(): { samples: number } };
    const count = () =>
      page.evaluate(() => (globalThis as unknown as { __pitwall: Hook }).__pitwall.counts().samples);
    const before = await count();
    expect(before).toBeGreaterThan(0);
    await page.reload();
    await page.getByTestId("vehicle-replay").waitFor();
    await expect.poll(count, { timeout: 10_000 }).toBeGreaterThanOrEqual(before);
  });

  it("stops the replay from the page", async () => {
    await page.getByRole("button", { name: /stop replay/i }).click();
    await expect
      .poll(async () => (await (await fetch(`${server.http}/api/v1/server`)).json()) as object)
      .toMatchObject({ demo: "stopped" });
  });

  it("has nothing to complain about in the console", () => {
    expect(complaints).toEqual([]);
  });
});
