/** Rules of the house: who may import whom. Fails when one is broken, and when it saw no module at all. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "oxc-parser";

const root = fileURLToPath(new URL("..", import.meta.url));

/** A package imports only packages that stand above it. */
const ORDER = ["core", "protocols", "fusion", "laps", "pipeline", "simulator", "formats", "store", "api"];
const PORTABLE = new Set(ORDER.slice(0, 6));
const NOT_SHIPPED = /\.(test|bench|contract)\.tsx?$|\/testing\//;

export type Import = { readonly from: string; readonly to: string; readonly line: number };

/** Module specifiers of a file with their lines; `import type` counts too. */
export function importsOf(file: string, source: string): Import[] {
  const { module } = parseSync(file, source);
  const specifiers = [
    ...module.staticImports.map((i) => i.moduleRequest),
    ...module.staticExports.flatMap((e) =>
      e.entries.flatMap((x) => (x.moduleRequest ? [x.moduleRequest] : [])),
    ),
  ];
  const lineOf = (offset: number) => source.slice(0, offset).split("\n").length;
  const found = specifiers.map((s) => ({ from: file, to: s.value, line: lineOf(s.start) }));
  for (const d of module.dynamicImports) {
    const text = source.slice(d.moduleRequest.start, d.moduleRequest.end);
    if (/^["'`]/.test(text))
      found.push({ from: file, to: text.slice(1, -1), line: lineOf(d.moduleRequest.start) });
  }
  return found.filter((x, i) => found.findIndex((y) => y.to === x.to) === i);
}

type Room = { readonly kind: "package" | "app" | "other"; readonly name: string };
const roomOf = (path: string): Room => {
  const m = /^(packages|apps)\/([^/]+)\//.exec(path);
  return m ? { kind: m[1] === "packages" ? "package" : "app", name: m[2]! } : { kind: "other", name: path };
};

/** The rule that an import breaks, or undefined. `target` is a path from the root, or a package of npm or Node. */
export function brokenRule(from: string, target: string): string | undefined {
  const a = roomOf(from);
  const b = roomOf(target);
  const shipped = !NOT_SHIPPED.test(from);
  if (b.kind === "app" && !(a.kind === "app" && a.name === b.name)) {
    const cliStartsServer = a.name === "cli" && b.name === "server";
    if (!cliStartsServer && a.kind !== "other") return "an app is imported by nobody";
  }
  if (!shipped) return undefined;
  if (NOT_SHIPPED.test(target)) return "shipped code does not import test code";
  if (a.kind === "package" && b.kind === "package" && ORDER.indexOf(b.name) > ORDER.indexOf(a.name))
    return `${a.name} stands above ${b.name}`;
  if (a.kind === "package" && PORTABLE.has(a.name) && b.kind === "other")
    return "a portable package imports nothing from outside";
  if (
    a.kind === "app" &&
    a.name === "dashboard" &&
    b.kind === "package" &&
    b.name !== "core" &&
    b.name !== "api"
  )
    return "the dashboard knows only core and the api";
  const protocol = (p: string) => /^packages\/protocols\/src\/([^/]+)\//.exec(p)?.[1];
  const [p, q] = [protocol(from), protocol(target)];
  if (p !== undefined && q !== undefined && p !== q) return "a protocol never imports another";
  return undefined;
}

/** Circles in the graph of imports, each as the path around it. */
export function circles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const walk = (node: string): void => {
    const at = path.indexOf(node);
    if (at >= 0) {
      found.push([...path.slice(at), node]);
      return;
    }
    if (done.has(node)) return;
    path.push(node);
    for (const next of graph.get(node) ?? []) walk(next);
    path.pop();
    done.add(node);
  };
  for (const node of graph.keys()) walk(node);
  return found;
}

function resolve(from: string, specifier: string): string {
  if (specifier.startsWith(".")) return normalize(join(dirname(from), specifier)).replaceAll("\\", "/");
  const own = /^@pitwall\/([^/]+)/.exec(specifier)?.[1];
  if (own === undefined) return specifier;
  const folder = ORDER.includes(own) ? `packages/${own}` : `apps/${own}`;
  return `${folder}/src/index.ts`;
}

function main(): number {
  const files = ["packages", "apps"]
    .flatMap((top) => globSync(`${top}/*/src/**/*.{ts,tsx}`, { cwd: root }))
    .map((f) => f.replaceAll("\\", "/"));
  const problems: string[] = [];
  const graph = new Map<string, string[]>();
  let seen = 0;
  for (const file of files) {
    const targets: string[] = [];
    for (const found of importsOf(file, readFileSync(join(root, file), "utf8"))) {
      seen++;
      const target = resolve(file, found.to);
      const rule = brokenRule(file, target);
      if (rule) problems.push(`${file}:${found.line}: imports ${found.to}: ${rule}`);
      if (found.to.startsWith(".") && /\.tsx?$/.test(target) && !existsSync(join(root, target)))
        problems.push(`${file}:${found.line}: ${found.to} does not exist`);
      if (/^(packages|apps)\//.test(target)) targets.push(target);
    }
    graph.set(file, targets);
  }
  for (const c of circles(graph)) problems.push(`circular: ${c.join(" -> ")}`);
  if (files.length === 0 || seen === 0)
    problems.push(`saw ${files.length} modules and ${seen} imports: nothing was checked`);
  for (const p of problems) console.error(p);
  console.error(`boundaries: ${files.length} modules, ${seen} imports, ${problems.length} problems`);
  return problems.length === 0 ? 0 : 1;
}

if (process.argv[1] !== undefined && relative(process.argv[1], fileURLToPath(import.meta.url)) === "")
  process.exit(main());
