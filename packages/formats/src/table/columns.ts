import type { Column, FieldSpec, Group } from "@pitwall/core";
import { orderOf, permuted } from "./order.ts";

/** What a long file holds and does not fill: by doubling it would be as much as its columns. */
const GROWTH = 1.5;

/** Numbers of unknown count. Grows by moving its memory, which is given back at once and not when the collector comes by. */
export class NumberList {
  #values: Float64Array<ArrayBuffer> = new Float64Array(64);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length)
      this.#values = moved(this.#values, Math.ceil(this.#length * GROWTH));
    this.#values[this.#length++] = value;
  }

  /** All of it in one array; the list is empty afterwards. */
  take(): Float64Array<ArrayBuffer> {
    const out = moved(this.#values, this.#length);
    this.#values = new Float64Array(64);
    this.#length = 0;
    return out;
  }
}

/** The first `length` values in memory of their own; the old array is gone (ES2024, copied where a browser is older). */
function moved(values: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  if (typeof values.buffer.transfer === "function")
    return new Float64Array(values.buffer.transfer(length * Float64Array.BYTES_PER_ELEMENT));
  const out = new Float64Array(length);
  out.set(values.subarray(0, Math.min(length, values.length)));
  return out;
}

/** Rows of one group as they come; gives the group with ascending times. */
export class GroupBuilder {
  readonly name: string;
  readonly #fields: readonly FieldSpec[];
  readonly #t = new NumberList();
  readonly #lists: NumberList[];
  readonly #counts: Float64Array;
  #lastT = Number.NEGATIVE_INFINITY;
  readonly #last: Float64Array;
  #disorder = 0;
  #repeats = 0;

  constructor(name: string, fields: readonly FieldSpec[]) {
    this.name = name;
    this.#fields = fields;
    this.#lists = fields.map(() => new NumberList());
    this.#counts = new Float64Array(fields.length);
    this.#last = new Float64Array(fields.length);
  }

  get rows(): number {
    return this.#t.length;
  }
  /** Rows that were older than the one before; they are sorted in. */
  get disorder(): number {
    return this.#disorder;
  }
  /** Rows equal to the one before in time and values; they are left out. */
  get repeats(): number {
    return this.#repeats;
  }

  /** Copies one row; NaN is "no sample". */
  add(tUs: number, row: Float64Array): void {
    const n = this.#lists.length;
    if (tUs === this.#lastT) {
      let same = true;
      for (let i = 0; i < n && same; i++) {
        const a = row[i]!;
        const b = this.#last[i]!;
        same = a === b || (Number.isNaN(a) && Number.isNaN(b));
      }
      if (same) {
        this.#repeats++;
        return;
      }
    } else if (tUs < this.#lastT) this.#disorder++;
    this.#lastT = tUs;
    this.#t.push(tUs);
    for (let i = 0; i < n; i++) {
      const v = row[i]!;
      this.#last[i] = v;
      this.#lists[i]!.push(v);
      if (!Number.isNaN(v)) this.#counts[i]!++;
    }
  }

  /** Columns without any sample are left out; undefined where none is left. `refine` settles what a field turned out to be. */
  finish(refine: (field: FieldSpec, index: number) => FieldSpec = (f) => f): Group | undefined {
    let tUs: Float64Array = this.#t.take();
    const order = this.#disorder > 0 ? orderOf(tUs) : undefined;
    if (order) tUs = permuted(tUs, order);
    const columns: Column[] = [];
    for (let i = 0; i < this.#lists.length; i++) {
      const values = this.#lists[i]!.take();
      if (this.#counts[i] === 0) continue;
      columns.push({
        field: refine(this.#fields[i]!, i),
        values: order ? permuted(values, order) : values,
      });
    }
    return columns.length === 0 ? undefined : { name: this.name, tUs, columns };
  }
}
