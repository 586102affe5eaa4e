import { type ClockSource, CodecError, crc32, type ProblemCode } from "@pitwall/core";
import {
  BATCH_VERSION,
  type BatchSource,
  CRC_BYTES,
  isPrintable,
  MAX_BATCH_BYTES,
  MAX_DEVICE_ID,
  MAX_PROTOCOL_SPEC,
  MAX_SOURCE_NAME,
  MIN_BATCH_BYTES,
  UTC_QUALITIES,
} from "./batch-layout.ts";

const PLACE = "pitwall-batch";
const UNKNOWN_SOURCE = 255;

/** A checked frame batch. `bytes` is borrowed from whoever gave it: what `forEachRecord` passes lies in there. */
export type FrameBatch = {
  /** As the device sent it, printable ASCII; not safe as a file name or topic. */
  readonly deviceId: string;
  /** Differs from boot to boot; frames are counted and timed within one. */
  readonly bootId: number;
  /** Sequence number of record 0; record i has (firstSeq + i) mod 2^32. */
  readonly firstSeq: number;
  readonly recordCount: number;
  readonly baseBootUs: number;
  /** UTC at `baseBootUs` as the device knows it; NaN while it does not. */
  readonly baseUtcUs: number;
  readonly utcQuality: ClockSource;
  readonly sources: readonly BatchSource[];
  readonly bytes: Uint8Array;
  readonly recordsStart: number;
  readonly recordsEnd: number;
  /** Source id to index in `sources`. */
  readonly sourceIndex: Uint8Array;
};

/** `bytes[start, end)` is one frame, borrowed until the call returns. */
export type OnRecord = (
  sourceIndex: number,
  bootUs: number,
  seq: number,
  bytes: Uint8Array,
  start: number,
  end: number,
) => void;

const refuse = (code: ProblemCode, offset: number, reason: string): CodecError =>
  new CodecError(code, PLACE, offset, reason);

/**
 * Checks a whole batch, records included, so that it is taken or refused as one: what passes here cannot fail in
 * `forEachRecord`. Throws CodecError with the offset and the reason. Layout: README.md of this folder.
 */
