import { describe, expect, it } from "vitest";
import type { Point } from "./curve.ts";
import { Powertrain } from "./powertrain.ts";
import { IMU_WT901, ImuSensor, MagSensor } from "./sensors.ts";
import { GRAVITY } from "./speeds.ts";
import { oval } from "./testing/oval.ts";
import { prepareTrack, type SimTrack } from "./track.ts";
import { createTruth, Trajectory } from "./trajectory.ts";
import { VEHICLES, type Vehicle } from "./vehicles.ts";

const RADIUS_M = 120;

/** A circle driven anticlockwise (to the left); `bankRad` is positive where the left edge is the higher one. */
function circle(bankRad: number): SimTrack {
  const points: Point[] = [];
  for (let i = 0; i < 720; i++) {
    const a = (i * Math.PI) / 360;
    points.push({ x: RADIUS_M * Math.cos(a), y: RADIUS_M * Math.sin(a), z: 0, bankRad });
  }
  return prepareTrack({ name: "ring", points, reference: { lat: 48, lon: 11, height: 0 }, halfWidthM: 5 });
}

/** Goes as fast as its tyres let it: no drag, no rolling resistance, all the grip used. */
const GRIPPY: Vehicle = {
  ...VEHICLES["kart-combustion"],
  dragNs2: 0,
  rolling: 0,
  powerW: 1e7,
  driveForceN: 1e5,
  topSpeedMps: 300,
  gripLat: 1.3,
  commitment: 1.2, // more than all, so that cold and worn tyres still leave all of it
};

describe("a banked ring", () => {
  it.each([0, 8, 20, 31])("of %i degrees is lapped at the speed of the closed form", (deg) => {
    const bank = (deg * Math.PI) / 180;
    const drive = new Trajectory(circle(-bank), GRIPPY, { seed: 1, laps: 3, driverNoise: 0 });
    const { gripLat } = GRIPPY;
    const v = Math.sqrt(
      (GRAVITY * RADIUS_M * (Math.sin(bank) + gripLat * Math.cos(bank))) /
        (Math.cos(bank) - gripLat * Math.sin(bank)),
    );
    const truth = drive.at((drive.crossings[1]!.tS + drive.crossings[2]!.tS) / 2, createTruth());
    expect(Math.abs(truth.speedMps / v - 1)).toBeLessThan(0.003);
    expect(truth.sideLoadMps2 / truth.normalLoadMps2).toBeCloseTo(gripLat, 2);
  });

  it("that leans the wrong way is slower, by the same form with the angle's sign", () => {
    const bank = (10 * Math.PI) / 180;
    const drive = new Trajectory(circle(bank), GRIPPY, { seed: 1, laps: 3, driverNoise: 0 });
    const { gripLat } = GRIPPY;
    const v = Math.sqrt(
      (GRAVITY * RADIUS_M * (gripLat * Math.cos(bank) - Math.sin(bank))) /
        (Math.cos(bank) + gripLat * Math.sin(bank)),
    );
    const truth = drive.at((drive.crossings[1]!.tS + drive.crossings[2]!.tS) / 2, createTruth());
    expect(Math.abs(truth.speedMps / v - 1)).toBeLessThan(0.003);
  });

  it("is felt as going straight at its neutral speed: nothing to the side, more than g downwards", () => {
    const bank = (25 * Math.PI) / 180;
    const neutral = Math.sqrt(GRAVITY * RADIUS_M * Math.tan(bank));
    const calm = { ...GRIPPY, topSpeedMps: neutral };
    const drive = new Trajectory(circle(-bank), calm, { seed: 1, laps: 3, driverNoise: 0 });
    const truth = drive.at((drive.crossings[1]!.tS + drive.crossings[2]!.tS) / 2, createTruth());
    expect(truth.speedMps).toBeCloseTo(neutral, 1);
    expect(Math.abs(truth.sideLoadMps2)).toBeLessThan(0.02);
    const quiet = {
      ...IMU_WT901,
      accelSigma: 0,
      gyroSigma: 0,
      accelBias: 0,
      gyroBias: 0,
      scaleError: 0,
      rollRad: 0,
      pitchRad: 0,
      vibration: 0,
    };
    const felt = new ImuSensor(quiet, 1, "ring").sample(truth, 0);
    expect(Math.abs(felt.ay)).toBeLessThan(0.02);
    // g / cos(bank), and the turning seen about axes that lean
    expect(felt.az / (GRAVITY / Math.cos(bank))).toBeCloseTo(1, 2);
    const turning = neutral / RADIUS_M;
    expect(felt.gz / (turning * Math.cos(bank))).toBeCloseTo(1, 1);
    expect(felt.gy / felt.gz).toBeCloseTo(-Math.tan(bank), 5);
  });

  it("that nothing can stand on is refused", () => {
    const steep = circle((-30 * Math.PI) / 180);
    expect(() => new Trajectory(steep, VEHICLES.road, { seed: 1, laps: 1, driverNoise: 0 })).toThrow(
      RangeError,
    );
  });

  it("is level water to a boat", () => {
    const steep = circle((-30 * Math.PI) / 180);
    const points = steep.points.map((p) => ({ ...p, z: p.x / 10 }));
    const drive = new Trajectory({ ...steep, points }, VEHICLES.boat, { seed: 1, laps: 1, driverNoise: 0 });
    const afloat = drive.at(40, createTruth());
    expect(afloat.speedMps).toBeGreaterThan(1);
    expect([afloat.bankRad, afloat.slopeRad]).toEqual([0, 0]);
  });

  it("that rises at the sides of a bend does not leave the friction ellipse", () => {
    const flat = oval();
    const points = flat.points.map((p) => ({ ...p, bankRad: p.x < 10 || p.x > 190 ? -0.25 : 0 }));
    const drive = new Trajectory(prepareTrack({ ...flat, points }), VEHICLES.car, {
      seed: 2,
      laps: 2,
      driverNoise: 1,
    });
    const { gripLat, gripLong, massKg } = VEHICLES.car;
    const truth = createTruth();
    let most = 0;
    let banked = 0;
    for (let t = 0; t < drive.durationS; t += 0.002) {
      drive.at(t, truth);
      const along = (truth.driveN - truth.brakeN) / (massKg * gripLong * truth.normalLoadMps2);
      most = Math.max(most, Math.hypot(along, truth.sideLoadMps2 / (gripLat * truth.normalLoadMps2)));
      if (Math.abs(truth.bankRad + 0.25) < 0.01) banked++;
    }
    expect(banked).toBeGreaterThan(1000);
    expect(most).toBeLessThan(1.02);
    expect(most).toBeGreaterThan(0.85);
  });
});

