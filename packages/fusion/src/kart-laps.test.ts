import { describe, expect, it } from "vitest";
import { createFusion } from "./fusion.ts";
import { rms } from "./testing/csv.ts";
import { kartLaps, kartTrack } from "./testing/drives.ts";
import { feed, HOME } from "./testing/feed.ts";
import { KART_SENSORS, simulate } from "./testing/vehicle.ts";

describe("simulated laps of a kart at 1.5 g", () => {
  const track = kartTrack();
  const sim = simulate(kartLaps(track, 5), 220, KART_SENSORS);

  it("speed and forces are right after the first lap, with bias, noise and a crooked mounting", () => {
    const speed: number[] = [];
    const along: number[] = [];
    const across: number[] = [];
    const fusion = createFusion({ gnssDelayS: KART_SENSORS.delayS });
    feed(fusion, sim, (row) => {
      const t = sim.truth;
      if (t.tS[row]! < 90) return;
      const s = fusion.state;
      expect(Number.isFinite(s.x + s.y + s.speed + s.yaw)).toBe(true);
      speed.push(s.speed - t.speed[row]!);
      along.push(s.aLong - t.aLong[row]!);
      across.push(s.aLat - t.aLat[row]!);
    });
    expect(speed.length).toBeGreaterThan(20_000);
    expect(rms(speed)).toBeLessThan(0.2);
    expect(rms(along)).toBeLessThan(0.5);
    expect(rms(across)).toBeLessThan(0.5);
  });

  it("stays finite whatever is mixed in", () => {
    const fusion = createFusion();
    let finite = true;
    let known = false;
    let n = 0;
    feed(
      fusion,
      {
        ...sim,
        readings: sim.readings.slice(0, 60_000).flatMap((r) => {
          n = (n * 1_103_515_245 + 12_345) & 0x7fff_ffff;
          if (r.kind === "imu" && n % 97 === 0)
            return [{ ...r, values: r.values.map((v, i) => (i === n % 6 ? Number.NaN : v)) }, r];
          if (r.kind === "gnss" && n % 31 === 0) return [{ ...r, x: Number.POSITIVE_INFINITY }, r, r];
          if (n % 53 === 0) return [{ ...r, tS: r.tS - 0.3 }, r];
          return [r];
        }),
      },
      () => {
        const s = fusion.state;
        const all = Number.isFinite(s.x + s.y + s.speed + s.yaw + s.sigma + s.aLong + s.aLat);
        // yaw is not known before the kart has moved
        if (all) known = true;
        else if (known) finite = false;
      },
      HOME,
    );
    expect({ known, finite }).toEqual({ known: true, finite: true });
    expect(fusion.summary().sensors.position.accepted).toBeGreaterThan(1000);
  });
});

describe("standstill", () => {
  it("of ten minutes does not drift, and shows speed 0", () => {
    const sim = simulate(() => ({ accel: 0, yawRate: 0, slope: 0.02 }), 600, {
      ...KART_SENSORS,
      imuHz: 100,
      gnssHz: 10,
    });
    const fusion = createFusion();
    let first: { x: number; y: number } | undefined;
    let drift = 0;
    let fastest = 0;
    feed(fusion, sim, (row) => {
      if (sim.truth.tS[row]! < 30) return;
      const s = fusion.state;
      first ??= { x: s.x, y: s.y };
      drift = Math.max(drift, Math.hypot(s.x - first.x, s.y - first.y));
      fastest = Math.max(fastest, s.speed);
    });
    expect(drift).toBeLessThan(0.05);
    expect(fastest).toBe(0);
  });
});
