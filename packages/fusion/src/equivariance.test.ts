import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFusion } from "./fusion.ts";
import { kartLaps, kartTrack } from "./testing/drives.ts";
import { feed, HOME, type World } from "./testing/feed.ts";
import { KART_SENSORS, simulate } from "./testing/vehicle.ts";
import type { FusionOptions } from "./types.ts";

const sim = simulate(kartLaps(kartTrack(), 2), 22, {
  ...KART_SENSORS,
  imuHz: 50,
  gnssHz: 5,
  wheelHz: 10,
});

type Row = {
  x: number;
  y: number;
  vx: number;
  vy: number;
  yaw: number;
  speed: number;
  aLong: number;
  sigma: number;
};

function run(world: World, options: FusionOptions = {}): Row[] {
  const rows: Row[] = [];
  const fusion = createFusion({ ...options, reference: { lat: world.lat, lon: world.lon } });
  feed(
    fusion,
    sim,
    () => {
      const { x, y, vx, vy, yaw, speed, aLong, sigma } = fusion.state;
      rows.push({ x, y, vx, vy, yaw, speed, aLong, sigma });
    },
    world,
  );
  return rows;
}

/** The same world turned about the reference, within a tolerance in m and m/s. */
function expectTurned(rows: readonly Row[], home: readonly Row[], turnRad: number, tolerance: number): void {
  const c = Math.cos(turnRad);
  const s = Math.sin(turnRad);
  expect(rows.length).toBe(home.length);
  let worst = 0;
  rows.forEach((r, i) => {
    const h = home[i]!;
    const yaw = r.yaw - h.yaw - turnRad;
    const turned = Number.isNaN(h.yaw) ? 0 : yaw - 2 * Math.PI * Math.round(yaw / (2 * Math.PI));
    for (const d of [
      r.x - (c * h.x - s * h.y),
      r.y - (s * h.x + c * h.y),
      r.vx - (c * h.vx - s * h.vy),
      r.vy - (s * h.vx + c * h.vy),
      turned,
      r.speed - h.speed,
      Number.isNaN(h.aLong) ? 0 : r.aLong - h.aLong,
      r.sigma - h.sigma,
    ])
      worst = Math.max(worst, Number.isNaN(d) ? Number.POSITIVE_INFINITY : Math.abs(d));
  });
  expect(worst).toBeLessThan(tolerance);
}

describe.each([{ cost: "full" }, { cost: "light" }] as const)(
  "the world does not matter ($cost)",
  (options) => {
    const home = run(HOME, options);

    it("turned by any angle, the result is turned and nothing else", () => {
      fc.assert(
        fc.property(fc.double({ min: -3.2, max: 3.2, noNaN: true }), (turnRad) => {
          expectTurned(run({ ...HOME, turnRad }, options), home, turnRad, 1e-5);
        }),
        { numRuns: 8 },
      );
    });

    it("at any longitude and latitude it is the same", () => {
      fc.assert(
        fc.property(
          fc.double({ min: -84, max: 84, noNaN: true }),
          fc.oneof(fc.double({ min: -180, max: 180, noNaN: true }), fc.constantFrom(180, -180, 0, 179.9999)),
          (lat, lon) => {
            expectTurned(run({ ...HOME, lat, lon }, options), home, 0, 1e-4);
          },
        ),
        { numRuns: 8 },
      );
    });

    it("at any time it is the same", () => {
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 4e15 }), (shiftUs) => {
          expectTurned(run({ ...HOME, shiftUs }, options), home, 0, 1e-5);
        }),
        { numRuns: 4 },
      );
    });

    it("run again it gives the same bits", () => {
      expect(run(HOME, options)).toEqual(home);
    });
  },
);
