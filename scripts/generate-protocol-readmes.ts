// Writes the generated part of every protocol's README: each folder's own check does it, told to write instead of compare.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { env, execPath, exit } from "node:process";

const root = join(import.meta.dirname, "..");
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const run = spawnSync(
  execPath,
  [vitest, "run", "packages/protocols/src", "-t", "has a README whose generated part is current"],
  { cwd: root, stdio: "inherit", env: { ...env, UPDATE_README: "1" } },
);
exit(run.status ?? 1);
