import { Geodesic } from "geographiclib-geodesic";
import { describe, expect, it } from "vitest";
import { Plane } from "./plane.ts";

describe("plane", () => {
  it.each([
    [0, 0],
    [51.5, -0.7],
    [-37.85, 144.97],
    [68, 179.9995],
    [-45, -179.9995],
  ])("agrees with the geodesic within 1e-5 of a kilometre about %d, %d", (lat, lon) => {
    const plane = new Plane(lat, lon);
    for (let course = 0; course < 360; course += 30) {
      const there = Geodesic.WGS84.Direct(lat, lon, course, 1000);
      const x = plane.x(there.lon2!);
      const y = plane.y(there.lat2!);
      const rad = (course * Math.PI) / 180;
      expect(Math.abs(x - 1000 * Math.sin(rad))).toBeLessThan(0.35);
      expect(Math.abs(y - 1000 * Math.cos(rad))).toBeLessThan(0.35);
      // crossings happen within metres of the reference
      const near = Geodesic.WGS84.Direct(lat, lon, course, 50);
      expect(Math.hypot(plane.x(near.lon2!), plane.y(near.lat2!))).toBeCloseTo(50, 2);
      expect(plane.lat(y)).toBeCloseTo(there.lat2!, 10);
      expect((plane.lon(x) - there.lon2! + 540) % 360).toBeCloseTo(180, 9);
    }
  });
});
