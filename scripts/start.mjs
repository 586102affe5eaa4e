import { spawn } from "node:child_process";
import { join } from "node:path";
import { ensureDashboard, ensureInstalled, node24, root } from "./setup.mjs";

ensureInstalled();
ensureDashboard();

const cli = join(root, "apps", "cli", "src", "main.ts");
const child = spawn(node24, [cli, "serve", ...process.argv.slice(2)], { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) =>
  process.exit(code ?? (signal === "SIGINT" || signal === "SIGTERM" ? 0 : 1)),
);
