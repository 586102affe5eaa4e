import { describe, expect, it } from "vitest";
import { createFusion } from "./fusion.ts";
import { rms } from "./testing/csv.ts";
import { kartLaps, kartTrack } from "./testing/drives.ts";
import { feed, fixMaker, HOME } from "./testing/feed.ts";
import { type Drive, KART_SENSORS, type Reading, type Simulated, simulate } from "./testing/vehicle.ts";
import type { FusionOptions } from "./types.ts";

const track = kartTrack();
const laps = simulate(kartLaps(track, 4), 100, { ...KART_SENSORS, imuHz: 100, gnssHz: 10 });

type Row = { tS: number; place: number; speed: number; sigma: number };

function follow(sim: Simulated, options: FusionOptions = {}, hide: (r: Reading) => boolean = () => false) {
  const fusion = createFusion({ reference: HOME, ...options });
  const rows: Row[] = [];
  const t = sim.truth;
  feed(
    fusion,
    sim,
    (i) => {
      const { x, y, speed, sigma } = fusion.state;
      const tS = t.tS[i]!;
      rows.push({ tS, place: Math.hypot(x - t.x[i]!, y - t.y[i]!), speed: speed - t.speed[i]!, sigma });
    },
    HOME,
    hide,
  );
  return { fusion, rows, between: (a: number, b: number) => rows.filter((r) => r.tS >= a && r.tS < b) };
}

const jumps = (rows: readonly Row[]): number =>
  rows.reduce((most, r, i) => (i > 0 ? Math.max(most, Math.abs(r.place - rows[i - 1]!.place)) : 0), 0);

describe("fixes that lie", () => {
  it("one that is 100 m off is refused, and nothing moves", () => {
    let n = 0;
    const sim = {
      ...laps,
      readings: laps.readings.map((r) => (r.kind === "gnss" && ++n % 50 === 0 ? { ...r, x: r.x + 100 } : r)),
    };
    const { fusion, between } = follow(sim);
    expect(rms(between(30, 100).map((r) => r.place))).toBeLessThan(0.5);
    expect(jumps(between(30, 100))).toBeLessThan(0.3);
    expect(fusion.summary().sensors.position.rejected).toBeGreaterThan(15);
  });

  it("a receiver that insists is believed in the end: the filter widens and finds its place again", () => {
    const sim = {
      ...laps,
      readings: laps.readings.map((r) =>
        r.kind === "gnss" && r.tS > 50 ? { ...r, x: r.x + 60, y: r.y - 80 } : r,
      ),
    };
    const { fusion, between } = follow(sim);
    expect(between(50.2, 50.4).every((r) => r.place < 2)).toBe(true);
    const offset = between(52, 100).map((r) => Math.abs(r.place - 100));
    expect(rms(offset)).toBeLessThan(1.5);
    expect(fusion.summary().counts.recoveries).toBeGreaterThan(0);
  });
});

describe("when sensors fail", () => {
  it("in a tunnel sigma grows with the error, and the place is found at its end without a detour", () => {
    const inside = (r: Reading): boolean => r.kind === "gnss" && r.tS > 50 && r.tS < 80;
    const { fusion, between, rows } = follow(laps, {}, inside);
    const end = between(79.5, 80).at(-1)!;
    expect(end.sigma).toBeGreaterThan(2 * between(49, 50).at(-1)!.sigma);
    expect(end.place).toBeLessThan(4 * end.sigma);
    expect(rms(between(83, 100).map((r) => r.place))).toBeLessThan(0.6);
    expect(rows.every((r) => Number.isFinite(r.place + r.speed + r.sigma))).toBe(true);
    expect(fusion.summary().degraded).toEqual([]);
  });

  it("an hour in a garage does not end in the next country", () => {
    const hour = simulate(
      () => ({ accel: 0, yawRate: 0.01, slope: 0 }),
      3600,
      {
        ...KART_SENSORS,
        imuHz: 20,
        gnssHz: 1,
      },
      { speed: 3 },
    );
    const { fusion, rows } = follow(hour, {}, (r) => r.kind === "gnss" && r.tS > 60);
    expect(rows.every((r) => r.place < 200_000 && Math.abs(r.speed) < 200)).toBe(true);
    expect(fusion.summary().pivot).toBeGreaterThan(0);
    expect(fusion.summary().degraded).toContain("gnss-stale");
    expect(fusion.summary().gnssState).toBe("stale");
  });

  it("without the inertial sensor for a while it goes on by GNSS, and takes it up again", () => {
    const { fusion, between } = follow(laps, {}, (r) => r.kind === "imu" && r.tS > 50 && r.tS < 60);
    expect(rms(between(63, 100).map((r) => r.place))).toBeLessThan(0.6);
    expect(rms(between(63, 100).map((r) => r.speed))).toBeLessThan(0.3);
    expect(fusion.summary().degraded).not.toContain("imu-stale");
  });

  it("an inertial sensor that falls silent at a stop does not hold a vehicle that drives off at once", () => {
    const { fusion } = follow(laps, {}, (r) => r.kind === "imu" && r.tS > 3.5);
    expect(fusion.summary().counts.stops).toBe(1);
    expect(fusion.summary().stationary).toBe(false);
    expect(fusion.state.speed).toBeGreaterThan(5);
  });

  it("inertial samples that come late, behind their fixes, are waited for", () => {
    const late = { ...laps, readings: [...laps.readings] };
    // batches of inertial samples, a quarter of a second each, behind the fixes of their time
    late.readings.sort((a, b) => {
      const at = (r: Reading): number => (r.kind === "imu" ? Math.ceil(r.tS * 4) / 4 + 0.001 : r.tS);
      return at(a) - at(b) || a.tS - b.tS;
    });
    const { fusion, between } = follow(late);
    expect(rms(between(45, 100).map((r) => r.place))).toBeLessThan(0.5);
    expect(fusion.summary().sensors.position.late).toBeLessThan(5);
  });
});

