import type { Recording } from "@pitwall/core";
import type { Lap } from "../timing/lap.ts";
import { lastAt, sampleAt, seriesOf } from "./sample.ts";

export type LapEnergy = {
  readonly lap: Lap;
  /** Drawn from the battery and given back to it, Wh, both positive; NaN where nothing was measured. */
  readonly usedWh: number;
  readonly recoveredWh: number;
  readonly netWh: number;
  readonly perKmWh: number;
  readonly peakW: number;
  /** Share of the lap's time in which current and voltage were measured. */
  readonly covered: number;
};

/**
 * Energy of each lap from `battery.current` (positive is discharge) times `battery.voltage`, by the trapezoid rule on
 * the current's samples. Undefined where the recording lacks one of them.
 */
export function energyPerLap(recording: Recording, laps: readonly Lap[]): LapEnergy[] | undefined {
  const current = seriesOf(recording, "battery.current");
  const voltage = seriesOf(recording, "battery.voltage");
  if (!current || !voltage) return undefined;
  const { tUs, gapUs } = current;
  const volts = sampleAt(voltage, tUs);
  const power = current.values.map((a, i) => a * volts[i]!);
  return laps.map((lap) => {
    let used = 0;
    let recovered = 0;
    let peakW = Number.NEGATIVE_INFINITY;
    let coveredS = 0;
    for (let i = Math.max(1, lastAt(tUs, lap.startUs)); i < tUs.length && tUs[i - 1]! < lap.endUs; i++) {
      const p0 = power[i - 1]!;
      const p1 = power[i]!;
      const span = tUs[i]! - tUs[i - 1]!;
      const from = Math.max(tUs[i - 1]!, lap.startUs);
      const to = Math.min(tUs[i]!, lap.endUs);
      if (!(to > from) || span > gapUs || !Number.isFinite(p0 + p1)) continue;
      // the part of the trapezoid inside the lap, split where the power changes its sign
      const a = p0 + ((from - tUs[i - 1]!) / span) * (p1 - p0);
      const b = p0 + ((to - tUs[i - 1]!) / span) * (p1 - p0);
      const s = (to - from) / 1e6;
      coveredS += s;
      peakW = Math.max(peakW, a, b);
      if (a * b >= 0) {
        const joule = ((a + b) / 2) * s;
        if (joule > 0) used += joule;
        else recovered -= joule;
      } else {
        const zero = a / (a - b);
        const first = (a / 2) * zero * s;
        const second = (b / 2) * (1 - zero) * s;
        used += Math.max(first, second);
        recovered -= Math.min(first, second);
      }
    }
    const nothing = coveredS === 0;
    const net = nothing ? Number.NaN : (used - recovered) / 3600;
    return {
      lap,
      usedWh: nothing ? Number.NaN : used / 3600,
      recoveredWh: nothing ? Number.NaN : recovered / 3600,
      netWh: net,
      perKmWh: lap.distanceM > 0 ? net / (lap.distanceM / 1000) : Number.NaN,
      peakW: nothing ? Number.NaN : peakW,
      covered: coveredS / lap.timeS,
    };
  });
}
