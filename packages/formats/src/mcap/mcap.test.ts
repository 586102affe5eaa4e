import { zstdCompressSync } from "node:zlib";
import { McapWriter } from "@mcap/core";
import { findColumn } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { readRecording, recognise } from "../registry.ts";
import { joined } from "../source.ts";
import { drive } from "../testing/drive.ts";
import { cut, written } from "../testing/gather.ts";
import { unlz4 } from "./decompress.ts";

type Message = {
  readonly topic: string;
  readonly schema: string;
  readonly encoding: string;
  readonly data: Uint8Array;
  readonly logUs: number;
};
type Compress = (chunk: Uint8Array) => { compression: string; compressedData: Uint8Array };

async function file(
  messages: readonly Message[],
  compressChunk?: Compress,
  chunkSize?: number,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let position = 0n;
  const writer = new McapWriter({
    writable: {
      write: async (b: Uint8Array) => {
        pieces.push(b.slice());
        position += BigInt(b.length);
      },
      position: () => position,
    },
    ...(compressChunk ? { compressChunk } : {}),
    ...(chunkSize === undefined ? {} : { chunkSize }),
  });
  await writer.start({ profile: "ros2", library: "test" });
  const ids = new Map<string, number>();
  for (const m of messages) {
    if (!ids.has(m.topic)) {
      const schemaId = await writer.registerSchema({
        name: m.schema,
        encoding: "ros2msg",
        data: new Uint8Array(0),
      });
      ids.set(
        m.topic,
        await writer.registerChannel({
          schemaId,
          topic: m.topic,
          messageEncoding: m.encoding,
          metadata: new Map(),
        }),
      );
    }
    const ns = BigInt(m.logUs) * 1000n;
    await writer.addMessage({
      channelId: ids.get(m.topic)!,
      sequence: 0,
      logTime: ns,
      publishTime: ns,
      data: m.data,
    });
  }
  await writer.end();
  return joined(pieces);
}

const T0 = Date.UTC(2026, 4, 28, 13, 34) * 1000;

/** sensor_msgs/msg/NavSatFix in CDR, laid out by hand; frame id "gps" leaves two bytes of padding before the status. */
function navSat(little: boolean, lat: number, status: number): Uint8Array {
  // 4 encapsulation, 24 header and status with padding, 24 position, 72 covariance, 1 type
  const b = new Uint8Array(125);
  const v = new DataView(b.buffer);
  b[1] = little ? 1 : 0;
  v.setInt32(4, T0 / 1e6, little);
  v.setUint32(8, 40_000_000, little);
  v.setUint32(12, 4, little);
  b.set(new TextEncoder().encode("gps\0"), 16);
  v.setInt8(20, status);
  v.setUint16(22, 1, little);
  // offset 20 behind the encapsulation is aligned to 24
  v.setFloat64(28, lat, little);
  v.setFloat64(36, 4.65, little);
  v.setFloat64(44, 210.5, little);
  v.setFloat64(52, 4, little);
  v.setFloat64(52 + 32, 4, little);
  v.setFloat64(52 + 64, 9, little);
  b[124] = 2;
  return b;
}

/** sensor_msgs/Imu of ROS 1: no alignment, a sequence number first. Turned by a quarter to the left. */
function imuRos1(): Uint8Array {
  const b = new Uint8Array(4 + 8 + 4 + 3 + (4 + 9 + 3 + 9 + 3 + 9) * 8);
  const v = new DataView(b.buffer);
  v.setUint32(4, T0 / 1e6, true);
  v.setUint32(12, 3, true);
  b.set(new TextEncoder().encode("imu"), 16);
  const at = 19;
  const q = [0, 0, Math.SQRT1_2, Math.SQRT1_2];
  q.forEach((x, i) => {
    v.setFloat64(at + 8 * i, x, true);
  });
  [0.1, 0.2, 0.3].forEach((x, i) => {
    v.setFloat64(at + 8 * (13 + i), x, true);
  });
  [1, 2, 9.8].forEach((x, i) => {
    v.setFloat64(at + 8 * (25 + i), x, true);
  });
  return b;
}

