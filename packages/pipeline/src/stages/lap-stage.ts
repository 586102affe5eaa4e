import { type MessageSpec, Reading } from "@pitwall/core";
import { createLiveLaps, type Lap, type LiveLaps, type LiveLapsOptions } from "@pitwall/laps";
import type { StageFactory } from "../pipeline.ts";
import { Places, valueAt } from "./places.ts";

const CHANNELS = [
  "gnss.lat",
  "gnss.lon",
  "gnss.speed",
  "gnss.course",
  "gnss.hAcc",
  "gnss.fix",
  "vehicle.speed",
  "lap.time",
] as const;

export const LAP_STATE: MessageSpec = {
  name: "lap",
  doc: "The running lap at each fix.",
  fields: [
    { name: "lap.number", unit: "1", doc: "Lap", resolution: 1, offset: 0 },
    { name: "lap.time", unit: "s", doc: "since the lap began", resolution: 0.001, offset: 0 },
    { name: "lap.delta", unit: "s", doc: "behind the reference lap", resolution: 0.001, offset: 0 },
    { name: "lap.distance", unit: "m", doc: "since the start line", resolution: 0.01, offset: 0 },
    {
      name: "lap.predicted",
      unit: "s",
      doc: "if the rest is driven as the reference",
      resolution: 0.001,
      offset: 0,
    },
  ],
};

export type LapStageOptions = LiveLapsOptions & {
  readonly onLap?: (lap: Lap) => void;
  /** Given once, to choose the reference by. */
  readonly onLaps?: (laps: LiveLaps) => void;
};

/**
 * Laps, delta and distance from the fixes as they came. Times are those of the device. A unit that times laps by itself
 * keeps its own channels; until it does (its timer stands at 0, without a track of its own, say) they are ours.
 */
export const lapStage =
  (options: LapStageOptions = {}): StageFactory =>
  (emit) => {
    const places = new Places(CHANNELS);
    const laps = createLiveLaps(options);
    options.onLaps?.(laps);
    const out = new Reading(LAP_STATE);
    /** Fixes of one source only: two receivers on one vehicle would race each other. */
    let chosen: string | undefined;
    let timesItself = false;
    return {
      wants(message) {
        return places.of(message)["gnss.lat"] >= 0;
      },
      reading(r, tUs, source) {
        const p = places.of(r.message);
        if (valueAt(r.values, p["lap.time"]) > 0) timesItself = true;
        if (p["gnss.lat"] < 0 || !Number.isFinite(r.values[p["gnss.lat"]]!)) return;
        if (valueAt(r.values, p["gnss.fix"]) < 2) return;
        chosen ??= `${source.device} ${source.name}`;
        if (chosen !== `${source.device} ${source.name}`) return;
        const v = r.values;
        const speed = valueAt(v, p["gnss.speed"]);
        const used = laps.fix(
          tUs,
          v[p["gnss.lat"]]!,
          valueAt(v, p["gnss.lon"]),
          Number.isFinite(speed) ? speed : valueAt(v, p["vehicle.speed"]),
          valueAt(v, p["gnss.course"]),
          valueAt(v, p["gnss.hAcc"]),
        );
        const timer = laps.timer;
        if (!used || timesItself || !timer?.timing) return;
        out.values[0] = timer.lapNumber;
        out.values[1] = timer.elapsedS;
        out.values[2] = laps.deltaS;
        out.values[3] = timer.distanceM;
        out.values[4] = laps.predictedS;
        emit(out, tUs);
      },
      end: () => laps.end(),
    };
  };
