import fc from "fast-check";
import geodesic from "geographiclib-geodesic";
import { describe, expect, it } from "vitest";
import { ecefToGeodetic, geodeticToEcef, TangentPlane } from "./geodesy.ts";
import { LocalGeodetic } from "./local-geodetic.ts";

const earth = geodesic.Geodesic.WGS84;
const latitude = fc.double({ min: -89, max: 89, noNaN: true });
const longitude = fc.double({ min: -180, max: 180, noNaN: true });
const turn = (deg: number): number => deg - 360 * Math.round(deg / 360);

describe("earth-centred coordinates", () => {
  it("are those of the ellipsoid's axes", () => {
    const out = new Float64Array(3);
    geodeticToEcef(0, 0, 0, out);
    expect([...out]).toEqual([6_378_137, 0, 0]);
    geodeticToEcef(0, 90, 100, out);
    expect(out[1]).toBeCloseTo(6_378_237, 6);
    geodeticToEcef(90, 0, 0, out);
    expect(out[2]).toBeCloseTo(6_356_752.314_245, 5);
  });

  it("come back, from the bottom of the sea to the edge of space", () => {
    fc.assert(
      fc.property(
        latitude,
        longitude,
        fc.double({ min: -10_000, max: 100_000, noNaN: true }),
        (lat, lon, h) => {
          const p = new Float64Array(3);
          geodeticToEcef(lat, lon, h, p);
          ecefToGeodetic(p[0]!, p[1]!, p[2]!, p);
          expect(p[0]).toBeCloseTo(lat, 11);
          expect(turn(p[1]! - lon)).toBeCloseTo(0, 11);
          expect(p[2]).toBeCloseTo(h, 6);
        },
      ),
    );
  });
});

describe("tangent plane", () => {
  it("has distances and directions of the geodesic, close to the reference", () => {
    fc.assert(
      fc.property(
        latitude,
        longitude,
        fc.double({ min: 1, max: 3000, noNaN: true }),
        fc.double({ min: -180, max: 180, noNaN: true }),
        (lat, lon, distance, azimuth) => {
          const there = earth.Direct(lat, lon, azimuth, distance);
          const xy = new Float64Array(2);
          new TangentPlane(lat, lon).toPlane(there.lat2!, there.lon2!, xy);
          // the plane shortens by d^3/6R^2: 0.1 mm in 3 km
          expect(Math.abs(Math.hypot(xy[0]!, xy[1]!) - distance)).toBeLessThan(2e-4);
          const angle = (Math.atan2(xy[0]!, xy[1]!) * 180) / Math.PI;
          expect(Math.abs(turn(angle - azimuth)) * (Math.PI / 180) * distance).toBeLessThan(2e-3);
        },
      ),
    );
  });

  it("leads back to the same place, a long way off and across the date line", () => {
    fc.assert(
      fc.property(
        latitude,
        fc.oneof(longitude, fc.constant(179.9999), fc.constant(-180)),
        fc.double({ min: -300_000, max: 300_000, noNaN: true }),
        fc.double({ min: -300_000, max: 300_000, noNaN: true }),
        (lat, lon, x, y) => {
          const plane = new TangentPlane(lat, lon);
          const p = new Float64Array(2);
          plane.toGeodetic(x, y, p);
          expect(Math.abs(p[1]!)).toBeLessThanOrEqual(180);
          plane.toPlane(p[0]!, p[1]!, p);
          expect(p[0]).toBeCloseTo(x, 3);
          expect(p[1]).toBeCloseTo(y, 3);
        },
      ),
    );
  });
});

describe("local degrees", () => {
  it("are those of the plane, wherever the vehicle goes", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -85, max: 85, noNaN: true }),
        fc.oneof(longitude, fc.constant(179.9999)),
        fc.array(
          fc.tuple(
            fc.double({ min: -900, max: 900, noNaN: true }),
            fc.double({ min: -900, max: 900, noNaN: true }),
          ),
          {
            minLength: 1,
            maxLength: 8,
          },
        ),
        (lat, lon, steps) => {
          const plane = new TangentPlane(lat, lon);
          const local = new LocalGeodetic(plane);
          const xy = new Float64Array(2);
          const fast = new Float64Array(2);
          const exact = new Float64Array(2);
          for (const [dx, dy] of steps) {
            xy[0] = xy[0]! + dx;
            xy[1] = xy[1]! + dy;
            local.toGeodetic(xy, 0, fast);
            plane.toGeodetic(xy[0]!, xy[1]!, exact);
            expect(Math.abs(fast[0]! - exact[0]!) * 111_000).toBeLessThan(1e-3);
            const east = turn(fast[1]! - exact[1]!) * 111_000 * Math.cos((lat * Math.PI) / 180);
            expect(Math.abs(east)).toBeLessThan(1e-3);
          }
        },
      ),
    );
  });

  it("knows how far meridians have turned: east of the reference the pole lies to the left", () => {
    const plane = new TangentPlane(50, 10);
    const local = new LocalGeodetic(plane);
    const xy = new Float64Array([50_000, 0]);
    const p = new Float64Array(2);
    local.toGeodetic(xy, 0, p);
    // sin(latitude) times the longitude between
    const expected = Math.sin((50 * Math.PI) / 180) * ((p[1]! - 10) * (Math.PI / 180));
    expect(local.convergenceRad).toBeCloseTo(expected, 4);
  });
});