const json = (x: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(x));
const location = {
  timestamp: { sec: T0 / 1e6, nsec: 100_000_000 },
  frame_id: "",
  latitude: 50.5,
  longitude: 4.75,
  altitude: 100,
  position_covariance: [1, 0, 0, 0, 1, 0, 0, 0, 4],
  position_covariance_type: 2,
};

const FOREIGN: readonly Message[] = [
  {
    topic: "/fix",
    schema: "sensor_msgs/msg/NavSatFix",
    encoding: "cdr",
    data: navSat(true, 50.3, 0),
    logUs: T0 + 50_000,
  },
  {
    topic: "/fix",
    schema: "sensor_msgs/msg/NavSatFix",
    encoding: "cdr",
    data: navSat(false, 50.4, 0),
    logUs: T0 + 60_000,
  },
  {
    topic: "/fix",
    schema: "sensor_msgs/msg/NavSatFix",
    encoding: "cdr",
    data: navSat(true, 50.9, -1),
    logUs: T0 + 70_000,
  },
  { topic: "/imu", schema: "sensor_msgs/Imu", encoding: "ros1", data: imuRos1(), logUs: T0 },
  { topic: "/loc", schema: "foxglove.LocationFix", encoding: "json", data: json(location), logUs: T0 },
  { topic: "/image", schema: "sensor_msgs/msg/Image", encoding: "cdr", data: new Uint8Array(9), logUs: T0 },
  {
    topic: "/loc",
    schema: "foxglove.LocationFix",
    encoding: "json",
    data: new TextEncoder().encode("{"),
    logUs: T0,
  },
];

/** foxglove.LocationFix in Protocol Buffers, laid out by hand: tags are field * 8 + wire type. */
function locationFix(lat: number, speed: number | undefined): Uint8Array {
  const double = (field: number, x: number) => {
    const b = new Uint8Array(9);
    b[0] = field * 8 + 1;
    new DataView(b.buffer).setFloat64(1, x, true);
    return b;
  };
  // 1 700 000 000 = 0x6553f100 as groups of seven bits, lowest first; 250 000 000 ns likewise
  const stamp = [0x08, 0x80, 0xe2, 0xcf, 0xaa, 0x06, 0x10, 0x80, 0xe5, 0x9a, 0x77];
  const nine = new Uint8Array(2 + 72);
  nine.set([4 * 8 + 2, 72]);
  for (const [i, variance] of [4, 0, 0, 0, 4, 0, 0, 0, 9].entries())
    new DataView(nine.buffer).setFloat64(2 + 8 * i, variance, true);
  return joined([
    double(1, lat),
    double(2, 4.5),
    nine,
    Uint8Array.of(5 * 8, 2, 6 * 8 + 2, stamp.length, ...stamp, 7 * 8 + 2, 3, 0x67, 0x70, 0x73),
    ...(speed === undefined ? [] : [double(12, speed), double(13, -Math.PI / 2)]),
  ]);
}

