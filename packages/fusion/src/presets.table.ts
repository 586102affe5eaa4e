import { STANDARD_GRAVITY_MPS2 as G } from "./frames.ts";

/** When a mode is entered; it is left at half of each. */
export type ModeThresholds = {
  readonly accelerateMps2: number;
  readonly brakeMps2: number;
  readonly lateralMps2: number;
  readonly yawRateRadps: number;
  /** Below this speed the vehicle is idle. */
  readonly minSpeedMps: number;
};

const row = (
  accelerateG: number,
  brakeG: number,
  lateralG: number,
  yawRateRadps: number,
  minSpeedMps: number,
): ModeThresholds => ({
  accelerateMps2: accelerateG * G,
  brakeMps2: brakeG * G,
  lateralMps2: lateralG * G,
  yawRateRadps,
  minSpeedMps,
});

export const MODE_PRESETS = {
  track: row(0.3, 0.5, 0.5, 0.15, 3),
  canyon: row(0.2, 0.35, 0.3, 0.1, 2.5),
  city: row(0.1, 0.18, 0.12, 0.05, 2),
  highway: row(0.08, 0.15, 0.1, 0.04, 4),
} as const satisfies Readonly<Record<string, ModeThresholds>>;

export type ModePreset = keyof typeof MODE_PRESETS | "custom";
export const DEFAULT_PRESET = "city" satisfies ModePreset;
