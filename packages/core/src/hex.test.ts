import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "./hex.ts";

describe("hexadecimal text", () => {
  it("agrees with the host both ways", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = Buffer.from(bytes).toString("hex");
        expect(toHex(bytes)).toBe(text);
        expect(fromHex(text.toUpperCase())).toEqual(bytes);
      }),
    );
  });

  it("skips blanks between bytes, never inside one", () => {
    expect([...fromHex(" 01 ff\n0A")]).toEqual([1, 255, 10]);
    expect(() => fromHex("0 1f")).toThrow(/hex@0: malformed/);
  });

  it.each(["0", "012", "0g", "zz", "00 1"])("refuses %s", (text) => {
    expect(() => fromHex(text)).toThrow(/malformed/);
  });
});
