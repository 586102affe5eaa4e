import { atan2, cos, exp, hypot, sin } from "./math.ts";
import { Random } from "./random.ts";
import { GRAVITY } from "./speeds.ts";
import type { Truth } from "./trajectory.ts";

/** Noise that remembers: variance `sigma`^2, correlation time `tauS`. First-order Gauss-Markov process. */
export class SlowNoise {
  readonly #random: Random;
  readonly #sigma: number;
  readonly #tauS: number;
  #value: number;
  #stepS = Number.NaN;
  #keep = 0;
  #add = 0;

  constructor(random: Random, sigma: number, tauS: number) {
    this.#random = random;
    this.#sigma = sigma;
    this.#tauS = tauS;
    this.#value = sigma * random.gauss();
  }

  next(stepS: number): number {
    if (stepS !== this.#stepS) {
      this.#stepS = stepS;
      this.#keep = exp(-stepS / this.#tauS);
      this.#add = this.#sigma * Math.sqrt(1 - this.#keep * this.#keep);
    }
    this.#value = this.#keep * this.#value + this.#add * this.#random.gauss();
    return this.#value;
  }
}

export type GnssModel = {
  readonly rateHz: number;
  /** From the instant a fix is valid for to its message. */
  readonly latencyS: number;
  /** Position, 1 sigma a horizontal axis: white from fix to fix, and slowly varying. */
  readonly whiteM: number;
  readonly slowM: number;
  readonly slowTauS: number;
  readonly speedSigmaMps: number;
  /** Share of the time with a reflection that moves the position by some metres. */
  readonly multipath: number;
};

export const GNSS_10HZ: GnssModel = {
  rateHz: 10,
  latencyS: 0.08,
  whiteM: 0.12,
  slowM: 0.6,
  slowTauS: 90,
  speedSigmaMps: 0.06,
  multipath: 0,
};
export const GNSS_25HZ: GnssModel = { ...GNSS_10HZ, rateHz: 25, latencyS: 0.05 };

/** A fix in metres about the track's reference. NaN is "not available". Reused. */
export type Fix = {
  valid: boolean;
  x: number;
  y: number;
  z: number;
  speedMps: number;
  velEastMps: number;
  velNorthMps: number;
  velUpMps: number;
  /** Clockwise from north, 0 to 2 pi; NaN when too slow to tell. */
  courseRad: number;
  hAccM: number;
  sats: number;
  reflected: boolean;
};

/** How long a reflection lasts, on average. */
const REFLECTION_S = 2;
const COURSE_FROM_MPS = 0.6;

export class GnssSensor {
  readonly model: GnssModel;
  readonly fix: Fix = {
    valid: false,
    x: Number.NaN,
    y: Number.NaN,
    z: Number.NaN,
    speedMps: Number.NaN,
    velEastMps: Number.NaN,
    velNorthMps: Number.NaN,
    velUpMps: Number.NaN,
    courseRad: Number.NaN,
    hAccM: Number.NaN,
    sats: 0,
    reflected: false,
  };
  readonly #random: Random;
  /** Of its own, so that the horizontal noise is the same whether or not somebody asks for heights. */
  readonly #randomUp: Random;
  readonly #east: SlowNoise;
  readonly #north: SlowNoise;
  #reflection = 0;
  #reflectX = 0;
  #reflectY = 0;

  constructor(model: GnssModel, seed: number, stream: string) {
    this.model = model;
    this.#random = new Random(seed, `${stream} gnss`);
    this.#randomUp = new Random(seed, `${stream} gnss up`);
    this.#east = new SlowNoise(this.#random, model.slowM, model.slowTauS);
    this.#north = new SlowNoise(this.#random, model.slowM, model.slowTauS);
  }

