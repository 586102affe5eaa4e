import { createHash } from "node:crypto";
import { type FieldSpec, type Group, isDerived } from "@pitwall/core";
import { StoreError } from "../errors.ts";
import { minMax } from "./downsample.ts";
import type { ChannelSummary, SampleQuery, Series } from "./types.ts";

/** Rows ascending in time; NaN is "no sample". */
export type Rows = { readonly tUs: Float64Array; readonly columns: readonly Float64Array[] };

export type FieldView = {
  readonly field: FieldSpec;
  readonly count: number;
  /** Of the samples that are there; NaN where there are none. */
  readonly firstUs: number;
  readonly lastUs: number;
};

/** One group of one session, wherever its rows are: what every adapter offers, and all queries are made of. */
export interface GroupView {
  readonly name: string;
  readonly fields: readonly FieldView[];
  /** Rows with fromUs <= t < toUs of the named fields. */
  load(fields: readonly string[], fromUs: number, toUs: number): Promise<Rows>;
}

const ALWAYS = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;

export function channelsOf(groups: readonly GroupView[]): ChannelSummary[] {
  return byName(groups).flatMap((g) =>
    g.fields
      .filter((f) => f.count > 0)
      .map(({ field, count, firstUs, lastUs }) => {
        return { channel: field.name, group: g.name, unit: field.unit, field, count, firstUs, lastUs };
      }),
  );
}

export async function querySeries(groups: readonly GroupView[], query: SampleQuery): Promise<Series[]> {
  const known = channelsOf(groups);
  const found = query.channels.map((asked) => findChannelOf(known, asked));
  const from = query.fromUs ?? ALWAYS[0];
  const to = query.toUs ?? ALWAYS[1];
  const rows = new Map<string, { names: string[]; rows: Rows }>();
  for (const group of groups) {
    const names = found.filter((c) => c?.group === group.name).map((c) => c!.channel);
    if (names.length > 0) rows.set(group.name, { names, rows: await group.load(names, from, to) });
  }
  return found.flatMap((c) => {
    if (!c) return [];
    const { names, rows: loaded } = rows.get(c.group)!;
    return [toSeries(c, loaded.tUs, loaded.columns[names.indexOf(c.channel)]!, query.points)];
  });
}

export async function readGroupOf(
  groups: readonly GroupView[],
  name: string,
  channels?: readonly string[],
): Promise<Group> {
  const group = groups.find((g) => g.name === name);
  const fields = (channels ?? group?.fields.map((f) => f.field.name) ?? []).map(
    (c) => group?.fields.find((f) => f.field.name === c)?.field,
  );
  if (!group || fields.some((f) => f === undefined))
    throw new StoreError("not-found", name, "there is no such group, or not with these channels");
  const rows = await group.load(
    fields.map((f) => f!.name),
    ...ALWAYS,
  );
  return { name, tUs: rows.tUs, columns: fields.map((f, i) => ({ field: f!, values: rows.columns[i]! })) };
}

export async function digestOf(groups: readonly GroupView[]): Promise<string> {
  const hash = createHash("sha256");
  for (const g of byName(groups)) {
    const fields = g.fields.map((f) => f.field).sort((a, b) => (a.name < b.name ? -1 : 1));
    hash.update(JSON.stringify([g.name, fields.map((f) => [f.name, f.unit])]));
    for (const [i, f] of fields.entries()) {
      const { tUs, columns } = await g.load([f.name], ...ALWAYS);
      const values = columns[0]!;
      for (let k = 0; k < values.length; k++) if (Number.isNaN(values[k]!)) values[k] = Number.NaN;
      if (i === 0) hash.update(tUs);
      hash.update(values);
    }
  }
  return hash.digest("hex");
}

const byName = (groups: readonly GroupView[]): GroupView[] =>
  [...groups].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));

function findChannelOf(known: readonly ChannelSummary[], asked: string): ChannelSummary | undefined {
  let best: ChannelSummary | undefined;
  for (const c of known) if (c.channel === asked && (!best || goesBefore(c, best))) best = c;
  return best ?? known.find((c) => `${c.group}:${c.channel}` === asked);
}

function goesBefore(a: ChannelSummary, b: ChannelSummary): boolean {
  const derived = isDerived(a.group);
  return derived === isDerived(b.group) ? a.count > b.count : derived;
}

function toSeries(c: ChannelSummary, t: Float64Array, v: Float64Array, points = Infinity): Series {
  const tUs = new Float64Array(t.length);
  const values = new Float64Array(t.length);
  let n = 0;
  for (let i = 0; i < t.length; i++) {
    const x = v[i]!;
    if (Number.isNaN(x)) continue;
    tUs[n] = t[i]!;
    values[n++] = x;
  }
  const { channel, group, unit } = c;
  return { channel, group, unit, total: n, ...minMax(tUs, values, n, Math.max(2, points)) };
}

/** Rows of several places in one: later places come after earlier ones where the times are equal. */
export function joinRows(parts: readonly Rows[], columns: number): Rows {
  const filled = parts.filter((p) => p.tUs.length > 0);
  if (filled.length === 1) return filled[0]!;
  const n = filled.reduce((sum, p) => sum + p.tUs.length, 0);
  const join = (pick: (p: Rows) => Float64Array): Float64Array => {
    const out = new Float64Array(n);
    let at = 0;
    for (const p of filled) {
      out.set(pick(p), at);
      at += p.tUs.length;
    }
    return out;
  };
  const tUs = join((p) => p.tUs);
  const values = Array.from({ length: columns }, (_, c) => join((p) => p.columns[c]!));
  let ascending = true;
  for (let i = 1; i < n && ascending; i++) ascending = tUs[i]! >= tUs[i - 1]!;
  if (ascending) return { tUs, columns: values };
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => tUs[a]! - tUs[b]! || a - b);
  const sorted = (a: Float64Array) => Float64Array.from(order, (i) => a[i]!);
  return { tUs: sorted(tUs), columns: values.map(sorted) };
}
