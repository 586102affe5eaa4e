import { Ema } from "./filters.ts";
import { DEFAULT_PRESET, MODE_PRESETS, type ModePreset, type ModeThresholds } from "./presets.table.ts";

/** Bits of `vehicle.mode`; accelerating and braking exclude each other, cornering goes with either. */
export const MODE_ACCELERATE = 1;
export const MODE_BRAKE = 2;
export const MODE_CORNER = 4;

/** Half the weight of a sample at 30 Hz. */
const SMOOTHING_S = 0.048;
const EXIT = 0.5;

export type ModeName = "idle" | "accelerate" | "brake" | "corner" | "accelerate+corner" | "brake+corner";

export function modeName(bits: number): ModeName {
  const turn = (bits & MODE_CORNER) !== 0;
  if (bits & MODE_ACCELERATE) return turn ? "accelerate+corner" : "accelerate";
  if (bits & MODE_BRAKE) return turn ? "brake+corner" : "brake";
  return turn ? "corner" : "idle";
}

/** What a driver feels after an interval of dtS: forward and left acceleration in m/s^2, yaw rate in rad/s, speed in m/s. */
export type Felt = { aLong: number; aLat: number; yawRate: number; speed: number; dtS: number };

export const createFelt = (): Felt => ({
  aLong: Number.NaN,
  aLat: Number.NaN,
  yawRate: Number.NaN,
  speed: Number.NaN,
  dtS: Number.NaN,
});

/** What the driver does, from the fused accelerations: each mode is entered at its threshold and left at half of it. */
export class DrivingMode {
  bits = 0;
  #preset: ModePreset = DEFAULT_PRESET;
  #t: ModeThresholds = MODE_PRESETS[DEFAULT_PRESET];
  readonly #long = new Ema(SMOOTHING_S);
  readonly #lat = new Ema(SMOOTHING_S);
  readonly #yawRate = new Ema(SMOOTHING_S);

  get preset(): ModePreset {
    return this.#preset;
  }

  get thresholds(): ModeThresholds {
    return this.#t;
  }

  /** Takes effect with the next sample; modes that are on stay on until their new exit. */
  use(preset: Exclude<ModePreset, "custom">): void;
  use(preset: "custom", thresholds: ModeThresholds): void;
  use(preset: ModePreset, thresholds?: ModeThresholds): void {
    const t = preset === "custom" ? thresholds : MODE_PRESETS[preset];
    if (!t || !Object.values(t).every((v) => v > 0 && v < 1000))
      throw new RangeError(`driving mode "${preset}": every threshold has to be a positive number`);
    this.#preset = preset;
    this.#t = t;
  }

  push(felt: Felt): number {
    const a = this.#long.push(felt.aLong, felt.dtS);
    const l = this.#lat.push(felt.aLat, felt.dtS);
    const w = this.#yawRate.push(felt.yawRate, felt.dtS);
    const t = this.#t;
    if (!(felt.speed > t.minSpeedMps)) {
      this.bits = 0;
      return 0;
    }
    let bits = this.bits;
    if (bits & MODE_ACCELERATE) {
      if (!(a > t.accelerateMps2 * EXIT)) bits &= ~MODE_ACCELERATE;
    } else if (bits & MODE_BRAKE) {
      if (!(-a > t.brakeMps2 * EXIT)) bits &= ~MODE_BRAKE;
    }
    if ((bits & (MODE_ACCELERATE | MODE_BRAKE)) === 0) {
      if (a > t.accelerateMps2) bits |= MODE_ACCELERATE;
      else if (-a > t.brakeMps2) bits |= MODE_BRAKE;
    }
    const turn = Math.abs(l);
    if (bits & MODE_CORNER) {
      if (!(turn > t.lateralMps2 * EXIT)) bits &= ~MODE_CORNER;
    } else if (turn > t.lateralMps2 && Math.abs(w) > t.yawRateRadps && l * w > 0) bits |= MODE_CORNER;
    this.bits = bits;
    return bits;
  }

  /** After a gap: nothing of before counts. */
  clear(): void {
    this.bits = 0;
    this.#long.reset();
    this.#lat.reset();
    this.#yawRate.reset();
  }
}
