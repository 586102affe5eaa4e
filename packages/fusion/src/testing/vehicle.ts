import { Random } from "./random.ts";

/** What the driver does at a time: forward acceleration m/s^2, yaw rate rad/s, slope of the road rad (up positive). */
export type Drive = (
  tS: number,
  state: { readonly speed: number; readonly wayM: number },
) => {
  readonly accel: number;
  readonly yawRate: number;
  readonly slope: number;
};

export type Sensors = {
  readonly seed: number;
  readonly imuHz: number;
  readonly gnssHz: number;
  readonly wheelHz: number;
  readonly accelNoise: number;
  readonly gyroNoise: number;
  readonly accelBias: readonly [number, number, number];
  readonly gyroBias: readonly [number, number, number];
  /** Mounting error: roll, pitch, yaw of the sensor in the vehicle, rad. */
  readonly mounting: readonly [number, number, number];
  readonly fixNoiseM: number;
  readonly speedNoise: number;
  readonly delayS: number;
  readonly wheelScale: number;
  readonly wheelNoise: number;
};

export const KART_SENSORS: Sensors = {
  seed: 1,
  imuHz: 200,
  gnssHz: 25,
  wheelHz: 0,
  accelNoise: 0.3,
  gyroNoise: 0.01,
  accelBias: [0.2, -0.15, 0.1],
  gyroBias: [0.01, -0.008, 0.012],
  mounting: [0.035, -0.035, 0.035],
  fixNoiseM: 0.5,
  speedNoise: 0.1,
  delayS: 0.08,
  wheelScale: 1.02,
  wheelNoise: 0.05,
};

/** Columns of the truth, one row an inertial sample. */
export type Truth = {
  readonly tS: Float64Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly speed: Float64Array;
  readonly yaw: Float64Array;
  readonly yawRate: Float64Array;
  readonly aLong: Float64Array;
  readonly aLat: Float64Array;
  readonly slope: Float64Array;
};

export type Reading =
  | { readonly kind: "imu"; readonly tS: number; readonly row: number; readonly values: readonly number[] }
  | {
      readonly kind: "gnss";
      readonly tS: number;
      readonly x: number;
      readonly y: number;
      readonly speed: number;
      /** Counter-clockwise from east. */
      readonly angle: number;
    }
  | { readonly kind: "wheel"; readonly tS: number; readonly speed: number };

export type Simulated = {
  readonly truth: Truth;
  readonly readings: readonly Reading[];
  readonly sensors: Sensors;
};

type Matrix = readonly (readonly number[])[];
const multiply = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, v, k) => sum + v * b[k]![j]!, 0)));
const transpose = (a: Matrix): Matrix => a[0]!.map((_, j) => a.map((row) => row[j]!));
const apply = (a: Matrix, v: readonly number[]): number[] =>
  a.map((row) => row.reduce((sum, m, k) => sum + m * v[k]!, 0));

/** Rz(yaw) Ry(pitch) Rx(roll), written out factor by factor. */
export function rotation(roll: number, pitch: number, yaw: number): Matrix {
  const x = [
    [1, 0, 0],
    [0, Math.cos(roll), -Math.sin(roll)],
    [0, Math.sin(roll), Math.cos(roll)],
  ];
  const y = [
    [Math.cos(pitch), 0, Math.sin(pitch)],
    [0, 1, 0],
    [-Math.sin(pitch), 0, Math.cos(pitch)],
  ];
  const z = [
    [Math.cos(yaw), -Math.sin(yaw), 0],
    [Math.sin(yaw), Math.cos(yaw), 0],
    [0, 0, 1],
  ];
  return multiply(z, multiply(y, x));
}

const SUB_STEPS = 5;
const G = 9.80665;

