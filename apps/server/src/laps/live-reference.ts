import type { LiveLaps } from "@pitwall/laps";
import type { LapStageOptions } from "@pitwall/pipeline";
import type { DataFolder } from "../data-folder.ts";
import type { LiveTiming } from "./live-timing.ts";
import { referenceFor, type WantedReference } from "./reference-for.ts";

/**
 * Keeps the reference of a vehicle's live laps the one that is chosen: looked up when its track is known, and again at
 * the line where another was chosen meanwhile.
 */
export function liveReference(
  data: DataFolder,
  vehicle: string,
  beforeUs: number,
  timing: LiveTiming,
): Pick<LapStageOptions, "onLaps" | "onLayout" | "onStart"> {
  let laps: LiveLaps | undefined;
  let wanted: WantedReference | undefined;
  let stamp = "";
  const look = async (of: WantedReference) => {
    stamp = data.references.stamp;
    const asked = stamp;
    const { choice, lap } = await referenceFor(data, of);
    if (asked !== stamp || !laps) return;
    if (lap && (choice === "best-ever" || choice === "chosen" || choice === "imported")) {
      const own = laps.references.get("best-ever");
      // what was driven meanwhile may be better than all before
      if (choice !== "best-ever" || !own || lap.lapTimeS < own.lapTimeS) laps.references.set(choice, lap);
    }
    laps.choose(choice);
    timing.reference = lap?.name ?? null;
  };
  return {
    onLaps(of) {
      laps = of;
    },
    onLayout(layout, track) {
      timing.track = track?.name ?? null;
      timing.layout = track ? layout.name : null;
      wanted = {
        vehicle,
        beforeUs,
        layout,
        track: track?.name ?? null,
        layoutName: track ? layout.name : null,
      };
      void look(wanted);
    },
    onStart() {
      if (wanted && data.references.stamp !== stamp) void look(wanted);
    },
  };
}
