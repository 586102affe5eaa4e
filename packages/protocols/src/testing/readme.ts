import { readFileSync, writeFileSync } from "node:fs";
import { env } from "node:process";
import { fileURLToPath } from "node:url";
import type { MessageSpec } from "@pitwall/core";
import { expect, it } from "vitest";

const START = "<!-- generated -->";
const END = "<!-- /generated -->";

const labelsOf = (labels: Readonly<Record<number, string>> | undefined, what: string): string =>
  labels === undefined
    ? ""
    : ` (${what}${Object.entries(labels)
        .map(([n, name]) => `${n} ${name}`)
        .join(", ")})`;

/** The messages of a protocol as Markdown, for its README. */
export function messageTables(messages: readonly MessageSpec[]): string {
  const cell = (text: string) => text.replaceAll("|", "\\|");
  return messages
    .map((m) =>
      [
        `### ${m.name}`,
        "",
        ...(m.doc === "" ? [] : [m.doc, ""]),
        "| value | unit | meaning |",
        "|---|---|---|",
        ...m.fields.map(
          (f) =>
            `| \`${f.name}\` | ${f.unit} | ${cell(f.doc)}${labelsOf(f.labels, "")}${labelsOf(f.bits, "bits: ")} |`,
        ),
        ...(m.texts ?? []).map((t) => `| \`${t}\` | text | |`),
      ].join("\n"),
    )
    .join("\n\n");
}

/** The part of a README between its two marks says what the tables say. `UPDATE_README=1` writes it. */
export function checkReadme(readme: URL, generated: string): void {
  it("has a README whose generated part is current", () => {
    const file = fileURLToPath(readme);
    const text = readFileSync(file, "utf8");
    const [from, to] = [text.indexOf(START), text.indexOf(END)];
    expect(from >= 0 && to > from, `${START} … ${END} in ${file}`).toBe(true);
    const wanted = `${START}\n\n${generated}\n\n`;
    if (env["UPDATE_README"]) writeFileSync(file, text.slice(0, from) + wanted + text.slice(to));
    else expect(text.slice(from, to)).toBe(wanted);
  });
}
