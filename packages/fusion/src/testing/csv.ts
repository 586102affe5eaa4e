import { readFileSync } from "node:fs";
import { type FieldSpec, findChannel, type Recording } from "@pitwall/core";

/** A Pitwall CSV as a recording of one group; empty cells are NaN. Enough for tests. */
export function readCsv(url: URL): Recording {
  const [head, ...lines] = readFileSync(url, "utf8").trim().split("\n");
  const names = head!.split(",");
  const columns = names.map(() => new Float64Array(lines.length));
  lines.forEach((line, row) => {
    line.split(",").forEach((cell, k) => {
      columns[k]![row] = cell === "" ? Number.NaN : Number(cell);
    });
  });
  const field = (name: string): FieldSpec => ({
    name,
    unit: findChannel(name)?.unit ?? "1",
    doc: findChannel(name)?.label ?? name,
  });
  return {
    groups: [
      {
        name: "csv",
        tUs: columns[0]!,
        columns: names.slice(1).map((name, k) => ({ field: field(name), values: columns[k + 1]! })),
      },
    ],
    absoluteTime: false,
    gates: [],
    laps: [],
    notes: [],
  };
}

/** Values of a channel of the first group. */
export const columnOf = (recording: Recording, name: string): Float64Array =>
  recording.groups[0]!.columns.find((c) => c.field.name === name)!.values;

/** Linear interpolation in ascending times. */
export function interpolate(t: Float64Array, v: Float64Array, at: number): number {
  let low = 0;
  let high = t.length - 1;
  if (at <= t[0]!) return v[0]!;
  if (at >= t[high]!) return v[high]!;
  while (high - low > 1) {
    const mid = (low + high) >> 1;
    if (t[mid]! <= at) low = mid;
    else high = mid;
  }
  return v[low]! + ((at - t[low]!) / (t[high]! - t[low]!)) * (v[high]! - v[low]!);
}

export const rms = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