describe("MCAP of other programs", () => {
  it("reads NavSatFix, Imu and LocationFix in their encodings, by their own stamps", async () => {
    const bytes = await file(FOREIGN);
    expect(recognise(bytes)).toMatchObject({ format: { id: "mcap" }, confidence: 1 });
    const r = await readRecording(bytes);
    expect(r.groups.map((g) => g.name)).toEqual(["/fix", "/imu", "/loc"]);
    const at = (id: string, group: number) => [
      ...r.groups[group]!.columns.find((c) => c.field.name === id)!.values,
    ];
    expect([...r.groups[0]!.tUs]).toEqual([T0 + 40_000, T0 + 40_000, T0 + 40_000]);
    expect(at("gnss.lat", 0)).toEqual([50.3, 50.4, Number.NaN]);
    expect(at("gnss.lon", 0)[0]).toBe(4.65);
    expect(at("gnss.alt", 0)[0]).toBe(210.5);
    expect(at("gnss.fix", 0)).toEqual([3, 3, 0]);
    expect(at("gnss.hAcc", 0)[0]).toBe(2);
    expect(at("gnss.vAcc", 0)[0]).toBe(3);
    expect(r.groups[1]!.tUs[0]).toBe(T0);
    expect(at("imu.gz", 1)).toEqual([0.3]);
    expect(at("imu.az", 1)).toEqual([9.8]);
    expect(at("imu.yaw", 1)[0]).toBeCloseTo(Math.PI / 2, 9);
    expect(at("gnss.lat", 2)).toEqual([50.5]);
    expect(at("gnss.hAcc", 2)).toEqual([1]);
    expect(r.groups[2]!.tUs[0]).toBe(T0 + 100_000);
    expect(r.notes.join()).toContain("/image (sensor_msgs/msg/Image, cdr)");
    expect(r.problems?.count).toBe(1);
  });

  it("reads chunks compressed with zstd and lz4", async () => {
    const plain = await readRecording(await file(FOREIGN));
    const zstd = await file(FOREIGN, (chunk) => ({
      compression: "zstd",
      compressedData: new Uint8Array(zstdCompressSync(chunk)),
    }));
    // an LZ4 frame with its data in one stored block
    const lz4 = await file(FOREIGN, (chunk) => {
      const frame = new Uint8Array(7 + 4 + chunk.length + 4);
      const v = new DataView(frame.buffer);
      v.setUint32(0, 0x184d_2204, true);
      frame.set([0x60, 0x70, 0], 4);
      v.setUint32(7, (chunk.length | 0x8000_0000) >>> 0, true);
      frame.set(chunk, 11);
      return { compression: "lz4", compressedData: frame };
    });
    for (const bytes of [zstd, lz4]) expect((await readRecording(bytes)).groups).toEqual(plain.groups);
  });

  it("undoes an LZ4 block with literals, a match that overlaps itself, and long lengths", () => {
    // "abc", 9 more by going back 3; 20 literals (15 + 5); a match of 19 + 2 = 4 + 15 + 2 going back 1; then "end"
    const literals = "ABCDEFGHIJKLMNOPQRSz";
    const block = [
      0x35,
      ...new TextEncoder().encode("abc"),
      3,
      0,
      0xff,
      5,
      ...new TextEncoder().encode(literals),
      1,
      0,
      2,
      0x30,
      ...new TextEncoder().encode("end"),
    ];
    const frame = Uint8Array.from([
      0x04,
      0x22,
      0x4d,
      0x18,
      0x60,
      0x70,
      0,
      block.length,
      0,
      0,
      0,
      ...block,
      0,
      0,
      0,
      0,
    ]);
    const expected = `abcabcabcabc${literals}${"z".repeat(21)}end`;
    expect(new TextDecoder().decode(unlz4(frame, expected.length))).toBe(expected);
    expect(() => unlz4(frame, 10)).toThrow(RangeError);
    expect(() => unlz4(frame.slice(0, 20), expected.length)).toThrow(RangeError);
  });

  it("tells a journal from a recording, and says who reads it", async () => {
    const head = new TextEncoder().encode("pitwall");
    const journal = new Uint8Array([
      0x89,
      0x4d,
      0x43,
      0x41,
      0x50,
      0x30,
      0x0d,
      0x0a,
      1,
      15,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      7,
      0,
      0,
      0,
      ...head,
    ]);
    expect(recognise(journal)?.format.id).toBe("journal");
    await expect(readRecording(journal)).rejects.toMatchObject({ code: "unsupported" });
    expect(recognise(new TextEncoder().encode("PAR1...."))?.format.id).toBe("parquet");
  });
});

