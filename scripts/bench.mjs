import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ensureInstalled, node24, root } from "./setup.mjs";

ensureInstalled();
const cli = join(root, "apps", "cli", "src", "main.ts");
const result = spawnSync(node24, ["--expose-gc", cli, "bench", ...process.argv.slice(2)], {
  stdio: "inherit",
});
process.exit(result.status ?? 1);
