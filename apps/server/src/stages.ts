import type { Lap } from "@pitwall/laps";
import { fusionStage, lapStage, type StageFactory } from "@pitwall/pipeline";
import type { TrackFolder } from "./tracks/track-folder.ts";

/** What runs behind the clock, in order, live and on every derivation alike, with the tracks that are known now. */
export const stagesWith = (
  tracks: TrackFolder,
  onLap: (lap: Lap) => void = () => {},
): readonly StageFactory[] => [fusionStage(), lapStage({ ...tracks.known(), onLap })];
