import type { Group } from "@pitwall/core";

/** Indices that sort the times; equal times keep their order. */
export const orderOf = (tUs: Float64Array): Uint32Array =>
  Uint32Array.from(tUs.keys()).sort((a, b) => tUs[a]! - tUs[b]! || a - b);

export function permuted(values: Float64Array, order: Uint32Array): Float64Array {
  const out = new Float64Array(order.length);
  for (let i = 0; i < out.length; i++) out[i] = values[order[i]!]!;
  return out;
}

/** The group with whole, ascending times; rows without a time are left out. The group itself where nothing is to do. */
export function ascending(group: Group): Group {
  const { tUs } = group;
  let fine = true;
  for (let i = 0; i < tUs.length && fine; i++)
    fine = Number.isInteger(tUs[i]!) && !(i > 0 && tUs[i]! < tUs[i - 1]!);
  if (fine) return group;
  const whole = tUs.map((t) => Math.round(t));
  const order = orderOf(whole).filter((i) => Number.isFinite(whole[i]!));
  return {
    ...group,
    tUs: permuted(whole, order),
    columns: group.columns.map((c) => ({ ...c, values: permuted(c.values, order) })),
  };
}
