import { readFileSync, writeFileSync } from "node:fs";
import { env } from "node:process";
import { fileURLToPath } from "node:url";
import { type Layout, layoutTable, type MessageSpec, type OptionSpec, type Protocol } from "@pitwall/core";
import { expect, it } from "vitest";

const START = "<!-- generated -->";
const END = "<!-- /generated -->";

const namesOf = (names: Readonly<Record<number, string>> | undefined, what: string): string =>
  names === undefined
    ? ""
    : ` (${what}${Object.entries(names)
        .map(([n, name]) => `${n} ${name}`)
        .join(", ")})`;

const cell = (text: string) => text.replaceAll("|", "\\|");

function messageTable(m: MessageSpec): string {
  return [
    `### ${m.name}`,
    "",
    ...(m.doc === "" ? [] : [m.doc, ""]),
    "| value | unit | meaning |",
    "|---|---|---|",
    ...m.fields.map(
      (f) =>
        `| \`${f.name}\` | ${f.unit} | ${cell(f.doc)}${namesOf(f.labels, "")}${namesOf(f.bits, "bits: ")} |`,
    ),
    ...(m.texts ?? []).map((t) => `| \`${t}\` | text | |`),
  ].join("\n");
}

/** A layout's bytes; names of codes and bits follow below, the core's table has no room for them; then what is derived. */
function bytesTable(l: Layout, m: MessageSpec): string {
  const inLayout = new Set(l.fields.map((f) => f.name));
  const derived = m.fields
    .filter((f) => !inLayout.has(f.name))
    .map(
      (f) =>
        `- besides: \`${f.name}\` (${f.unit})${f.doc === "" ? "" : `, ${f.doc}`}${namesOf(f.labels, "")}`,
    );
  const named = l.fields.filter((f) => f.labels !== undefined || f.bits !== undefined);
  const lines = named.map((f) => `- \`${f.name}\`:${namesOf(f.labels, "")}${namesOf(f.bits, "bits: ")}`);
  lines.push(...derived);
  return [layoutTable(l), ...(lines.length > 0 ? ["", ...lines] : [])].join("\n").replace(/\n{3,}/g, "\n\n");
}

function optionTable(name: string, options: Readonly<Record<string, OptionSpec>>): string {
  const rows = Object.entries(options).map(
    ([key, o]) =>
      `| \`${key}\` | ${o.values?.join(", ") ?? typeof o.default} | \`${o.default}\` | ${o.doc} |`,
  );
  return [
    `### Options of \`${name}\``,
    "",
    "| option | values | default | meaning |",
    "|---|---|---|---|",
    ...rows,
  ].join("\n");
}

/** What a folder's README says about its protocols: options, and each message once, by its bytes where it has a layout. */
export function protocolTables(protocols: readonly Protocol[]): string {
  const seen = new Set<string>();
  const parts: string[] = [];
  for (const p of protocols) if (p.options) parts.push(optionTable(p.name, p.options));
  for (const p of protocols) {
    const layouts = new Map(p.layouts?.map((l) => [l.name, l]));
    for (const m of p.messages) {
      if (seen.has(m.name)) continue;
      seen.add(m.name);
      const l = layouts.get(m.name);
      parts.push(l ? bytesTable(l, m) : messageTable(m));
    }
  }
  return parts.join("\n\n");
}

/** Formatters align the columns of tables: that is no difference. */
const plain = (text: string): string =>
  text
    .replaceAll(/ *\| */g, "|")
    .replaceAll(/-{3,}/g, "---")
    .trim();

/** The part of a README between its two marks says what the tables say. `UPDATE_README=1` writes it. */
export function checkReadme(readme: URL, generated: string): void {
  it("has a README whose generated part is current", () => {
    const file = fileURLToPath(readme);
    const text = readFileSync(file, "utf8");
    const [from, to] = [text.indexOf(START) + START.length, text.indexOf(END)];
    expect(from >= START.length && to >= from, `${START} … ${END} in ${file}`).toBe(true);
    if (env["UPDATE_README"])
      writeFileSync(file, `${text.slice(0, from)}\n\n${generated}\n\n${text.slice(to)}`);
    else expect(plain(text.slice(from, to))).toBe(plain(generated));
  });
}
