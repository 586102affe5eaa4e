import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { platform } from "node:process";
import { setTimeout as wait } from "node:timers/promises";

const folder = join(import.meta.dirname, "..", "xs");
const stamp = join(folder, "node_modules", ".pitwall-built");
const lock = join(folder, ".installing");
/** Compiling takes a minute on two slow cores; a lock older than this was left by a run that was killed. */
const LOCK_MS = 10 * 60_000;

const worker = join(
  folder,
  "node_modules/@agoric/xsnap/xsnap-native/xsnap/build/bin",
  platform === "darwin" ? "mac" : "lin",
  "release/xsnap-worker",
);

const wanted = (): string =>
  createHash("sha256")
    .update(readFileSync(join(folder, "package-lock.json")))
    .digest("hex");
const isBuilt = (): boolean =>
  existsSync(worker) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted();
const has = (command: string): boolean => spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;

/** What is missing to build the XS engine, as a person would install it; undefined where nothing is. */
export function missingForXs(): string | undefined {
  if (isBuilt()) return undefined;
  if (platform === "win32") return "Linux or macOS (XS is built with make and a C compiler)";
  return has("make") && (has("cc") || has("gcc"))
    ? undefined
    : "make and a C compiler (Debian: apt install build-essential)";
}

/** Path of the XS worker; builds it once. Several test processes may ask at the same time: the first one builds. */
export async function ensureXs(): Promise<string> {
  while (!isBuilt()) {
    try {
      mkdirSync(lock);
    } catch {
      const age = existsSync(lock) ? Date.now() - statSync(lock).mtimeMs : 0;
      if (age > LOCK_MS) rmdirSync(lock);
      await wait(500);
      continue;
    }
    try {
      const run = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
        cwd: folder,
        encoding: "utf8",
      });
      if (run.status !== 0 || !existsSync(worker))
        throw new Error(`the XS engine could not be built in ${folder}:\n${run.stdout}\n${run.stderr}`);
      writeFileSync(stamp, wanted());
    } finally {
      rmdirSync(lock);
    }
  }
  return worker;
}
