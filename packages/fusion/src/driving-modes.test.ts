import { describe, expect, it } from "vitest";
import { createFusion } from "./fusion.ts";
import { MODE_ACCELERATE, MODE_BRAKE, MODE_CORNER } from "./modes.ts";
import { MODE_PRESETS } from "./presets.table.ts";
import { median } from "./testing/csv.ts";
import { kartLaps, kartTrack } from "./testing/drives.ts";
import { feed, HOME } from "./testing/feed.ts";
import { type Drive, KART_SENSORS, simulate } from "./testing/vehicle.ts";

/** 25 m/s over hills of up to 8 %, with the long bends and the restless throttle of a motorway. */
const cruise: Drive = (tS, { speed, wayM }) => ({
  accel: 0.15 * (25 + 0.5 * Math.sin(tS / 17) - speed) + 0.1 * Math.sin(tS / 5),
  yawRate: 0.012 * Math.sin(wayM / 900),
  slope: 0.08 * Math.sin(wayM / 260) * Math.cos(wayM / 4100),
});

describe.each(["full", "light"] as const)("half an hour of cruise over hills (%s)", (cost) => {
  it("shows no brake and no corner, not even while the sensor is being levelled", () => {
    const sim = simulate(
      cruise,
      1800,
      { ...KART_SENSORS, imuHz: 50, gnssHz: 10, accelNoise: 0.2 },
      { speed: 25, yaw: 1 },
    );
    const fusion = createFusion({ cost, preset: "highway", reference: HOME });
    let wrong = 0;
    let rows = 0;
    let most = 0;
    feed(fusion, sim, (row) => {
      const { mode, aLong } = fusion.state;
      rows++;
      if (sim.truth.tS[row]! > 20) most = Math.max(most, Math.abs(aLong - sim.truth.aLong[row]!));
      if (mode & (MODE_BRAKE | MODE_CORNER)) wrong++;
    });
    expect(rows).toBeGreaterThan(80_000);
    expect(wrong).toBe(0);
    expect(most).toBeLessThan(1.5);
  });
});

/** Times at which a bit goes on (positive) and off (negative), s. */
function edges(times: readonly number[], bits: readonly boolean[]): number[] {
  return times.flatMap((t, i) => (i > 0 && bits[i] !== bits[i - 1] ? [bits[i] ? t : -t] : []));
}

describe.each([
  ["track", "full"],
  ["track", "light"],
  ["city", "full"],
] as const)("corners with the preset %s (%s)", (preset, cost) => {
  it("begin and end within 150 ms of the truth", () => {
    const track = kartTrack();
    const sim = simulate(kartLaps(track, 5), 130, KART_SENSORS);
    const fusion = createFusion({ cost, preset });
    const t = sim.truth;
    const times: number[] = [];
    const shown: boolean[] = [];
    const real: boolean[] = [];
    const { lateralMps2, yawRateRadps } = MODE_PRESETS[preset];
    let on = false;
    feed(fusion, sim, (row) => {
      if (t.tS[row]! < 48) return;
      const lateral = Math.abs(t.aLat[row]!);
      on = on
        ? lateral > 0.5 * lateralMps2
        : lateral > lateralMps2 && Math.abs(t.yawRate[row]!) > yawRateRadps;
      times.push(t.tS[row]!);
      shown.push((fusion.state.mode & MODE_CORNER) !== 0);
      real.push(on);
    });
    const truth = edges(times, real);
    const found = edges(times, shown);
    expect(truth.length).toBeGreaterThan(16);
    const late = truth.map((e) => Math.min(...found.filter((f) => f * e > 0).map((f) => Math.abs(f - e))));
    expect(Math.max(...late)).toBeLessThan(0.15);
    expect(median(late)).toBeLessThan(0.1);
    expect(found.length).toBe(truth.length);
  });
});

describe("presets", () => {
  it("are changed while driving, and custom thresholds are checked", () => {
    const sim = simulate(
      () => ({ accel: 1.5, yawRate: 0, slope: 0 }),
      12,
      { ...KART_SENSORS, accelBias: [0, 0, 0], mounting: [0, 0, 0] },
      { speed: 5 },
    );
    const fusion = createFusion({ preset: "track" });
    const seen = { track: 0, city: 0 };
    let changed = false;
    feed(fusion, sim, (row) => {
      const tS = sim.truth.tS[row]!;
      if (tS > 8 && !changed) {
        changed = true;
        fusion.useMode("city");
      }
      // 1.5 m/s^2 is 0.15 g: over the city's 0.1, under the track's 0.3
      if (tS > 4 && tS < 8) seen.track |= fusion.state.mode;
      if (tS > 8.5) seen.city |= fusion.state.mode;
    });
    expect(seen).toEqual({ track: 0, city: MODE_ACCELERATE });
    expect(fusion.summary().preset).toBe("city");
    expect(() => fusion.useMode("custom", { ...MODE_PRESETS.city, brakeMps2: -1 })).toThrow(RangeError);
    fusion.useMode("custom", { ...MODE_PRESETS.city, brakeMps2: 1 });
    expect(fusion.summary().preset).toBe("custom");
  });
});
