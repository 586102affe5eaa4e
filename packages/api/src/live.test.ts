import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeLiveBatch, encodeLiveBatch } from "./live.ts";

describe("live batch", () => {
  it("comes back as it went, NaN included", () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 50 }),
        fc.nat({ max: 12 }),
        fc.nat({ max: 65_535 }),
        fc.boolean(),
        (rows, width, stream, thinned) => {
          const tUs = Float64Array.from({ length: rows }, (_, i) => 1.7e15 + i);
          const columns =
            rows === 0
              ? []
              : Array.from({ length: width }, (_, c) => tUs.map((_t, i) => (i === c ? Number.NaN : i / 7)));
          const bytes = encodeLiveBatch({ stream, thinned, tUs, columns });
          expect(decodeLiveBatch(bytes.buffer as ArrayBuffer)).toEqual({ stream, thinned, tUs, columns });
        },
      ),
    );
  });

  it("refuses what is no batch", () => {
    for (const n of [0, 7, 9, 24]) expect(() => decodeLiveBatch(new ArrayBuffer(n))).toThrow(RangeError);
    const cut = encodeLiveBatch({
      stream: 1,
      thinned: false,
      tUs: new Float64Array(3),
      columns: [new Float64Array(3)],
    });
    expect(() => decodeLiveBatch(cut.slice(0, -8).buffer)).toThrow("does not hold columns");
  });
});
