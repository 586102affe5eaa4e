import { crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc16Modbus, crc16Xmodem, crc32, fletcher8, sumBytes, sumBytesFast, xorBytes } from "./checksum.ts";

const check = new TextEncoder().encode("x123456789x");

describe("checksums", () => {
  it("give the published check values of 123456789", () => {
    expect(crc16Xmodem(check, 1, 10)).toBe(0x31c3);
    expect(crc16Modbus(check, 1, 10)).toBe(0x4b37);
    expect(crc32(check, 1, 10)).toBe(0xcbf43926);
    expect(sumBytes(check, 1, 10)).toBe(477);
    expect(xorBytes(check, 1, 10)).toBe(0x31);
  });

  it("compute CRC-32 as zlib does", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (b) => {
        expect(crc32(b, 0, b.length)).toBe(zlibCrc32(b));
      }),
    );
  });

  it("compute UBX's checksum of a published poll request", () => {
    // UBX-MON-VER poll: B5 62 0A 04 00 00 0E 34
    expect(fletcher8(Uint8Array.of(0x0a, 0x04, 0, 0), 0, 4)).toBe(0x340e);
  });

  it("sum words as they sum bytes, wherever they lie and however long they are", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 700 }),
      fc.integer({ min: 0, max: 3000 }).map((n) => new Uint8Array(n).fill(0xff)),
    );
    fc.assert(
      fc.property(bytes, fc.nat(9), (b, skip) => {
        const start = Math.min(skip, b.length);
        const view = new DataView(b.buffer, b.byteOffset, b.byteLength);
        expect(sumBytesFast(view, start, b.length)).toBe(sumBytes(b, start, b.length));
      }),
    );
    const most = new Uint8Array(65_536).fill(0xff);
    expect(sumBytesFast(new DataView(most.buffer), 0, most.length)).toBe(65_536 * 255);
  });
});