describe("rates of the body", () => {
  it("are the changes of its angles: integrated over a lap they come to one turn and to nothing", () => {
    const flat = oval();
    const points = flat.points.map((p) => ({ ...p, z: p.x / 20, bankRad: -0.1 * Math.sin(p.x / 60) }));
    const drive = new Trajectory({ ...flat, points }, VEHICLES.kart, { seed: 2, laps: 2, driverNoise: 0 });
    const truth = createTruth();
    const [from, to] = [drive.crossings[1]!.tS, drive.crossings[2]!.tS];
    const step = 0.001;
    const sum = { yaw: 0, slope: 0, bank: 0, slopeMost: 0 };
    const first = { ...drive.at(from, truth) };
    for (let t = from + step / 2; t < to; t += step) {
      drive.at(t, truth);
      sum.yaw += truth.yawRateRadps * step;
      sum.slope += truth.slopeRateRadps * step;
      sum.bank += truth.bankRateRadps * step;
      if (t - from < 0.25 * (to - from)) continue;
      sum.slopeMost = Math.max(sum.slopeMost, Math.abs(sum.slope + first.slopeRad - truth.slopeRad));
    }
    expect(sum.yaw).toBeCloseTo(2 * Math.PI, 3);
    expect(Math.abs(sum.slope)).toBeLessThan(1e-3);
    expect(Math.abs(sum.bank)).toBeLessThan(1e-3);
    expect(sum.slopeMost).toBeLessThan(2e-3);
  });
});

