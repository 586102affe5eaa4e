import { describe, expect, it } from "vitest";
import { createFusion } from "./fusion.ts";
import { feed, HOME } from "./testing/feed.ts";
import { KART_SENSORS, simulate } from "./testing/vehicle.ts";

/** Nothing changes on a circle: neither a delay nor what is bias and what is tilt can be seen there. */
describe("a circle at one speed, from the first sample on", () => {
  it.each([
    [0.3, 10],
    [0.75, 10],
    [0.75, 25],
    [-0.5, 25],
  ])("%d rad/s, fixes at %d Hz: the usual delay is kept, place and forces are right", (yawRate, gnssHz) => {
    const sensors = { ...KART_SENSORS, imuHz: 100, gnssHz, delayS: 0.08, mounting: [0, 0, 0] as const };
    const sim = simulate(() => ({ accel: 0, yawRate, slope: 0 }), 90, sensors, { speed: 15 });
    const fusion = createFusion({ reference: HOME });
    const { truth } = sim;
    const sum = { place: 0, along: 0, across: 0, rows: 0 };
    feed(
      fusion,
      sim,
      (row) => {
        if (truth.tS[row]! < 40) return;
        const s = fusion.state;
        sum.place += (s.x - truth.x[row]!) ** 2 + (s.y - truth.y[row]!) ** 2;
        sum.along += s.aLong ** 2;
        sum.across += (s.aLat - 15 * yawRate) ** 2;
        sum.rows++;
      },
      HOME,
    );
    expect(Math.abs(fusion.summary().delay.velocityS - 0.08)).toBeLessThan(0.06);
    expect(Math.sqrt(sum.place / sum.rows)).toBeLessThan(0.7);
    expect(Math.sqrt(sum.along / sum.rows)).toBeLessThan(0.25);
    expect(Math.sqrt(sum.across / sum.rows)).toBeLessThan(0.15);
  });
});