describe("odd starts", () => {
  it("reversing out of a garage turns the yaw round once it drives off", () => {
    // backwards is forward at a yaw that is half a turn off
    const out: Drive = (tS) => ({ accel: tS < 3 ? 1 : tS < 6 ? -1 : 2, yawRate: 0, slope: 0 });
    const sim = simulate(out, 20, { ...KART_SENSORS, imuHz: 100, gnssHz: 10 });
    const backwards = {
      ...sim,
      readings: sim.readings.map((r) =>
        r.kind === "imu" && r.tS < 6 ? { ...r, values: r.values.map((v, k) => (k < 2 ? -v : v)) } : r,
      ),
    };
    const { fusion, between } = follow(backwards);
    expect(rms(between(12, 20).map((r) => r.place))).toBeLessThan(1);
    const yaw = fusion.state.yaw;
    expect(Math.abs(yaw)).toBeLessThan(0.1);
  });

  it("before the first fix nothing is known, and it says so", () => {
    const fusion = createFusion();
    fusion.imu(0, 0, 0, 9.8, 0, 0, 0);
    expect(fusion.imu(10_000, 0, 0, 9.8, 0, 0, 0)).toBe(false);
    expect(fusion.state.x).toBeNaN();
    expect(fusion.summary().degraded).toContain("no-fix");
    expect(fusion.summary().gnssState).toBe("none");
    expect(JSON.parse(JSON.stringify(fusion.summary())).sigmaM).toBeNull();
  });
});

describe("with a receiver alone", () => {
  const sim = simulate(kartLaps(track, 4), 120, { ...KART_SENSORS, gnssHz: 10, imuHz: 100 });

  function alone(gnssHz: number) {
    const only = simulate(kartLaps(track, 4), 120, { ...KART_SENSORS, gnssHz, imuHz: 100 });
    const make = fixMaker(HOME, only);
    const fusion = createFusion({ reference: HOME });
    const place: number[] = [];
    const speed: number[] = [];
    const along: number[] = [];
    for (const r of only.readings) {
      if (r.kind !== "gnss" || !fusion.gnss(HOME.shiftUs + Math.round(r.tS * 1e6), make(r))) continue;
      // without another clock a fix is of the moment it is stamped with
      const row = Math.round((r.tS - KART_SENSORS.delayS) * 100);
      if (r.tS < 45) continue;
      const s = fusion.state;
      place.push(Math.hypot(s.x - sim.truth.x[row]!, s.y - sim.truth.y[row]!));
      speed.push(s.speed - sim.truth.speed[row]!);
      along.push(s.aLong - sim.truth.aLong[row]!);
    }
    return { fusion, place, speed, along };
  }

  it.each([10, 5])("at %d Hz places are smoothed and accelerations derived", (hz) => {
    const { fusion, place, speed, along } = alone(hz);
    expect(place.length).toBeGreaterThan(70 * hz);
    expect(rms(place)).toBeLessThan(0.6);
    expect(rms(speed)).toBeLessThan(0.5);
    // of accelerations of 3 m/s^2 rms
    expect(rms(along)).toBeLessThan(1.8);
    const { degraded, sensors } = fusion.summary();
    expect(degraded).toEqual(["no-imu"]);
    expect(sensors.position.rejected).toBeLessThan(0.02 * sensors.position.accepted);
  });
});

