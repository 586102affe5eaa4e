import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { env } from "node:process";
import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Quiet and self-contained: no GPU, no calls home, nothing of the user's. */
const CHROMIUM_FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Path of a Chromium: `CHROMIUM`, or the first on the search path. Undefined where there is none. */
export function findChromium(): string | undefined {
  const named = env["CHROMIUM"];
  if (named !== undefined && existsSync(named)) return named;
  const folders = (env["PATH"] ?? "").split(delimiter);
  for (const folder of [...folders, "/usr/bin"])
    for (const name of NAMES) if (existsSync(join(folder, name))) return join(folder, name);
  return undefined;
}

export async function runOnChromium(script: string): Promise<string> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error("no Chromium found");
  const profile = mkdtempSync(join(tmpdir(), "pitwall-chromium-"));
  const context = await chromium.launchPersistentContext(profile, { executablePath, args: CHROMIUM_FLAGS });
  try {
    const page = await context.newPage();
    await page.addScriptTag({ content: script });
    return String(await page.evaluate("pitwallRun()"));
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}
