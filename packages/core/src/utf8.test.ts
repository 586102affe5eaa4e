import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CodecError } from "./errors.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const codeOf = (bytes: number[]): string => {
  try {
    return decodeUtf8(new Uint8Array(bytes));
  } catch (e) {
    return e instanceof CodecError ? `${e.code}@${e.offset}` : "another error";
  }
};

describe("UTF-8", () => {
  it("reads text of every length of code as the host's decoder does", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 3000 }), (text) => {
        const bytes = new TextEncoder().encode(text);
        expect(decodeUtf8(bytes)).toBe(strict.decode(bytes));
        expect(encodeUtf8(text)).toEqual(bytes);
      }),
      { numRuns: 200 },
    );
  });

  it("accepts and refuses any bytes as the host's strict decoder does", () => {
    const byte = fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0x80, max: 0xff }));
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 12 }), (bytes) => {
        let expected: string | undefined;
        try {
          expected = strict.decode(new Uint8Array(bytes));
        } catch {
          expected = undefined;
        }
        const got = codeOf(bytes);
        if (expected === undefined) expect(got).toMatch(/^(malformed|truncated)@\d+$/);
        else expect(got).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ["an overlong slash", [0xc0, 0xaf], "malformed@0"],
    ["a three-byte overlong", [0x61, 0xe0, 0x80, 0x80], "malformed@1"],
    ["a surrogate", [0xed, 0xa0, 0x80], "malformed@0"],
    ["a value over U+10FFFF", [0xf4, 0x90, 0x80, 0x80], "malformed@0"],
    ["a continuation without a start", [0x61, 0x80], "malformed@1"],
    ["a cut character", [0x61, 0xe2, 0x82], "truncated@1"],
    ["a broken continuation", [0xe2, 0x28, 0xa1], "malformed@1"],
  ])("refuses %s with its place", (_name, bytes, expected) => {
    expect(codeOf(bytes)).toBe(expected);
  });

  it("reads a part of a buffer only", () => {
    expect(decodeUtf8(new Uint8Array([0xff, 0x61, 0x62, 0xff]), 1, 3)).toBe("ab");
  });

  it("replaces a lone surrogate", () => {
    expect([...encodeUtf8("\ud800")]).toEqual([0xef, 0xbf, 0xbd]);
  });
});
