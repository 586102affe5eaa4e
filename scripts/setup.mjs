// Plain JavaScript for the machine's own Node (20 or newer): it brings the repository's Node and packages along.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
const windows = process.platform === "win32";

/** The Node that the repository brings along. */
export const node24 = join(root, "node_modules", "node", "bin", windows ? "node.exe" : "node");

const hash = (...texts) => texts.reduce((h, t) => h.update(t), createHash("sha256")).digest("hex");

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: "inherit", shell: windows, ...options });
  if (result.error) throw result.error;
  return result.status ?? 1;
}

/** `npm ci`, unless the installed packages are those of the lock file. */
export function ensureInstalled() {
  const stamp = join(root, "node_modules", ".pitwall-installed");
  const wanted = hash(readFileSync(join(root, "package-lock.json")));
  if (existsSync(node24) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  console.error("pitwall: installing packages (once; this needs the npm registry) …");
  const status = run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  if (status !== 0 || !existsSync(node24)) {
    console.error("pitwall: `npm ci` failed; see the lines above");
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
}

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === "node_modules" || entry.name === "dist") continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

/** Builds the pages, unless what was built is of the same sources. */
export function ensureDashboard() {
  const app = join(root, "apps", "dashboard");
  const stamp = join(app, "dist", ".pitwall-sources");
  const sources = ["apps/dashboard", "packages/api", "packages/core"].flatMap((f) => [
    ...filesBelow(join(root, f)),
  ]);
  const state = sources.sort().map((f) => `${f} ${statSync(f).size} ${hash(readFileSync(f))}`);
  const wanted = hash(state.join("\n"));
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  console.error("pitwall: building the pages …");
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  const status = run(node24, [vite, "build", "--logLevel", "warn"], { cwd: app });
  if (status !== 0) {
    console.error("pitwall: the pages could not be built; see the lines above");
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
}
