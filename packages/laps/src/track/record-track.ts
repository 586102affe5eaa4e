import type { Recording } from "@pitwall/core";
import { LapsError } from "../errors.ts";
import { Plane } from "../plane.ts";
import { resolveLayout } from "../report/resolve-layout.ts";
import { type Trace, traceOf } from "../trace.ts";
import { divideEvenly } from "./edit-layout.ts";
import { middleOf } from "./placed-gate.ts";
import { placeLayout } from "./placed-layout.ts";
import { stageBetween } from "./stage-gates.ts";
import type { Ends, Layout, Point } from "./track.ts";

export type RecordOptions = {
  /** Name of the layout. */
  readonly name: string;
  /** The start line; without it that of the file, else a suggested one. */
  readonly gate?: Ends;
  /** Makes it a stage: the finish lies elsewhere. */
  readonly finish?: Ends;
  readonly sectors?: readonly Ends[];
  /** So many sectors of the same length. */
  readonly evenSectors?: number;
};

export type RecordedLayout = { readonly layout: Layout; readonly notes: readonly string[] };

const STEP_M = 3;

/**
 * A layout from a drive of at least one whole lap (or run, of a stage): its way round, drawn on the mean of all laps,
 * with a start line. Throws LapsError "missing" where the drive gives none, "undirected" for lines it does not cross.
 */
export function recordTrack(recording: Recording, options: RecordOptions): RecordedLayout {
  const trace = traceOf(recording);
  if (!trace) throw new LapsError("missing", "recording", "it has no positions");
  const { name, gate, finish, sectors, evenSectors } = options;
  if (finish) {
    const layout = stageOf(trace, options);
    return { layout: evenSectors ? divideEvenly(layout, evenSectors) : layout, notes: [] };
  }
  const resolved = resolveLayout(recording, trace, {
    autoSectors: false,
    ...(gate && { gate }),
    ...(sectors && { sectors }),
  });
  if (!resolved.layout?.centreLine)
    throw new LapsError(
      "missing",
      "recording",
      resolved.layout
        ? "the drive closes no lap that passes the start line"
        : "the drive closes no lap: one whole lap and a little more is needed",
    );
  const layout: Layout = { ...resolved.layout, name };
  placeLayout(layout);
  return {
    layout: evenSectors ? divideEvenly(layout, evenSectors) : layout,
    notes: resolved.notes,
  };
}

function stageOf(trace: Trace, { name, gate, finish, sectors }: RecordOptions): Layout {
  const { layout: lines, runs } = stageBetween(trace, {
    name,
    ...(gate && { start: gate }),
    finish: finish!,
    sectors: sectors ?? [],
  });
  const [run] = runs;
  const [lat, lon] = middleOf(lines.start.ends);
  const plane = new Plane(lat, lon);
  const centreLine: Point[] = [];
  let lengthM = 0;
  let x = Number.NaN;
  let y = Number.NaN;
  for (let i = 0; i < trace.length; i++) {
    // the fix before the start and the one behind the finish belong to it: the way passes both lines
    if ((trace.tUs[i + 1] ?? 0) < run!.startUs || (trace.tUs[i - 1] ?? 0) > run!.endUs) continue;
    const px = plane.x(trace.lonDeg[i]!);
    const py = plane.y(trace.latDeg[i]!);
    const step = Math.hypot(px - x, py - y);
    if (step < STEP_M) continue;
    if (step > 0) lengthM += step;
    centreLine.push([trace.latDeg[i]!, trace.lonDeg[i]!]);
    x = px;
    y = py;
  }
  return { ...lines, centreLine, lengthM };
}
