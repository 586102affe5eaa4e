import fc from "fast-check";
import geodesic from "geographiclib-geodesic";
import { describe, expect, it } from "vitest";
import { axisRange, axisTicks, gScale, niceBelow } from "./nice.ts";
import { createProjection, fitBox } from "./projection.ts";
import { ramp } from "./ramp.ts";
import { extentOf, tracePath } from "./trace-path.ts";

const wgs84 = geodesic.Geodesic.WGS84;

describe("labels of an axis", () => {
  it("are where a reader would put them", () => {
    expect(axisTicks(0, 100, 120)).toEqual([0, 20, 40, 60, 80, 100]);
    // two are better than one, though they stand a little close
    expect(axisTicks(-1.8, 0.8, 56)).toEqual([-1, 0]);
    expect(axisTicks(0, 0, 100)).toEqual([]);
  });

  it("are at least two wherever two have room, lie on the axis, and never run into each other", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e4, max: 1e4, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e4, noNaN: true }),
        // steps lie up to a factor of 2.5 apart: two labels that need 13 px each have room from 65 px on
        fc.double({ min: 66, max: 800, noNaN: true }),
        (min, span, heightPx) => {
          const ticks = axisTicks(min, min + span, heightPx);
          expect(ticks.length).toBeGreaterThanOrEqual(2);
          for (const [i, t] of ticks.entries()) {
            expect(t).toBeGreaterThanOrEqual(min - span * 1e-6);
            expect(t).toBeLessThanOrEqual(min + span * (1 + 1e-6));
            if (i > 0) expect(((t - ticks[i - 1]!) / span) * heightPx).toBeGreaterThan(12);
          }
        },
      ),
    );
  });
});

describe("projection", () => {
  it("agrees with geodesics to a part in a thousand within 2 km, at any latitude a track lies at", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -70, max: 70, noNaN: true }),
        fc.double({ min: -180, max: 180, noNaN: true }),
        fc.double({ min: 1, max: 2000, noNaN: true }),
        fc.double({ min: 0, max: 360, noNaN: true }),
        (lat, lon, distance, azimuth) => {
          const to = wgs84.Direct(lat, lon, azimuth, distance);
          const p = createProjection(lat, lon);
          const x = p.x(to.lon2!);
          const y = p.y(to.lat2!);
          const rad = (azimuth * Math.PI) / 180;
          expect(Math.abs(x - distance * Math.sin(rad))).toBeLessThan(distance * 1e-3);
          expect(Math.abs(y - distance * Math.cos(rad))).toBeLessThan(distance * 1e-3);
        },
      ),
    );
  });

  it("fits a box with north up and one scale", () => {
    const fit = fitBox({ minX: 0, maxX: 100, minY: 0, maxY: 50 }, 220, 220, 10, 1);
    expect(fit.pxPerM).toBe(2);
    expect([fit.px(0), fit.px(100), fit.py(0), fit.py(50)]).toEqual([10, 210, 160, 60]);
    expect(fitBox({ minX: 0, maxX: 0, minY: 0, maxY: 0 }, 220, 220, 10, 50).pxPerM).toBe(4);
  });
});

describe("axes", () => {
  it("steps by 1, 2 and 5", () => {
    expect([0.3, 0.2, 0.99, 1, 4.9, 5, 73].map(niceBelow)).toEqual([0.2, 0.2, 0.5, 1, 2, 5, 50]);
  });

  it("has room for every value, and stands still while they fit", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e4, max: 1e4, noNaN: true }),
        fc.double({ min: 0, max: 1e4, noNaN: true }),
        (min, length) => {
          const range = axisRange({ min, max: min + length }, 1);
          expect(range.min).toBeLessThanOrEqual(min);
          expect(range.max).toBeGreaterThanOrEqual(min + length);
          expect(range.max - range.min).toBeLessThan(2 * Math.max(length, 1) + 1e-6);
          expect(axisRange({ min, max: min + length }, 1, range)).toBe(range);
        },
      ),
    );
    expect(axisRange({ min: 3, max: 90 }, 10, undefined, true).min).toBe(0);
    expect(axisRange(extentOf(new Float64Array(), 0, 0), 5)).toEqual({ min: 0, max: 1 });
  });

  it("scales the G-meter from 0.3 g up", () => {
    expect([0, 0.28, 0.3, 0.9, 1.2, 2.4].map(gScale)).toEqual([0.3, 0.3, 0.5, 1, 1.5, 3]);
  });
});

describe("colour ramp", () => {
  it("begins and ends on its stops", () => {
    const colours = ramp(["#000000", "#ff0000", "#ffffff"], 5);
    expect(colours).toHaveLength(5);
    expect([colours[0], colours[2], colours[4]]).toEqual(["rgb(0 0 0)", "rgb(255 0 0)", "rgb(255 255 255)"]);
  });
});

/** Line pieces with their points, as a path would hold them. */
function pieces(t: number[], v: number[], pxPerUs: number, gapUs = Number.POSITIVE_INFINITY) {
  const out: [number, number][][] = [];
  tracePath(
    {
      tUs: Float64Array.from(t),
      values: Float64Array.from(v),
      from: 0,
      to: t.length,
      isGap: (a, b) => b - a > gapUs,
      x: (u) => u * pxPerUs,
      y: (value) => value,
    },
    { moveTo: (x, y) => out.push([[x, y]]), lineTo: (x, y) => out.at(-1)!.push([x, y]) },
  );
  return out;
}

describe("trace", () => {
  it("is a plain line where samples are wider than pixels", () => {
    expect(pieces([0, 10, 20], [1, 5, 2], 1)).toEqual([
      [
        [0, 1],
        [10, 5],
        [20, 2],
      ],
    ]);
  });

  it("breaks at a gap and never joins over it; a lone sample is a dot", () => {
    expect(pieces([0, 10, 50, 100, 110], [1, 2, 3, 4, 5], 1, 20)).toEqual([
      [
        [0, 1],
        [10, 2],
      ],
      [
        [50, 3],
        [51, 3],
      ],
      [
        [100, 4],
        [110, 5],
      ],
    ]);
  });

  it("keeps the extremes of every pixel column and draws at most four points in it", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 1, maxLength: 200 }), (v) => {
        const t = v.map((_, i) => i);
        const [piece] = pieces(t, v, 0.05);
        const drawn = new Map<number, number[]>();
        for (const [x, y] of piece!) drawn.set(x, [...(drawn.get(x) ?? []), y]);
        const columns = new Map<number, number[]>();
        t.forEach((u, i) => {
          const x = Math.round(u * 0.05);
          columns.set(x, [...(columns.get(x) ?? []), v[i]!]);
        });
        for (const [x, values] of columns) {
          const got = drawn.get(x)!;
          expect(Math.min(...got)).toBe(Math.min(...values));
          expect(Math.max(...got)).toBe(Math.max(...values));
          expect(got[0]).toBe(values[0]);
          expect(got.at(-1)).toBe(values.at(-1));
          expect(got.length).toBeLessThanOrEqual(4);
        }
      }),
    );
  });
});
