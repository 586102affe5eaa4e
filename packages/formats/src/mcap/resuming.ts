import { McapRecordBuilder, McapStreamReader, type McapTypes } from "@mcap/core";
import { FormatError } from "../errors.ts";
import { joined } from "../source.ts";
import { decompressHandlers } from "./decompress.ts";

const MAGIC_LENGTH = 8;
/** Opcode and length, before the content of every record (MCAP specification, "Records"). */
const HEAD_LENGTH = 9;
const FOOTER = 2;
/** A record that claims to be larger is damage to its length. */
const LARGEST = 512 << 20;

export type McapEvents = {
  readonly onRecord: (record: McapTypes.TypedMcapRecord, offset: number) => void;
  readonly onDamage: (reason: string, offset: number) => void;
};

/**
 * Records of a stream. One that cannot be read, a chunk with all its messages for example, costs itself: the next one is
 * found by the length of the one before, and what was said about schemas and channels still holds. Holds one record.
 */
export class ResumingReader {
  readonly #events: McapEvents;
  #reader = new McapStreamReader({ decompressHandlers });
  readonly #schemas = new Map<number, McapTypes.Schema>();
  readonly #channels = new Map<number, McapTypes.Channel>();
  /** What has come of the record that is not whole yet, in the pieces in which it came: a large one is joined once. */
  #held: Uint8Array[] = [];
  #heldLength = 0;
  /** Bytes that must be there before it is worth looking again. */
  #needed = 0;
  #offset = 0;
  #plain = MAGIC_LENGTH;
  #lost = false;

  constructor(events: McapEvents) {
    this.#events = events;
  }

  /** Whether the file came to its end, or it cannot be told where a record begins. */
  get settled(): boolean {
    return this.#lost || this.#reader.done();
  }
  get offset(): number {
    return this.#offset;
  }

  push(piece: Uint8Array): void {
    if (this.#lost) return;
    if (this.#heldLength + piece.length < this.#needed) {
      this.#held.push(piece.slice());
      this.#heldLength += piece.length;
      return;
    }
    const bytes = this.#heldLength === 0 ? piece : joined([...this.#held, piece]);
    let at = 0;
    this.#needed = 0;
    const take = (length: number) => {
      this.#read(bytes.subarray(at, at + length));
      at += length;
      this.#offset += length;
    };
    while (at < bytes.length && !this.#lost) {
      const left = bytes.length - at;
      if (this.#plain > 0) {
        const length = Math.min(left, this.#plain);
        this.#plain -= length;
        take(length);
        continue;
      }
      if (left < HEAD_LENGTH) break;
      const view = new DataView(bytes.buffer, bytes.byteOffset + at, HEAD_LENGTH);
      const length = Number(view.getBigUint64(1, true));
      if (length > LARGEST) {
        this.#lost = true;
        this.#events.onDamage(`what follows cannot be read: a record of ${length} bytes`, this.#offset);
        break;
      }
      if (left < HEAD_LENGTH + length) {
        this.#needed = HEAD_LENGTH + length;
        break;
      }
      if (view.getUint8(0) === FOOTER) this.#plain = MAGIC_LENGTH;
      take(HEAD_LENGTH + length);
    }
    this.#held = at < bytes.length ? [bytes.slice(at)] : [];
    this.#heldLength = bytes.length - at;
  }

  #read(bytes: Uint8Array): void {
    const { onRecord, onDamage } = this.#events;
    try {
      this.#reader.append(bytes);
      for (let record = this.#reader.nextRecord(); record; record = this.#reader.nextRecord()) {
        if (record.type === "Schema") this.#schemas.set(record.id, record);
        else if (record.type === "Channel") this.#channels.set(record.id, record);
        onRecord(record, this.#offset);
      }
    } catch (e) {
      if (e instanceof FormatError) throw e;
      onDamage(`a record of ${bytes.length} bytes cannot be read: ${(e as Error).message}`, this.#offset);
      this.#resume();
    }
  }

  #resume(): void {
    this.#reader = new McapStreamReader({ decompressHandlers, noMagicPrefix: true });
    const builder = new McapRecordBuilder();
    for (const schema of this.#schemas.values()) builder.writeSchema(schema);
    for (const channel of this.#channels.values()) builder.writeChannel(channel);
    this.#reader.append(builder.buffer);
    while (this.#reader.nextRecord()) {
      // known already
    }
  }
}
