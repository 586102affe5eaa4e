import { createFusion, type Fusion, type FusionOptions } from "../../packages/fusion/src/index.ts";
import { HOME } from "../../packages/fusion/src/testing/feed.ts";
import { KART_SENSORS, simulate } from "../../packages/fusion/src/testing/vehicle.ts";
import { createFix } from "../../packages/fusion/src/types.ts";

const PERIOD_S = 20;
const SPEED_MPS = 15;
const IMU_HZ = 200;
const LAT_M = 111_132;

/** Rounds of a circle without an end: the same 20 s of noisy samples again and again, each round later in time. */
export class Circle {
  readonly fusion: Fusion;
  readonly samples = PERIOD_S * IMU_HZ;
  /** [tUs, ax, ay, az, gx, gy, gz] of every inertial sample. */
  readonly #imu = new Float64Array(7 * this.samples);
  readonly #row = new Float64Array(7);
  /** [tUs, x, y, speed, angle] of every fix. */
  readonly #fixRows: Float64Array;
  readonly #fix = createFix();
  readonly #lonM = LAT_M * Math.cos((HOME.lat * Math.PI) / 180);
  /** Does everything but the fusion: what is to be taken off. */
  idle = false;
  /** Whether fixes come in. */
  fixes = true;
  #k = 0;
  #nextFix = 0;
  #fromUs = 0;

  constructor(options: FusionOptions) {
    this.fusion = createFusion(options);
    const sensors = { ...KART_SENSORS, imuHz: IMU_HZ, delayS: 0, mounting: [0, 0, 0] as const };
    const yawRate = (2 * Math.PI) / PERIOD_S;
    const drive = simulate(() => ({ accel: 0, yawRate, slope: 0 }), PERIOD_S + 0.1, sensors, {
      speed: SPEED_MPS,
    });
    let rows = 0;
    const fixes: number[] = [];
    for (const r of drive.readings) {
      const tUs = Math.round(r.tS * 1e6);
      if (tUs >= PERIOD_S * 1e6) continue;
      if (r.kind === "imu" && rows < this.samples) {
        this.#imu[7 * rows] = tUs;
        r.values.forEach((v, i) => {
          this.#imu[7 * rows + 1 + i] = v;
        });
        rows++;
      } else if (r.kind === "gnss") fixes.push(tUs, r.x, r.y, r.speed, r.angle);
    }
    if (rows !== this.samples) throw new Error(`${rows} inertial samples, not ${this.samples}`);
    this.#fixRows = Float64Array.from(fixes);
    this.#fix.hAcc = sensors.fixNoiseM;
    this.#fix.sAcc = sensors.speedNoise;
    this.#fix.fix = 3;
  }

  /** The next inertial sample and the fixes before it. Returns whether there was one. */
  step(): boolean {
    const at = 7 * this.#k;
    const tUs = this.#imu[at]!;
    const f = this.#fixRows;
    let fixed = false;
    for (; this.#nextFix < f.length && f[this.#nextFix]! <= tUs; this.#nextFix += 5) {
      if (!this.fixes) continue;
      this.#useFix();
      fixed = true;
    }
    const row = this.#row;
    row[0] = tUs + this.#fromUs;
    for (let i = 1; i < 7; i++) row[i] = this.#imu[at + i]!;
    if (!this.idle) this.fusion.imuAt(row, 0);
    if (++this.#k === this.samples) {
      this.#k = 0;
      this.#nextFix = 0;
      this.#fromUs += PERIOD_S * 1e6;
    }
    return fixed;
  }

  #useFix(): void {
    const f = this.#fixRows;
    const i = this.#nextFix;
    const fix = this.#fix;
    fix.lat = HOME.lat + f[i + 2]! / LAT_M;
    fix.lon = HOME.lon + f[i + 1]! / this.#lonM;
    fix.speed = f[i + 3]!;
    fix.course = Math.PI / 2 - f[i + 4]!;
    if (!this.idle) this.fusion.gnss(f[i]! + this.#fromUs, fix);
  }

  run(samples: number): void {
    for (let i = 0; i < samples; i++) this.step();
  }
}
