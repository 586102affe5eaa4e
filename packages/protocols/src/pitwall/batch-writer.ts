import { type ClockState, CodecError, crc32 } from "@pitwall/core";
import {
  BATCH_VERSION,
  type BatchSource,
  CRC_BYTES,
  isPrintable,
  MAX_BATCH_BYTES,
  MAX_BATCH_RECORDS,
  MAX_DEVICE_ID,
  MAX_OFFSET_US,
  MAX_PROTOCOL_SPEC,
  MAX_SOURCE_NAME,
  MIN_BATCH_BYTES,
  UTC_QUALITIES,
  varintSize,
} from "./batch-layout.ts";

export type BatchWriterOptions = {
  /** Printable ASCII, at most 64 characters. */
  readonly deviceId: string;
  /** Differs from boot to boot: random, or a counter in flash. */
  readonly bootId: number;
  readonly sources: readonly BatchSource[];
  /** Size of the one buffer, at most 256 KiB. */
  readonly maxBytes?: number;
  readonly maxRecords?: number;
  /** Sequence number of the next frame, 0 after a boot. */
  readonly firstSeq?: number;
};

export interface BatchWriter {
  readonly recordCount: number;
  /** Size of the batch if it were finished now. */
  readonly byteLength: number;
  /** Sequence number that the next frame gets. */
  readonly nextSeq: number;
  /**
   * Appends the frame bytes[start, end) of a source. False, and nothing added, when the batch is full or the time is
   * more than 35 minutes from its first frame: `finish`, send, and add again. Throws CodecError for an unknown source,
   * a time that is no boot time, and a frame that no batch of this size can hold.
   */
  add(sourceId: number, bootUs: number, bytes: Uint8Array, start?: number, end?: number): boolean;
  /** The batch, borrowed until the next `add`; the writer is empty afterwards. Without a clock it carries no UTC. */
  finish(clock?: Pick<ClockState, "source" | "offsetUs">): Uint8Array;
}

const PLACE = "pitwall-batch";

function writeText(out: Uint8Array, at: number, text: string, what: string, most: number): number {
  if (text.length > most)
    throw new CodecError("out-of-range", PLACE, at, `${what} has ${text.length} characters, at most ${most}`);
  out[at++] = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (!isPrintable(code)) throw new CodecError("out-of-range", PLACE, at, `${what} has character ${code}`);
    out[at++] = code;
  }
  return at;
}

/** The part of every batch that does not change, and where its changing fields begin. */
function headerOf(options: BatchWriterOptions): { head: Uint8Array; fixedAt: number } {
  const texts = options.sources.reduce((n, s) => n + 3 + s.name.length + s.protocol.length, 0);
  const head = new Uint8Array(MIN_BATCH_BYTES + options.deviceId.length + texts);
  const view = new DataView(head.buffer);
  head[0] = BATCH_VERSION;
  let at = writeText(head, 5, options.deviceId, "device id", MAX_DEVICE_ID);
  view.setUint32(at, options.bootId >>> 0, true);
  const fixedAt = at + 4;
  at = fixedAt + 4 + 8 + 8 + 1;
  head[at++] = options.sources.length;
  const seen = new Set<number>();
  for (const source of options.sources) {
    if (!(Number.isInteger(source.id) && source.id >= 0 && source.id < 255) || seen.has(source.id))
      throw new CodecError("out-of-range", PLACE, at, `source id ${source.id}: 0 to 254, each once`);
    seen.add(source.id);
    head[at++] = source.id;
    at = writeText(head, at, source.name, "source name", MAX_SOURCE_NAME);
    at = writeText(head, at, source.protocol, "source protocol", MAX_PROTOCOL_SPEC);
  }
  return { head: head.subarray(0, at + 2), fixedAt };
}

function setUint64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % 0x1_0000_0000, true);
  view.setUint32(at + 4, Math.floor(value / 0x1_0000_0000), true);
}

function writeVarint(out: Uint8Array, at: number, value: number): number {
  while (value >= 0x80) {
    out[at++] = (value & 0x7f) | 0x80;
    value = Math.floor(value / 0x80);
  }
  out[at++] = value;
  return at;
}

const isTime = (us: number): boolean => Number.isSafeInteger(us) && us >= 0;

/** Collects frames into batches, in one buffer that is used again and again. */
export function createBatchWriter(options: BatchWriterOptions): BatchWriter {
  const { head, fixedAt } = headerOf(options);
  const maxBytes = options.maxBytes ?? 32 * 1024;
  const maxRecords = Math.min(options.maxRecords ?? MAX_BATCH_RECORDS, MAX_BATCH_RECORDS);
  const room = maxBytes - CRC_BYTES;
  if (!(head.length < room && maxBytes <= MAX_BATCH_BYTES))
    throw new CodecError("out-of-range", PLACE, 1, `maxBytes ${maxBytes}: the header takes ${head.length}`);
  const buffer = new Uint8Array(maxBytes);
  const view = new DataView(buffer.buffer);
  buffer.set(head);
  const known = new Uint8Array(256);
  for (const source of options.sources) known[source.id] = 1;
  let at = head.length;
  let recordCount = 0;
  let baseBootUs = 0;
  let seq = (options.firstSeq ?? 0) >>> 0;

  return {
    get recordCount() {
      return recordCount;
    },
    get byteLength() {
      return at + CRC_BYTES;
    },
    get nextSeq() {
      return seq;
    },
    add(sourceId, bootUs, bytes, start = 0, end = bytes.length) {
      if (known[sourceId] !== 1) throw new CodecError("unsupported", PLACE, at, `no source ${sourceId}`);
      if (!isTime(bootUs)) throw new CodecError("out-of-range", PLACE, at, `${bootUs} is no boot time in us`);
      const length = end - start;
      if (recordCount === 0) baseBootUs = bootUs;
      const offset = bootUs - baseBootUs;
      if (Math.abs(offset) > MAX_OFFSET_US || recordCount === maxRecords) return false;
      const zigzag = offset >= 0 ? offset * 2 : -offset * 2 - 1;
      const size = 1 + varintSize(zigzag) + varintSize(length) + length;
      if (at + size > room) {
        if (head.length + size > room)
          throw new CodecError("bad-length", PLACE, at, `a frame of ${length} bytes fits no batch`);
        return false;
      }
      buffer[at++] = sourceId;
      at = writeVarint(buffer, at, zigzag);
      at = writeVarint(buffer, at, length);
      for (let i = start; i < end; i++) buffer[at++] = bytes[i]!;
      recordCount++;
      seq = (seq + 1) >>> 0;
      return true;
    },
    finish(clock) {
      const utcUs = clock === undefined ? Number.NaN : Math.round(baseBootUs + clock.offsetUs);
      const quality = clock !== undefined && isTime(utcUs) ? UTC_QUALITIES.indexOf(clock.source) : 0;
      view.setUint32(1, at + CRC_BYTES, true);
      view.setUint32(fixedAt, (seq - recordCount) >>> 0, true);
      setUint64(view, fixedAt + 4, baseBootUs);
      setUint64(view, fixedAt + 12, quality > 0 ? utcUs : 0);
      buffer[fixedAt + 20] = quality;
      view.setUint16(head.length - 2, recordCount, true);
      view.setUint32(at, crc32(buffer, 0, at), true);
      const batch = buffer.subarray(0, at + CRC_BYTES);
      at = head.length;
      recordCount = 0;
      return batch;
    },
  };
}
