import type { Lap } from "../timing/lap.ts";
import { type Coasting, coasting } from "./driving.ts";
import type { LapView } from "./lap-view.ts";
import { accelerator, brake, PRESSED } from "./pedals.ts";

/** What a driver reads first about a lap. NaN for what the recording does not tell. */
export type LapSummary = {
  readonly lap: Lap;
  readonly maximumMps: number;
  readonly minimumMps: number;
  readonly meanMps: number;
  /** Largest, each positive, m/s^2: means over a quarter of a second, so that a bump or a vibration is none. */
  readonly accelerationMps2: number;
  readonly brakingMps2: number;
  readonly leftMps2: number;
  readonly rightMps2: number;
  /** Of the lap's time. */
  readonly brakingShare: number;
  readonly coastingShare: number;
  readonly coastingBy: Coasting["by"];
  /** With the accelerator at least at 95 % of its travel; NaN without a channel of it. */
  readonly fullThrottleShare: number;
};

const MEAN_S = 0.25;
const BRAKING_MPS2 = -1.5;
const FULL = 0.95;

/** Sums up a lap. Braking is the brake pedal where it was recorded, else slowing down by more than 1.5 m/s^2. */
export function lapSummary(view: LapView): LapSummary {
  const { speedMps, timeS, count, lap } = view;
  const pedal = brake(view);
  const throttle = accelerator(view);
  const long = extremes(view, view.aLongMps2);
  const lat = extremes(view, view.aLatMps2);
  let braking = 0;
  let full = 0;
  for (let i = 1; i < count; i++) {
    const dt = timeS[i]! - timeS[i - 1]!;
    const pressed = pedal?.[i] ?? Number.NaN;
    if (Number.isFinite(pressed) ? pressed >= PRESSED : view.aLongMps2[i]! < BRAKING_MPS2) braking += dt;
    if (throttle && throttle[i]! >= FULL) full += dt;
  }
  const moves = speedMps.filter(Number.isFinite);
  const coasts = coasting(view);
  return {
    lap,
    maximumMps: moves.length > 0 ? moves.reduce((a, b) => Math.max(a, b)) : Number.NaN,
    minimumMps: moves.length > 0 ? moves.reduce((a, b) => Math.min(a, b)) : Number.NaN,
    meanMps: view.lengthM / lap.timeS,
    accelerationMps2: long.most,
    brakingMps2: -long.least,
    leftMps2: lat.most,
    rightMps2: -lat.least,
    brakingShare: view.aLongMps2.some(Number.isFinite) || pedal ? braking / lap.timeS : Number.NaN,
    coastingShare: coasts.share,
    coastingBy: coasts.by,
    fullThrottleShare: throttle ? full / lap.timeS : Number.NaN,
  };
}

/** Least and most of the mean over a quarter of a second; NaN without values. */
function extremes(view: LapView, values: Float64Array): { readonly least: number; readonly most: number } {
  const { timeS, count } = view;
  let least = Number.NaN;
  let most = Number.NaN;
  let from = 0;
  let sum = 0;
  let n = 0;
  const add = (i: number, sign: 1 | -1): void => {
    if (!Number.isFinite(values[i]!)) return;
    sum += sign * values[i]!;
    n += sign;
  };
  for (let i = 0; i < count; i++) {
    add(i, 1);
    while (timeS[i]! - timeS[from]! > MEAN_S) add(from++, -1);
    if (n === 0) continue;
    const mean = sum / n;
    if (!(mean >= least)) least = mean;
    if (!(mean <= most)) most = mean;
  }
  return { least, most };
}
