import type { Lap } from "@pitwall/laps";
import { fusionStage, lapStage, type StageFactory } from "@pitwall/pipeline";
import type { TrackFolder } from "./tracks/track-folder.ts";

/** What runs behind the clock on every derivation alike. Laps are timed afterwards, over all fixes: `computeLaps`. */
export const STAGES: readonly StageFactory[] = [fusionStage()];

/** The same live, with laps as they come, on the tracks that are known now. */
export const liveStages = (
  tracks: TrackFolder,
  onLap: (lap: Lap) => void = () => {},
): readonly StageFactory[] => [...STAGES, lapStage({ ...tracks.known(), onLap })];
