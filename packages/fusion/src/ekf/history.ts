import { applyEvent, KIND, restoreFrom, SLOT_P, SLOT_X, STRIDE, TIME_S } from "./events.ts";
import type { Filter } from "./filter.ts";

/** Called with every event that leaves the history, in order of time: nothing will change it any more. */
export type EventSink = (slots: Float64Array, slot: number) => void;

/**
 * The last events in order of time, each with the filter as it was after it. A measurement that comes late is put
 * in its place and everything after it is done again. Bounded by a count and by a time span; allocates nothing.
 */
export class History {
  readonly slots: Float64Array;
  readonly #filter: Filter;
  readonly #capacity: number;
  readonly #spanS: number;
  /** Slot numbers in order of time: a ring. */
  readonly #order: number[];
  readonly #free: number[];
  #start = 0;
  #length = 0;
  #onLeave: EventSink | undefined;
  /** Events done again so far: the price of late measurements. */
  repeated = 0;

  constructor(filter: Filter, capacity: number, spanS: number, onLeave?: EventSink) {
    this.#filter = filter;
    this.#capacity = capacity;
    this.#spanS = spanS;
    this.slots = new Float64Array(capacity * STRIDE);
    this.#order = new Array(capacity).fill(0);
    this.#free = Array.from({ length: capacity }, (_, i) => (capacity - 1 - i) * STRIDE);
    this.#onLeave = onLeave;
  }

  get length(): number {
    return this.#length;
  }

  /** Offset of the event at a position, 0 = oldest. */
  slotAt(position: number): number {
    return this.#order[(this.#start + position) % this.#capacity]!;
  }

  timeAt(position: number): number {
    return this.slots[this.slotAt(position) + TIME_S]!;
  }

  get headS(): number {
    return this.#length > 0 ? this.timeAt(this.#length - 1) : Number.NaN;
  }

  /** A slot for one event; fill it, then `append` or `insert` it. */
  take(kind: number): number {
    if (this.#free.length === 0) this.#leave();
    const slot = this.#free.pop()!;
    this.slots[slot + KIND] = kind;
    return slot;
  }

  /** Makes room for some events now, so that no position shifts while they are put in. */
  reserve(events: number): void {
    while (this.#free.length < events) this.#leave();
  }

  /** A slot that was taken and not used. */
  giveBack(slot: number): void {
    this.#free.push(slot);
  }

  /** The event, whose slot says its time, is the newest: it is done once. Returns whether it was used. */
  append(slot: number): boolean {
    const tS = this.slots[slot + TIME_S]!;
    this.#order[(this.#start + this.#length) % this.#capacity] = slot;
    this.#length++;
    while (this.#length > 2 && tS - this.timeAt(1) > this.#spanS) this.#leave();
    return applyEvent(this.#filter, this.slots, slot);
  }

  /** Position an event of time tS belongs at: after the event that ends nearest to it. 0 when it is older than all that is known. */
  positionFor(tS: number): number {
    let i = this.#length;
    while (i > 0 && this.timeAt(i - 1) > tS) i--;
    if (i === 0) return 0;
    if (i < this.#length) {
      const next = this.timeAt(i);
      if (next - tS < tS - this.timeAt(i - 1)) {
        while (i < this.#length && this.timeAt(i) === next) i++;
      }
    }
    return i;
  }

  /** Puts the event at a position (1 or later) without doing anything yet: `repeatFrom` has to follow. */
  insert(slot: number, position: number): void {
    const before = this.slotAt(position - 1);
    this.slots[slot + TIME_S] = this.slots[before + TIME_S]!;
    // until it is done, the state after it is the state before it
    for (let i = SLOT_X; i < SLOT_P; i++) this.slots[slot + i] = this.slots[before + i]!;
    const n = this.#capacity;
    for (let i = this.#length; i > position; i--)
      this.#order[(this.#start + i) % n] = this.#order[(this.#start + i - 1) % n]!;
    this.#order[(this.#start + position) % n] = slot;
    this.#length++;
  }

  /** Does everything from a position on again. */
  repeatFrom(position: number): void {
    restoreFrom(this.#filter, this.slots, this.slotAt(position - 1));
    for (let i = position; i < this.#length; i++) applyEvent(this.#filter, this.slots, this.slotAt(i));
    this.repeated += this.#length - position;
  }

  /** Hands out what is left, oldest first, and forgets it. */
  flush(): void {
    while (this.#length > 0) this.#leave();
  }

  #leave(): void {
    const slot = this.#order[this.#start]!;
    this.#start = (this.#start + 1) % this.#capacity;
    this.#length--;
    this.#onLeave?.(this.slots, slot);
    this.#free.push(slot);
  }
}
