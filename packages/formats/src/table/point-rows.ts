import type { FieldSpec, Group } from "@pitwall/core";
import type { NamedColumn } from "../names/channel-names.ts";
import { DECIMALS_UNBOUNDED } from "../text/row.ts";
import { NumberList } from "./columns.ts";
import { ascending } from "./order.ts";

type Open = { readonly named: NamedColumn; readonly values: NumberList; decimals: number };

const TEXT = /^\s*[-+]?(\d*)(?:\.(\d*))?\s*$/;

/** Rows of formats that name their values with each point (GPX, KML, JSON): columns appear as they come. */
export class PointRows {
  readonly #t = new NumberList();
  readonly #columns = new Map<string, Open>();

  get length(): number {
    return this.#t.length;
  }

  /** One value of the point that is being read. Text keeps the number of its decimals; what is no number is left out. */
  set(key: string, name: () => NamedColumn, value: string | number): void {
    const x = typeof value === "number" ? value : value.trim() === "" ? Number.NaN : Number(value);
    if (!Number.isFinite(x)) return;
    let column = this.#columns.get(key);
    if (!column) {
      column = { named: name(), values: new NumberList(), decimals: 0 };
      this.#columns.set(key, column);
    }
    const digits = TEXT.exec(typeof value === "number" ? String(value) : value);
    const decimals = digits?.[2]?.length ?? 0;
    const seen = digits && digits[1]!.length + decimals <= 15 ? decimals : DECIMALS_UNBOUNDED;
    if (seen > column.decimals) column.decimals = seen;
    while (column.values.length < this.#t.length) column.values.push(Number.NaN);
    if (column.values.length === this.#t.length)
      column.values.push(x * column.named.scale + column.named.offset);
  }

  /** The point is complete. */
  add(tUs: number): void {
    this.#t.push(tUs);
  }

  /** The group, times ascending; undefined where there is no point. */
  finish(name: string): Group | undefined {
    const n = this.#t.length;
    if (n === 0) return undefined;
    const tUs = this.#t.take();
    const columns = [...this.#columns.values()].map((c) => {
      while (c.values.length < n) c.values.push(Number.NaN);
      return { field: withResolution(c), values: c.values.take() };
    });
    return ascending({ name, tUs, columns });
  }
}

function withResolution({ named, decimals }: Open): FieldSpec {
  if (decimals === DECIMALS_UNBOUNDED) return named.field;
  const resolution = Math.abs(named.scale) / 10 ** decimals;
  return named.offset === 0
    ? { ...named.field, resolution }
    : { ...named.field, resolution, offset: named.offset };
}
