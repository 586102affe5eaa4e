import fc from "fast-check";
import { expect, it } from "vitest";
import { PointGrid } from "./point-grid.ts";

const CELL_M = 10;
const coordinate = fc.integer({ min: -60, max: 60 });

it("passes every point within a cell's size, and never again one that was let go", () => {
  const points = fc.array(fc.tuple(coordinate, coordinate, fc.boolean()), { maxLength: 60 });
  fc.assert(
    fc.property(points, coordinate, coordinate, (given, x, y) => {
      const grid = new PointGrid(CELL_M);
      for (const [i, [px, py]] of given.entries()) grid.add(i, px, py);
      const seen = new Set<number>();
      grid.sift(x, y, (i) => {
        expect(seen.has(i)).toBe(false);
        seen.add(i);
        return given[i]![2];
      });
      const close = given.flatMap(([px, py], i) => (Math.hypot(px - x, py - y) <= CELL_M ? [i] : []));
      for (const i of close) expect(seen).toContain(i);
      const left = new Set<number>();
      grid.near(x, y, (i) => void left.add(i));
      expect(left).toEqual(new Set([...seen].filter((i) => given[i]![2])));
    }),
  );
});
