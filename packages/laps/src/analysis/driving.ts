import type { LapView } from "./lap-view.ts";
import { accelerator, brake, PRESSED } from "./pedals.ts";

export type BrakingZone = {
  readonly startM: number;
  readonly endM: number;
  readonly fromMps: number;
  readonly toMps: number;
  readonly durationS: number;
  /** Largest and mean deceleration, m/s^2, positive. */
  readonly peakMps2: number;
  readonly meanMps2: number;
};

export type BrakingOptions = {
  /** Braking begins at this deceleration and ends at half of it, m/s^2; default 3. */
  readonly decelerationMps2?: number;
  /** Less slowing down is no zone, m/s; default 2. */
  readonly leastMps?: number;
};

/** Where a lap was braked. */
export function brakingZones(view: LapView, options: BrakingOptions = {}): BrakingZone[] {
  const { decelerationMps2 = 3, leastMps = 2 } = options;
  const { aLongMps2: a, speedMps: v, timeS, stepM } = view;
  const zones: BrakingZone[] = [];
  for (let i = 0; i < view.count; i++) {
    if (!(a[i]! <= -decelerationMps2)) continue;
    let from = i;
    while (from > 0 && a[from - 1]! <= -decelerationMps2 / 2) from--;
    let to = i;
    let peak = 0;
    while (to < view.count - 1 && a[to + 1]! <= -decelerationMps2 / 2) to++;
    for (let k = from; k <= to; k++) peak = Math.max(peak, -a[k]!);
    const durationS = timeS[to]! - timeS[from]!;
    if (v[from]! - v[to]! >= leastMps)
      zones.push({
        startM: from * stepM,
        endM: to * stepM,
        fromMps: v[from]!,
        toMps: v[to]!,
        durationS,
        peakMps2: peak,
        meanMps2: (v[from]! - v[to]!) / durationS,
      });
    i = to;
  }
  return zones;
}

export type Coasting = {
  readonly seconds: number;
  /** Of the lap's time. */
  readonly share: number;
  /** Whether pedals say so, or the vehicle's own slowing down. */
  readonly by: "pedals" | "acceleration";
  /** Stretches of at least a quarter of a second. */
  readonly stretches: readonly { readonly startM: number; readonly endM: number; readonly seconds: number }[];
};

/** Rolling slows down, by drag and friction alone, m/s^2; an even speed needs a foot on the pedal. */
const ROLLING_MOST_MPS2 = -0.25;
const ROLLING_LEAST_MPS2 = -1.5;
const MOVING_MPS = 3;
const STRETCH_S = 0.25;
/** To either side, for the mean that the guess is made by: a vehicle shakes by more than rolling slows it. */
const EASED_S = 0.5;

/**
 * Time on neither pedal. With an accelerator and a brake channel these decide; with an accelerator alone, braking is what
 * slows more than rolling does; with neither, rolling is guessed from how gently the vehicle slows down.
 */
export function coasting(view: LapView): Coasting {
  const throttle = accelerator(view);
  const pedal = brake(view);
  const eased = throttle ? view.aLongMps2 : easedOver(view.timeS, view.aLongMps2, EASED_S);
  const rolls = (i: number): boolean => {
    if (!(view.speedMps[i]! > MOVING_MPS)) return false;
    const a = eased[i]!;
    if (throttle && Number.isFinite(throttle[i]!))
      return throttle[i]! < PRESSED && (pedal ? !(pedal[i]! >= PRESSED) : !(a <= ROLLING_LEAST_MPS2));
    return a < ROLLING_MOST_MPS2 && a > ROLLING_LEAST_MPS2;
  };
  const stretches: { startM: number; endM: number; seconds: number }[] = [];
  let seconds = 0;
  for (let i = 1; i < view.count; i++) {
    if (!rolls(i)) continue;
    const from = i - 1;
    while (i + 1 < view.count && rolls(i + 1)) i++;
    const took = view.timeS[i]! - view.timeS[from]!;
    // a pedal knows of every moment; a guess of a moment is none
    if (throttle || took >= STRETCH_S) seconds += took;
    if (took >= STRETCH_S) stretches.push({ startM: from * view.stepM, endM: i * view.stepM, seconds: took });
  }
  return {
    seconds,
    share: seconds / view.timeS[view.count - 1]!,
    by: throttle ? "pedals" : "acceleration",
    stretches,
  };
}

/** The mean over what lies within `eachSideS` of each sample; NaN where a value is missing. */
function easedOver(timeS: Float64Array, values: Float64Array, eachSideS: number): Float64Array {
  const out = new Float64Array(values.length);
  let from = 0;
  let to = 0;
  let sum = 0;
  let missing = 0;
  const change = (i: number, by: 1 | -1) => {
    const v = values[i]!;
    if (Number.isNaN(v)) missing += by;
    else sum += by * v;
  };
  for (let i = 0; i < values.length; i++) {
    while (to < values.length && timeS[to]! <= timeS[i]! + eachSideS) change(to++, 1);
    while (timeS[from]! < timeS[i]! - eachSideS) change(from++, -1);
    out[i] = missing > 0 ? Number.NaN : sum / (to - from);
  }
  return out;
}