describe("hills", () => {
  /** Straights of 1200 m and half circles of 180 m, with hills of 3 m along x, 200 m from top to top. */
  const hilly = (): SimTrack => {
    const points: Point[] = [];
    const put = (x: number, y: number) => points.push({ x, y, z: 3 * Math.cos((x * Math.PI) / 100) });
    for (let x = 0; x < 1200; x += 2) put(x, 0);
    for (let a = 0; a < Math.PI; a += 0.01) put(1200 + 180 * Math.sin(a), 180 - 180 * Math.cos(a));
    for (let x = 1200; x > 0; x -= 2) put(x, 360);
    for (let a = 0; a < Math.PI; a += 0.01) put(-180 * Math.sin(a), 180 + 180 * Math.cos(a));
    return prepareTrack({ ...oval(), points });
  };

  it("make light on top and heavy at the bottom, by v^2 and the hill's curvature", () => {
    const drive = new Trajectory(hilly(), VEHICLES.car, { seed: 1, laps: 2, driverNoise: 0 });
    const truth = createTruth();
    const quiet = {
      ...IMU_WT901,
      accelSigma: 0,
      accelBias: 0,
      scaleError: 0,
      rollRad: 0,
      pitchRad: 0,
      vibration: 0,
    };
    const imu = new ImuSensor(quiet, 1, "hills");
    const most = 3 * (Math.PI / 100) ** 2;
    let [tops, bottoms] = [0, 0];
    for (let t = drive.crossings[1]!.tS; t < drive.crossings[2]!.tS; t += 0.005) {
      drive.at(t, truth);
      // on the straights the way is along x, so that the hill is a cosine of the way
      if (Math.abs(truth.yawRateRadps) > 0.01 || Math.abs(truth.slopeRad) > 0.004) continue;
      const change = -Math.sign(truth.z) * truth.speedMps ** 2 * most;
      const off = Math.abs(imu.sample(truth, 0).az - GRAVITY - change);
      expect(off).toBeLessThan(0.02 * Math.abs(change) + 0.05);
      if (truth.z > 0) tops++;
      else bottoms++;
    }
    expect(tops).toBeGreaterThan(20);
    expect(bottoms).toBeGreaterThan(20);
  });

  it("never take the wheels off the ground, and grip goes by what they carry", () => {
    const drive = new Trajectory(hilly(), VEHICLES.car, { seed: 1, laps: 2, driverNoise: 1 });
    const { gripLat, gripLong, massKg } = VEHICLES.car;
    const truth = createTruth();
    let [least, ellipse] = [GRAVITY, 0];
    for (let t = 0; t < drive.durationS; t += 0.002) {
      drive.at(t, truth);
      least = Math.min(least, truth.normalLoadMps2);
      const along = (truth.driveN - truth.brakeN) / (massKg * gripLong * truth.normalLoadMps2);
      ellipse = Math.max(ellipse, Math.hypot(along, truth.sideLoadMps2 / (gripLat * truth.normalLoadMps2)));
    }
    expect(least).toBeGreaterThan(0.27 * GRAVITY);
    expect(least).toBeLessThan(0.6 * GRAVITY);
    expect(ellipse).toBeLessThan(1.02);
  });
});

describe("a road car in traffic", () => {
  it("stands at red lights, each at its place in every lap, and goes on from there", () => {
    const flat = oval();
    const long = {
      ...flat,
      points: flat.points.map((p) => ({ ...p, x: 6 * p.x, y: 6 * p.y })),
    };
    const drive = new Trajectory(prepareTrack(long), VEHICLES.road, { seed: 3, laps: 4, driverNoise: 1 });
    const truth = createTruth();
    const stops: { fromS: number; forS: number; x: number; y: number }[] = [];
    let stands = true;
    let at = { x: Number.NaN, y: Number.NaN };
    for (let t = 3.5; t < drive.durationS - 4; t += 0.01) {
      drive.at(t, truth);
      const still = truth.speedMps === 0;
      // what stands does not move, and what moves does not jump
      const way = Math.hypot(truth.x - at.x, truth.y - at.y);
      if (still && stands) expect(way).toBe(0);
      else if (!Number.isNaN(way)) expect(way).toBeLessThan(0.01 * 17);
      if (still && !stands) stops.push({ fromS: t, forS: 0, x: truth.x, y: truth.y });
      else if (still) stops.at(-1)!.forS += 0.01;
      stands = still;
      at = { x: truth.x, y: truth.y };
    }
    expect(stops.length).toBeGreaterThan(6);
    const { leastS, mostS } = VEHICLES.road.traffic!;
    for (const s of stops) {
      expect(s.forS).toBeGreaterThan(leastS - 0.1);
      expect(s.forS).toBeLessThan(mostS + 0.1);
    }
    // fewer places than stops: the driver wanders about the line by a metre or so
    const places = stops.filter((s, i) =>
      stops.slice(0, i).every((o) => Math.hypot(o.x - s.x, o.y - s.y) > 5),
    );
    expect(places.length).toBeLessThan(stops.length);
    const green = new Trajectory(prepareTrack(long), VEHICLES.road, { seed: 3, laps: 4, driverNoise: 0 });
    expect(drive.durationS - green.durationS).toBeGreaterThan(leastS * stops.length);
  });
});

