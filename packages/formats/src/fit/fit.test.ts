import { findColumn } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { readRecording, recognise } from "../registry.ts";

/** CRC of the FIT protocol (Garmin, "Flexible and Interoperable Data Transfer Protocol"), bit by bit: polynomial 0xA001, reflected. */
function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const b of bytes) {
    crc ^= b;
    for (let i = 0; i < 8; i++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return crc;
}

const FIT_EPOCH_S = 631_065_600;
const START_S = Date.UTC(2026, 4, 28, 13, 34) / 1000;

/** A file laid out by hand: one definition and three `record` messages, one definition and one `lap`. */
function file(): Uint8Array {
  const body: number[] = [];
  const u32 = (x: number) => body.push(x & 255, (x >>> 8) & 255, (x >>> 16) & 255, (x >>> 24) & 255);
  const u16 = (x: number) => body.push(x & 255, (x >>> 8) & 255);
  // definition of local 0: record (20): timestamp 253 u32, lat 0 s32, long 1 s32, altitude 2 u16, speed 6 u16
  body.push(0x40, 0, 0, 20, 0, 5, 253, 4, 0x86, 0, 4, 0x85, 1, 4, 0x85, 2, 2, 0x84, 6, 2, 0x84);
  for (let i = 0; i < 3; i++) {
    body.push(0);
    u32(START_S - FIT_EPOCH_S + i);
    u32(2 ** 29 + i); // 45 degrees
    u32(-(2 ** 28)); // -22.5 degrees
    u16((100 + 500) * 5);
    u16(i === 1 ? 0xffff : 12_345);
  }
  // definition of local 1: lap (19): timestamp, start_time 2, total_elapsed_time 7 (ms)
  body.push(0x41, 0, 0, 19, 0, 3, 253, 4, 0x86, 2, 4, 0x86, 7, 4, 0x86, 1);
  u32(START_S - FIT_EPOCH_S + 2);
  u32(START_S - FIT_EPOCH_S);
  u32(1500);
  return framed(body);
}

/** A header in front of the messages, and both checksums. */
function framed(body: readonly number[]): Uint8Array {
  const out = new Uint8Array(14 + body.length + 2);
  const view = new DataView(out.buffer);
  out.set([14, 0x20, 0x50, 0x08]);
  view.setUint32(4, body.length, true);
  out.set([0x2e, 0x46, 0x49, 0x54], 8);
  view.setUint16(12, crc16(out.subarray(0, 12)), true);
  out.set(body, 14);
  view.setUint16(14 + body.length, crc16(out.subarray(0, 14 + body.length)), true);
  return out;
}

describe("FIT", () => {
  it("reads records and laps", async () => {
    expect(recognise(file())).toMatchObject({ format: { id: "fit" }, confidence: 1 });
    const r = await readRecording(file());
    const v = (id: string) => [...findColumn(r, id)!.column.values];
    expect([...r.groups[0]!.tUs]).toEqual([0, 1, 2].map((s) => (START_S + s) * 1e6));
    expect(v("gnss.lat")[0]).toBeCloseTo(45, 9);
    expect(v("gnss.lon")[0]).toBeCloseTo(-22.5, 9);
    expect(v("gnss.alt")[0]).toBeCloseTo(100, 9);
    expect(v("gnss.speed")).toEqual([12.345, Number.NaN, 12.345]);
    expect(r.laps).toEqual([{ number: 1, startUs: START_S * 1e6, endUs: (START_S + 1.5) * 1e6 }]);
  });

  it("gives what is whole of a cut-off file, and no value that is not in it", async () => {
    const whole = file();
    // every cut from the first whole record on
    for (let length = 14 + 21 + 17; length < whole.length - 2; length++) {
      const r = await readRecording(whole.slice(0, length));
      const v = (id: string) => [...(findColumn(r, id)?.column.values ?? [])];
      expect(r.problems?.list[0]?.code).toBe("truncated");
      expect(v("gnss.lat").length).toBeGreaterThanOrEqual(Math.min(3, Math.floor((length - 35) / 17)));
      for (const x of v("gnss.lat")) if (!Number.isNaN(x)) expect(x).toBeCloseTo(45, 6);
      for (const x of v("gnss.lon")) if (!Number.isNaN(x)) expect(x).toBeCloseTo(-22.5, 6);
      for (const x of v("gnss.speed")) if (!Number.isNaN(x)) expect(x).toBeCloseTo(12.345, 6);
      for (const t of r.groups[0]!.tUs) expect([0, 1, 2]).toContain(t / 1e6 - START_S);
    }
  });

  it("reads files that follow each other in one, and bytes in any kind of array", async () => {
    const two = Buffer.concat([file(), file()]);
    const r = await readRecording(two);
    expect(findColumn(r, "gnss.lat")!.column.values).toHaveLength(6);
    expect(r.problems).toBeUndefined();
    expect(two.equals(Buffer.concat([file(), file()]))).toBe(true);
  });

  it("says that the checksum is wrong, where a message no longer begins, and that a recording was not finished", async () => {
    const wrong = file();
    wrong[40]! ^= 1;
    const r = await readRecording(wrong);
    expect(r.problems?.list).toEqual([
      { code: "bad-checksum", offset: wrong.length - 2, reason: expect.any(String) },
    ]);
    // the header of the third record: a local type that nobody defined
    const third = 14 + 21 + 2 * 17;
    const lost = file();
    lost[third] = 7;
    const two = await readRecording(lost);
    expect(two.problems?.list).toMatchObject([{ code: "malformed", offset: third }]);
    expect(findColumn(two, "gnss.lat")!.column.values).toHaveLength(2);
    const open = file();
    open.fill(0, 4, 8);
    const whole = await readRecording(open);
    expect(whole.problems?.list).toMatchObject([{ code: "truncated" }]);
    expect(findColumn(whole, "gnss.lat")!.column.values).toHaveLength(3);
  });

  it("takes the unit of an application's field from its description", async () => {
    const text = (s: string, n: number) => Array.from({ length: n }, (_, i) => s.charCodeAt(i) || 0);
    const stamp = [0, 0, 0, 60];
    const body = [
      // field_description (206): index, number, base type, name, units
      ...[0x40, 0, 0, 206, 0, 5, 0, 1, 2, 1, 1, 2, 2, 1, 2, 3, 12, 7, 8, 6, 7],
      ...[0, 0, 0, 0x84, ...text("Oil Pressure", 12), ...text("kPa", 6)],
      ...[0, 0, 1, 0x84, ...text("speed", 12), ...text("km/h", 6)],
      // record with its own speed (mm/s) and both of the application's
      ...[0x61, 0, 0, 20, 0, 2, 253, 4, 0x86, 73, 4, 0x86, 2, 0, 2, 0, 1, 2, 0],
      ...[1, ...stamp, 0x10, 0x27, 0, 0, 0x2c, 1, 36, 0],
    ];
    const r = await readRecording(framed(body));
    const column = (id: string) => findColumn(r, id)!.column;
    expect(r.groups[0]!.columns.map((c) => [c.field.unit, c.values[0]])).toContainEqual(["kPa", 300]);
    expect(column("gnss.speed").values[0]).toBe(10);
    expect(column("speed").values[0]).toBeCloseTo(10, 9);
  });

  it("lets a lap begin where the one before it ended, though starts are whole seconds", async () => {
    const u32 = (x: number) => [x & 255, (x >>> 8) & 255, (x >>> 16) & 255, (x >>> 24) & 255];
    const t = START_S - FIT_EPOCH_S;
    const r = await readRecording(
      framed([
        ...[0x40, 0, 0, 20, 0, 1, 253, 4, 0x86, 0, ...u32(t)],
        ...[0x41, 0, 0, 19, 0, 2, 2, 4, 0x86, 7, 4, 0x86],
        ...[
          1,
          ...u32(t),
          ...u32(64_500),
          1,
          ...u32(t + 64),
          ...u32(61_250),
          1,
          ...u32(t + 300),
          ...u32(60_000),
        ],
      ]),
    );
    const s = (us: number) => us / 1e6 - START_S;
    expect(r.laps.map((l) => [l.number, s(l.startUs), s(l.endUs)])).toEqual([
      [1, 0, 64.5],
      [2, 64.5, 125.75],
      [3, 300, 360],
    ]);
  });
});
