import fc from "fast-check";
import { expect, it } from "vitest";
import { SeqRanges } from "./seq-ranges.ts";

it("says the same as a set of numbers, whatever the order they come in", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(60), { maxLength: 120 }), (seqs) => {
      const ranges = new SeqRanges();
      const set = new Set<number>();
      for (const s of seqs) {
        expect(ranges.add(s)).toBe(!set.has(s));
        set.add(s);
      }
      const flat = ranges.ranges.flatMap(([a, b]) => Array.from({ length: b - a + 1 }, (_, i) => a + i));
      const sorted = [...set].sort((a, b) => a - b);
      expect(flat).toEqual(sorted);
      expect(ranges.count).toBe(set.size);
      for (let s = 0; s <= 61; s++) expect(ranges.has(s)).toBe(set.has(s));
      const missing = ranges
        .missing()
        .flatMap(([a, b]) => Array.from({ length: b - a + 1 }, (_, i) => a + i));
      const [lo = 0, hi = -1] = [sorted[0], sorted.at(-1)];
      expect(missing).toEqual(
        Array.from({ length: 62 }, (_, i) => i).filter((s) => s > lo && s < hi && !set.has(s)),
      );
    }),
  );
});

it("keeps one range for numbers in order", () => {
  const ranges = new SeqRanges();
  for (let i = 0; i < 1000; i++) ranges.add(2 ** 32 - 1000 + i);
  expect(ranges.ranges).toEqual([[2 ** 32 - 1000, 2 ** 32 - 1]]);
});
