import { type Batch, type Group, type MessageSpec, Reading } from "@pitwall/core";

/** A group of a file that is played: its rows are not copied, a batch is a stretch of the file's own columns. */
export class PlayedGroup {
  readonly message: MessageSpec;
  #tUs: Float64Array;
  #columns: readonly Float64Array[];
  readonly #reading: Reading;
  #at = 0;
  #taken = 0;

  constructor(group: Group) {
    this.message = { name: group.name, doc: "", fields: group.columns.map((c) => c.field) };
    this.#tUs = group.tUs;
    this.#columns = group.columns.map((c) => c.values);
    this.#reading = new Reading(this.message);
  }

  /** Rows that were passed. */
  get rows(): number {
    return this.#at;
  }

  /** Time of the row that comes next; infinite where none does. A row without a time ends the group. */
  get nextUs(): number {
    const t = this.#at < this.#tUs.length ? this.#tUs[this.#at]! : Number.POSITIVE_INFINITY;
    return Number.isNaN(t) ? Number.POSITIVE_INFINITY : t;
  }

  /** The next row, borrowed. */
  next(): Reading {
    const r = this.#reading;
    const { values } = r;
    const columns = this.#columns;
    const row = this.#at++;
    for (let c = 0; c < columns.length; c++) values[c] = columns[c]![row]!;
    r.tUs = this.#tUs[row]!;
    return r;
  }

  /** Passes the rows up to a time, at most so many; returns how many. */
  pass(untilUs: number, most: number): number {
    const from = this.#at;
    while (this.#at - from < most && this.nextUs <= untilUs && this.nextUs < Number.POSITIVE_INFINITY)
      this.#at++;
    return this.#at - from;
  }

  /** The rows passed since the last call, borrowed from the file; undefined where none were. With the last ones the file is let go. */
  take(source: string): Batch | undefined {
    const from = this.#taken;
    const to = this.#at;
    const last = this.nextUs === Number.POSITIVE_INFINITY;
    const tUs = this.#tUs.subarray(from, to);
    const columns = this.#columns.map((c) => c.subarray(from, to));
    this.#taken = to;
    if (last) {
      this.#tUs = new Float64Array();
      this.#columns = [];
    }
    return from === to ? undefined : { source, message: this.message, length: to - from, tUs, columns };
  }
}

/**
 * Plays a file in the order of its times. `each` gets the rows of the groups that are `wanted`; those of the others are
 * passed along with them. Gives the rows so far after every `step` rows that were handed out, or passed at the end.
 */
export function* play(
  groups: readonly PlayedGroup[],
  wanted: (message: MessageSpec) => boolean,
  step: number,
  each: (group: number, reading: Reading) => void,
): Generator<number> {
  const handed = groups.filter((g) => wanted(g.message));
  const numbers = handed.map((g) => groups.indexOf(g));
  const others = groups.filter((g) => !handed.includes(g));
  const heads = Float64Array.from(handed, (g) => g.nextUs);
  const rows = () => groups.reduce((n, g) => n + g.rows, 0);
  for (let n = 1; ; n++) {
    let first = -1;
    let at = Number.POSITIVE_INFINITY;
    for (let i = 0; i < heads.length; i++)
      if (heads[i]! < at) {
        at = heads[i]!;
        first = i;
      }
    if (first < 0) break;
    const group = handed[first]!;
    each(numbers[first]!, group.next());
    heads[first] = group.nextUs;
    if (n % step !== 0) continue;
    for (const g of others) g.pass(at, Number.POSITIVE_INFINITY);
    yield rows();
  }
  for (const g of others) while (g.pass(Number.POSITIVE_INFINITY, step) === step) yield rows();
}
