import { describe, expect, it } from "vitest";
import { brokenRule, circles, importsOf } from "./check-boundaries.ts";

describe("boundaries", () => {
  it("sees imports, re-exports, type imports and dynamic imports, with their lines", () => {
    const source = `import { a } from "./a.ts";\nimport type { B } from "@pitwall/core";\nexport * from "./c.ts";\nconst d = await import("node:fs");\n`;
    expect(
      importsOf("x.ts", source)
        .map((i) => `${i.line} ${i.to}`)
        .sort(),
    ).toEqual(["1 ./a.ts", "2 @pitwall/core", "3 ./c.ts", "4 node:fs"]);
  });

  it.each([
    ["packages/core/src/a.ts", "packages/protocols/src/index.ts", "core stands above protocols"],
    ["packages/fusion/src/a.ts", "node:fs", "a portable package imports nothing from outside"],
    [
      "packages/protocols/src/vesc/a.ts",
      "packages/protocols/src/jbd/b.ts",
      "a protocol never imports another",
    ],
    ["packages/store/src/a.ts", "apps/server/src/index.ts", "an app is imported by nobody"],
    ["apps/dashboard/src/a.ts", "packages/store/src/index.ts", "the dashboard knows only core and the api"],
    ["packages/core/src/a.ts", "packages/core/src/testing/b.ts", "shipped code does not import test code"],
  ])("%s may not import %s", (from, to, rule) => {
    expect(brokenRule(from, to)).toBe(rule);
  });

  it.each([
    ["packages/protocols/src/vesc/a.ts", "packages/core/src/index.ts"],
    ["packages/protocols/src/registry.ts", "packages/protocols/src/vesc/index.ts"],
    ["packages/store/src/a.ts", "node:fs"],
    ["packages/fusion/src/a.test.ts", "node:fs"],
    ["apps/cli/src/a.ts", "apps/server/src/index.ts"],
  ])("%s may import %s", (from, to) => {
    expect(brokenRule(from, to)).toBeUndefined();
  });

  it("finds a circle", () => {
    const graph = new Map([
      ["a", ["b"]],
      ["b", ["c"]],
      ["c", ["a"]],
      ["d", ["a"]],
    ]);
    expect(circles(graph)).toEqual([["a", "b", "c", "a"]]);
  });
});
