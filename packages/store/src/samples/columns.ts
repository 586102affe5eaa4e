import type { Batch, FieldSpec, MessageSpec } from "@pitwall/core";
import { GrowingColumn, moved, newData } from "./column.ts";

const FIRST_ROWS = 256;

export const groupName = (batch: Batch): string => `${batch.source}/${batch.message.name}`;

/** The rows of one group that are in memory, in the order in which they came. */
export class GroupColumns {
  readonly name: string;
  #capacity = FIRST_ROWS;
  #length = 0;
  #tUs = new Float64Array(FIRST_ROWS);
  #ascending = true;
  readonly #columns: GrowingColumn[] = [];
  /** Which column each field of the newest message kind goes to; kinds are compared by identity first. */
  #spec: MessageSpec | undefined;
  #places: GrowingColumn[] = [];
  #absent: GrowingColumn[] = [];
  /** Rows without a usable time. */
  refused = 0;

  constructor(name: string) {
    this.name = name;
  }

  get length(): number {
    return this.#length;
  }
  get columns(): readonly GrowingColumn[] {
    return this.#columns;
  }
  /** Borrowed; the first `length` count. Ascending after `sort`. */
  get tUs(): Float64Array {
    return this.#tUs;
  }
  get bytes(): number {
    return this.#columns.reduce((n, c) => n + c.data.byteLength, this.#tUs.byteLength);
  }

  append(batch: Batch): void {
    if (batch.message !== this.#spec) this.#adopt(batch.message);
    const n = batch.length;
    while (this.#length + n > this.#capacity) this.#grow();
    const at = this.#length;
    const t = this.#tUs;
    let last = at > 0 ? t[at - 1]! : Number.NEGATIVE_INFINITY;
    for (let i = 0; i < n; i++) {
      const x = Math.round(batch.tUs[i]!);
      if (!Number.isSafeInteger(x)) {
        this.#appendUsable(batch);
        return;
      }
      if (x < last) this.#ascending = false;
      last = x;
      t[at + i] = x;
    }
    for (let c = 0; c < this.#places.length; c++) this.#places[c]!.append(batch.columns[c]!, n, at);
    for (const column of this.#absent) column.skip(at, n);
    this.#length = at + n;
  }

  /** Sorts by time; rows of the same time keep the order in which they came. */
  sort(): void {
    if (this.#ascending) return;
    const n = this.#length;
    const t = this.#tUs;
    const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => t[a]! - t[b]! || a - b);
    const sorted = <T extends Float64Array | Float32Array | Int32Array>(from: T, to: T): T => {
      for (let i = 0; i < n; i++) to[i] = from[order[i]!]!;
      return to;
    };
    this.#tUs = sorted(t, new Float64Array(this.#capacity));
    for (const c of this.#columns) c.data.set(sorted(c.data.subarray(0, n), newData(c.kind, n)));
    this.#ascending = true;
  }

  /** Rows without a time are left out and counted. */
  #appendUsable(batch: Batch): void {
    const rows: number[] = [];
    for (let i = 0; i < batch.length; i++) if (Number.isSafeInteger(Math.round(batch.tUs[i]!))) rows.push(i);
    this.refused += batch.length - rows.length;
    const pick = (a: Float64Array) => Float64Array.from(rows, (i) => a[i]!);
    if (rows.length > 0)
      this.append({ ...batch, length: rows.length, tUs: pick(batch.tUs), columns: batch.columns.map(pick) });
  }

  #adopt(spec: MessageSpec): void {
    this.#spec = spec;
    this.#places = spec.fields.map((f) => this.#columnOf(f));
    this.#absent = this.#columns.filter((c) => !this.#places.includes(c));
  }

  #columnOf(field: FieldSpec): GrowingColumn {
    const known = this.#columns.find((c) => c.field.name === field.name);
    if (known) return known;
    const made = new GrowingColumn(field, this.#capacity, this.#length);
    this.#columns.push(made);
    return made;
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#tUs = moved(this.#tUs, this.#capacity);
    for (const c of this.#columns) c.grow(this.#capacity);
  }
}

/** First index of the ascending t[0, n) that is not before `us`. */
export function lowerBound(t: Float64Array, n: number, us: number): number {
  let lo = 0;
  let hi = n;
  while (lo < hi) {
    const mid = (lo + hi) >>> 1;
    if (t[mid]! < us) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}
