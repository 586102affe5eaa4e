// Takes the samples of every protocol's contract test over into a table that also programs without files can read:
// the portable cases decode and encode them on Node, in Chromium and on XS.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";

const root = join(import.meta.dirname, "..");
const source = join(root, "packages", "protocols", "src");
const target = join(source, "testing", "portable-captures.table.ts");
/** Enough to have each kind of message once; more only makes the table long. */
const MAX_BYTES = 3000;

/** Its messages depend on a file that its tests bring along; it has a published frame with a file of its own instead. */
const LEFT_OUT = ["dbc"];

type Sample = { protocol: string; options: unknown; pieces: string[] };

/** `describe` runs what it is given, nothing else does anything. */
const VITEST = `
const nothing = new Proxy(function () {}, { get: (_, key) => (key === "then" ? undefined : nothing), apply: () => nothing });
const suite = new Proxy(function () {}, {
  get: (_, key) => (key === "then" ? undefined : suite),
  apply: (_, __, args) => {
    const body = args.at(-1);
    if (typeof body === "function") try { body(); } catch {}
    return suite;
  },
});
export const describe = suite;
export const it = nothing, test = nothing, expect = nothing, vi = nothing, expectTypeOf = nothing;
export const beforeAll = nothing, afterAll = nothing, beforeEach = nothing, afterEach = nothing;
`;

const CONTRACT = `
export * from "REAL";
export function describeProtocol(protocol, contract) {
  globalThis.pitwallSamples.push([protocol.name, contract]);
}
`;

const stubs: Plugin = {
  name: "stubs",
  setup(b) {
    b.onResolve({ filter: /^vitest$/ }, () => ({ path: "vitest", namespace: "stub" }));
    b.onLoad({ filter: /.*/, namespace: "stub" }, () => ({ contents: VITEST, loader: "js" }));
    b.onLoad({ filter: /protocol\.contract\.ts$/ }, ({ path, suffix }) =>
      suffix === "?real" ? undefined : { contents: CONTRACT.replace("REAL", `${path}?real`), loader: "js" },
    );
    b.onResolve({ filter: /\?real$/ }, ({ path }) => ({ path: path.slice(0, -5), suffix: "?real" }));
  },
};

/** Whole pieces up to the limit, at least one; a single long stream is cut. */
function limited(pieces: readonly Uint8Array[]): string[] {
  const out: string[] = [];
  let bytes = 0;
  for (const piece of pieces) {
    if (bytes + piece.length > MAX_BYTES && out.length > 0) break;
    out.push(Buffer.from(piece.subarray(0, MAX_BYTES)).toString("hex"));
    bytes += piece.length;
  }
  return out;
}

async function samplesOf(file: string, folder: string): Promise<Sample[]> {
  const outfile = join(folder, `${file.replaceAll(/\W/g, "-")}.mjs`);
  await build({
    entryPoints: [file],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node24",
    define: {
      "import.meta.url": JSON.stringify(pathToFileURL(file).href),
      "import.meta.dirname": JSON.stringify(join(file, "..")),
    },
    external: ["fast-check"],
    plugins: [stubs],
    logLevel: "error",
  });
  const found: [string, { samples: () => readonly Uint8Array[]; options?: unknown }][] = [];
  Object.assign(globalThis, { pitwallSamples: found });
  await import(pathToFileURL(outfile).href);
  const taken = found.filter(([protocol]) => !LEFT_OUT.includes(protocol));
  return taken.map(([protocol, contract]) => ({
    protocol,
    options: contract.options ?? {},
    pieces: limited(contract.samples()),
  }));
}

const folder = mkdtempSync(join(root, "node_modules", ".captures-"));
const samples: Sample[] = [];
try {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" });
  for (const file of files.filter((f) => f.endsWith(".test.ts")).sort())
    samples.push(...(await samplesOf(join(source, file), folder)));
} finally {
  rmSync(folder, { recursive: true });
}

samples.sort((a, b) => a.protocol.localeCompare(b.protocol));
const text = `// Written by scripts/generate-portable-captures.ts from the samples of the contract tests.
import type { ProtocolOptions } from "@pitwall/core";

export type PortableCapture = {
  readonly protocol: string;
  readonly options: ProtocolOptions;
  /** Hexadecimal: packets or CAN records one by one, or pieces of one stream. */
  readonly pieces: readonly string[];
};

export const PORTABLE_CAPTURES: readonly PortableCapture[] = ${JSON.stringify(samples, null, 2)};
`;
writeFileSync(target, text);
spawnSync(join(root, "node_modules", ".bin", "biome"), ["check", "--write", target], { stdio: "ignore" });
console.error(
  `${samples.length} captures of ${new Set(samples.map((s) => s.protocol)).size} protocols, ${text.length} characters`,
);
