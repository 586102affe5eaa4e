import type { Trace } from "../trace.ts";

/** Most drives are recognised within the first lap; a fleet that starts at once asks for no more than that takes. */
const FIRST_FIXES = 1024;

/** Keeps the newest fixes of a drive, up to a number, for the time before its track is known. Grows by doubling. */
export class FixLog {
  readonly #most: number;
  #capacity: number;
  #columns: Float64Array[];
  #at = 0;
  #count = 0;

  constructor(capacity: number) {
    this.#most = capacity;
    this.#capacity = Math.min(FIRST_FIXES, capacity);
    this.#columns = Array.from({ length: 6 }, () => new Float64Array(this.#capacity));
  }

  add(tUs: number, latDeg: number, lonDeg: number, speedMps: number, courseRad: number, hAccM: number): void {
    if (this.#count === this.#capacity && this.#capacity < this.#most) this.#grow();
    const i = this.#at;
    this.#columns[0]![i] = tUs;
    this.#columns[1]![i] = latDeg;
    this.#columns[2]![i] = lonDeg;
    this.#columns[3]![i] = speedMps;
    this.#columns[4]![i] = courseRad;
    this.#columns[5]![i] = hAccM;
    this.#at = (i + 1) % this.#capacity;
    if (this.#count < this.#capacity) this.#count++;
  }

  /** Nothing has been overwritten before the last size, so that the fixes still lie in order of time. */
  #grow(): void {
    this.#capacity = Math.min(this.#most, this.#capacity * 2);
    this.#at = this.#count;
    this.#columns = this.#columns.map((c) => {
      const larger = new Float64Array(this.#capacity);
      larger.set(c);
      return larger;
    });
  }

  trace(): Trace {
    const ordered = (c: Float64Array): Float64Array => {
      if (this.#count < this.#capacity) return c.slice(0, this.#count);
      const out = new Float64Array(this.#capacity);
      out.set(c.subarray(this.#at));
      out.set(c.subarray(0, this.#at), this.#capacity - this.#at);
      return out;
    };
    const [tUs, latDeg, lonDeg, speedMps, courseRad, hAccM] = this.#columns.map(ordered) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    return { length: this.#count, tUs, latDeg, lonDeg, speedMps, courseRad, hAccM };
  }
}
