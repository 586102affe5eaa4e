import { starterTracks } from "@pitwall/laps/library";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { atan2, cos, exp, log, sin } from "./math.ts";
import { Powertrain } from "./powertrain.ts";
import { Random } from "./random.ts";
import { GNSS_25HZ, GnssSensor, IMU_WT901, ImuSensor, SlowNoise } from "./sensors.ts";
import { GRAVITY } from "./speeds.ts";
import { prepareTrack, type SimTrack, trackOfDegrees } from "./track.ts";
import { createTruth, Trajectory } from "./trajectory.ts";
import { VEHICLES, type Vehicle, type VehicleName } from "./vehicles.ts";

/** A course of two straights, a hairpin, a fast bend and a chicane, drawn with arcs: metres. */
function course(scale = 1, hills = 3): SimTrack {
  const points: { x: number; y: number; z: number }[] = [];
  let x = 0;
  let y = 0;
  let heading = 0;
  const straight = (length: number) => {
    for (let i = 0; i < length; i += 2) {
      points.push({ x: x * scale, y: y * scale, z: hills * Math.sin(x / 150) });
      x += 2 * Math.cos(heading);
      y += 2 * Math.sin(heading);
    }
  };
  const bend = (radius: number, angle: number) => {
    const steps = Math.round((radius * Math.abs(angle)) / 2);
    for (let i = 0; i < steps; i++) {
      points.push({ x: x * scale, y: y * scale, z: hills * Math.sin(x / 150) });
      heading += angle / steps;
      x += 2 * Math.cos(heading);
      y += 2 * Math.sin(heading);
    }
  };
  straight(300);
  bend(14, Math.PI);
  straight(100);
  bend(30, -Math.PI / 3);
  bend(30, Math.PI / 3);
  straight(200);
  // back to the start: what is missing is closed by the last bend
  bend(Math.max(8, y / 2), Math.PI);
  return prepareTrack({ name: "course", points, reference: { lat: 48, lon: 11, height: 0 }, halfWidthM: 5 });
}

/**
 * Quasi-steady-state lap time by another road: the racing line's curvature from three-point circles, speeds by
 * relaxation of a small time step (not by node passes), repeated round the lap until nothing changes.
 */
function optimumS(track: SimTrack, v: Vehicle): number {
  const p = track.points;
  const n = p.length;
  const at = (i: number) => p[((i % n) + n) % n]!;
  const d = (i: number) => Math.hypot(at(i + 1).x - at(i).x, at(i + 1).y - at(i).y);
  const limit = p.map((_q, i) => {
    const [a, b, c] = [at(i - 2), at(i), at(i + 2)];
    const area = Math.abs((b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y)) / 2;
    const sides =
      Math.hypot(b.x - a.x, b.y - a.y) * Math.hypot(c.x - b.x, c.y - b.y) * Math.hypot(c.x - a.x, c.y - a.y);
    const k = (4 * area) / sides;
    return Math.sqrt((v.commitment * v.gripLat * GRAVITY) / Math.max(k, 1e-9));
  });
  const speed = limit.map((u) => Math.min(u, v.topSpeedMps));
  for (let round = 0; round < 4; round++) {
    for (let i = 0; i < n; i++) {
      const u = speed[i]!;
      const grip = v.commitment * v.gripLong * GRAVITY * Math.sqrt(Math.max(0, 1 - (u / limit[i]!) ** 4));
      const drive = Math.min(v.driveForceN / v.massKg, v.powerW / (v.massKg * Math.max(u, 1)), grip);
      const a = drive - (v.dragNs2 * u * u) / v.massKg - GRAVITY * v.rolling;
      speed[(i + 1) % n] = Math.min(speed[(i + 1) % n]!, Math.sqrt(Math.max(0.5, u * u + 2 * a * d(i))));
    }
    for (let i = n - 1; i >= 0; i--) {
      const u = speed[(i + 1) % n]!;
      const grip =
        v.commitment * v.gripLong * GRAVITY * Math.sqrt(Math.max(0, 1 - (u / limit[(i + 1) % n]!) ** 4));
      const a =
        Math.min(v.brakeForceN / v.massKg, grip) + (v.dragNs2 * u * u) / v.massKg + GRAVITY * v.rolling;
      speed[i] = Math.min(speed[i]!, Math.sqrt(u * u + 2 * a * d(i)));
    }
  }
  let t = 0;
  for (let i = 0; i < n; i++) t += (2 * d(i)) / (speed[i]! + speed[(i + 1) % n]!);
  return t;
}

