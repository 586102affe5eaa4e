import type { Column, FieldSpec, Group } from "@pitwall/core";

const BLOCK = 8192;

/** Numbers of unknown count: blocks of fixed length, joined once at the end, so that nothing is copied on the way. */
export class NumberList {
  readonly #full: Float64Array[] = [];
  #block = new Float64Array(64);
  #fill = 0;

  get length(): number {
    return this.#full.length * BLOCK + this.#fill;
  }

  push(value: number): void {
    if (this.#fill === this.#block.length) this.#next();
    this.#block[this.#fill++] = value;
  }

  /** All of it in one array; the list is empty afterwards. */
  take(): Float64Array {
    const out = new Float64Array(this.length);
    let at = 0;
    for (let block = this.#full.shift(); block; block = this.#full.shift()) {
      out.set(block, at);
      at += block.length;
    }
    out.set(this.#block.subarray(0, this.#fill), at);
    this.#fill = 0;
    return out;
  }

  #next(): void {
    if (this.#block.length === BLOCK) {
      this.#full.push(this.#block);
      this.#block = new Float64Array(BLOCK);
      this.#fill = 0;
      return;
    }
    const wider = new Float64Array(Math.min(BLOCK, this.#block.length * 8));
    wider.set(this.#block);
    this.#block = wider;
  }
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
    let tUs = this.#t.take();
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

/** Indices that sort the times; equal times keep their order. */
function orderOf(tUs: Float64Array): Uint32Array {
  return Uint32Array.from(tUs.keys()).sort((a, b) => tUs[a]! - tUs[b]! || a - b);
}

function permuted(values: Float64Array, order: Uint32Array): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = values[order[i]!]!;
  return out;
}