  /** The fix valid for the truth's instant. */
  sample(truth: Truth): Fix {
    const { model } = this;
    const r = this.#random;
    const dt = 1 / model.rateHz;
    if (this.#reflection > 0) this.#reflection -= dt;
    else if (r.chance((model.multipath * dt) / ((1 - Math.min(0.99, model.multipath)) * REFLECTION_S))) {
      this.#reflection = REFLECTION_S * (0.25 + 1.5 * r.uniform());
      this.#reflectX = 4 * r.gauss();
      this.#reflectY = 4 * r.gauss();
    }
    const reflected = this.#reflection > 0 ? 1 : 0;
    const f = this.fix;
    f.valid = true;
    f.reflected = reflected === 1;
    f.x = truth.x + this.#east.next(dt) + model.whiteM * r.gauss() + reflected * this.#reflectX;
    f.y = truth.y + this.#north.next(dt) + model.whiteM * r.gauss() + reflected * this.#reflectY;
    f.z = truth.z + 1.5 * model.whiteM * r.gauss();
    const sigma = model.speedSigmaMps / Math.SQRT2;
    f.velEastMps = truth.speedMps * cos(truth.yawRad) + sigma * r.gauss();
    f.velNorthMps = truth.speedMps * sin(truth.yawRad) + sigma * r.gauss();
    const climb = sin(truth.slopeRad) / cos(truth.slopeRad);
    f.velUpMps = truth.speedMps * climb + 1.5 * sigma * this.#randomUp.gauss();
    f.speedMps = hypot(f.velEastMps, f.velNorthMps);
    f.courseRad = f.speedMps < COURSE_FROM_MPS ? Number.NaN : course(f.velEastMps, f.velNorthMps);
    f.hAccM = hypot(model.whiteM, model.slowM) * Math.SQRT2 + 4 * reflected;
    f.sats = reflected ? 7 : 14;
    return f;
  }
}

const course = (east: number, north: number): number => {
  const c = atan2(east, north);
  return c < 0 ? c + 2 * Math.PI : c;
};

export type ImuModel = {
  readonly rateHz: number;
  /** White noise of a sample, 1 sigma. */
  readonly accelSigma: number;
  readonly gyroSigma: number;
  /** Constant bias, 1 sigma, and how far it wanders. */
  readonly accelBias: number;
  readonly gyroBias: number;
  readonly scaleError: number;
  /** Mounting, radians: about x, then y, then z. */
  readonly rollRad: number;
  readonly pitchRad: number;
  /** Of the engine's or motor's turning, m/s^2 at 10,000 rpm. */
  readonly vibration: number;
};

export const IMU_WT901: ImuModel = {
  rateHz: 200,
  accelSigma: 0.12,
  gyroSigma: 0.003,
  accelBias: 0.08,
  gyroBias: 0.004,
  scaleError: 0.003,
  rollRad: -0.02,
  pitchRad: 0.035,
  vibration: 0.6,
};

/** Body axes x forward, y left, z up; specific force with gravity. Reused. */
export type ImuSample = { ax: number; ay: number; az: number; gx: number; gy: number; gz: number };

export class ImuSensor {
  readonly model: ImuModel;
  readonly out: ImuSample = { ax: 0, ay: 0, az: 0, gx: 0, gy: 0, gz: 0 };
  readonly #random: Random;
  readonly #bias: readonly number[];
  readonly #drift: readonly SlowNoise[];
  readonly #scale: readonly number[];
  readonly #c: { readonly cr: number; readonly sr: number; readonly cp: number; readonly sp: number };

  constructor(model: ImuModel, seed: number, stream: string) {
    this.model = model;
    const r = new Random(seed, `${stream} imu`);
    this.#random = r;
    const of = (sigma: number) => sigma * r.gauss();
    const { accelBias: a, gyroBias: g } = model;
    this.#bias = [of(a), of(a), of(a), of(g), of(g), of(g)];
    this.#drift = [a, a, a, g, g, g].map((sigma) => new SlowNoise(r, sigma / 4, 300));
    this.#scale = [0, 1, 2, 3, 4, 5].map(() => 1 + of(model.scaleError));
    this.#c = {
      cr: cos(model.rollRad),
      sr: sin(model.rollRad),
      cp: cos(model.pitchRad),
      sp: sin(model.pitchRad),
    };
  }

