const STEP_S = 0.1;
/** 6.4 s. */
const ROWS = 64;
const AXES = 6;
const GAP_S = 0.5;

/** Integrals over time of force and rates in sensor axes, on a coarse grid of the last seconds. */
export class Integrals {
  readonly #rows = new Float64Array(ROWS * AXES);
  readonly #now = new Float64Array(AXES);
  #tS = Number.NEGATIVE_INFINITY;
  #next = 0;
  #first = 0;

  clear(): void {
    this.#tS = Number.NEGATIVE_INFINITY;
  }

  /** The interval of length dtS that ends at tS, with the means `mid` of ax ay az gx gy gz. */
  push(tS: number, dtS: number, mid: Float64Array): void {
    let sum = 0;
    for (let i = 0; i < AXES; i++) sum += mid[i]!;
    if (!(Math.abs(tS - dtS - this.#tS) < GAP_S && Number.isFinite(sum))) {
      this.#tS = Number.isFinite(sum) ? tS : Number.NEGATIVE_INFINITY;
      this.#next = Math.max(0, Math.ceil(tS / STEP_S));
      this.#now.fill(0);
      this.#first = this.#next;
      return;
    }
    const now = this.#now;
    const dt = tS - this.#tS;
    for (; this.#next * STEP_S <= tS; this.#next++) {
      const part = this.#next * STEP_S - this.#tS;
      const row = (this.#next % ROWS) * AXES;
      for (let i = 0; i < AXES; i++) this.#rows[row + i] = now[i]! + part * mid[i]!;
    }
    for (let i = 0; i < AXES; i++) now[i] = now[i]! + dt * mid[i]!;
    this.#tS = tS;
  }

  /** Newest time that can be asked for, s. */
  get newestS(): number {
    return (this.#next - 1) * STEP_S;
  }

  covers(fromS: number, toS: number): boolean {
    const oldest = Math.max(this.#first, this.#next - ROWS) * STEP_S;
    return fromS >= oldest && toS <= this.newestS && this.#tS > Number.NEGATIVE_INFINITY;
  }

  /** Means over a span that is covered, into `out`. */
  means(fromS: number, toS: number, out: Float64Array): void {
    for (let i = 0; i < AXES; i++) out[i] = (this.#at(toS, i) - this.#at(fromS, i)) / (toS - fromS);
  }

  #at(tS: number, axis: number): number {
    const k = tS / STEP_S;
    const i = Math.min(Math.floor(k), this.#next - 2);
    const a = this.#rows[(i % ROWS) * AXES + axis]!;
    const b = this.#rows[((i + 1) % ROWS) * AXES + axis]!;
    return a + (k - i) * (b - a);
  }
}
