import { crc32 } from "node:zlib";
import { type JournalFile, readUpTo } from "./io.ts";
import {
  type ChannelInfo,
  deletedSessionOf,
  MAGIC,
  MAGIC_LENGTH,
  MESSAGE_HEAD,
  OP,
  RECORD_HEAD,
  readBootUs,
  readChannel,
  readMetadata,
  readUs,
  segmentIdOf,
} from "./records.ts";
import { type Damage, RecordScanner, type Stretch } from "./scan.ts";

/** `sure` where the checksum of its commit says so. */
export type Described = { readonly info: ChannelInfo; readonly sure: boolean };

/** What a segment holds besides frames. */
export type SegmentIndex = {
  /** Undefined where the segment's first records are damaged. */
  id: string | undefined;
  readonly channels: Map<number, Described>;
  /** Sessions that were deleted, with the file offset up to which their frames no longer count. */
  readonly deleted: Map<string, number>;
  readonly damages: Damage[];
  /** Groups that are not what was written, by their checksums. */
  readonly suspects: Stretch[];
  /** Behind the last whole record; what follows up to the file's size is torn. */
  end: number;
};

/**
 * Reads a whole segment for what it describes, and checks the sums of its commits; once more, looking closer, where one
 * is wrong.
 */
export async function indexSegment(
  file: JournalFile,
  size: number,
  maxRecord: number,
): Promise<SegmentIndex> {
  const first = await readIndex(file, size, maxRecord, []);
  if (first.suspects.length === 0) return first;
  return { ...(await readIndex(file, size, maxRecord, first.suspects)), suspects: first.suspects };
}

async function readIndex(
  file: JournalFile,
  size: number,
  maxRecord: number,
  suspects: readonly Stretch[],
): Promise<SegmentIndex> {
  const index: SegmentIndex = {
    id: undefined,
    channels: new Map(),
    deleted: new Map(),
    damages: [],
    suspects: [],
    end: 0,
  };
  const magic = new Uint8Array(Math.min(MAGIC_LENGTH, size));
  await readUpTo(file, magic, 0, magic.length, 0);
  if (!magic.every((v, i) => v === MAGIC[i]))
    index.damages.push({ offset: 0, length: magic.length, reason: "the magic is not MCAP's" });
  const sums = new CommitSums(index);
  const scanner = new RecordScanner(file, Math.min(MAGIC_LENGTH, size), size, {
    maxRecord,
    suspects,
    onDamage: (d) => {
      index.damages.push(d);
      sums.skip();
    },
  });
  let inCommit: ChannelInfo[] = [];
  const more = () =>
    scanner.next((op, bytes, view, start, end, offset) => {
      if (sums.record(op, bytes, view, start, end, offset))
        for (const info of inCommit) index.channels.set(info.id, { info, sure: true });
      if (op === OP.commit) inCommit = [];
      else if (op === OP.channel) {
        const info = readChannel(bytes, view, start, end);
        if (!info) return;
        inCommit.push(info);
        if (!index.channels.has(info.id)) index.channels.set(info.id, { info, sure: false });
      } else if (op === OP.metadata) {
        const metadata = readMetadata(bytes, view, start, end);
        index.id ??= segmentIdOf(metadata);
        const deleted = deletedSessionOf(metadata);
        if (deleted !== undefined) index.deleted.set(deleted, offset);
      }
    });
  while (await more());
  sums.end(scanner.end);
  index.end = scanner.end;
  return index;
}

/** Sums up the bytes between commit records, to find values that were changed where the structure is whole. */
class CommitSums {
  readonly #found: Pick<SegmentIndex, "damages" | "suspects">;
  #crc = crc32(MAGIC);
  #length = MAGIC_LENGTH;
  /** Where the group begins. */
  #from = 0;
  #known = true;
  constructor(found: Pick<SegmentIndex, "damages" | "suspects">) {
    this.#found = found;
  }
  /** Bytes were passed over: the commit they were in has been reported already. */
  skip(): void {
    this.#known = false;
  }
  /** True for a commit record whose sum is right. */
  record(op: number, bytes: Uint8Array, view: DataView, start: number, end: number, offset: number): boolean {
    if (op !== OP.commit) {
      this.#crc = crc32(bytes.subarray(start - RECORD_HEAD, end), this.#crc);
      this.#length += end - start + RECORD_HEAD;
      return false;
    }
    const same =
      view.getUint32(start, true) === this.#length && view.getUint32(start + 4, true) === this.#crc;
    if (!this.#known || !same) this.#found.suspects.push({ from: this.#from, to: offset });
    if (this.#known && !same)
      this.#found.damages.push({
        offset: offset - this.#length,
        length: this.#length,
        reason: "not what was written, by its checksum; what can be read of it is kept",
      });
    this.#crc = 0;
    this.#length = 0;
    this.#from = offset + RECORD_HEAD + (end - start);
    this.#known = true;
    return same;
  }
  /** The segment is read, up to its last whole record. */
  end(offset: number): void {
    if (!this.#known) this.#found.suspects.push({ from: this.#from, to: offset });
  }
}

export type OnMessage = (
  channel: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  arrivalUs: number,
  bootUs: number,
  seq: number,
  offset: number,
) => void;

/** The messages of file[0, to) in order, without regard to damage, which was reported when the segment was indexed. Returns true while there is more. */
export function messageReader(
  file: JournalFile,
  to: number,
  maxRecord: number,
  suspects: readonly Stretch[],
  onMessage: OnMessage,
): () => Promise<boolean> {
  const scanner = new RecordScanner(file, Math.min(MAGIC_LENGTH, to), to, {
    maxRecord,
    suspects,
    onDamage: () => {},
  });
  return () =>
    scanner.next((op, bytes, view, start, end, offset) => {
      if (op !== OP.message) return;
      const seq = view.getUint32(start + 2, true);
      const arrivalUs = readUs(view, start + 6);
      const bootUs = readBootUs(view, start + 14);
      onMessage(
        view.getUint16(start, true),
        bytes,
        start + MESSAGE_HEAD,
        end,
        arrivalUs,
        bootUs,
        seq,
        offset,
      );
    });
}