describe("a magnetometer", () => {
  const mag = () => new MagSensor(IMU_WT901, 1, "t");
  const still = createTruth();
  const mean = (yawRad: number, currentA: number) => {
    const sensor = mag();
    let [x, y] = [0, 0];
    for (let i = 0; i < 4000; i++) {
      const s = sensor.sample({ ...still, yawRad }, currentA);
      x += s.x / 4000;
      y += s.y / 4000;
    }
    return { x, y };
  };
  it("turns with the vehicle on a circle about the field of the iron it is mounted to", () => {
    const [east, north, west, south] = [0, 1, 2, 3].map((k) => mean((k * Math.PI) / 2, 0));
    const centre = { x: (east!.x + west!.x) / 2, y: (east!.y + west!.y) / 2 };
    expect(centre.x).toBeCloseTo((north!.x + south!.x) / 2, 0);
    expect(Math.abs(centre.x)).toBeGreaterThan(5);
    // 20 uT to magnetic north: on the right of one who goes west, ahead of one who goes north
    expect(Math.hypot(north!.x - south!.x, north!.y - south!.y) / 2).toBeCloseTo(240, -1);
    expect(north!.x).toBeGreaterThan(south!.x + 400);
    expect(east!.y).toBeGreaterThan(west!.y + 400);
  });

  it("gives a heading that sixteen bits hold, also of one who goes west", () => {
    const sensor = mag();
    const steps = new Set<number>();
    for (let i = 0; i < 20_000; i++) {
      const { yawRad } = sensor.sample({ ...still, yawRad: Math.PI + 0.1253 }, 0);
      steps.add(Math.round((yawRad / Math.PI) * 32_768));
    }
    expect(Math.max(...steps)).toBeLessThanOrEqual(32_767);
    expect(Math.max(...steps)).toBeGreaterThan(32_700);
    expect(Math.min(...steps)).toBeLessThan(-32_700);
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(-32_768);
  });

  it("is led astray by the current of the motor", () => {
    const [calm, busy] = [mean(0, 0), mean(0, 300)];
    expect(busy.x - calm.x).toBeGreaterThan(50);
    expect(busy.y).toBeCloseTo(calm.y, 0);
  });
});

