import type { Recording } from "@pitwall/core";
import type { Lap } from "../timing/lap.ts";
import { coasting } from "./driving.ts";
import type { LapView } from "./lap-view.ts";
import { seriesOf } from "./sample.ts";
import { percentile } from "./statistics.ts";

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
  /** At least 95 % of what the pedal reached in the recording; NaN without a pedal channel. */
  readonly fullThrottleShare: number;
};

const MEAN_S = 0.25;
const PEDAL = 0.05;
const BRAKING_MPS2 = -1.5;
const FULL = 0.95;

/** How far a throttle is opened at most: many sensors never reach 1. NaN without a pedal channel, or where it was never used. */
export function fullThrottleOf(recording: Recording): number {
  const series = seriesOf(recording, "driver.accelerator") ?? seriesOf(recording, "driver.throttle");
  const most = series ? percentile(series.values.slice().sort(), 0.995) : Number.NaN;
  return most > 0.2 ? most : Number.NaN;
}

export function lapSummary(view: LapView, fullThrottle: number): LapSummary {
  const { speedMps, timeS, count, lap } = view;
  const brake = view.channel("driver.brake");
  const throttle = view.channel("driver.accelerator") ?? view.channel("driver.throttle");
  const long = extremes(view, view.aLongMps2);
  const lat = extremes(view, view.aLatMps2);
  let braking = 0;
  let full = 0;
  for (let i = 1; i < count; i++) {
    const dt = timeS[i]! - timeS[i - 1]!;
    const pedal = brake?.[i] ?? Number.NaN;
    if (Number.isFinite(pedal) ? pedal >= PEDAL : view.aLongMps2[i]! < BRAKING_MPS2) braking += dt;
    if (throttle && throttle[i]! >= FULL * fullThrottle) full += dt;
  }
  const moves = speedMps.filter(Number.isFinite);
  return {
    lap,
    maximumMps: moves.length > 0 ? moves.reduce((a, b) => Math.max(a, b)) : Number.NaN,
    minimumMps: moves.length > 0 ? moves.reduce((a, b) => Math.min(a, b)) : Number.NaN,
    meanMps: view.lengthM / lap.timeS,
    accelerationMps2: long.most,
    brakingMps2: -long.least,
    leftMps2: lat.most,
    rightMps2: -lat.least,
    brakingShare: view.aLongMps2.some(Number.isFinite) || brake ? braking / lap.timeS : Number.NaN,
    coastingShare: coasting(view).share,
    fullThrottleShare: throttle && Number.isFinite(fullThrottle) ? full / lap.timeS : Number.NaN,
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
