import type { ServerInfo } from "@pitwall/api";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  CHROMIUM,
  CHROMIUM_ARGS,
  getJson,
  needs,
  type ServerProcess,
  startServer,
  temporaryFolder,
} from "./harness.ts";

const tool = needs(CHROMIUM, "chromium");

describe.skipIf(tool.skip)(`a simulated drive from the page of an empty server${tool.title}`, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let server: ServerProcess;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    folder = await temporaryFolder();
    server = await startServer(folder.path);
    browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });
    // a phone
    page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    await page.goto(server.http);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await folder[Symbol.asyncDispose]();
  });

  it("is offered, asked for, and called what it is", async () => {
    await page.getByTestId("simulate").click();
    const dialog = page.getByTestId("demo-dialog");
    await dialog.locator("select").nth(0).selectOption("car");
    await dialog.locator("select").nth(1).selectOption("Hockenheimring");
    await dialog.locator("input").fill("2");
    const box = await dialog.boundingBox();
    expect(box!.width).toBeLessThanOrEqual(390);
    await dialog.getByRole("button", { name: "Start" }).click();
    const vehicle = page.getByTestId("vehicle-car-Hockenheimring");
    await vehicle.waitFor();
    await expect.poll(() => vehicle.textContent()).toMatch(/SIMULATED.*Live/);
    await expect
      .poll(() => page.getByTestId("replay").textContent())
      .toContain("SIMULATED car, Hockenheimring");
    expect(await getJson<ServerInfo>(`${server.http}/api/v1/server`)).toMatchObject({
      demo: "running",
      demoDrive: { vehicle: "car", track: "Hockenheimring", laps: 2 },
    });
  }, 60_000);

  it("moves the vehicle, and ends when somebody stops it", async () => {
    await expect
      .poll(() => page.getByTestId("speed").getAttribute("data-mps").then(Number), { timeout: 30_000 })
      .toBeGreaterThan(3);
    await page.getByRole("button", { name: /stop simulation/i }).click();
    await expect
      .poll(() => getJson<ServerInfo>(`${server.http}/api/v1/server`))
      .toMatchObject({ demo: "stopped" });
    await page.getByTestId("simulate").first().waitFor();
  }, 60_000);

  it("of another course is a vehicle of its own, whose card is in sight and holds its long name", async () => {
    await page.getByTestId("simulate").first().click();
    const dialog = page.getByTestId("demo-dialog");
    await dialog.locator("select").nth(1).selectOption("Autódromo José Carlos Pace - Interlagos");
    await dialog.getByRole("button", { name: "Start" }).click();
    const card = page.getByTestId("vehicle-kart-Autodromo-Jose-Carlos-Pace-Interlagos");
    await card.waitFor();
    await expect.poll(() => card.getAttribute("aria-current")).toBe("true");
    const inside = (of: string) =>
      card.evaluate((el, selector) => {
        const [outer, inner] = [el.closest(selector)!, selector === "ul" ? el : el.querySelector(".id")!];
        const [o, i] = [outer.getBoundingClientRect(), inner.getBoundingClientRect()];
        return i.left >= o.left - 1 && i.right <= o.right + 1;
      }, of);
    await expect.poll(() => inside("ul")).toBe(true);
    expect(await inside("button")).toBe(true);
    await page.getByRole("button", { name: /stop simulation/i }).click();
    await page.getByTestId("simulate").first().waitFor();
  }, 60_000);
});
