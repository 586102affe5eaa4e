import type { MessageSpec, Reading } from "./message.ts";

/** Samples of one message kind of one source as columns. Borrowed by whoever is given one. */
export type Batch = {
  readonly source: string;
  readonly message: MessageSpec;
  readonly length: number;
  /** First `length` entries count. Microseconds since the Unix epoch, integers. */
  readonly tUs: Float64Array;
  /** One column a field of the message, in its order; NaN is "no sample". */
  readonly columns: readonly Float64Array[];
};

/** Source of what the pipeline makes of everything that a vehicle's devices say. Its groups are `derived/<message>`. */
export const DERIVED = "derived";

/** Of two groups with the same channel a derived one is to be shown: it exists where no device does its work. */
export const isDerived = (group: string): boolean => group.startsWith(`${DERIVED}/`);

/** Spreads one row over columns that lie `step` apart in `block`, the first one at `at`. */
type CopyRow = (block: Float64Array, at: number, step: number, values: Float64Array) => void;

const copyLoop: CopyRow = (block, at, step, values) => {
  for (let i = 0, to = at; i < values.length; i++, to += step) block[to] = values[i]!;
};
const copiers = new Map<number, CopyRow>();
/** Beyond this the code would be longer than it is quick. */
const MAX_STRAIGHT = 64;

/** Straight-line code for a number of columns; the loop where the host forbids code from text. */
function copierOf(columns: number): CopyRow {
  let copier = copiers.get(columns);
  if (copier) return copier;
  copier = copyLoop;
  if (columns <= MAX_STRAIGHT) {
    const lines = Array.from({ length: columns }, (_, i) => `b[a]=v[${i}];a+=s;`);
    try {
      copier = new Function("b", "a", "s", "v", lines.join("")) as CopyRow;
    } catch {
      copier = copyLoop;
    }
  }
  copiers.set(columns, copier);
  return copier;
}

/** Doubles between two columns: without them a row's values would all fall into one set of the processor's cache. */
const GAP = 8;

/** Collects readings into columns; grows by doubling, so that steady state allocates nothing. */
export class BatchBuilder {
  readonly source: string;
  readonly message: MessageSpec;
  #capacity: number;
  #length = 0;
  #tUs: Float64Array;
  /** All columns one behind the other: a row is written with a single bounds check a value. */
  #block: Float64Array;
  #columns: Float64Array[];
  readonly #copy: CopyRow;

  constructor(source: string, message: MessageSpec, capacity = 64) {
    this.source = source;
    this.message = message;
    this.#capacity = capacity;
    this.#tUs = new Float64Array(capacity);
    this.#block = new Float64Array((capacity + GAP) * message.fields.length);
    this.#columns = this.#cut();
    this.#copy = copierOf(message.fields.length);
  }

  get length(): number {
    return this.#length;
  }

  add(reading: Reading, tUs: number): void {
    if (this.#length === this.#capacity) this.#grow();
    const row = this.#length++;
    this.#tUs[row] = tUs;
    this.#copy(this.#block, row, this.#capacity + GAP, reading.values);
  }

  /** The rows so far, borrowed until the next `add`; the builder is empty afterwards. */
  take(): Batch {
    const length = this.#length;
    this.#length = 0;
    return { source: this.source, message: this.message, length, tUs: this.#tUs, columns: this.#columns };
  }

  #cut(): Float64Array[] {
    const n = this.#capacity;
    return this.message.fields.map((_, i) => this.#block.subarray(i * (n + GAP), i * (n + GAP) + n));
  }

  #grow(): void {
    const old = this.#columns;
    const oldTUs = this.#tUs;
    this.#capacity *= 2;
    this.#tUs = new Float64Array(this.#capacity);
    this.#tUs.set(oldTUs);
    this.#block = new Float64Array((this.#capacity + GAP) * old.length);
    this.#columns = this.#cut();
    for (let i = 0; i < old.length; i++) this.#columns[i]!.set(old[i]!);
  }
}
