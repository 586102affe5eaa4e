import { type JournalFile, readUpTo } from "./io.ts";
import { MESSAGE_HEAD, OP, RECORD_HEAD } from "./records.ts";

/** A record where it lies: content in bytes[start, end), borrowed; `offset` is the file offset of its opcode. */
export type OnRecord = (
  op: number,
  bytes: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  offset: number,
) => void;
export type Damage = { readonly offset: number; readonly length: number; readonly reason: string };
export type ScanOptions = {
  /** Longest record content that is believed. */
  readonly maxRecord: number;
  /** Bytes that belong to no record, with readable ones behind them. */
  readonly onDamage: (damage: Damage) => void;
  /** Where something is known to be wrong: records there are looked into for others that they took along. */
  readonly suspects?: readonly Stretch[];
};
/** File offsets. */
export type Stretch = { readonly from: number; readonly to: number };

const BLOCK = 1 << 18;
const SEARCH_BLOCK = 1 << 16;

/** Shortest content by opcode (mcap.dev/spec): header, footer, schema, channel, message, chunk, … data end. */
const SHORTEST = [-1, 8, 20, 14, 16, MESSAGE_HEAD, 40, 6, 56, 36, 44, 50, 8, 20, 17, 4];
/** What a search stops at: records that others depend on, or that are frames. */
const ANCHORS: readonly number[] = [OP.channel, OP.message, OP.chunk, OP.metadata, OP.dataEnd, OP.commit];

/** Length of the record's content, or -1 where no record starts: nine bytes that are right by chance are one in 2^40. */
function probe(view: DataView, at: number, maxRecord: number): number {
  if (view.getUint32(at + 5, true) !== 0) return -1;
  const op = view.getUint8(at);
  const length = view.getUint32(at + 1, true);
  if (op === OP.commit) return length === 8 ? length : -1;
  return op > 0 && length >= (SHORTEST[op] ?? Number.POSITIVE_INFINITY) && length <= maxRecord ? length : -1;
}

/**
 * Reads the records of file[from, to) block by block. A record is passed on when what follows it begins like a record
 * too, so that a damaged length does not take its neighbour along; behind damage the search goes on byte by byte.
 */
export class RecordScanner {
  readonly #file: JournalFile;
  readonly #options: ScanOptions;
  #to: number;
  #bytes = new Uint8Array(BLOCK);
  #view = new DataView(this.#bytes.buffer);
  /** File offset of #bytes[0]; how many bytes are held; where the next record begins. */
  #base: number;
  #held = 0;
  #at = 0;
  #end: number;

  constructor(file: JournalFile, from: number, to: number, options: ScanOptions) {
    this.#file = file;
    this.#options = options;
    this.#to = to;
    this.#base = from;
    this.#end = from;
  }

  /** File offset behind the last whole record so far; once `next` gave false, bytes behind it are a torn tail. */
  get end(): number {
    return this.#end;
  }

