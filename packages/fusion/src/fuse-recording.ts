import type { Recording } from "@pitwall/core";
import { Fusion } from "./fusion.ts";
import { TangentPlane } from "./geodesy.ts";
import { LocalGeodetic } from "./local-geodetic.ts";
import { DrivingMode } from "./modes.ts";
import { SHARED_ERROR } from "./output.ts";
import { RecordingInput, type Span } from "./recording-input.ts";
import { resample } from "./resample.ts";
import { EventLog } from "./smoother/event-log.ts";
import { SmoothedStates } from "./smoother/smoothed-states.ts";
import { Smoother } from "./smoother/smoother.ts";
import { StateTable } from "./state-table.ts";
import { createState, type FusionOptions, type FusionSummary, type SavedCalibration } from "./types.ts";

export type FuseOptions = Omit<FusionOptions, "onState"> & {
  /** Rows a second of the result; that of the inertial sensor (or of the fixes) when left out. */
  readonly rateHz?: number;
  /** With what came later too (fixed-interval smoothing). The summary says so. */
  readonly smooth?: boolean;
  /** Spans in seconds from the first row in which fixes, or wheel speeds, are kept back. */
  readonly hideGnss?: readonly Span[];
  readonly hideWheel?: readonly Span[];
};

export type FusedRecording = {
  /** The given recording's description with one group, "fusion", of `vehicle.*` channels. */
  readonly recording: Recording;
  readonly summary: FusionSummary;
  /** What was learnt of the sensors: a start for the next recording of the same vehicle. */
  readonly calibration: SavedCalibration;
};

function forward(input: RecordingInput, options: FuseOptions): { table: StateTable; fusion: Fusion } {
  const table = new StateTable();
  const fusion = new Fusion({ ...options, onState: (state) => table.add(state) });
  input.feed(fusion, options.hideGnss ?? [], options.hideWheel ?? []);
  return { table, fusion };
}

/**
 * Smoothed states at the times of the filter's. A first run finds delays and calibration, a second one uses them from
 * the first row and logs its events, and the smoother goes through the log backwards.
 */
function smoothed(input: RecordingInput, options: FuseOptions): { table: StateTable; fusion: Fusion } {
  const first = forward(input, options).fusion;
  const { delay } = first.summary();
  const log = new EventLog();
  const table = new StateTable();
  const base = input.startUs;
  const fusion: Fusion = new Fusion(
    {
      ...options,
      cost: "light",
      calibration: first.save(),
      gnssDelayS: options.gnssDelayS ?? { positionS: delay.positionS, velocityS: delay.velocityS },
      onState: (state) => table.add(state),
    },
    (slots, slot) => {
      log.offsetS = (fusion.eventBaseUs - base) * 1e-6;
      log.sink(slots, slot);
    },
  );
  input.feed(fusion, options.hideGnss ?? [], options.hideWheel ?? []);
  fusion.end();
  const { reference } = fusion.summary();
  if (!reference || log.length === 0) return { table: new StateTable(), fusion };
  const local = new LocalGeodetic(new TangentPlane(reference.lat, reference.lon));
  const mode = new DrivingMode();
  if (options.preset === "custom" && options.thresholds) mode.use("custom", options.thresholds);
  else if (options.preset && options.preset !== "custom") mode.use(options.preset);
  const states = new SmoothedStates(new Smoother(log).run(), local, mode);
  const result = new StateTable();
  const state = createState();
  for (let row = 0; row < table.length; row++) {
    table.read(row, state);
    const shared = SHARED_ERROR * (fusion.fixSigmaM || 0);
    if (states.at((state.tUs - base) * 1e-6, shared, state)) result.add(state);
  }
  return { table: result, fusion };
}

/** Fuses a whole recording: groups merged by time, states out as a recording. */
export function fuseRecording(recording: Recording, options: FuseOptions = {}): FusedRecording {
  if (options.rateHz !== undefined && !(options.rateHz > 0 && options.rateHz <= 10_000))
    throw new RangeError(`fuse: ${options.rateHz} rows a second`);
  const input = new RecordingInput(recording);
  const { table, fusion } = options.smooth ? smoothed(input, options) : forward(input, options);
  const rows = options.rateHz === undefined ? table : resample(table, options.rateHz);
  return {
    recording: { ...recording, groups: [rows.group("fusion")] },
    summary: { ...fusion.summary(), smoothed: options.smooth ?? false },
    calibration: fusion.save(),
  };
}
