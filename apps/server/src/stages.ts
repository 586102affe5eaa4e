import type { Lap } from "@pitwall/laps";
import { starterTracks } from "@pitwall/laps/library";
import { fusionStage, lapStage, type StageFactory } from "@pitwall/pipeline";

/** What runs behind the clock, in order, live and on every derivation alike. */
export const STAGES = (onLap: (lap: Lap) => void = () => {}): readonly StageFactory[] => [
  fusionStage(),
  lapStage({ tracks: starterTracks(), onLap }),
];