const real = (name: string): SimTrack =>
  trackOfDegrees(name, starterTracks().find((t) => t.name === name)!.layouts[0]!.centreLine!, 6);

const NAMES = Object.keys(VEHICLES) as VehicleName[];

describe("elementary functions", () => {
  it("are those of mathematics, to a few units in the last place", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e4, max: 1e4, noNaN: true }),
        fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
        (a, b) => {
          expect(Math.abs(sin(a) - Math.sin(a))).toBeLessThan(4e-12);
          expect(Math.abs(cos(a) - Math.cos(a))).toBeLessThan(4e-12);
          expect(Math.abs(log(b) - Math.log(b))).toBeLessThan(1e-14 * (1 + Math.abs(Math.log(b))));
          expect(Math.abs(exp(a / 50) / Math.exp(a / 50) - 1)).toBeLessThan(1e-12);
          expect(Math.abs(atan2(a, b) - Math.atan2(a, b))).toBeLessThan(1e-14);
        },
      ),
    );
  });
});

describe("a drive", () => {
  it.each(NAMES)("of the %s laps within 5 percent of an optimum found another way", (name) => {
    const vehicle = VEHICLES[name];
    // the other way knows no slopes
    for (const track of [course(1, 0), course(2, 0), real("Hockenheimring"), real("Circuit de Monaco")]) {
      const t = new Trajectory(track, vehicle, { seed: 3, laps: 4, driverNoise: 0 });
      const lap = t.crossings[4]!.tS - t.crossings[3]!.tS;
      expect(Math.abs(lap / optimumS(track, vehicle) - 1), track.name).toBeLessThan(0.05);
    }
  });

  it.each(NAMES)("of the %s stays inside its friction ellipse, and moves as it says", (name) => {
    const vehicle = VEHICLES[name];
    const t = new Trajectory(course(), vehicle, { seed: 5, laps: 2, driverNoise: 1 });
    const o = createTruth();
    let before = { x: Number.NaN, y: Number.NaN, yaw: 0 };
    let ellipse = 0;
    let wrong = 0;
    for (let i = 0; i < t.durationS * 1000; i++) {
      t.at(i / 1000, o);
      const along = (o.driveN - o.brakeN) / vehicle.massKg / (vehicle.gripLong * GRAVITY);
      const across = o.sideLoadMps2 / (vehicle.gripLat * o.normalLoadMps2);
      ellipse = Math.max(ellipse, Math.hypot((along * GRAVITY) / o.normalLoadMps2, across));
      if (i > 0)
        wrong = Math.max(wrong, Math.abs(Math.hypot(o.x - before.x, o.y - before.y) * 1000 - o.speedMps));
      before = { x: o.x, y: o.y, yaw: o.yawRad };
    }
    expect(ellipse).toBeLessThan(1.02);
    expect(wrong).toBeLessThan(0.05);
  });

  it("differs from lap to lap with a driver, and not without", () => {
    const spread = (driverNoise: number) => {
      const t = new Trajectory(course(), VEHICLES.kart, { seed: 8, laps: 6, driverNoise });
      const laps = t.crossings.slice(3).map((c, i) => c.tS - t.crossings[i + 2]!.tS);
      return Math.max(...laps) - Math.min(...laps);
    };
    expect(spread(0)).toBeLessThan(0.02);
    expect(spread(1)).toBeGreaterThan(0.02);
  });

  it("crosses the gate where the truth says it does, to the microsecond", () => {
    const t = new Trajectory(course(), VEHICLES.kart, { seed: 1, laps: 3, driverNoise: 1 });
    const [a, b] = t.gate();
    const o = createTruth();
    const side = (tS: number) => {
      t.at(tS, o);
      return (b.x - a.x) * (o.y - a.y) - (b.y - a.y) * (o.x - a.x);
    };
    for (const c of t.crossings) {
      const [early, late] = [side(c.tS - 1e-6), side(c.tS + 1e-6)];
      expect(early * late).toBeLessThan(0);
    }
  });

  it("the battery's energy is accounted for within 1 %", () => {
    const t = new Trajectory(course(), VEHICLES.kart, { seed: 2, laps: 5, driverNoise: 1 });
    const power = new Powertrain(VEHICLES.kart, 2, "x");
    const o = createTruth();
    const { massKg, dragNs2, rolling } = VEHICLES.kart;
    const { efficiency, regeneration } = VEHICLES.kart.battery!;
    const step = 0.01;
    let worked = 0;
    let most = 0;
    let brakes = 0;
    let resisted = 0;
    let first = Number.NaN;
    for (let s = step; s < t.durationS; s += step) {
      t.at(s, o);
      power.step(o, step);
      if (Number.isNaN(first)) first = o.z;
      worked += o.driveN * o.speedMps * step;
      brakes += o.brakeN * o.speedMps * step;
      most += o.brakeN * o.speedMps * regeneration * efficiency * step;
      resisted += (dragNs2 * o.speedMps ** 2 + massKg * GRAVITY * rolling) * o.speedMps * step;
    }
    // what the motor put in went into drag, brakes and height; the drive begins and ends at rest
    const height = massKg * GRAVITY * (o.z - first);
    expect(Math.abs(worked / (resisted + brakes + height) - 1)).toBeLessThan(0.01);
    // and the battery gave that through the motor's efficiency, less what the brakes gave back
    expect(Math.abs(power.batteryJ / (worked / efficiency - power.regainedJ) - 1)).toBeLessThan(0.01);
    // which is less than they could, because the battery is full at first
    expect(power.regainedJ).toBeGreaterThan(0.2 * most);
    expect(power.regainedJ).toBeLessThan(most);
  });
});

