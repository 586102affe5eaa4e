import { readFileSync } from "node:fs";
import { CodecError, fromHex } from "@pitwall/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, decodeAll, describeProtocol } from "../testing/protocol.contract.ts";
import { checkReadme, protocolTables } from "../testing/readme.ts";
import {
  type BatchWriterOptions,
  createBatchWriter,
  forEachRecord,
  json,
  MAX_BATCH_RECORDS,
  pitwallBatch,
  readFrameBatch,
} from "./index.ts";

const options: BatchWriterOptions = {
  deviceId: "kart-7",
  bootId: 0xdeadbeef,
  sources: [
    { id: 0, name: "can0", protocol: "vesc-can+vesc-bms" },
    { id: 9, name: "gnss", protocol: "gnss" },
  ],
};

type Record = { source: number; bootUs: number; seq: number; data: number[] };

function recordsOf(bytes: Uint8Array): Record[] {
  const out: Record[] = [];
  forEachRecord(readFrameBatch(bytes), (source, bootUs, seq, b, start, end) => {
    out.push({ source, bootUs, seq, data: [...b.subarray(start, end)] });
  });
  return out;
}

function sample(): Uint8Array {
  const writer = createBatchWriter({ ...options, firstSeq: 0xffff_ffff });
  writer.add(0, 5_000_000, new Uint8Array([1, 2, 3]));
  writer.add(9, 5_000_250, new Uint8Array(200).fill(0x24));
  writer.add(0, 4_999_990, new Uint8Array([]));
  return writer.finish({ source: "gnss", offsetUs: 1_700_000_000_000_000 });
}

checkReadme(new URL("./README.md", import.meta.url), protocolTables([pitwallBatch, json]));

describeProtocol(pitwallBatch, { samples: () => [sample()] });

/** Independent CRC-32, bit by bit. */
function crcByBits(bytes: Uint8Array): number {
  let c = 0xffff_ffff;
  for (const b of bytes) {
    c ^= b;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb8_8320 : c >>> 1;
  }
  return ~c >>> 0;
}

/** A batch put together by hand from the table in the README, independent of the writer. */
function handmade(change: (body: number[]) => void = () => {}): Uint8Array {
  const body = [
    ...[1, 0, 0, 0, 0],
    ...[2, 0x6b, 0x37], // "k7"
    ...[0x44, 0x33, 0x22, 0x11],
    ...[0xff, 0xff, 0xff, 0xff],
    ...[0x40, 0x42, 0x0f, 0, 1, 0, 0, 0], // 2^32 + 1,000,000
    ...[0, 0x40, 0x4f, 0x9c, 0x2f, 0x0a, 6, 0],
    2,
    ...[1, 5, 3, 0x67, 0x70, 0x73, 3, 0x75, 0x62, 0x78], // 5 "gps" "ubx"
    ...[2, 0],
    ...[5, 0xd0, 0x0f, 2, 0xb5, 0x62], // zigzag 2000 = +1000 us
    ...[5, 3, 0], // zigzag 3 = -2 us
  ];
  change(body);
  const bytes = new Uint8Array(body.length + 4);
  bytes.set(body);
  const view = new DataView(bytes.buffer);
  view.setUint32(1, bytes.length, true);
  view.setUint32(body.length, crcByBits(bytes.subarray(0, body.length)), true);
  return bytes;
}

const refusal = (bytes: Uint8Array): string => {
  try {
    readFrameBatch(bytes);
    return "taken";
  } catch (e) {
    if (!(e instanceof CodecError)) throw e;
    return `${e.code}@${e.offset}`;
  }
};

