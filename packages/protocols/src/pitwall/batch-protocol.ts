import {
  CodecError,
  crc32,
  createFramer,
  createTally,
  type DecodeContext,
  type Decoder,
  type Encoder,
  type FrameRule,
  fromHex,
  fromPlain,
  type MessageSpec,
  type PlainMessage,
  type Protocol,
  Reading,
  toHex,
} from "@pitwall/core";
import { BATCH_VERSION, CRC_BYTES, MAX_BATCH_BYTES, MIN_BATCH_BYTES, UTC_QUALITIES } from "./batch-layout.ts";
import { type FrameBatch, forEachRecord, readFrameBatch } from "./batch-reader.ts";
import { createBatchWriter } from "./batch-writer.ts";

const FRAME: MessageSpec = {
  name: "pitwall.frame",
  doc: "One recorded frame of a batch. Its time is the device's boot time, and UTC where the device knows it.",
  fields: [
    { name: "bootId", unit: "1", doc: "differs from boot to boot", resolution: 1 },
    {
      name: "utcQuality",
      unit: "code",
      doc: "where the device's UTC comes from",
      resolution: 1,
      labels: { 0: "none", 1: "arrival", 2: "ntp", 3: "gnss" },
    },
    { name: "seq", unit: "1", doc: "sequence number within the boot, wraps at 2^32", resolution: 1 },
    { name: "source", unit: "1", doc: "id of the source within the batch", resolution: 1 },
    { name: "length", unit: "1", doc: "bytes of the frame", resolution: 1 },
  ],
  texts: ["device", "sourceName", "protocol", "data"],
};

function createDecoder(context: DecodeContext): Decoder {
  const tally = createTally(context);
  const reading = new Reading(FRAME);
  let offset = 0;
  let batch: FrameBatch | undefined;

  const onRecord = (
    index: number,
    bootUs: number,
    seq: number,
    b: Uint8Array,
    start: number,
    end: number,
  ) => {
    const { baseBootUs, baseUtcUs, bootId, deviceId, sources, utcQuality } = batch!;
    const source = sources[index]!;
    const v = reading.values;
    v[0] = bootId;
    v[1] = UTC_QUALITIES.indexOf(utcQuality);
    v[2] = seq;
    v[3] = source.id;
    v[4] = end - start;
    reading.bootUs = bootUs;
    reading.tUs = baseUtcUs + (bootUs - baseBootUs);
    reading.texts = {
      device: deviceId,
      sourceName: source.name,
      protocol: source.protocol,
      data: toHex(b, start, end),
    };
    tally.reading(reading);
  };

  return {
    stats: tally.stats,
    push(bytes) {
      try {
        batch = readFrameBatch(bytes);
        tally.stats.frames++;
        forEachRecord(batch, onRecord);
      } catch (e) {
        if (!(e instanceof CodecError)) throw e;
        tally.problem({ code: e.code, offset: offset + e.offset, length: bytes.length, reason: e.message });
      } finally {
        batch = undefined;
      }
      offset += bytes.length;
    },
    end() {},
  };
}

/** One frame as a batch of its own. */
function encode(message: PlainMessage): Uint8Array {
  if (message.message !== FRAME.name)
    throw new CodecError("unsupported", "pitwall-batch", 0, `no message "${message.message}"`);
  const { bootUs, texts = {}, tUs, values } = fromPlain(message, FRAME);
  const [bootId = Number.NaN, quality, seq = Number.NaN, source = Number.NaN, length] = values;
  const data = fromHex(texts["data"] ?? "");
  if (Number.isFinite(length!) && length !== data.length)
    throw new CodecError("out-of-range", FRAME.name, 0, `length ${length}, data has ${data.length} bytes`);
  const id = Number.isNaN(source) ? 0 : source;
  const writer = createBatchWriter({
    deviceId: texts["device"] ?? "",
    bootId,
    sources: [{ id, name: texts["sourceName"] ?? "", protocol: texts["protocol"] ?? "" }],
    firstSeq: seq,
    maxBytes: MAX_BATCH_BYTES,
  });
  writer.add(id, Number.isNaN(bootUs) ? 0 : bootUs, data);
  const known = UTC_QUALITIES[quality!] ?? "none";
  return writer.finish({ source: known, offsetUs: tUs - (Number.isNaN(bootUs) ? 0 : bootUs) });
}

/** Batches laid end to end, in a file or on a TCP connection. */
const RULE: FrameRule = {
  maxLength: MAX_BATCH_BYTES,
  probe(b, start, end) {
    if (b[start] !== BATCH_VERSION) return -1;
    if (end - start < 5) return 0;
    const length =
      (b[start + 1]! | (b[start + 2]! << 8) | (b[start + 3]! << 16) | (b[start + 4]! << 24)) >>> 0;
    return length < MIN_BATCH_BYTES || length > MAX_BATCH_BYTES ? -1 : length;
  },
  check(b, view, start, end) {
    const at = end - CRC_BYTES;
    return crc32(b, start, at) === view.getUint32(at, true) ? undefined : "bad-checksum";
  },
};

export const pitwallBatch: Protocol = {
  name: "pitwall-batch",
  title: "Frame batches of Pitwall devices: recorded frames of all their buses with their times",
  carrier: "packet",
  messages: [FRAME],
  createFramer: (onFrame, onProblem) => createFramer(RULE, onFrame, onProblem),
  createDecoder,
  createEncoder: (): Encoder => ({ encode }),
};
