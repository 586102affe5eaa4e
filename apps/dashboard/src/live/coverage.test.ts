import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Coverage } from "./coverage.ts";

const range = fc
  .tuple(fc.nat(60), fc.nat(60))
  .map(([a, b]) => ({ fromUs: Math.min(a, b), toUs: Math.max(a, b) }));
const operation = fc.record({ range, stepUs: fc.constantFrom(0, 4, 16), remove: fc.boolean() });

describe("coverage", () => {
  it("agrees with a map from each instant to the finest step known of it", () => {
    fc.assert(
      fc.property(
        fc.array(operation, { maxLength: 20 }),
        range,
        fc.constantFrom(0, 4, 16),
        (ops, asked, stepUs) => {
          const coverage = new Coverage();
          const model = new Map<number, number>();
          for (const op of ops) {
            if (op.remove) coverage.remove(op.range);
            else coverage.add({ ...op.range, stepUs: op.stepUs });
            for (let t = op.range.fromUs; t <= op.range.toUs; t++) {
              if (op.remove) model.delete(t);
              else model.set(t, Math.min(op.stepUs, model.get(t) ?? Number.POSITIVE_INFINITY));
            }
          }
          const missing: number[] = [];
          for (const r of coverage.missing(asked, stepUs))
            for (let t = r.fromUs; t <= r.toUs; t++) missing.push(t);
          const expected: number[] = [];
          for (let t = asked.fromUs; t <= asked.toUs; t++)
            if (!((model.get(t) ?? Number.POSITIVE_INFINITY) <= stepUs)) expected.push(t);
          expect(missing).toEqual(expected);
          const spans = coverage.spans;
          for (let i = 1; i < spans.length; i++) expect(spans[i]!.fromUs).toBeGreaterThan(spans[i - 1]!.toUs);
        },
      ),
    );
  });

  it("grows at its end in place", () => {
    const coverage = new Coverage();
    for (let t = 0; t < 100; t++) coverage.add({ fromUs: 0, toUs: t, stepUs: 0 });
    expect(coverage.spans).toEqual([{ fromUs: 0, toUs: 99, stepUs: 0 }]);
  });
});
