import { readFileSync, writeFileSync } from "node:fs";
import { env } from "node:process";
import { describe, expect, it } from "vitest";
import { FORMATS } from "./registry.ts";
import { formatsTable } from "./testing/formats-table.ts";

const DOCS = new URL("../../../docs/formats.md", import.meta.url);
const START = "<!-- generated -->";
const END = "<!-- /generated -->";

describe("docs/formats.md", () => {
  it("has a table of formats that is current (`UPDATE_README=1` writes it)", () => {
    const text = readFileSync(DOCS, "utf8");
    const [from, to] = [text.indexOf(START) + START.length, text.indexOf(END)];
    expect(from >= START.length && to >= from).toBe(true);
    const table = formatsTable(FORMATS);
    if (env["UPDATE_README"]) writeFileSync(DOCS, `${text.slice(0, from)}\n\n${table}\n\n${text.slice(to)}`);
    else expect(text.slice(from, to).trim()).toBe(table);
  });

  it("names every format that is read or written", () => {
    const text = readFileSync(DOCS, "utf8");
    for (const f of FORMATS) expect(text, f.id).toContain(`\`${f.id}\``);
  });
});