describe("attitude sensors", () => {
  it("a compass gives the yaw at a stop and the way out of a tunnel, once it has been compared", () => {
    const sim = simulate(kartLaps(track, 4), 100, { ...KART_SENSORS, imuHz: 100, gnssHz: 10 });
    const fusion = createFusion({ reference: HOME });
    const make = fixMaker(HOME, sim);
    for (const r of sim.readings) {
      const tUs = Math.round(r.tS * 1e6);
      if (r.kind === "imu") {
        const [ax, ay, az, gx, gy, gz] = r.values as [number, number, number, number, number, number];
        fusion.imu(tUs, ax, ay, az, gx, gy, gz);
        // clockwise, 40 degrees off
        fusion.attitude(tUs, Number.NaN, Number.NaN, -(sim.truth.yaw[r.row]! - 0.7));
      } else if (r.kind === "gnss" && (r.tS < 70 || r.tS > 95)) fusion.gnss(tUs, make(r));
    }
    const { sensors, calibration } = fusion.summary();
    expect(calibration.magnetometerOffsetRad).toBeCloseTo(0.7, 1);
    expect(sensors.heading.accepted).toBeGreaterThan(50);
    expect(sensors.heading.rejected).toBe(0);
  });

  it("roll and pitch level a sensor that has no rates about them", () => {
    const sim = simulate(
      (tS) => ({ accel: Math.sin(tS), yawRate: 0, slope: 0.06 }),
      60,
      { ...KART_SENSORS, imuHz: 50, gnssHz: 5, accelBias: [0, 0, 0], mounting: [0, 0, 0] },
      { speed: 15 },
    );
    const fusion = createFusion({ reference: HOME });
    const make = fixMaker(HOME, sim);
    const errors: number[] = [];
    for (const r of sim.readings) {
      const tUs = Math.round(r.tS * 1e6);
      if (r.kind === "gnss") fusion.gnss(tUs, make(r));
      else if (r.kind === "imu") {
        fusion.attitude(tUs, 0, -0.06, Number.NaN);
        const v = r.values;
        if (fusion.imu(tUs, v[0]!, v[1]!, v[2]!, Number.NaN, Number.NaN, v[5]!) && r.tS > 10)
          errors.push(fusion.state.aLong - sim.truth.aLong[r.row]!);
      }
    }
    expect(errors.length).toBeGreaterThan(2000);
    expect(rms(errors)).toBeLessThan(0.35);
  });
});

describe("what is kept", () => {
  it("a saved calibration starts the next run calibrated, and says where the reference is", () => {
    const first = follow(laps).fusion;
    const saved = JSON.parse(JSON.stringify(first.save()));
    const moving = simulate(
      kartLaps(track, 0),
      40,
      { ...KART_SENSORS, seed: 9, imuHz: 100, gnssHz: 10 },
      { speed: 8 },
    );
    const cold = follow(moving);
    const warm = follow(moving, { calibration: saved });
    const { mounting } = warm.fusion.save();
    expect(mounting.yawRad).toBeCloseTo(KART_SENSORS.mounting[2], 2);
    const speedOf = (r: { between: (a: number, b: number) => Row[] }): number =>
      rms(r.between(1, 8).map((x) => x.place));
    expect(speedOf(warm)).toBeLessThan(speedOf(cold));
    const { reference } = createFusion({ calibration: saved }).summary();
    expect(reference).toEqual(first.summary().reference);
    expect(createFusion({ calibration: saved }).save().wheel).toEqual(saved.wheel);
  });

  it("a broken file is refused", () => {
    const saved = createFusion().save();
    expect(() => createFusion({ calibration: { ...saved, version: 2 as 1 } })).toThrow(RangeError);
    const broken = { ...saved, wheel: { scale: Number.NaN, sigma: 1 } };
    expect(() => createFusion({ calibration: broken })).toThrow(RangeError);
  });

  it("a commanded calibration measures rest, and refuses a vehicle that moves", () => {
    const fusion = createFusion();
    fusion.calibrate({ samples: 100, durationS: 0.5 });
    for (let k = 0; k < 200; k++) fusion.imu(k * 5000, 0.5, 0, 9.79, 0.01, 0.02, 0.03);
    expect(fusion.calibration).toEqual({ state: "done", progress: 1 });
    expect(fusion.save().gyroBiasRadps.map((b) => Number(b.toFixed(6)))).toEqual([0.01, 0.02, 0.03]);
    fusion.calibrate();
    for (let k = 200; k < 400; k++) fusion.imu(k * 5000, Math.sin(k / 9) * 3, 0, 9.79, 0, 0, 0);
    expect(fusion.calibration.state).toBe("moved");
  });
});
