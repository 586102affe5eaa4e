import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { readDrive } from "./drive.ts";
import { startFakeServer } from "./fake-server.ts";

/** Pictures of the built page for a person to look at: `node src/testing/shots.ts FOLDER`. */
const here = fileURLToPath(new URL("../..", import.meta.url));
const drivePath = join(here, "../../../shared/data/laps/racechrono-tianma-lap9.csv");
const out = process.argv[2] ?? tmpdir();

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const views = {
  desktop: { viewport: { width: 1920, height: 1080 }, deviceScaleFactor: 1 },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
} as const;

const drive = readDrive(drivePath);
const busy = await startFakeServer({
  dist: join(here, "dist"),
  drive,
  port: 0,
  pastS: 900,
  gaps: [[872, 876]],
});
const empty = await startFakeServer({ dist: join(here, "dist"), drive, port: 0, pastS: 1, empty: true });
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", headless: true, args: flags });
const errors: string[] = [];

async function open(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  page.on("console", (m) => m.type() === "error" && errors.push(m.text()));
  page.on("pageerror", (e) => errors.push(String(e)));
  await page.goto(url);
  return page;
}

try {
  for (const [name, view] of Object.entries(views))
    for (const theme of ["dark", "light"] as const) {
      const context = await browser.newContext({ ...view, colorScheme: theme });
      const page = await open(context, busy.url);
      await page.waitForTimeout(7000);
      await page.screenshot({ path: join(out, `${name}-${theme}.png`) });
      if (name === "phone") {
        // Only what can be seen is drawn, so the whole page has to be.
        await page.setViewportSize({ width: 390, height: 3100 });
        await page.waitForTimeout(1500);
        await page.screenshot({ path: join(out, `${name}-${theme}-full.png`) });
        await page.setViewportSize(view.viewport);
      }
      if (theme === "dark") {
        await page.getByTestId("open-devices").click();
        await page.waitForTimeout(500);
        await page.screenshot({ path: join(out, `${name}-devices.png`) });
        await page.keyboard.press("Escape");
        await page.getByRole("button", { name: "Choose the channels" }).first().click();
        await page.waitForTimeout(500);
        await page.screenshot({ path: join(out, `${name}-picker.png`) });
      }
      await context.close();
    }
  const stale = await browser.newContext({ ...views.desktop, colorScheme: "light" });
  const other = await open(stale, busy.url);
  await other.waitForTimeout(2000);
  await other
    .getByTestId("chart")
    .nth(1)
    .hover({ position: { x: 900, y: 40 } });
  busy.pause(true);
  await other.waitForTimeout(5000);
  await other.screenshot({ path: join(out, "stale.png") });
  await other.getByTestId("vehicle-kart-12").click();
  await other.waitForTimeout(1500);
  await other.screenshot({ path: join(out, "quiet-vehicle.png") });
  await stale.close();
  const context = await browser.newContext({ ...views.desktop, colorScheme: "dark" });
  const page = await open(context, empty.url);
  await page.waitForTimeout(1500);
  await page.screenshot({ path: join(out, "empty.png") });
  await context.close();
} finally {
  await browser.close();
  await busy.close();
  await empty.close();
}
console.log(errors.length === 0 ? "no console errors" : errors.join("\n"));
