import type { SessionSummary, VehicleState } from "@pitwall/api";
import type { SessionRow } from "@pitwall/store";
import { badFrames, type DeviceRegistry, missingFrames } from "./devices.ts";
import type { Recorder } from "./recorder.ts";
import type { LiveVehicle } from "./vehicle.ts";

const QUIET_US = 2e6;

export function vehicleState(v: LiveVehicle, devices: DeviceRegistry, nowUs: number): VehicleState {
  let missing = 0;
  let bad = 0;
  for (const d of devices.ofVehicle(v.id)) {
    missing += missingFrames(d);
    bad += badFrames(d);
  }
  const quiet = nowUs - v.lastSeenUs > QUIET_US;
  return {
    id: v.id,
    state: v.session ? (quiet ? "quiet" : "live") : "offline",
    replay: v.replay,
    session: v.session?.ref.id ?? null,
    sessionStartUs: v.session?.startUs ?? null,
    lastSeenUs: Number.isFinite(v.lastSeenUs) ? v.lastSeenUs : null,
    framesPerS: quiet ? 0 : v.framesPerS,
    missingFrames: missing,
    badFrames: bad,
    values: Object.fromEntries(v.newest),
  };
}

/** A session as the interface shows it; what the catalogue does not know of an open one yet comes from the recorder. */
export function sessionSummary(row: SessionRow, recorder: Recorder | undefined): SessionSummary {
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
  };
}