describe("noise", () => {
  const N = 1e6;
  const statistics = (next: () => number) => {
    let sum = 0;
    let square = 0;
    for (let i = 0; i < N; i++) {
      const v = next();
      sum += v;
      square += v * v;
    }
    return { mean: sum / N, sigma: Math.sqrt(square / N - (sum / N) ** 2) };
  };

  it("is gaussian with mean 0 and variance 1", () => {
    const r = new Random(11);
    const beyond = { two: 0, three: 0 };
    const s = statistics(() => {
      const v = r.gauss();
      if (Math.abs(v) > 2) beyond.two++;
      if (Math.abs(v) > 3) beyond.three++;
      return v;
    });
    expect(Math.abs(s.mean)).toBeLessThan(0.005);
    expect(Math.abs(s.sigma - 1)).toBeLessThan(0.005);
    expect(beyond.two / N).toBeCloseTo(0.0455, 3);
    expect(beyond.three / N).toBeCloseTo(0.0027, 3);
  });

  it("that remembers has its variance and its correlation time", () => {
    const slow = new SlowNoise(new Random(12), 0.7, 2);
    const values = Float64Array.from({ length: N }, () => slow.next(0.04));
    const s = statistics(
      (
        (i) => () =>
          values[i++]!
      )(0),
    );
    expect(Math.abs(s.sigma / 0.7 - 1)).toBeLessThan(0.03);
    let lagged = 0;
    for (let i = 50; i < N; i++) lagged += values[i]! * values[i - 50]!;
    // 50 steps of 40 ms are one correlation time
    expect(lagged / (N - 50) / s.sigma ** 2).toBeCloseTo(Math.exp(-1), 1);
  });

  it("of receiver and inertial sensor is what their models say", () => {
    const still = createTruth();
    const gnss = new GnssSensor({ ...GNSS_25HZ, slowM: 0 }, 4, "t");
    const g = statistics(() => gnss.sample(still).x);
    expect(Math.abs(g.sigma / GNSS_25HZ.whiteM - 1)).toBeLessThan(0.01);
    const imu = new ImuSensor(
      { ...IMU_WT901, accelBias: 0, gyroBias: 0, scaleError: 0, vibration: 0 },
      4,
      "t",
    );
    const a = statistics(() => imu.sample(still, 0).ay);
    expect(Math.abs(a.sigma / IMU_WT901.accelSigma - 1)).toBeLessThan(0.01);
  });
});
