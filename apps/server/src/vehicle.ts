import type { Batch } from "@pitwall/core";
import type { Learning, Pipeline, SourceInfo } from "@pitwall/pipeline";
import type { SessionRef, SourceHandle, SourceMeta } from "@pitwall/store";
import type { LiveTiming } from "./laps/live-timing.ts";

/** Channels that tell whether a vehicle moves, best first. */
const SPEED_CHANNELS = ["vehicle.speed", "gnss.speed", "wheel.speed", "obd.speed"];

export type Newest = { tUs: number; value: number; unit: string };

export type OpenSession = {
  readonly ref: SessionRef;
  readonly startUs: number;
  readonly pipeline: Pipeline;
  /** Standing still: recorded like any other, but no outing. */
  readonly parked: boolean;
  readonly lanes: Map<string, SessionLane>;
  /** Laps so far. */
  readonly timing: Readonly<LiveTiming>;
  readonly learning: Learning | undefined;
  /** When what was learnt was last kept. */
  keptUs: number;
};

/** One source within the open session: its place in the journal and in the pipeline. */
export type SessionLane = {
  readonly handle: SourceHandle;
  readonly pipe: number;
  readonly info: SourceInfo;
  nextSeq: number;
};

/** A vehicle with its session, if one is open, and its newest values. */
export class LiveVehicle {
  readonly id: string;
  replay = false;
  simulated = false;
  session: OpenSession | undefined;
  readonly newest = new Map<string, Newest>();
  lastSeenUs = Number.NaN;
  /** Last sample faster than walking; NaN before any speed was seen in this session. */
  lastMovedUs = Number.NaN;
  speedMps = Number.NaN;
  stoodStill = false;
  #windowStartUs = Number.NaN;
  #windowFrames = 0;
  framesPerS = 0;

  constructor(id: string) {
    this.id = id;
  }

  sawFrame(nowUs: number): void {
    this.lastSeenUs = nowUs;
    this.#windowFrames++;
    if (Number.isNaN(this.#windowStartUs)) this.#windowStartUs = nowUs;
  }

  /** Once a second. */
  updateRate(nowUs: number): void {
    const elapsed = (nowUs - this.#windowStartUs) / 1e6;
    if (!(elapsed > 0)) return;
    this.framesPerS = Math.round((this.#windowFrames / elapsed) * 10) / 10;
    this.#windowStartUs = nowUs;
    this.#windowFrames = 0;
  }

  /** Takes the newest values by sample time, not by arrival: a late batch does not turn the clock back. */
  observe(batch: Batch, movingMps: number): void {
    for (let c = 0; c < batch.columns.length; c++) {
      const field = batch.message.fields[c]!;
      const column = batch.columns[c]!;
      for (let row = batch.length - 1; row >= 0; row--) {
        const value = column[row]!;
        if (!Number.isFinite(value)) continue;
        const tUs = batch.tUs[row]!;
        const known = this.newest.get(field.name);
        if (!known) this.newest.set(field.name, { tUs, value, unit: field.unit });
        else if (tUs >= known.tUs) {
          known.tUs = tUs;
          known.value = value;
        }
        break;
      }
    }
    const speed = batch.message.fields.findIndex((f) => SPEED_CHANNELS.includes(f.name));
    if (speed < 0) return;
    const column = batch.columns[speed]!;
    for (let row = 0; row < batch.length; row++) {
      const v = column[row]!;
      if (!Number.isFinite(v)) continue;
      this.speedMps = v;
      if (v > movingMps || Number.isNaN(this.lastMovedUs)) this.lastMovedUs = this.lastSeenUs;
    }
  }
}

export const laneKey = (m: SourceMeta): string => `${m.device}\n${m.boot}\n${m.name}\n${m.protocol}`;
