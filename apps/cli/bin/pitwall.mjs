#!/usr/bin/env node
// Runs the command with the Node that the repository brings along, where the one at hand is older.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const main = new URL("../src/main.ts", import.meta.url);
if (Number(process.versions.node.split(".")[0]) >= 24) await import(main);
else {
  const windows = process.platform === "win32";
  const own = fileURLToPath(
    new URL(`../../../node_modules/node/bin/node${windows ? ".exe" : ""}`, import.meta.url),
  );
  if (!existsSync(own)) {
    console.error(
      `pitwall: needs Node 24, this is ${process.versions.node}; run \`npm ci\` in the checkout first`,
    );
    process.exit(1);
  }
  const child = spawn(own, [fileURLToPath(main), ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)));
}