describe("frame batch", () => {
  it("reads a batch laid out by hand", () => {
    const batch = readFrameBatch(handmade());
    expect(batch).toMatchObject({
      deviceId: "k7",
      bootId: 0x11223344,
      firstSeq: 0xffff_ffff,
      recordCount: 2,
      baseBootUs: 4_295_967_296,
      baseUtcUs: 0x00060a2f_9c4f4000,
      utcQuality: "ntp",
      sources: [{ id: 5, name: "gps", protocol: "ubx" }],
    });
    expect(recordsOf(handmade())).toEqual([
      { source: 0, bootUs: 4_295_968_296, seq: 0xffff_ffff, data: [0xb5, 0x62] },
      { source: 0, bootUs: 4_295_967_294, seq: 0, data: [] },
    ]);
  });

  it("reads the example of the README, whose checksum another program computed", () => {
    const text = readFileSync(new URL("./README.md", import.meta.url), "utf8");
    const block = /```\n(01 {2}37[^`]*)```/.exec(text)![1]!;
    const hex = block.split("\n").map((line) => /^((?:[0-9A-F]{2} {1,2})*)/.exec(`${line}  `)![1]!);
    const bytes = fromHex(hex.join(" "));
    expect(recordsOf(bytes)).toEqual([{ source: 0, bootUs: 1_001_000, seq: 0, data: [0xb5, 0x62] }]);
  });

  it("shows the UTC of every frame, and none where the device has none", () => {
    const [first] = decodeAll(pitwallBatch, [handmade()]).messages;
    expect(first).toMatchObject({
      tUs: 0x00060a2f_9c4f4000 + 1000,
      bootUs: 4_295_968_296,
      values: { device: "k7", sourceName: "gps", protocol: "ubx", data: "b562", length: 2, source: 5 },
    });
    const [without] = decodeAll(pitwallBatch, [handmade((b) => b.splice(32, 1, 0))]).messages;
    expect(without!.tUs).toBeNull();
  });

  it.each<[string, (b: number[]) => void, string]>([
    ["another version", (b) => b.splice(0, 1, 2), "bad-version@0"],
    ["an id that is not printable", (b) => b.splice(6, 1, 10), "malformed@6"],
    ["a boot time over 2^53", (b) => b.splice(22, 1, 0x20), "out-of-range@16"],
    ["an unknown quality", (b) => b.splice(32, 1, 4), "malformed@32"],
    ["a source the table lacks", (b) => b.splice(45, 1, 6), "malformed@45"],
    ["the reserved source id", (b) => b.splice(34, 1, 255), "malformed@34"],
    ["a record before the boot", (b) => b.splice(16, 8, 0, 0, 0, 0, 0, 0, 0, 0), "out-of-range@52"],
    ["more records than there are", (b) => b.splice(43, 1, 3), "truncated@54"],
    ["fewer records than there are", (b) => b.splice(43, 1, 1), "bad-length@51"],
    ["a record longer than the batch", (b) => b.splice(48, 1, 9), "truncated@49"],
    ["a varint over 32 bits", (b) => b.splice(46, 2, 0xff, 0xff, 0xff, 0xff, 0x10), "malformed@46"],
  ])("refuses %s at its place", (_name, change, expected) => {
    expect(refusal(handmade(change))).toBe(expected);
  });

  it("refuses a wrong length and a wrong checksum", () => {
    expect(refusal(new Uint8Array(0))).toBe("truncated@0");
    expect(refusal(handmade().subarray(0, 30))).toBe("truncated@30");
    expect(refusal(handmade().subarray(0, 50))).toBe("bad-length@1");
    const damaged = handmade();
    damaged[51]! ^= 1;
    expect(refusal(damaged)).toBe("bad-checksum@54");
    expect(refusal(new Uint8Array(300_000).fill(1))).toBe("bad-length@0");
  });

  it("gives back any frames that were written, across batches and the wrap of the sequence", () => {
    const frame = fc.record({
      source: fc.constantFrom(0, 9),
      bootUs: fc.oneof(fc.nat(100), fc.nat(2 ** 31 - 1), fc.integer({ min: 2 ** 31, max: 2 ** 33 })),
      data: fc.uint8Array({ maxLength: 300 }),
    });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 30 }), (frames) => {
        const writer = createBatchWriter({ ...options, maxBytes: 600, firstSeq: 0xffff_fff8 });
        const batches: Uint8Array[] = [];
        const flush = () => {
          const size = writer.byteLength;
          batches.push(writer.finish().slice());
          expect(batches.at(-1)!.length).toBe(size);
        };
        for (const f of frames)
          if (!writer.add(f.source, f.bootUs, f.data)) {
            flush();
            expect(writer.add(f.source, f.bootUs, f.data)).toBe(true);
          }
        flush();
        for (const b of batches) expect(b.length).toBeLessThanOrEqual(600);
        expect(batches.flatMap(recordsOf)).toEqual(
          frames.map((f, i) => ({
            source: f.source === 0 ? 0 : 1,
            bootUs: f.bootUs,
            seq: (0xffff_fff8 + i) % 2 ** 32,
            data: [...f.data],
          })),
        );
      }),
      { numRuns: 100 },
    );
  });

  it("says no to a full batch, and throws for what no batch can hold", () => {
    const writer = createBatchWriter({ ...options, maxBytes: 200 });
    expect(writer.add(0, 10, new Uint8Array(60))).toBe(true);
    expect(writer.add(0, 11, new Uint8Array(90))).toBe(false);
    expect(writer.nextSeq).toBe(1);
    expect(() => writer.add(0, 11, new Uint8Array(190))).toThrow(/bad-length/);
    expect(() => writer.add(3, 11, new Uint8Array(1))).toThrow(/unsupported/);
    expect(() => writer.add(0, Number.NaN, new Uint8Array(1))).toThrow(/out-of-range/);
    expect(writer.add(0, 10 + 2 ** 31, new Uint8Array(1))).toBe(false);
    expect(recordsOf(writer.finish())).toHaveLength(1);
    expect(() => createBatchWriter({ ...options, deviceId: "käfer" })).toThrow(/out-of-range/);
    expect(() => createBatchWriter({ ...options, maxBytes: 300_000 })).toThrow(/out-of-range/);
  });

  it("holds at most as many records as its count can say", () => {
    const writer = createBatchWriter({ ...options, maxBytes: 256 * 1024 });
    const nothing = new Uint8Array(0);
    let added = 0;
    while (writer.add(0, added, nothing)) added++;
    expect(added).toBeGreaterThan(50_000);
    expect(added).toBeLessThanOrEqual(MAX_BATCH_RECORDS);
    expect(readFrameBatch(writer.finish()).recordCount).toBe(added);
  });

  it("splits batches that lie end to end, and finds the next behind damage", () => {
    const bad = sample();
    bad[60]! ^= 0x10;
    const sizes: number[] = [];
    const codes: string[] = [];
    const framer = pitwallBatch.createFramer!(
      (_b, _v, start, end) => sizes.push(end - start),
      (p) => codes.push(p.code),
    );
    framer.push(concat([sample(), bad, handmade()]));
    framer.end();
    expect(sizes).toEqual([sample().length, handmade().length]);
    expect(codes).toEqual(["bad-checksum", "skipped"]);
  });
});
