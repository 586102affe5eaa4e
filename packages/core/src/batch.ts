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

/** Collects readings into columns; grows by doubling, so that steady state allocates nothing. */
export class BatchBuilder {
  readonly source: string;
  readonly message: MessageSpec;
  #capacity: number;
  #length = 0;
  #tUs: Float64Array;
  #columns: Float64Array[];

  constructor(source: string, message: MessageSpec, capacity = 64) {
    this.source = source;
    this.message = message;
    this.#capacity = capacity;
    this.#tUs = new Float64Array(capacity);
    this.#columns = message.fields.map(() => new Float64Array(capacity));
  }

  get length(): number {
    return this.#length;
  }

  add(reading: Reading, tUs: number): void {
    if (this.#length === this.#capacity) this.#grow();
    const row = this.#length++;
    this.#tUs[row] = tUs;
    const values = reading.values;
    for (let i = 0; i < this.#columns.length; i++) this.#columns[i]![row] = values[i]!;
  }

  /** The rows so far, borrowed until the next `add`; the builder is empty afterwards. */
  take(): Batch {
    const length = this.#length;
    this.#length = 0;
    return { source: this.source, message: this.message, length, tUs: this.#tUs, columns: this.#columns };
  }

  #grow(): void {
    this.#capacity *= 2;
    const wider = (a: Float64Array) => {
      const b = new Float64Array(this.#capacity);
      b.set(a);
      return b;
    };
    this.#tUs = wider(this.#tUs);
    this.#columns = this.#columns.map(wider);
  }
}