describe("MCAP of Pitwall", () => {
  it("gives back every field as it was, whatever pieces the file comes in", async () => {
    const recording = drive({ hz: 10, seconds: 30 });
    const bytes = await written(recording, "mcap");
    const r = await readRecording(cut(bytes, [1000, 7, 50_000]));
    expect(r.groups.map((g) => g.name)).toEqual(["gps", "imu", "motor"]);
    recording.groups.forEach((g, i) => {
      expect(r.groups[i]!.columns.map((c) => c.field)).toEqual(g.columns.map((c) => c.field));
    });
    expect(findColumn(r, "oil_pressure")!.column.field.unit).toBe("kPa");
    expect(r).toMatchObject({
      title: "Evening",
      vehicle: "Kart 7",
      driver: "Jo",
      track: "Round",
      laps: recording.laps,
    });
  });

  it("gives what is there of a file that is cut off", async () => {
    const bytes = await written(drive({ hz: 25, seconds: 80 }), "mcap");
    const r = await readRecording(bytes.slice(0, bytes.length * 0.7));
    expect(findColumn(r, "gnss.lat")!.group.tUs.length).toBeGreaterThan(500);
    expect(r.problems?.list[0]?.code).toBe("truncated");
    const broken = bytes.slice();
    broken.fill(0xff, bytes.length * 0.7, bytes.length * 0.7 + 64);
    expect((await readRecording(broken)).problems?.count).toBe(1);
  });

  it("reads LocationFix in Protocol Buffers, and lists messages that are cut off", async () => {
    const message = (data: Uint8Array, logUs: number): Message => ({
      topic: "/gps",
      schema: "foxglove.LocationFix",
      encoding: "protobuf",
      data,
      logUs,
    });
    const whole = locationFix(50.25, 12.5);
    const r = await readRecording(
      await file([
        message(whole, T0),
        message(locationFix(50.5, undefined), T0),
        message(whole.slice(0, 40), T0),
      ]),
    );
    expect(r.groups[0]!.tUs[0]).toBe(1_700_000_000_250_000);
    const at = (id: string) => [...findColumn(r, id)!.column.values];
    expect([at("gnss.lat"), at("gnss.lon")]).toEqual([
      [50.25, 50.5],
      [4.5, 4.5],
    ]);
    expect(at("gnss.speed")).toEqual([12.5, Number.NaN]);
    expect(at("gnss.course")[0]).toBeCloseTo(1.5 * Math.PI, 12);
    expect([at("gnss.hAcc")[0], at("gnss.vAcc")[0]]).toEqual([2, 3]);
    expect(r.problems?.list).toEqual([expect.objectContaining({ code: "malformed" })]);
  });

  it("loses one chunk with a damaged byte in it, and says which", async () => {
    const COUNT = 200;
    const messages = Array.from({ length: COUNT }, (_, i): Message => {
      const timestamp = { sec: T0 / 1e6 + i, nsec: 0 };
      const data = json({ ...location, timestamp, latitude: 50 + i / 1000 });
      return { topic: "/l", schema: "foxglove.LocationFix", encoding: "json", data, logUs: T0 + i * 1e6 };
    });
    const whole = await file(messages, undefined, 3000);
    const inChunk = Math.ceil(3000 / messages[0]!.data.length) + 1;
    for (const pieces of [whole.length, 1000])
      for (const part of [0.1, 0.3, 0.5, 0.7]) {
        const bytes = whole.slice();
        // a digit of a coordinate, wherever the next one is
        const at = bytes.indexOf(0x35, Math.floor(whole.length * part));
        bytes[at] = 0x39;
        const stream = Array.from({ length: Math.ceil(bytes.length / pieces) }, (_, i) =>
          bytes.subarray(i * pieces, (i + 1) * pieces),
        );
        const r = await readRecording(stream);
        const { tUs } = findColumn(r, "gnss.lat")!.group;
        expect(tUs.length).toBeGreaterThanOrEqual(COUNT - inChunk);
        expect(tUs.length).toBeLessThan(COUNT);
        expect(tUs.at(-1)).toBe(T0 + (COUNT - 1) * 1e6);
        expect(r.problems?.count).toBe(1);
        expect(r.problems!.list[0]!.offset).toBeLessThanOrEqual(at);
      }
  });
});
