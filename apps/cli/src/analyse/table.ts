export type TableColumn = { readonly title: string; readonly unit?: string; readonly left?: boolean };

/** Rows under a head of titles and units; as wide as it must be, without spaces at the ends of lines. */
export function table(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string[] {
  const units = columns.map((c) => c.unit ?? "");
  const head = [columns.map((c) => c.title), ...(units.some((u) => u !== "") ? [units] : [])];
  const width = columns.map((_, i) => Math.max(...[...head, ...rows].map((r) => (r[i] ?? "").length)));
  return [...head, ...rows].map((r) =>
    columns
      .map((c, i) => (c.left ? (r[i] ?? "").padEnd(width[i]!) : (r[i] ?? "").padStart(width[i]!)))
      .join("  ")
      .trimEnd(),
  );
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of block characters, `share` of `width`. */
export function bar(share: number, width: number): string {
  const eighths = Math.round(Math.max(0, Math.min(1, share)) * width * 8);
  return "█".repeat(eighths >> 3) + EIGHTHS[eighths & 7]!;
}
