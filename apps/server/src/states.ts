import type { SessionLaps, SessionSummary, VehicleState } from "@pitwall/api";
import { bestLap, reportedLap, theoreticalBestS } from "@pitwall/laps";
import type { Catalogue, LapRow, SessionRow, TimingSummary } from "@pitwall/store";
import { badFrames, type DeviceRegistry, missingFrames } from "./devices.ts";
import type { Recorder } from "./recorder.ts";
import type { LiveVehicle } from "./vehicle.ts";

const QUIET_US = 2e6;
const lapOf = (l: LapRow) => ({ ...l, sectorsS: l.sectorsS.map((s) => s ?? Number.NaN) });

export function vehicleState(v: LiveVehicle, devices: DeviceRegistry, nowUs: number): VehicleState {
  let missing = 0;
  let bad = 0;
  for (const d of devices.ofVehicle(v.id)) {
    missing += missingFrames(d);
    bad += badFrames(d);
  }
  const calibrationFrom = v.session?.learning?.from;
  const quiet = nowUs - v.lastSeenUs > QUIET_US;
  return {
    id: v.id,
    state: v.session ? (quiet ? "quiet" : "live") : "offline",
    replay: v.replay,
    ...(v.simulated ? { simulated: true } : {}),
    session: v.session?.ref.id ?? null,
    sessionStartUs: v.session?.startUs ?? null,
    ...(calibrationFrom === undefined ? {} : { calibrationFrom }),
    lastSeenUs: Number.isFinite(v.lastSeenUs) ? v.lastSeenUs : null,
    framesPerS: quiet ? 0 : v.framesPerS,
    missingFrames: missing,
    badFrames: bad,
    values: Object.fromEntries(v.newest),
  };
}

/** A session as the interface shows it; what the catalogue does not know of an open one yet comes from the recorder. */
export function sessionSummary(
  row: SessionRow,
  recorder: Recorder | undefined,
  timed: TimingSummary | undefined,
): SessionSummary {
  const live = recorder?.vehicles.get(row.vehicle)?.session;
  const open = live?.ref.id === row.id ? live : undefined;
  let frames = row.frames;
  if (open) {
    frames = 0;
    for (const lane of open.lanes.values()) frames += lane.handle.stats.frames;
  }
  return {
    id: row.id,
    vehicle: row.vehicle,
    startUs: row.startUs,
    endUs: row.endUs,
    state: row.state,
    frames,
    title: row.title,
    laps: open ? open.timing.laps.filter((l) => l.kind === "lap").length : (timed?.laps ?? null),
    bestS: open ? (bestLap(open.timing.laps)?.timeS ?? null) : (timed?.bestS ?? null),
    track: (open ? open.timing.track : timed?.track) ?? null,
    layout: (open ? open.timing.layout : timed?.layout) ?? null,
  };
}

/** The laps of a session as they are stored, or so far as they were timed live. */
export function sessionLaps(catalogue: Catalogue, recorder: Recorder, id: string): SessionLaps {
  const row = catalogue.session(id);
  const session = row && recorder.vehicles.get(row.vehicle)?.session;
  const live = session?.ref.id === id ? session.timing : undefined;
  const stored = live ? undefined : catalogue.laps.of(id);
  const laps = live ? live.laps.map(reportedLap) : (stored?.laps ?? []);
  const theoretical = theoreticalBestS(laps.map(lapOf));
  return {
    session: id,
    live: live !== undefined,
    track: (live ?? stored)?.track ?? null,
    layout: (live ?? stored)?.layout ?? null,
    gates: stored?.source ?? null,
    reference: live?.reference ?? null,
    laps: laps.map((l) => ({ ...l, flags: [...l.flags], sectorsS: [...l.sectorsS] })),
    bestS: bestLap(laps.map(lapOf))?.timeS ?? null,
    theoreticalBestS: Number.isFinite(theoretical) ? theoretical : null,
    notes: [...(stored?.notes ?? [])],
  };
}
