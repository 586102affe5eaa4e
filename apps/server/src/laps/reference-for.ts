import type { ReferenceSetting } from "@pitwall/api";
import {
  bestLap,
  cutLap,
  LapsError,
  type Layout,
  type ReferenceChoice,
  type ReferenceLap,
  referenceOn,
  type SavedReference,
  traceOf,
} from "@pitwall/laps";
import { asStoreError, type LapRow, StoreError } from "@pitwall/store";
import type { DataFolder } from "../data-folder.ts";
import { fixesOf } from "./fixes.ts";

export type WantedReference = {
  readonly vehicle: string;
  /** The session's beginning: "ever" is before it. */
  readonly beforeUs: number;
  /** null where no known track is driven. */
  readonly track: string | null;
  readonly layoutName: string | null;
  readonly layout: Layout;
};

export type FoundReference = {
  readonly choice: ReferenceChoice;
  /** Of a choice that is known beforehand. */
  readonly lap?: ReferenceLap;
};

/** Of a lap in a file: enough for a delta within a few hundredths of a second, in a fraction of the size. */
export const REFERENCE_RATE_HZ = 10;

/** A lap of this session is always there to compare with. */
const OTHERWISE: FoundReference = { choice: "session-best" };

/**
 * The lap that a vehicle is to be compared with on a layout, as it was chosen. Where that is not to be had here (it is
 * of another track, it was deleted) the best lap of the session takes its place, and the reason is told.
 */
export async function referenceFor(data: DataFolder, wanted: WantedReference): Promise<FoundReference> {
  const setting = data.references.settingOf(wanted.vehicle);
  try {
    switch (setting.kind) {
      case "session-best":
      case "previous":
        return { choice: setting.kind };
      case "best-ever": {
        const lap = await bestEver(data, wanted, setting.over);
        return lap ? { choice: "best-ever", lap } : { choice: "best-ever" };
      }
      case "lap": {
        const saved = await savedLap(data, setting.session, setting.number);
        return { choice: "chosen", lap: referenceOn(saved, wanted.layout) };
      }
      case "imported": {
        mustBeThere(data, setting);
        return { choice: "imported", lap: referenceOn(data.references.find(setting.name)!, wanted.layout) };
      }
    }
  } catch (e) {
    const code = e instanceof LapsError ? "not-found" : asStoreError(e, wanted.vehicle).code;
    const place = `reference of ${wanted.vehicle}`;
    const reason = e instanceof Error ? e.message : String(e);
    data.onProblem({ code, place, reason: `${reason}; the best lap of the session is used` });
    return OTHERWISE;
  }
}

/** Throws StoreError "not-found" for a lap or a reference that is not there. */
export function mustBeThere(data: DataFolder, setting: ReferenceSetting): void {
  if (setting.kind === "lap") lapRow(data, setting.session, setting.number);
  if (setting.kind === "imported" && !data.references.find(setting.name))
    throw new StoreError("not-found", setting.name, "there is no such reference");
}

async function bestEver(
  data: DataFolder,
  { vehicle, beforeUs, track, layoutName, layout }: WantedReference,
  over: "vehicle" | "all",
): Promise<ReferenceLap | undefined> {
  if (track === null || layoutName === null) return undefined;
  const best = data.catalogue.laps.best({
    track,
    layout: layoutName,
    beforeUs,
    ...(over === "vehicle" && { vehicle }),
  });
  return best && referenceOn(await savedLap(data, best.session, best.number), layout);
}

/** A lap of a stored session with the fixes about it; its best where no number is given. Throws StoreError "not-found". */
export async function savedLap(
  data: DataFolder,
  sessionId: string,
  number: number | undefined,
  rateHz?: number,
): Promise<SavedReference> {
  const lap = lapRow(data, sessionId, number);
  const timing = data.catalogue.laps.of(sessionId);
  const trace = traceOf(await fixesOf(data, sessionId));
  if (!trace) throw new StoreError("not-found", sessionId, "it has no positions");
  return {
    name: `${sessionId}/${lap.number}`,
    ...(timing?.track && { track: timing.track }),
    ...(timing?.layout && { layout: timing.layout }),
    vehicle: data.catalogue.session(sessionId)!.vehicle,
    lapTimeS: lap.timeS,
    fixes: cutLap(trace, lap, rateHz),
  };
}

function lapRow(data: DataFolder, sessionId: string, number: number | undefined): LapRow {
  if (!data.catalogue.session(sessionId))
    throw new StoreError("not-found", sessionId, "there is no such session");
  const laps = data.catalogue.laps.of(sessionId)?.laps ?? [];
  const lap =
    number === undefined ? bestLap(laps) : laps.find((l) => l.kind === "lap" && l.number === number);
  if (lap) return lap;
  const what = number === undefined ? "no valid lap" : `no whole lap ${number}`;
  throw new StoreError("not-found", sessionId, `it has ${what}`);
}
