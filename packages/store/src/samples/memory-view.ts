import { restore } from "./column.ts";
import { type GroupColumns, lowerBound } from "./columns.ts";
import type { FieldView, Rows } from "./view.ts";

/** What a group in memory says of its fields; sorts it. */
export function fieldsOf(group: GroupColumns): FieldView[] {
  group.sort();
  const { length: n, tUs } = group;
  return group.columns.map(({ field, count, data, kind }) => {
    if (count === 0) return { field, count, firstUs: Number.NaN, lastUs: Number.NaN };
    const absent = (i: number) => (kind === "i32" ? data[i] === -0x8000_0000 : Number.isNaN(data[i]!));
    let first = 0;
    while (absent(first)) first++;
    let last = n - 1;
    while (absent(last)) last--;
    return { field, count, firstUs: tUs[first]!, lastUs: tUs[last]! };
  });
}

/** Rows with fromUs <= t < toUs of a group in memory; a field it does not have is all NaN. Sorts it. */
export function loadFrom(group: GroupColumns, names: readonly string[], fromUs: number, toUs: number): Rows {
  group.sort();
  const from = lowerBound(group.tUs, group.length, fromUs);
  const to = Math.max(from, lowerBound(group.tUs, group.length, toUs));
  const columns = names.map((name) => {
    const out = new Float64Array(to - from);
    const column = group.columns.find((c) => c.field.name === name);
    if (column) restore(column.field, column.data, from, to, out, 0);
    else out.fill(Number.NaN);
    return out;
  });
  return { tUs: group.tUs.slice(from, to), columns };
}
