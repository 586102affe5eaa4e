/** Which sequence numbers have been seen, as ascending ranges that do not touch. In-order numbers cost one comparison. */
export class SeqRanges {
  /** first, last, first, last, … */
  #bounds: number[] = [];
  #count = 0;

  /** How many different numbers. */
  get count(): number {
    return this.#count;
  }
  get ranges(): readonly (readonly [first: number, last: number])[] {
    const out: [number, number][] = [];
    for (let i = 0; i < this.#bounds.length; i += 2) out.push([this.#bounds[i]!, this.#bounds[i + 1]!]);
    return out;
  }
  get first(): number {
    return this.#bounds[0] ?? Number.NaN;
  }
  get last(): number {
    return this.#bounds[this.#bounds.length - 1] ?? Number.NaN;
  }

  /** False where the number was there already. */
  add(seq: number): boolean {
    const b = this.#bounds;
    const end = b.length - 1;
    if (end < 0 || seq > b[end]! + 1) {
      b.push(seq, seq);
    } else if (seq === b[end]! + 1) {
      b[end] = seq;
    } else if (!this.#insert(seq)) return false;
    this.#count++;
    return true;
  }

  has(seq: number): boolean {
    const i = this.#rangeBehind(seq);
    return i >= 2 && seq <= this.#bounds[i - 1]!;
  }

  /** What lies between the ranges: never seen, though later ones were. */
  missing(): readonly (readonly [first: number, last: number])[] {
    const out: [number, number][] = [];
    for (let i = 1; i + 1 < this.#bounds.length; i += 2)
      out.push([this.#bounds[i]! + 1, this.#bounds[i + 1]! - 1]);
    return out;
  }

  /** Index of the first range that starts after `seq`. */
  #rangeBehind(seq: number): number {
    let lo = 0;
    let hi = this.#bounds.length / 2;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      if (this.#bounds[mid * 2]! <= seq) lo = mid + 1;
      else hi = mid;
    }
    return lo * 2;
  }

  #insert(seq: number): boolean {
    const b = this.#bounds;
    const i = this.#rangeBehind(seq);
    const before = i >= 2 ? b[i - 1]! : Number.NEGATIVE_INFINITY;
    if (seq <= before) return false;
    const joinsBefore = before === seq - 1;
    const joinsAfter = b[i] === seq + 1;
    if (joinsBefore && joinsAfter) b.splice(i - 1, 2);
    else if (joinsBefore) b[i - 1] = seq;
    else if (joinsAfter) b[i] = seq;
    else b.splice(i, 0, seq, seq);
    return true;
  }
}
