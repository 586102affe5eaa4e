import type { Recording } from "@pitwall/core";
import { LapsError } from "../errors.ts";
import { type Path, samplePath } from "../path.ts";
import type { Plane } from "../plane.ts";
import { bestLap } from "../reference/bests.ts";
import type { Lap } from "../timing/lap.ts";
import { LapTimer } from "../timing/timer.ts";
import { traceOf } from "../trace.ts";
import type { Layout } from "../track/track.ts";
import { withAccelerations } from "./accelerations.ts";

/** A recording with its laps and its smoothed fixes: what the analysis starts from. */
export type Driven = {
  /** With accelerations, made of the fixes where it had none. */
  readonly recording: Recording;
  readonly layout: Layout;
  readonly plane: Plane;
  readonly laps: readonly Lap[];
  /** The common way of all laps, from the start line; of the layout, else of the best lap. */
  readonly path: Path;
  readonly fixes: Fixes;
};

/** Smoothed fixes; device time in microseconds, metres in the plane, m/s (NaN where the receiver gives none). */
export type Fixes = {
  readonly count: number;
  readonly tUs: Float64Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly speedMps: Float64Array;
};

/**
 * Times a recording on a layout and keeps what the analysis needs; `timed` are its laps where they are known already.
 * Throws LapsError "missing" where the recording has no positions or no lap to make a way of.
 */
export function driven(recording: Recording, layout: Layout, timed?: readonly Lap[]): Driven {
  const trace = traceOf(recording);
  if (!trace) throw new LapsError("missing", "recording", "it has no positions");
  const found: Lap[] = [];
  const timer = new LapTimer({ layout, onLap: (lap) => found.push(lap) });
  const tUs = new Float64Array(trace.length);
  const x = new Float64Array(trace.length);
  const y = new Float64Array(trace.length);
  const speedMps = new Float64Array(trace.length);
  let n = 0;
  for (let i = 0; i < trace.length; i++) {
    const used = timer.fix(
      trace.tUs[i]!,
      trace.latDeg[i]!,
      trace.lonDeg[i]!,
      trace.speedMps[i]!,
      trace.courseRad[i]!,
      trace.hAccM[i]!,
    );
    if (!used) continue;
    tUs[n] = trace.tUs[i]!;
    x[n] = timer.x;
    y[n] = timer.y;
    speedMps[n++] = trace.speedMps[i]!;
  }
  timer.end();
  const cut = (a: Float64Array) => a.subarray(0, n);
  const fixes: Fixes = { count: n, tUs: cut(tUs), x: cut(x), y: cut(y), speedMps: cut(speedMps) };
  const laps = timed ?? found;
  const path = timer.placed.path ?? pathOfBest(fixes, laps, layout.closed);
  if (!path) throw new LapsError("missing", "recording", "it has no whole lap");
  return { recording: withAccelerations(recording).recording, layout, plane: timer.plane, laps, path, fixes };
}

function pathOfBest(f: Fixes, laps: readonly Lap[], closed: boolean): Path | undefined {
  const best = bestLap(laps);
  if (!best) return undefined;
  const x: number[] = [];
  const y: number[] = [];
  const cut = (i: number, at: number): void => {
    const u = (at - f.tUs[i]!) / (f.tUs[i + 1]! - f.tUs[i]!);
    x.push(f.x[i]! + u * (f.x[i + 1]! - f.x[i]!));
    y.push(f.y[i]! + u * (f.y[i + 1]! - f.y[i]!));
  };
  for (let i = 0; i < f.count; i++) {
    const t = f.tUs[i]!;
    const before = i > 0 ? f.tUs[i - 1]! : t;
    if (before < best.startUs && t > best.startUs) cut(i - 1, best.startUs);
    if (t >= best.startUs && t <= best.endUs) {
      x.push(f.x[i]!);
      y.push(f.y[i]!);
    }
    if (!closed && before < best.endUs && t > best.endUs) cut(i - 1, best.endUs);
  }
  return samplePath(x, y, x.length, closed);
}