export function readFrameBatch(bytes: Uint8Array): FrameBatch {
  const size = bytes.length;
  if (size < 1) throw refuse("truncated", 0, "no bytes");
  if (bytes[0] !== BATCH_VERSION)
    throw refuse("bad-version", 0, `layout version ${bytes[0]}, known is ${BATCH_VERSION}`);
  if (size < MIN_BATCH_BYTES)
    throw refuse("truncated", size, `${size} bytes, at least ${MIN_BATCH_BYTES} make a batch`);
  if (size > MAX_BATCH_BYTES) throw refuse("bad-length", 0, `${size} bytes, at most ${MAX_BATCH_BYTES}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stated = view.getUint32(1, true);
  if (stated !== size) throw refuse("bad-length", 1, `says ${stated} bytes, has ${size}`);
  const end = size - CRC_BYTES;
  const crc = crc32(bytes, 0, end);
  const sent = view.getUint32(end, true);
  if (sent !== crc)
    throw refuse("bad-checksum", end, `CRC-32 ${sent.toString(16)}, the bytes give ${crc.toString(16)}`);
  return readHeader(bytes, view, end);
}

function readHeader(bytes: Uint8Array, view: DataView, end: number): FrameBatch {
  let at = 5;
  const need = (n: number, what: string): number => {
    if (at + n > end) throw refuse("truncated", at, `${what} lies past the end`);
    const here = at;
    at += n;
    return here;
  };
  const text = (what: string, most: number): string => {
    const from = at;
    const length = bytes[need(1, what)]!;
    if (length > most) throw refuse("bad-length", from, `${what} of ${length} characters, at most ${most}`);
    const start = need(length, what);
    for (let i = start; i < at; i++)
      if (!isPrintable(bytes[i]!)) throw refuse("malformed", i, `${what} has byte ${bytes[i]}`);
    return String.fromCharCode.apply(null, Array.from(bytes.subarray(start, at)));
  };
  const u64 = (what: string): number => {
    const here = need(8, what);
    const high = view.getUint32(here + 4, true);
    if (high >= 0x20_0000) throw refuse("out-of-range", here, `${what} is over 2^53 microseconds`);
    return high * 0x1_0000_0000 + view.getUint32(here, true);
  };
  const deviceId = text("device id", MAX_DEVICE_ID);
  const bootId = view.getUint32(need(4, "boot id"), true);
  const firstSeq = view.getUint32(need(4, "sequence number"), true);
  const baseBootUs = u64("boot time");
  const utcUs = u64("UTC");
  const qualityAt = need(1, "UTC quality");
  const utcQuality = UTC_QUALITIES[bytes[qualityAt]!];
  if (utcQuality === undefined) throw refuse("malformed", qualityAt, `UTC quality ${bytes[qualityAt]}`);
  const sources: BatchSource[] = [];
  const sourceIndex = new Uint8Array(256).fill(UNKNOWN_SOURCE);
  const sourceCount = bytes[need(1, "source count")]!;
  for (let i = 0; i < sourceCount; i++) {
    const idAt = need(1, "source id");
    const id = bytes[idAt]!;
    if (id === UNKNOWN_SOURCE || sourceIndex[id] !== UNKNOWN_SOURCE)
      throw refuse("malformed", idAt, `source id ${id} ${id === UNKNOWN_SOURCE ? "is reserved" : "twice"}`);
    sourceIndex[id] = i;
    sources.push({
      id,
      name: text("source name", MAX_SOURCE_NAME),
      protocol: text("source protocol", MAX_PROTOCOL_SPEC),
    });
  }
  const recordCount = view.getUint16(need(2, "record count"), true);
  const batch: FrameBatch = {
    deviceId,
    bootId,
    firstSeq,
    recordCount,
    baseBootUs,
    baseUtcUs: utcQuality === "none" ? Number.NaN : utcUs,
    utcQuality,
    sources,
    bytes,
    recordsStart: at,
    recordsEnd: end,
    sourceIndex,
  };
  checkRecords(batch);
  return batch;
}

/** Position of the byte behind the varint at `at`; -1 where it does not end in time or holds more than 32 bits. */
function endOfVarint(bytes: Uint8Array, at: number, end: number): number {
  const last = Math.min(end, at + 5);
  for (let i = at; i < last; i++) if (bytes[i]! < 0x80) return i === at + 4 && bytes[i]! > 0x0f ? -1 : i + 1;
  return -1;
}

function checkRecords(batch: FrameBatch): void {
  const { bytes, recordsEnd: end, baseBootUs } = batch;
  let at = batch.recordsStart;
  for (let i = 0; i < batch.recordCount; i++) {
    if (at >= end) throw refuse("truncated", at, `${batch.recordCount} records stated, ${i} are there`);
    if (batch.sourceIndex[bytes[at]!] === UNKNOWN_SOURCE)
      throw refuse("malformed", at, `record ${i} names source ${bytes[at]}, which the table lacks`);
    const lengthAt = endOfVarint(bytes, at + 1, end);
    if (lengthAt < 0) throw refuse("malformed", at + 1, `time offset of record ${i} is no 32-bit varint`);
    if (baseBootUs + zigzag(varint(bytes, at + 1)) < 0)
      throw refuse("out-of-range", at + 1, `record ${i} lies before the boot`);
    const dataAt = endOfVarint(bytes, lengthAt, end);
    if (dataAt < 0) throw refuse("malformed", lengthAt, `length of record ${i} is no 32-bit varint`);
    const length = varint(bytes, lengthAt);
    if (dataAt + length > end)
      throw refuse("truncated", dataAt, `record ${i} has ${length} bytes, ${end - dataAt} are left`);
    at = dataAt + length;
  }
  if (at !== end) throw refuse("bad-length", at, `${end - at} bytes behind the last record`);
}

function varint(bytes: Uint8Array, at: number): number {
  let b = bytes[at]!;
  if (b < 0x80) return b;
  let value = b & 0x7f;
  let scale = 0x80;
  do {
    b = bytes[++at]!;
    value += (b & 0x7f) * scale;
    scale *= 0x80;
  } while (b >= 0x80);
  return value;
}

/** 0, 1, 2, 3 … to 0, -1, 1, -2 …; of 32 bits. */
const zigzag = (u: number): number => (u >>> 1) ^ -(u & 1);

/** Calls `onRecord` for every frame, in the order the device recorded them. Allocates nothing. */
export function forEachRecord(batch: FrameBatch, onRecord: OnRecord): void {
  const { bytes, baseBootUs, firstSeq, recordCount, sourceIndex } = batch;
  let at = batch.recordsStart;
  for (let i = 0; i < recordCount; i++) {
    const source = sourceIndex[bytes[at]!]!;
    const offset = varint(bytes, ++at);
    while (bytes[at++]! >= 0x80);
    const length = varint(bytes, at);
    while (bytes[at++]! >= 0x80);
    onRecord(source, baseBootUs + zigzag(offset), (firstSeq + i) >>> 0, bytes, at, at + length);
    at += length;
  }
}
