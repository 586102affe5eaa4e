import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Follower } from "./follower.ts";
import { lengthOf, samplePath, startPathAt } from "./path.ts";

const circle = (radius: number, n: number) => ({
  x: Array.from({ length: n }, (_, i) => radius * Math.cos((2 * Math.PI * i) / n)),
  y: Array.from({ length: n }, (_, i) => radius * Math.sin((2 * Math.PI * i) / n)),
});

describe("path", () => {
  it("has the length of its polyline", () => {
    expect(lengthOf([0, 3, 3], [0, 0, 4], 3, false)).toBe(7);
    expect(lengthOf([0, 3, 3], [0, 0, 4], 3, true)).toBe(12);
  });

  it("is sampled at even steps, tangents along it, repeated points harmless", () => {
    const path = samplePath([0, 0, 30, 30, 30], [0, 0, 0, 0, 40], 5, false, 5)!;
    expect(path.lengthM).toBe(70);
    expect(path.count).toBe(15);
    expect([...path.x].slice(0, 7)).toEqual([0, 5, 10, 15, 20, 25, 30]);
    expect([path.tx[1], path.ty[1], path.tx[13], path.ty[13]]).toEqual([1, 0, 0, 1]);
    expect(samplePath([0, 1], [0, 0], 2, false)).toBeUndefined();
  });

  it("can begin elsewhere", () => {
    const { x, y } = circle(100, 720);
    const path = samplePath(x, y, 720, true)!;
    const moved = startPathAt(path, path.lengthM / 4);
    expect(moved.x[0]).toBeCloseTo(0, 0);
    expect(moved.y[0]).toBeCloseTo(100, 0);
    expect(moved.lengthM).toBeCloseTo(path.lengthM, 0);
  });
});

describe("follower", () => {
  const { x, y } = circle(100, 720);
  const path = samplePath(x, y, 720, true)!;

  it("finds the foot of the perpendicular on a circle, inside and outside of it", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 6.28, noNaN: true }),
        fc.double({ min: -25, max: 25, noNaN: true }),
        (a, off) => {
          const f = new Follower(path);
          f.x = (100 - off) * Math.cos(a);
          f.y = (100 - off) * Math.sin(a);
          f.dx = -Math.sin(a);
          f.dy = Math.cos(a);
          expect(f.acquire()).toBe(true);
          const s = (a / (2 * Math.PI)) * path.lengthM;
          expect(Math.abs(((f.s - s + path.lengthM * 1.5) % path.lengthM) - path.lengthM / 2)).toBeLessThan(
            0.05,
          );
          expect(f.lateralM).toBeCloseTo(off, 1);
        },
      ),
    );
  });

  it("does not take the way against its direction", () => {
    const f = new Follower(path);
    [f.x, f.y, f.dx, f.dy] = [100, 0, 0, -1];
    expect(f.acquire()).toBe(false);
  });

  it("stays on its own leg of a hairpin 8 m wide", () => {
    const px = [0, 300, 300, 0];
    const py = [0, 0, 8, 8];
    const hairpin = samplePath(px, py, 4, false)!;
    const f = new Follower(hairpin);
    f.place(0);
    // 5 m off the first leg is nearer to the second
    let last = 0;
    for (let s = 2; s < 280; s += 2) {
      [f.x, f.y, f.dx, f.dy] = [s, 5, s - last, 0];
      last = s;
      expect(f.follow()).toBe(true);
      expect(f.s).toBeCloseTo(s, 0);
    }
  });
});
