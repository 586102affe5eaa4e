/** Finds points of a trail by place: square cells, looked up with their neighbours. */
export class PointGrid {
  readonly #cellM: number;
  readonly #cells = new Map<number, number[]>();
  constructor(cellM: number) {
    this.#cellM = cellM;
  }

  add(index: number, x: number, y: number): void {
    const key = this.#key(Math.floor(x / this.#cellM), Math.floor(y / this.#cellM));
    const cell = this.#cells.get(key);
    if (cell) cell.push(index);
    else this.#cells.set(key, [index]);
  }

  /** As `near`; points of which `keep` says false are taken out. */
  sift(x: number, y: number, keep: (index: number) => boolean): void {
    const cx = Math.floor(x / this.#cellM);
    const cy = Math.floor(y / this.#cellM);
    for (let i = -1; i <= 1; i++)
      for (let k = -1; k <= 1; k++) {
        const cell = this.#cells.get(this.#key(cx + i, cy + k));
        if (!cell) continue;
        let n = 0;
        for (let c = 0; c < cell.length; c++) if (keep(cell[c]!)) cell[n++] = cell[c]!;
        cell.length = n;
      }
  }

  /** Calls back with the points that may lie within a cell's size, in no particular order. */
  near(x: number, y: number, visit: (index: number) => void): void {
    const cx = Math.floor(x / this.#cellM);
    const cy = Math.floor(y / this.#cellM);
    for (let i = -1; i <= 1; i++)
      for (let k = -1; k <= 1; k++)
        for (const index of this.#cells.get(this.#key(cx + i, cy + k)) ?? []) visit(index);
  }

  #key(cx: number, cy: number): number {
    return cx * 4_194_304 + cy;
  }
}