/** Drives for a time and reads the sensors. The vehicle does not slide: it moves where it points. */
export function simulate(
  drive: Drive,
  durationS: number,
  sensors: Sensors,
  start: { readonly speed?: number; readonly yaw?: number } = {},
): Simulated {
  const random = new Random(sensors.seed);
  const n = Math.floor(durationS * sensors.imuHz) + 1;
  const column = (): Float64Array => new Float64Array(n);
  const truth: Truth = {
    tS: column(),
    x: column(),
    y: column(),
    speed: column(),
    yaw: column(),
    yawRate: column(),
    aLong: column(),
    aLat: column(),
    slope: column(),
  };
  const dt = 1 / sensors.imuHz;
  const h = dt / SUB_STEPS;
  let x = 0;
  let y = 0;
  let speed = start.speed ?? 0;
  let yaw = start.yaw ?? 0;
  let way = 0;
  const mountingT = transpose(rotation(...sensors.mounting));
  const readings: Reading[] = [];
  let lastSlope = drive(0, { speed, wayM: 0 }).slope;
  for (let i = 0; i < n; i++) {
    const tS = i * dt;
    const now = drive(tS, { speed, wayM: way });
    const accel = speed <= 0 && now.accel < 0 ? 0 : now.accel;
    truth.tS[i] = tS;
    truth.x[i] = x;
    truth.y[i] = y;
    truth.speed[i] = speed;
    truth.yaw[i] = yaw;
    truth.yawRate[i] = now.yawRate;
    truth.aLong[i] = accel;
    truth.aLat[i] = speed * now.yawRate;
    truth.slope[i] = now.slope;
    // nose up is negative pitch with z up; rates of the body in its own axes
    const tilt = transpose(rotation(0, -now.slope, 0));
    const force = apply(tilt, [accel, speed * now.yawRate, G]);
    const pitchRate = -(now.slope - lastSlope) / dt;
    lastSlope = now.slope;
    const rates = apply(tilt, [0, 0, now.yawRate]);
    rates[1] = rates[1]! + pitchRate;
    const f = apply(mountingT, force);
    const w = apply(mountingT, rates);
    const values = [
      ...f.map((v, k) => v + sensors.accelBias[k]! + sensors.accelNoise * random.normal()),
      ...w.map((v, k) => v + sensors.gyroBias[k]! + sensors.gyroNoise * random.normal()),
    ];
    readings.push({ kind: "imu", tS, row: i, values });
    for (let k = 0; k < SUB_STEPS; k++) {
      const mid = drive(tS + (k + 0.5) * h, { speed, wayM: way });
      const a = speed <= 0 && mid.accel < 0 ? 0 : mid.accel;
      const v = Math.max(0, speed + 0.5 * a * h);
      const heading = yaw + 0.5 * mid.yawRate * h;
      x += v * Math.cos(heading) * h;
      y += v * Math.sin(heading) * h;
      way += v * h;
      yaw += mid.yawRate * h;
      speed = Math.max(0, speed + a * h);
    }
  }
  const at = (c: Float64Array, tS: number): number => {
    const p = Math.max(0, Math.min(n - 1.000001, tS / dt));
    const i = Math.floor(p);
    return c[i]! + (p - i) * (c[i + 1]! - c[i]!);
  };
  if (sensors.gnssHz > 0)
    for (let tS = 0.02; tS + sensors.delayS < durationS; tS += 1 / sensors.gnssHz) {
      const angle = at(truth.yaw, tS);
      const vx = at(truth.speed, tS) * Math.cos(angle) + sensors.speedNoise * random.normal();
      const vy = at(truth.speed, tS) * Math.sin(angle) + sensors.speedNoise * random.normal();
      readings.push({
        kind: "gnss",
        tS: tS + sensors.delayS,
        x: at(truth.x, tS) + sensors.fixNoiseM * random.normal(),
        y: at(truth.y, tS) + sensors.fixNoiseM * random.normal(),
        speed: Math.hypot(vx, vy),
        angle: Math.atan2(vy, vx),
      });
    }
  if (sensors.wheelHz > 0)
    for (let tS = 0.01; tS < durationS; tS += 1 / sensors.wheelHz) {
      const v = at(truth.speed, tS);
      const speedNow =
        v > 0.05 ? Math.max(0, v / sensors.wheelScale + sensors.wheelNoise * random.normal()) : 0;
      readings.push({ kind: "wheel", tS, speed: speedNow });
    }
  readings.sort((a, b) => a.tS - b.tS);
  return { truth, readings, sensors };
}
