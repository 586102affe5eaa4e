// Every check and every test; the last line counts them.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureDashboard, ensureInstalled, node24, root } from "./setup.mjs";

ensureInstalled();
ensureDashboard();

const bin = (...path) => join(root, "node_modules", ...path);
/** Tools are started with the repository's Node, whatever `node` says. */
const env = {
  ...process.env,
  PATH: `${bin("node", "bin")}${process.platform === "win32" ? ";" : ":"}${process.env.PATH}`,
};
const run = (command, args, options = {}) =>
  spawnSync(command, args, { cwd: root, env, stdio: "inherit", ...options }).status ?? 1;

const filter = process.argv.slice(2);
const checks =
  filter.length > 0
    ? []
    : [
        ["format and lint", () => run(bin(".bin", "biome"), ["ci", "--error-on-warnings", "."])],
        ["types", () => run(node24, [bin("typescript", "bin", "tsc"), "-p", "tsconfig.json"])],
        [
          "types of the portable packages",
          () => run(node24, [bin("typescript", "bin", "tsc"), "-p", "tsconfig.portable.json"]),
        ],
        [
          "types of the pages",
          () => run(node24, [bin("typescript", "bin", "tsc"), "-p", "apps/dashboard/tsconfig.json"]),
        ],
        ["who may import whom", () => run(node24, ["scripts/check-boundaries.ts"])],
        ["dead code", () => run(node24, [bin("knip", "bin", "knip.js")])],
      ];

let passed = 0;
let failed = 0;
for (const [name, check] of checks) {
  const ok = check() === 0;
  console.log(`${ok ? "passed" : "FAILED"}: ${name}`);
  if (ok) passed++;
  else failed++;
}

const folder = mkdtempSync(join(tmpdir(), "pitwall-test-"));
const report = join(folder, "report.json");
const status = run(node24, [
  bin("vitest", "vitest.mjs"),
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${report}`,
  ...filter,
]);
let skipped = 0;
if (existsSync(report)) {
  const result = JSON.parse(readFileSync(report, "utf8"));
  passed += result.numPassedTests;
  failed += result.numFailedTests;
  skipped = result.numPendingTests;
  // a file that could not be loaded holds no test that could fail
  failed += result.testResults.filter(
    (f) => f.status === "failed" && f.assertionResults.every((t) => t.status !== "failed"),
  ).length;
  if (result.numTotalTests === 0) failed++;
}
if (status !== 0 && failed === 0) failed = 1;
rmSync(folder, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exit(failed === 0 ? 0 : 1);
