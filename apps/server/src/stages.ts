import type { Lap } from "@pitwall/laps";
import { fusionStage, lapStage, type StageFactory } from "@pitwall/pipeline";
import type { DataFolder } from "./data-folder.ts";
import { liveReference } from "./laps/live-reference.ts";
import type { LiveTiming } from "./laps/live-timing.ts";

/** What runs behind the clock on every derivation alike. Laps are timed afterwards, over all fixes: `computeLaps`. */
export const STAGES: readonly StageFactory[] = [fusionStage()];

/** The same live, with laps as they come, on the tracks that are known now and against the reference that is chosen. */
export const liveStages = (
  data: DataFolder,
  vehicle: string,
  startUs: number,
  timing: LiveTiming,
  onLap: (lap: Lap) => void,
): readonly StageFactory[] => [
  ...STAGES,
  lapStage({
    ...data.tracks.known(),
    ...liveReference(data, vehicle, startUs, timing),
    onLap(lap) {
      timing.laps.push(lap);
      onLap(lap);
    },
  }),
];
