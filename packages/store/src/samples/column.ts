import type { FieldSpec } from "@pitwall/core";
import { fromRaw, MAX_RAW, NO_RAW, type Scale, scaleOf, toRaw } from "./scale.ts";

/** How a column is kept, in memory and in files: multiples of the resolution, 32-bit floats, or 64-bit floats. */
export type ColumnKind = "i32" | "f32" | "f64";
export type ColumnData = Int32Array | Float32Array | Float64Array;

export const newData = (kind: ColumnKind, length: number): ColumnData =>
  kind === "i32"
    ? new Int32Array(length)
    : kind === "f32"
      ? new Float32Array(length)
      : new Float64Array(length);

/** The same values in memory for so many; the old array is gone at once, not when the collector comes by. */
export function moved<T extends ColumnData>(data: T, length: number): T {
  const wider = (data.buffer as ArrayBuffer).transfer(length * data.BYTES_PER_ELEMENT);
  return new (data.constructor as new (buffer: ArrayBuffer) => T)(wider);
}

/**
 * One growing column. A field with a resolution is kept as its multiples, until one does not fit 32 bits; from then on
 * as 64-bit floats, still rounded to the resolution, so that the values do not depend on when that happened.
 */
export class GrowingColumn {
  readonly field: FieldSpec;
  readonly #scale: Scale | undefined;
  #kind: ColumnKind;
  #data: ColumnData;
  /** Values that are there. */
  count = 0;

  constructor(field: FieldSpec, capacity: number, filled = 0) {
    this.field = field;
    this.#scale = scaleOf(field);
    this.#kind = this.#scale ? "i32" : field.float32 ? "f32" : "f64";
    this.#data = newData(this.#kind, capacity);
    this.skip(0, filled);
  }

  get kind(): ColumnKind {
    return this.#kind;
  }
  /** Borrowed; longer than what counts. */
  get data(): ColumnData {
    return this.#data;
  }

  grow(capacity: number): void {
    this.#data = moved(this.#data, capacity);
  }

  /** No sample in rows [at, at + n). */
  skip(at: number, n: number): void {
    this.#data.fill(this.#kind === "i32" ? NO_RAW : Number.NaN, at, at + n);
  }

  /** values[0, n) become rows at `at`. */
  append(values: Float64Array, n: number, at: number): void {
    if (this.#kind === "i32") {
      const done = this.#appendRaw(this.#data as Int32Array, values, n, at);
      if (done === n) return;
      this.#widen(at + done);
      this.#appendRest(values, done, n, at);
    } else this.#appendRest(values, 0, n, at);
  }

  /** Stops at a value that does not fit, and returns how far it came. */
  #appendRaw(out: Int32Array, values: Float64Array, n: number, at: number): number {
    const { per, resolution, offset } = this.#scale!;
    let count = 0;
    let i = 0;
    for (; i < n; i++) {
      const v = values[i]! - offset;
      const raw = Math.round(per === undefined ? v / resolution : v * per);
      if (raw >= -MAX_RAW && raw <= MAX_RAW) {
        out[at + i] = raw;
        count++;
      } else if (Number.isNaN(raw)) out[at + i] = NO_RAW;
      else break;
    }
    this.count += count;
    return i;
  }

  #appendRest(values: Float64Array, from: number, n: number, at: number): void {
    const out = this.#data;
    const scale = this.#scale;
    for (let i = from; i < n; i++) {
      const v = values[i]!;
      // a value beyond the reach of 64-bit whole numbers stays as it is
      const raw = scale ? toRaw(scale, v) : 0;
      out[at + i] = scale && Math.abs(raw) <= Number.MAX_SAFE_INTEGER ? fromRaw(scale, raw) : v;
      if (!Number.isNaN(v)) this.count++;
    }
  }

  #widen(length: number): void {
    const raw = this.#data;
    const out = new Float64Array(raw.length);
    for (let i = 0; i < length; i++) out[i] = raw[i] === NO_RAW ? Number.NaN : fromRaw(this.#scale!, raw[i]!);
    this.#data = out;
    this.#kind = "f64";
  }
}

/** data[from, to) as values, NaN where there is none, to out[at…]. */
export function restore(
  field: FieldSpec,
  data: ColumnData,
  from: number,
  to: number,
  out: Float64Array,
  at: number,
): void {
  if (data instanceof Int32Array) {
    const { per, resolution, offset } = scaleOf(field)!;
    for (let i = from, o = at; i < to; i++, o++) {
      const raw = data[i]!;
      out[o] = raw === NO_RAW ? Number.NaN : (per === undefined ? raw * resolution : raw / per) + offset;
    }
  } else for (let i = from, o = at; i < to; i++, o++) out[o] = data[i]!;
}