describe("gears", () => {
  const truth = createTruth();
  it("are changed upwards with the drive cut, for as long as the vehicle takes", () => {
    const drive = new Trajectory(oval(), VEHICLES.car, { seed: 1, laps: 2, driverNoise: 0 });
    const { engine } = VEHICLES.car;
    const cuts: number[] = [];
    let before = 1;
    let sinceS = Number.NaN;
    for (let t = 0; t < drive.durationS; t += 0.001) {
      const { brakeN, driveN, gear } = drive.at(t, truth);
      if (gear > before) sinceS = t;
      // a change right before a bend ends with the brakes, not with the drive
      if (brakeN > 200) sinceS = Number.NaN;
      if (driveN > 50 && t - sinceS > 0.002) {
        cuts.push(t - sinceS);
        sinceS = Number.NaN;
      }
      before = gear;
    }
    expect(cuts.length).toBeGreaterThan(3);
    // to a node of the way, one metre
    for (const cut of cuts) expect(Math.abs(cut - engine!.shiftS)).toBeLessThan(0.12);
    const smooth: Vehicle = { ...VEHICLES.car, engine: { ...engine!, shiftS: 0 } };
    const quick = new Trajectory(oval(), smooth, { seed: 1, laps: 2, driverNoise: 0 });
    const lapOf = (t: Trajectory) => t.crossings[2]!.tS - t.crossings[1]!.tS;
    expect(lapOf(drive)).toBeGreaterThan(lapOf(quick) + 0.05);
  });

  it("keep the engine between idling and its redline, and a kart without any has none", () => {
    const drive = new Trajectory(oval(), VEHICLES.car, { seed: 1, laps: 2, driverNoise: 1 });
    const power = new Powertrain(VEHICLES.car, 1, "x");
    const { idleRpm, redlineRpm } = VEHICLES.car.engine!;
    let most = 0;
    for (let t = 0; t < drive.durationS; t += 0.02) {
      const { engineRpm } = power.step(drive.at(t, truth), 0.02);
      most = Math.max(most, engineRpm);
      expect(engineRpm).toBeGreaterThan(0.97 * idleRpm);
    }
    expect(most).toBeGreaterThan(0.85 * redlineRpm);
    expect(most).toBeLessThan(1.02 * redlineRpm);
    const kart = new Trajectory(oval(), VEHICLES["kart-combustion"], { seed: 1, laps: 1, driverNoise: 0 });
    expect(kart.at(20, truth).gear).toBe(0);
  });

  it.each(["kart-combustion", "car", "road"] as const)("go with the top speed of a %s", (name) => {
    const { engine, topSpeedMps, turnsPerM } = VEHICLES[name];
    const turns = topSpeedMps * turnsPerM * 60 * engine!.gears.at(-1)!;
    expect(turns).toBeLessThan(1.01 * engine!.redlineRpm);
  });
});

describe("tyres and battery", () => {
  const laps = (vehicle: Vehicle, count: number) => {
    const t = new Trajectory(oval(), vehicle, { seed: 1, laps: count, driverNoise: 0 });
    return t.crossings.slice(1).map((c, i) => c.tS - t.crossings[i]!.tS);
  };
  it("are slower cold than warm, and slower again when worn", () => {
    const times = laps({ ...VEHICLES["kart-combustion"] }, 60);
    const best = Math.min(...times);
    expect(times[0]! - best).toBeGreaterThan(0.1);
    expect(times.indexOf(best)).toBeLessThan(6);
    expect(times.at(-1)! - best).toBeGreaterThan(0.03);
  });

  it("give less power as the charge goes, and least when it is nearly gone", () => {
    const small: Vehicle = { ...VEHICLES.kart, battery: { ...VEHICLES.kart.battery!, capacityAh: 12 } };
    const times = laps(small, 40);
    const full = times[5]!;
    expect(times[20]!).toBeGreaterThan(full);
    expect(times.at(-1)!).toBeGreaterThan(1.04 * full);
    const large = laps(VEHICLES.kart, 10);
    expect(Math.abs(large[9]! - large[4]!)).toBeLessThan(0.05);
  });

  it.each([
    ["fresh", 130],
    ["half empty", 8],
  ])("let a motor hold its top speed, instead of switching it off and on: battery %s", (_, capacityAh) => {
    const kart = { ...VEHICLES.kart, battery: { ...VEHICLES.kart.battery!, capacityAh } };
    const drive = new Trajectory(circle(0), kart, { seed: 1, laps: 3, driverNoise: 0 });
    const truth = createTruth();
    const ofSteady: number[] = [];
    const { dragNs2, massKg, rolling } = kart;
    const from = drive.crossings[1]!.tS;
    for (let tS = from; tS < drive.crossings[3]!.tS; tS += 0.01) {
      drive.at(tS, truth);
      expect(Math.abs(truth.aLongMps2)).toBeLessThan(0.1);
      // of what drag and rolling resistance take; as the voltage falls, so does the speed
      ofSteady.push(truth.driveN / (dragNs2 * truth.speedMps ** 2 + rolling * massKg * GRAVITY));
    }
    expect(Math.max(...ofSteady)).toBeLessThan(1.01);
    expect(Math.min(...ofSteady)).toBeGreaterThan(0.95);
  });
});
