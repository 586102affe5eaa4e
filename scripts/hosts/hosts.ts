import { env } from "node:process";
import { bundle } from "./bundle.ts";
import { findChromium, runOnChromium } from "./chromium-host.ts";
import { runOnNode } from "./node-host.ts";
import { runOnXs } from "./xs-host.ts";
import { missingForXs } from "./xs-install.ts";

export type HostResults = { readonly node: string; readonly chromium: string; readonly xs: string };

/**
 * What this machine lacks to run a program on all three hosts, in words for the name of a skipped test; undefined where
 * it lacks nothing. On a build server (`CI=true`) nothing is skipped: what is missing makes the run fail.
 */
export function missingHosts(): string | undefined {
  if (env["CI"] === "true") return undefined;
  const missing = [
    findChromium() === undefined ? "Chromium (Debian: apt install chromium)" : undefined,
    missingForXs(),
  ].filter((m) => m !== undefined);
  return missing.length > 0 ? missing.join(" and ") : undefined;
}

/**
 * Runs a portable program on Node, in Chromium and on XS. `entryFile` (absolute) is a TypeScript module that exports
 * `run(): string`; it imports portable packages only. Throws where a host is missing or the program throws there.
 */
export async function runOnHosts(entryFile: string): Promise<HostResults> {
  const script = await bundle(entryFile);
  return {
    node: await runOnNode(script),
    chromium: await runOnChromium(script),
    xs: await runOnXs(script),
  };
}
