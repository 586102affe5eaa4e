import type { Lap } from "@pitwall/laps";
import { fusionStage, type Learning, lapStage, type StageFactory } from "@pitwall/pipeline";
import type { DataFolder } from "./data-folder.ts";
import { liveReference } from "./laps/live-reference.ts";
import type { LiveTiming } from "./laps/live-timing.ts";

/** What runs behind the clock on every derivation alike. Laps are timed afterwards, over all fixes: `computeLaps`. */
export const STAGES: readonly StageFactory[] = [fusionStage()];

/** How whoever runs a live session hears of it. */
export type LiveHooks = {
  readonly timing: LiveTiming;
  readonly onLap: (lap: Lap) => void;
  /** Given once: what the fusion learns can be asked of it. */
  readonly onLearning: (learning: Learning) => void;
};

/** The same live, with laps as they come, on the tracks that are known now and against the reference that is chosen. */
export const liveStages = (
  data: DataFolder,
  vehicle: string,
  startUs: number,
  { timing, onLap, onLearning }: LiveHooks,
): readonly StageFactory[] => [
  fusionStage({ onLearning }),
  lapStage({
    ...data.tracks.known(),
    ...liveReference(data, vehicle, startUs, timing),
    onLap(lap) {
      timing.laps.push(lap);
      onLap(lap);
    },
  }),
];
