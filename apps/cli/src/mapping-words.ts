import { findChannel } from "@pitwall/core";
import type { CsvMapping, TableSample } from "@pitwall/formats";

const SHOWN = 3;

export const placeOf = (column: string | number, table: TableSample): number =>
  typeof column === "number" ? column : table.header.indexOf(column);

/** A line a column: its number, title, meaning and first values. */
export function inWords(mapping: CsvMapping, table: TableSample): string[] {
  const { time } = mapping;
  const meaning = new Map<number, string>();
  if ("column" in time) {
    meaning.set(placeOf(time.column, table), `time in ${time.kind}`);
    if (time.date !== undefined) meaning.set(placeOf(time.date, table), "date of the time");
    if (time.millis !== undefined) meaning.set(placeOf(time.millis, table), "milliseconds of the time");
  }
  for (const c of mapping.columns)
    meaning.set(
      placeOf(c.column, table),
      `${findChannel(c.channel) ? "" : "own name "}${c.channel}${c.unit ? ` in ${c.unit}` : ""}`,
    );
  const cells = table.header.map((title, i) => [
    String(i + 1),
    title.slice(0, 32),
    meaning.get(i) ?? "left out",
    table.rows
      .slice(0, SHOWN)
      .map((r) => r[i] ?? "")
      .join("  "),
  ]);
  const widths = [0, 1, 2].map((k) => Math.max(...cells.map((c) => c[k]!.length)));
  const lines = cells.map(
    ([n, title, what, values]) =>
      `  ${n!.padStart(widths[0]!)}  ${title!.padEnd(widths[1]!)}  ${what!.padEnd(widths[2]!)}  ${values}`,
  );
  if ("rateHz" in time) lines.push(`  no column holds the time: rows come at ${time.rateHz} Hz`);
  return lines;
}

/** A mapping as a file to fill in, with the first values beside each column. */
export function mappingTemplate(mapping: CsvMapping, table: TableSample): string {
  const first = (column: string | number) => ({
    first: table.rows.slice(0, SHOWN).map((r) => r[placeOf(column, table)] ?? ""),
  });
  const { time } = mapping;
  const lines = [
    ...Object.entries({
      delimiter: mapping.delimiter,
      decimal: mapping.decimal,
      headerLine: mapping.headerLine,
      dataLine: mapping.dataLine,
      time: "column" in time ? { ...time, ...first(time.column) } : time,
    }).map(([k, v]) => `  ${JSON.stringify(k)}: ${JSON.stringify(v)},`),
    '  "columns": [',
    mapping.columns.map((c) => `    ${JSON.stringify({ ...c, ...first(c.column) })}`).join(",\n"),
    "  ]",
  ];
  return `{\n${lines.join("\n")}\n}\n`;
}
