import type { Group } from "@pitwall/core";

/**
 * Walks groups in the order of time. Samples of different groups at one time are one row; two samples of one group at
 * one time are two rows.
 */
export function* mergedRows(groups: readonly Group[]): Generator<{ tUs: number; rows: Int32Array }> {
  const at = new Int32Array(groups.length);
  const rows = new Int32Array(groups.length);
  const out = { tUs: 0, rows };
  for (;;) {
    let tUs = Number.POSITIVE_INFINITY;
    for (let g = 0; g < at.length; g++) {
      const t = groups[g]!.tUs;
      if (at[g]! < t.length && t[at[g]!]! < tUs) tUs = t[at[g]!]!;
    }
    if (tUs === Number.POSITIVE_INFINITY) return;
    for (let g = 0; g < at.length; g++) {
      const t = groups[g]!.tUs;
      rows[g] = at[g]! < t.length && t[at[g]!]! === tUs ? at[g]!++ : -1;
    }
    out.tUs = tUs;
    yield out;
  }
}
