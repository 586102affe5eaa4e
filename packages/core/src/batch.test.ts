import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BatchBuilder } from "./batch.ts";
import { type MessageSpec, Reading } from "./message.ts";

const specOf = (fields: number): MessageSpec => ({
  name: "test.message",
  doc: "",
  fields: Array.from({ length: fields }, (_, i) => ({ name: `f${i}`, unit: "1", doc: "" })),
});

describe("BatchBuilder", () => {
  // few fields are copied by straight-line code, many by a loop
  it.each([0, 1, 17, 64, 65, 150])("turns rows of %d values into columns, through every growth", (fields) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 70 }), (capacity, rows) => {
        const builder = new BatchBuilder("can0", specOf(fields), capacity);
        const reading = new Reading(builder.message);
        for (const round of [0, 1]) {
          for (let row = 0; row < rows; row++) {
            for (let i = 0; i < fields; i++) reading.values[i] = round * 1e6 + row * 1000 + i + 0.5;
            builder.add(reading, row * 10);
          }
          expect(builder.length).toBe(rows);
          const batch = builder.take();
          expect([batch.length, batch.columns.length]).toEqual([rows, fields]);
          expect([...batch.tUs.subarray(0, rows)]).toEqual(Array.from({ length: rows }, (_, r) => r * 10));
          batch.columns.forEach((column, i) => {
            const wanted = Array.from({ length: rows }, (_, r) => round * 1e6 + r * 1000 + i + 0.5);
            expect([...column.subarray(0, rows)]).toEqual(wanted);
          });
        }
      }),
      { numRuns: 20 },
    );
  });
});
