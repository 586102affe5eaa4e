/** Grid of the reference, s. */
export const GRID_STEP_S = 0.02;
const ROWS = 256;

/** Columns of one sensor on a regular grid, the last five seconds of them. */
export class Grid {
  readonly #columns: number;
  readonly #rows: Float64Array;
  /** Columns at the newest time. */
  readonly now: Float64Array;
  readonly #before: Float64Array;
  tS = Number.NEGATIVE_INFINITY;
  /** Number of the next grid point, and of the first that is whole. */
  #next = 0;
  #first = 0;

  constructor(columns: number) {
    this.#columns = columns;
    this.#rows = new Float64Array(ROWS * columns);
    this.now = new Float64Array(columns);
    this.#before = new Float64Array(columns);
  }

  restart(tS: number): void {
    this.tS = tS;
    this.#next = Math.max(0, Math.ceil(tS / GRID_STEP_S));
    this.#first = this.#next;
  }

  /** Before `now` is changed. */
  begin(): void {
    for (let k = 0; k < this.#columns; k++) this.#before[k] = this.now[k]!;
  }

  /** `now` is of tS: fills the grid points since the last time. */
  end(tS: number): void {
    const n = this.#columns;
    const dt = tS - this.tS;
    for (; this.#next * GRID_STEP_S <= tS; this.#next++) {
      const part = (this.#next * GRID_STEP_S - this.tS) / dt;
      const row = (this.#next % ROWS) * n;
      for (let k = 0; k < n; k++)
        this.#rows[row + k] = this.#before[k]! + part * (this.now[k]! - this.#before[k]!);
    }
    this.tS = tS;
  }

  /** Newest time that can be asked for. */
  get newestS(): number {
    return (this.#next - 1) * GRID_STEP_S;
  }

  covers(fromS: number): boolean {
    return fromS / GRID_STEP_S >= Math.max(this.#first, this.#next - ROWS + 1) + 1;
  }

  at(tS: number, column: number): number {
    const x = tS / GRID_STEP_S;
    const i = Math.floor(x);
    const a = this.#rows[(i % ROWS) * this.#columns + column]!;
    const b = this.#rows[((i + 1) % ROWS) * this.#columns + column]!;
    return a + (x - i) * (b - a);
  }
}