  /** `rpm` turns the engine whose vibration is felt. */
  sample(truth: Truth, rpm: number): ImuSample {
    const r = this.#random;
    const { accelSigma, gyroSigma, vibration, rateHz } = this.model;
    const shake = (vibration * rpm * sin(wrapTurns((rpm / 60) * truth.tS) * 2 * Math.PI)) / 10_000;
    const { aLatMps2: aLat, bankRad, slopeRad, yawRateRadps: yawRate } = truth;
    const [cs, ss, cb, sb] = [cos(slopeRad), sin(slopeRad), cos(bankRad), sin(bankRad)];
    const fx = truth.aLongMps2 + GRAVITY * ss;
    const weight = GRAVITY * cs + truth.aUpMps2;
    const fy = aLat * cb + weight * sb;
    const fz = weight * cb - aLat * sb + shake;
    // rates about the vehicle's axes: it yaws about the vertical, and follows slope and bank
    const rx = truth.bankRateRadps + yawRate * ss;
    const ry = yawRate * cs * sb - truth.slopeRateRadps * cb;
    const rz = yawRate * cs * cb + truth.slopeRateRadps * sb;
    const { cr, sr, cp, sp } = this.#c;
    // vehicle to sensor: pitch about y (nose up turns x up), then roll about x
    const x1 = cp * fx + sp * fz;
    const z1 = -sp * fx + cp * fz;
    const wx = cp * rx + sp * rz;
    const wz = -sp * rx + cp * rz;
    const o = this.out;
    const dt = 1 / rateHz;
    const d = this.#drift;
    const noisy = (i: number, v: number, sigma: number): number =>
      v * this.#scale[i]! + this.#bias[i]! + d[i]!.next(dt) + sigma * r.gauss();
    o.ax = noisy(0, x1, accelSigma);
    o.ay = noisy(1, cr * fy + sr * z1, accelSigma);
    o.az = noisy(2, -sr * fy + cr * z1, accelSigma);
    o.gx = noisy(3, wx, gyroSigma);
    o.gy = noisy(4, cr * ry + sr * wz, gyroSigma);
    o.gz = noisy(5, -sr * ry + cr * wz, gyroSigma);
    return o;
  }
}

/** What a magnetometer reads in body axes, counts, and what it makes of it: heading, roll and pitch of its own. Reused. */
export type MagSample = {
  x: number;
  y: number;
  z: number;
  rollRad: number;
  pitchRad: number;
  yawRad: number;
};

/** Earth's field in central Europe, microtesla: to magnetic north, and down. */
const NORTH_UT = 20;
const DOWN_UT = 44;
/** Iron of the chassis (seen from the body), and the field of the motor's cables an ampere. */
const IRON_UT = 2.5;
const CABLE_UT_PER_A = 0.02;
const COUNTS_PER_UT = 12;

/** A magnetometer beside the motor: Earth's field turns with the vehicle, the iron and the current's field do not. */
export class MagSensor {
  readonly out: MagSample = { x: 0, y: 0, z: 0, rollRad: 0, pitchRad: 0, yawRad: 0 };
  readonly #model: ImuModel;
  readonly #random: Random;

  constructor(model: ImuModel, seed: number, stream: string) {
    this.#model = model;
    this.#random = new Random(seed, `${stream} mag`);
  }

  sample(truth: Truth, motorCurrentA: number): MagSample {
    const r = this.#random;
    const o = this.out;
    // forward and left components of a field that points north
    const forward = NORTH_UT * sin(truth.yawRad) + IRON_UT + CABLE_UT_PER_A * motorCurrentA + 0.2 * r.gauss();
    const left = NORTH_UT * cos(truth.yawRad) - IRON_UT / 2 + 0.2 * r.gauss();
    o.x = Math.round(COUNTS_PER_UT * forward);
    o.y = Math.round(COUNTS_PER_UT * left);
    o.z = Math.round(COUNTS_PER_UT * (-DOWN_UT + 0.2 * r.gauss()));
    const yawRad = atan2(forward, left);
    // such a sensor counts from -180 degrees up to just below 180
    o.yawRad = yawRad >= Math.PI * (1 - 1 / 65_536) ? yawRad - 2 * Math.PI : yawRad;
    o.rollRad = truth.bankRad + this.#model.rollRad + 0.004 * r.gauss();
    // right-handed about y: nose down is positive
    o.pitchRad = -truth.slopeRad - this.#model.pitchRad + 0.004 * r.gauss();
    return o;
  }
}

const wrapTurns = (turns: number): number => turns - Math.floor(turns);

/** A temperature that follows a source of heat with inertia. */
export class Warmth {
  #degC: number;
  readonly #ambient: number;
  readonly #risePerW: number;
  readonly #tauS: number;

  /** `risePerW`: kelvin above ambient a watt of heat, once settled. */
  constructor(ambientDegC: number, risePerW: number, tauS: number) {
    this.#degC = ambientDegC;
    this.#ambient = ambientDegC;
    this.#risePerW = risePerW;
    this.#tauS = tauS;
  }

  next(heatW: number, stepS: number): number {
    const target = this.#ambient + this.#risePerW * heatW;
    this.#degC += (target - this.#degC) * (1 - exp(-stepS / this.#tauS));
    return this.#degC;
  }
}
