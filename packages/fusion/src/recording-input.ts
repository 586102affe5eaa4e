import type { Group, Recording } from "@pitwall/core";
import type { Fusion } from "./fusion.ts";
import { createFix, type GnssFix } from "./types.ts";

/** A span of time in seconds from the first row of the recording: from (in) to (out). */
export type Span = readonly [fromS: number, toS: number];

const IMU = ["imu.ax", "imu.ay", "imu.az", "imu.gx", "imu.gy", "imu.gz"] as const;
const ATTITUDE = ["imu.roll", "imu.pitch", "imu.yaw"] as const;
const FIX = {
  "gnss.lat": "lat",
  "gnss.lon": "lon",
  "gnss.speed": "speed",
  "gnss.course": "course",
  "gnss.hAcc": "hAcc",
  "gnss.sAcc": "sAcc",
  "gnss.hdop": "hdop",
  "gnss.fix": "fix",
  "gnss.sats": "sats",
} as const satisfies Readonly<Record<string, keyof GnssFix>>;
/** A value of another sentence belongs to the fix it comes with, or to the next. */
const TOGETHER_US = 1.2e6;

type Feeder = { readonly tUs: Float64Array; next: number; readonly push: (row: number) => void };

const has = (values: Float64Array | undefined): values is Float64Array =>
  values?.some((v) => Number.isFinite(v)) ?? false;

/** The columns of a group that hold channels; the first group of the recording that has a channel gives it. */
class Columns {
  readonly #taken = new Set<string>();

  take(group: Group, id: string): Float64Array | undefined {
    if (this.#taken.has(id)) return undefined;
    const values = group.columns.find((c) => c.field.name === id)?.values;
    if (!has(values)) return undefined;
    this.#taken.add(id);
    return values;
  }
}

/**
 * The sensor channels of a recording, to be pushed in order of time. Groups may hold one sensor or all in one table
 * with empty cells; each channel is taken from the first group that has it.
 */
export class RecordingInput {
  readonly #recording: Recording;
  readonly startUs: number;
  readonly endUs: number;

  constructor(recording: Recording) {
    this.#recording = recording;
    let start = Number.POSITIVE_INFINITY;
    let end = Number.NEGATIVE_INFINITY;
    for (const { tUs } of recording.groups)
      if (tUs.length > 0) {
        start = Math.min(start, tUs[0]!);
        end = Math.max(end, tUs[tUs.length - 1]!);
      }
    this.startUs = start;
    this.endUs = end;
  }

  /** Pushes everything into a fusion. `hideGnss`, `hideWheel`: spans whose samples are kept back. */
  feed(fusion: Fusion, hideGnss: readonly Span[], hideWheel: readonly Span[]): void {
    const feeders = this.#feeders(fusion, hideGnss, hideWheel);
    for (;;) {
      let first: Feeder | undefined;
      for (const f of feeders)
        if (f.next < f.tUs.length && (!first || f.tUs[f.next]! < first.tUs[first.next]!)) first = f;
      if (!first) return;
      first.push(first.next++);
    }
  }

  #feeders(fusion: Fusion, hideGnss: readonly Span[], hideWheel: readonly Span[]): Feeder[] {
    const columns = new Columns();
    const fix = createFix();
    const heldUs = createFix();
    const sample = new Float64Array(7);
    const hidden = (tUs: number, spans: readonly Span[]): boolean => {
      const s = (tUs - this.startUs) * 1e-6;
      return spans.some(([from, to]) => s >= from && s < to);
    };
    return this.#recording.groups.map((group) => {
      const { tUs } = group;
      const imu = IMU.map((id) => columns.take(group, id));
      const attitude = ATTITUDE.map((id) => columns.take(group, id));
      const wheel = columns.take(group, "wheel.speed");
      const fields = Object.entries(FIX)
        .map(([id, key]) => ({ key, values: columns.take(group, id) }))
        .filter((f): f is { key: keyof GnssFix; values: Float64Array } => f.values !== undefined);
      const lat = fields.find((f) => f.key === "lat")?.values;
      const pushFix = (row: number): void => {
        const now = tUs[row]!;
        for (const f of fields) {
          const v = f.values[row]!;
          if (Number.isNaN(v) && lat && Number.isNaN(lat[row]!)) continue;
          fix[f.key] = v;
          heldUs[f.key] = now;
        }
        if (!lat || Number.isNaN(lat[row]!) || hidden(now, hideGnss)) return;
        for (const key of Object.values(FIX)) if (!(now - heldUs[key] < TOGETHER_US)) fix[key] = Number.NaN;
        fusion.gnss(now, fix);
      };
      return {
        tUs,
        next: 0,
        push: (row) => {
          const now = tUs[row]!;
          if (attitude.some((a) => a && !Number.isNaN(a[row]!)))
            fusion.attitude(
              now,
              attitude[0]?.[row] ?? Number.NaN,
              attitude[1]?.[row] ?? Number.NaN,
              attitude[2]?.[row] ?? Number.NaN,
            );
          if (wheel && !Number.isNaN(wheel[row]!) && !hidden(now, hideWheel)) fusion.wheel(now, wheel[row]!);
          if (fields.length > 0) pushFix(row);
          if (imu[0] && !Number.isNaN(imu[0][row]!)) {
            sample[0] = now;
            for (let k = 0; k < 6; k++) sample[k + 1] = imu[k]?.[row] ?? Number.NaN;
            fusion.imuAt(sample, 0);
          }
        },
      };
    });
  }
}
