import { dirname } from "node:path";
import { build } from "esbuild";

/**
 * A portable program as one script for any host: the entry exports `run(): string`, the script leaves it in
 * `globalThis.pitwallRun`. ES2022, as the on-board unit's engine understands it; whatever needs Node or a page fails here.
 */
export async function bundle(entryFile: string): Promise<string> {
  const result = await build({
    stdin: {
      contents: `import { run } from ${JSON.stringify(entryFile)}; globalThis.pitwallRun = run;`,
      resolveDir: dirname(entryFile),
      loader: "ts",
    },
    bundle: true,
    write: false,
    format: "iife",
    platform: "neutral",
    conditions: ["import"],
    target: "es2022",
    charset: "utf8",
    logLevel: "silent",
  });
  return result.outputFiles[0]!.text;
}
