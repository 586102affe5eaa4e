import { crc32, zstdDecompressSync } from "node:zlib";
import { asStoreError, type OnStoreProblem, StoreError } from "../errors.ts";
import type { FrameReader } from "./frame-reader.ts";
import { type JournalIo, nodeIo, readUpTo } from "./io.ts";
import { readIndex } from "./mcap-index.ts";
import {
  type ChannelInfo,
  MAGIC,
  MAGIC_LENGTH,
  MESSAGE_HEAD,
  OP,
  RECORD_HEAD,
  readBootUs,
  readChannel,
  readUs,
  toChannelInfo,
} from "./records.ts";
import { RecordScanner } from "./scan.ts";
import { Source } from "./source.ts";
import type { FrameVisitor } from "./types.ts";

/** Chunks of other writers may be large; what is longer than this is taken for damage. */
const MAX_RECORD = 1 << 28;
/** Chunk content before the compression's name: u64 start, u64 end, u64 uncompressed size, u32 CRC. */
const CHUNK_SIZE_AT = 16;
const CHUNK_CRC_AT = 24;
const CHUNK_NAME_AT = 28;

export type McapFileOptions = {
  readonly io?: JournalIo;
  readonly onProblem: OnStoreProblem;
  /** The handle to pass for a source; without it, each channel gets one of its own. */
  readonly sourceFor?: (source: Source) => Source;
};

/**
 * Frames of an MCAP file that Pitwall wrote, closed or not, in the order of the file. Damaged stretches are reported
 * and passed over. Throws StoreError "unsupported" for what is no MCAP file, "not-found", "io".
 */
export async function openMcapFrames(path: string, options: McapFileOptions): Promise<FrameReader> {
  const { io = nodeIo, onProblem } = options;
  const file = await io.open(path, "read").catch((e) => {
    throw asStoreError(e, path);
  });
  try {
    const magic = new Uint8Array(MAGIC_LENGTH);
    await readUpTo(file, magic, 0, MAGIC_LENGTH, 0);
    if (!MAGIC.every((v, i) => magic[i] === v))
      throw new StoreError("unsupported", path, "not an MCAP file: it does not begin with the magic");
    const corrupt = (offset: number, reason: string) =>
      onProblem({ code: "corrupt", place: `${path}@${offset}`, reason });
    const decode = new FrameDecoder(corrupt, options.sourceFor ?? ((s) => s));
    // a channel is described in the first chunk that has it and once more in the summary: either may be damaged
    for (const c of (await readIndex(file))?.channelsById.values() ?? [])
      decode.describe(toChannelInfo(c.id, c.metadata));
    const scanner = new RecordScanner(file, MAGIC_LENGTH, await file.size(), {
      maxRecord: MAX_RECORD,
      onDamage: (d) => corrupt(d.offset, `${d.length} bytes cannot be read: ${d.reason}`),
    });
    let ended = false;
    return {
      next: (visit) =>
        scanner.next((op, bytes, view, start, end, offset) => {
          // behind the data come the summary and the magic once more, which is no record
          ended ||= op === OP.dataEnd;
          if (!ended) decode.record(op, bytes, view, start, end, offset, visit);
        }),
      close: () => file.close(),
    };
  } catch (e) {
    await file.close();
    throw e;
  }
}

/** A plain Uint8Array, since a Buffer's `slice` would share its memory. */
function unzstd(packed: Uint8Array, size: number): Uint8Array {
  const out = zstdDecompressSync(packed, { maxOutputLength: Math.max(1, size) });
  return new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
}

class FrameDecoder {
  readonly #corrupt: (offset: number, reason: string) => void;
  readonly #sourceFor: (source: Source) => Source;
  readonly #sources = new Map<number, Source>();
  readonly #strangers = new Set<number>();
  constructor(corrupt: (offset: number, reason: string) => void, sourceFor: (source: Source) => Source) {
    this.#corrupt = corrupt;
    this.#sourceFor = sourceFor;
  }

  describe(c: ChannelInfo | undefined): void {
    if (c && !this.#sources.has(c.id))
      this.#sources.set(c.id, this.#sourceFor(new Source(c.session, c.meta, c.id)));
  }

  record(
    op: number,
    bytes: Uint8Array,
    view: DataView,
    start: number,
    end: number,
    offset: number,
    visit: FrameVisitor,
  ): void {
    if (op === OP.message) this.#message(bytes, view, start, end, offset, visit);
    else if (op === OP.channel) {
      this.describe(readChannel(bytes, view, start, end));
    } else if (op === OP.chunk) {
      const records = this.#unpack(bytes, view, start, end, offset);
      if (records) this.#chunk(records, offset, visit);
    }
  }

  #message(
    bytes: Uint8Array,
    view: DataView,
    start: number,
    end: number,
    offset: number,
    visit: FrameVisitor,
  ): void {
    const id = view.getUint16(start, true);
    const source = this.#sources.get(id);
    if (!source) {
      if (!this.#strangers.has(id))
        this.#corrupt(offset, `channel ${id} is not described as Pitwall does it`);
      this.#strangers.add(id);
      return;
    }
    const seq = view.getUint32(start + 2, true);
    const arrivalUs = readUs(view, start + 6);
    visit(source, bytes, start + MESSAGE_HEAD, end, arrivalUs, readBootUs(view, start + 14), seq);
  }

  #unpack(bytes: Uint8Array, view: DataView, start: number, end: number, offset: number) {
    try {
      const size = view.getUint32(start + CHUNK_SIZE_AT, true);
      const crc = view.getUint32(start + CHUNK_CRC_AT, true);
      const nameLength = view.getUint32(start + CHUNK_NAME_AT, true);
      const nameAt = start + CHUNK_NAME_AT + 4;
      const dataAt = nameAt + nameLength + 8;
      if (size > MAX_RECORD || dataAt > end) throw new Error("its head makes no sense");
      const compression = String.fromCharCode(...bytes.subarray(nameAt, nameAt + nameLength));
      const packed = bytes.subarray(dataAt, end);
      if (compression !== "" && compression !== "zstd") throw new Error(`compressed with ${compression}`);
      const records = compression === "" ? packed : unzstd(packed, size);
      if (crc === 0 || crc32(records) === crc) return records;
      // damage to compressed bytes unpacks into frames that look right and are not
      if (compression !== "") throw new Error("its checksum is wrong");
      this.#corrupt(
        offset,
        "a chunk is not what was written, by its checksum; what can be read of it is kept",
      );
      return records;
    } catch (e) {
      this.#corrupt(offset, `a chunk cannot be unpacked: ${e instanceof Error ? e.message : e}`);
      return undefined;
    }
  }

  #chunk(records: Uint8Array, offset: number, visit: FrameVisitor): void {
    const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
    for (let at = 0; at < records.length; ) {
      const start = at + RECORD_HEAD;
      const end = start <= records.length ? start + view.getUint32(at + 1, true) : start;
      if (end > records.length || view.getUint32(at + 5, true) !== 0) {
        this.#corrupt(offset, "a record inside a chunk ends outside of it");
        break;
      }
      const op = records[at]!;
      const fits = op !== OP.message || end - start >= MESSAGE_HEAD;
      if ((op === OP.message || op === OP.channel) && fits)
        this.record(op, records, view, start, end, offset, visit);
      at = end;
    }
  }
}