  /** Reads on and passes whole records; false when there are no more. */
  async next(onRecord: OnRecord): Promise<boolean> {
    if (this.#offset >= this.#to) return false;
    await this.#fill(RECORD_HEAD);
    for (;;) {
      const rest = this.#to - this.#offset;
      const have = this.#held - this.#at;
      if (rest < RECORD_HEAD) {
        this.#at += rest;
        return true;
      }
      if (have < RECORD_HEAD) return true;
      const length = probe(this.#view, this.#at, this.#options.maxRecord);
      const whole = RECORD_HEAD + length;
      if (length < 0 || whole > rest) {
        this.#goTo(
          await this.#search(this.#offset + 1),
          length < 0 ? "no record" : "a record without an end",
        );
        return true;
      }
      const wanted = Math.min(rest, whole + RECORD_HEAD);
      if (have < wanted) {
        if (this.#at > 0) return true;
        await this.#fill(wanted);
        continue;
      }
      const next = this.#at + whole;
      const tail = rest - whole;
      const leadsOn = tail >= RECORD_HEAD && probe(this.#view, next, this.#options.maxRecord) >= 0;
      if (!leadsOn || this.#isSuspect) {
        // what lies in a record that is none, or in one too long, was taken along; a commit has one length
        const isCommit = this.#bytes[this.#at] === OP.commit && tail < RECORD_HEAD;
        const found = isCommit ? this.#to : await this.#search(this.#offset + RECORD_HEAD);
        if (found >= this.#base + next) {
          this.#pass(onRecord, length);
          if (leadsOn || tail === 0) continue;
        }
        this.#goTo(found, "no record");
        return true;
      }
      this.#pass(onRecord, length);
    }
  }

  /** In a stretch that is not what was written a damaged length may by chance lead to a later record. */
  get #isSuspect(): boolean {
    const offset = this.#offset;
    return this.#options.suspects?.some((s) => offset >= s.from && offset < s.to) ?? false;
  }

  get #offset(): number {
    return this.#base + this.#at;
  }

  #pass(onRecord: OnRecord, length: number): void {
    const offset = this.#offset;
    const start = this.#at + RECORD_HEAD;
    this.#at = start + length;
    this.#end = this.#offset;
    onRecord(this.#bytes[start - RECORD_HEAD]!, this.#bytes, this.#view, start, start + length, offset);
  }

  /** Leaves what lies before `found` behind; at the end of the file it is a tail, which the caller sees from `end`. */
  #goTo(found: number, reason: string): void {
    const offset = this.#offset;
    if (found < this.#to) {
      this.#end = found;
      this.#options.onDamage({ offset, length: found - offset, reason });
    }
    this.#base = found;
    this.#at = 0;
    this.#held = 0;
  }

  /** Moves the rest to the front and reads on, so that at least `least` bytes are held where the file has them. */
  async #fill(least: number): Promise<void> {
    const rest = this.#held - this.#at;
    if (least > this.#bytes.length) {
      const wider = new Uint8Array(least + BLOCK);
      wider.set(this.#bytes.subarray(this.#at, this.#held));
      this.#bytes = wider;
      this.#view = new DataView(wider.buffer);
    } else this.#bytes.copyWithin(0, this.#at, this.#held);
    this.#base += this.#at;
    this.#at = 0;
    const room = Math.min(this.#bytes.length - rest, this.#to - this.#base - rest);
    this.#held = rest + (await readUpTo(this.#file, this.#bytes, rest, room, this.#base + rest));
    if (this.#held < rest + room) this.#to = this.#base + this.#held; // the file is shorter than was said
  }

  /** File offset of the next record that fits the file and is followed by one, or the end. */
  async #search(from: number): Promise<number> {
    const block = new Uint8Array(SEARCH_BLOCK);
    const view = new DataView(block.buffer);
    for (let at = from; at + RECORD_HEAD <= this.#to; ) {
      const n = await readUpTo(this.#file, block, 0, Math.min(SEARCH_BLOCK, this.#to - at), at);
      if (n < RECORD_HEAD) break;
      for (let i = 0; i + RECORD_HEAD <= n; i++) {
        const length = probe(view, i, this.#options.maxRecord);
        if (
          length >= 0 &&
          ANCHORS.includes(block[i]!) &&
          (await this.#leadsOn(at + i + RECORD_HEAD + length))
        )
          return at + i;
      }
      at += n - RECORD_HEAD + 1;
    }
    return this.#to;
  }

  async #leadsOn(next: number): Promise<boolean> {
    if (next > this.#to) return false;
    if (this.#to - next < RECORD_HEAD) return true;
    const head = new Uint8Array(RECORD_HEAD);
    await readUpTo(this.#file, head, 0, RECORD_HEAD, next);
    return probe(new DataView(head.buffer), 0, this.#options.maxRecord) >= 0;
  }
}
