export type BacklogOptions<T> = {
  readonly handle: (item: T, sizeBytes: number) => void;
  /** So many between two turns say that more is ready to be read: that comes first, until half of the room is taken. */
  readonly readAtOnce: number;
  /** Most that may wait; what comes on top is refused. */
  readonly maxItems: number;
  readonly maxBytes: number;
  /** Work in one go takes so long, and at least one item, before others have their turn. */
  readonly budgetMs: number;
  readonly nowMs: () => number;
  /** Runs the work after what is ready to be read has been read. */
  readonly later: (work: () => void) => void;
};

/**
 * Keeps what has arrived until there is time for it, in order. While one item takes long (a session begins) the socket
 * is emptied all the same: its buffer holds a fraction of what memory does.
 */
export class Backlog<T> {
  readonly #options: BacklogOptions<T>;
  #items: { readonly item: T; readonly sizeBytes: number }[] = [];
  #at = 0;
  #bytes = 0;
  #fresh = 0;
  #isDue = false;

  constructor(options: BacklogOptions<T>) {
    this.#options = options;
  }

  get length(): number {
    return this.#items.length - this.#at;
  }

  /** False where it is full: the item was not taken. */
  add(item: T, sizeBytes: number): boolean {
    const { later, maxBytes, maxItems } = this.#options;
    if (this.length >= maxItems || this.#bytes + sizeBytes > maxBytes) return false;
    this.#items.push({ item, sizeBytes });
    this.#bytes += sizeBytes;
    this.#fresh++;
    if (!this.#isDue) {
      this.#isDue = true;
      later(this.#work);
    }
    return true;
  }

  /** Handles all that waits, however long it takes. */
  drain(): void {
    while (this.length > 0) this.#one();
  }

  readonly #work = (): void => {
    const { budgetMs, later, maxBytes, maxItems, nowMs, readAtOnce } = this.#options;
    this.#isDue = false;
    const isMore = this.#fresh >= readAtOnce;
    this.#fresh = 0;
    if (isMore && this.length < maxItems / 2 && this.#bytes < maxBytes / 2) {
      this.#isDue = true;
      later(this.#work);
      return;
    }
    const untilMs = nowMs() + budgetMs;
    while (this.length > 0) {
      this.#one();
      if (nowMs() >= untilMs) break;
    }
    if (this.length === 0 || this.#isDue) return;
    this.#isDue = true;
    later(this.#work);
  };

  #one(): void {
    const { item, sizeBytes } = this.#items[this.#at++]!;
    this.#bytes -= sizeBytes;
    if (this.#at === this.#items.length) {
      this.#items = [];
      this.#at = 0;
    } else if (this.#at >= 1024 && this.#at * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#at);
      this.#at = 0;
    }
    this.#options.handle(item, sizeBytes);
  }
}
