import { Coverage, type Range } from "./coverage.ts";

const FIRST_CAPACITY = 1024;
/** Samples that a series may hold: at 25 Hz more than an hour. */
const DEFAULT_LIMIT = 131_072;

/**
 * Samples of one channel of one group, ascending in time, each time once: the place where history and live meet.
 * Live rows are appended (late ones are put where they belong); history fills what is not covered yet.
 */
export class Series {
  readonly channel: string;
  readonly group: string;
  readonly unit: string;
  readonly coverage = new Coverage();
  readonly limit: number;
  /** Counts changes that are not an append. */
  version = 0;
  /** What is looked at: kept when the oldest samples have to go. */
  view: Range | undefined;
  #t = new Float64Array(FIRST_CAPACITY);
  #v = new Float64Array(FIRST_CAPACITY);
  #end = 0;
  #liveFromUs = Number.NaN;

  constructor(channel: string, group: string, unit: string, limit = DEFAULT_LIMIT) {
    this.channel = channel;
    this.group = group;
    this.unit = unit;
    this.limit = limit;
  }

  get length(): number {
    return this.#end;
  }
  /** Times, oldest first, borrowed until the next change. */
  get tUs(): Float64Array {
    return this.#t.subarray(0, this.#end);
  }
  get values(): Float64Array {
    return this.#v.subarray(0, this.#end);
  }
  get lastUs(): number {
    return this.length === 0 ? Number.NaN : this.#t[this.#end - 1]!;
  }
  get lastValue(): number {
    return this.length === 0 ? Number.NaN : this.#v[this.#end - 1]!;
  }

  /** Index of the first sample at or after `tUs`; `length` where there is none. */
  indexAtOrAfter(tUs: number): number {
    let lo = 0;
    let hi = this.#end;
    if (hi > 0 && this.#t[hi - 1]! < tUs) return hi;
    while (lo < hi) {
      const mid = (lo + hi) >>> 1;
      if (this.#t[mid]! < tUs) lo = mid + 1;
      else hi = mid;
    }
    return lo;
  }

  /** Rows of the live stream. NaN is "no sample", the time counts as known all the same. */
  live(tUs: Float64Array, column: Float64Array): void {
    if (tUs.length === 0) return;
    if (Number.isNaN(this.#liveFromUs)) this.#liveFromUs = tUs[0]!;
    let toUs = this.#liveFromUs;
    for (let i = 0; i < tUs.length; i++) {
      const t = tUs[i]!;
      if (t > toUs) toUs = t;
      const v = column[i]!;
      if (!Number.isNaN(v)) this.#put(t, v);
    }
    this.coverage.add({ fromUs: this.#liveFromUs, toUs, stepUs: 0 });
    if (this.length > this.limit) this.#shed();
  }

  /** The live stream was interrupted: what comes next does not join on to what came last. */
  interrupt(): void {
    this.#liveFromUs = Number.NaN;
  }

  /**
   * What the store has from `asked`, as fine as `stepUs` (0: every sample). What is known as finely is left alone.
   * An answer with an open end makes known what lies up to its last sample, and nothing where it holds none.
   */
  history(
    asked: { readonly fromUs: number; readonly toUs: number | undefined },
    stepUs: number,
    tUs: Float64Array,
    values: Float64Array,
  ): void {
    const range = { fromUs: asked.fromUs, toUs: asked.toUs ?? tUs.at(-1) ?? Number.NEGATIVE_INFINITY };
    const parts = this.coverage.missing(range, stepUs);
    if (parts.length === 0) return;
    const own = { t: this.tUs, v: this.values };
    const t = new Float64Array(own.t.length + tUs.length);
    const v = new Float64Array(t.length);
    let n = 0;
    let a = 0;
    let b = 0;
    const take = (from: typeof own, i: number) => {
      t[n] = from.t[i]!;
      v[n++] = from.v[i]!;
    };
    const given = { t: tUs, v: values };
    for (const part of parts) {
      while (a < own.t.length && own.t[a]! < part.fromUs) take(own, a++);
      while (a < own.t.length && own.t[a]! <= part.toUs) a++;
      while (b < tUs.length && tUs[b]! < part.fromUs) b++;
      for (; b < tUs.length && tUs[b]! <= part.toUs; b++) {
        if (!Number.isNaN(values[b]!) && (n === 0 || tUs[b]! > t[n - 1]!)) take(given, b);
      }
    }
    while (a < own.t.length) take(own, a++);
    this.#adopt(t, v, n);
    this.coverage.add({ ...range, stepUs });
    if (this.length > this.limit) this.#shed();
  }

  /** Asks again for `range` at the next occasion; what is held stays on show until then. */
  distrust(range: Range): void {
    this.coverage.remove(range);
  }

  #put(t: number, v: number): void {
    if (this.#end === this.#t.length) this.#grow();
    if (this.#end === 0 || t > this.#t[this.#end - 1]!) {
      this.#t[this.#end] = t;
      this.#v[this.#end++] = v;
      return;
    }
    this.version++;
    const at = this.indexAtOrAfter(t);
    if (this.#t[at] === t) {
      this.#v[at] = v;
      return;
    }
    this.#t.copyWithin(at + 1, at, this.#end);
    this.#v.copyWithin(at + 1, at, this.#end);
    this.#t[at] = t;
    this.#v[at] = v;
    this.#end++;
  }

  #grow(): void {
    const t = new Float64Array(Math.max(this.#end * 2, FIRST_CAPACITY));
    const v = new Float64Array(t.length);
    t.set(this.tUs);
    v.set(this.values);
    this.#t = t;
    this.#v = v;
  }

  #adopt(t: Float64Array<ArrayBuffer>, v: Float64Array<ArrayBuffer>, n: number): void {
    this.version++;
    this.#t = t;
    this.#v = v;
    this.#end = n;
  }

  /** Keeps the newest half, and before it what is looked at (at most a quarter). */
  #shed(): void {
    const t = this.tUs;
    const newest = t.length - (this.limit >>> 1);
    let lo = newest;
    let hi = newest;
    if (this.view) {
      lo = Math.min(this.indexAtOrAfter(this.view.fromUs), newest);
      hi = Math.min(this.indexAtOrAfter(this.view.toUs + 1), newest, lo + (this.limit >>> 2));
    }
    const forget = (from: number, to: number) => {
      if (to > from)
        this.coverage.remove({
          fromUs: from === 0 ? Number.NEGATIVE_INFINITY : t[from - 1]! + 1,
          toUs: t[to]! - 1,
        });
    };
    forget(0, lo);
    forget(hi, newest);
    const kept = hi - lo + t.length - newest;
    const nextT = new Float64Array(this.limit + (this.limit >>> 2));
    const nextV = new Float64Array(nextT.length);
    nextT.set(t.subarray(lo, hi));
    nextT.set(t.subarray(newest), hi - lo);
    nextV.set(this.values.subarray(lo, hi));
    nextV.set(this.values.subarray(newest), hi - lo);
    if (Number.isFinite(this.#liveFromUs)) this.#liveFromUs = Math.max(this.#liveFromUs, t[newest]!);
    this.#adopt(nextT, nextV, kept);
  }
}
