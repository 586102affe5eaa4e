import type { RecordedGate, Recording } from "@pitwall/core";
import { LapsError } from "../errors.ts";
import type { Path } from "../path.ts";
import { Plane } from "../plane.ts";
import type { Trace } from "../trace.ts";
import { type DetectedTrack, detectTrack } from "../track/detect.ts";
import { divideEvenly } from "../track/edit-layout.ts";
import { gateFromLaps } from "../track/gate-from-laps.ts";
import { loopOf } from "../track/loop.ts";
import { trackNamed } from "../track/named.ts";
import { middleOf } from "../track/placed-gate.ts";
import { placeLayout } from "../track/placed-layout.ts";
import { resolveGate } from "../track/resolve-gate.ts";
import { directStage, duringRuns, stageBetween } from "../track/stage-gates.ts";
import { layoutOn, planeOfTrace, pointsOf } from "../track/suggest.ts";
import type { Ends, Gate, Layout, Split, Track, UndirectedGate } from "../track/track.ts";
import { trailOf } from "../track/trail.ts";

export type LayoutOptions = {
  /** Ready to use; all else is ignored. */
  readonly layout?: Layout;
  /** The start line, and lines within the lap, by their ends; the direction comes from the drive. */
  readonly gate?: Ends;
  /** Makes it a stage: the finish lies elsewhere. */
  readonly finish?: Ends;
  readonly sectors?: readonly Ends[];
  /** Name of a track of `own` or `tracks`. */
  readonly track?: string;
  /** Tracks that somebody made on purpose: where the drive was on one, it goes before the gates of the file. */
  readonly own?: readonly Track[];
  /** A library: for drives whose file says nothing. */
  readonly tracks?: readonly Track[];
  /** Divide the lap into thirds where nobody names sectors; default true. */
  readonly autoSectors?: boolean;
};

export type GateSource = "options" | "own" | "file" | "library" | "suggested";
export type ResolvedLayout = {
  readonly layout: Layout;
  /** The layout as the track has it; undefined where it is none of a track. */
  readonly known?: Layout;
  readonly source: GateSource;
  readonly track: string | undefined;
  readonly notes: readonly string[];
};

const STAGE_M = 30;
const SECTOR_WIDTH_M = 30;

/**
 * The layout to time a recording on: from the options, else a track of one's own, else from the file, else from the
 * library, else suggested; the notes say which. Undefined (with notes) where the drive gives none. Throws LapsError "missing" for a track by a name
 * that is not known or a finish without a start or a run, "undirected" for a line that the drive does not cross.
 */
export function resolveLayout(
  recording: Recording,
  trace: Trace,
  options: LayoutOptions = {},
): ResolvedLayout | { readonly layout: undefined; readonly notes: readonly string[] } {
  const notes: string[] = [];
  const plane = planeOfTrace(trace);
  if (!plane) return { layout: undefined, notes: ["the recording has no positions"] };
  const trail = trailOf(trace, plane);
  const loop = loopOf(trail);
  const done = (layout: Layout, source: GateSource, track?: string, known?: Layout): ResolvedLayout => {
    const onDrive = loop ? withDrivenLine(layout, loop, plane) : layout;
    const divided = options.autoSectors === false ? onDrive : withThirds(onDrive, notes);
    return { layout: divided, source, track, notes, ...(known && { known }) };
  };
  if (options.layout) return { layout: options.layout, source: "options", track: undefined, notes };
  if (options.finish) {
    const { gate, finish, sectors = [] } = options;
    const { layout } = stageBetween(trace, { name: "given", ...(gate && { start: gate }), finish, sectors });
    return done(layout, "options");
  }
  const splits = (options.sectors ?? []).flatMap((ends, i): Split[] =>
    asSplit({ name: `sector ${i + 1}`, ends }, trace, notes),
  );
  if (options.gate) {
    const start = resolveGate({ name: "start", ends: options.gate }, trace);
    if (!start)
      throw new LapsError("undirected", "gate", `the drive does not cross ${options.gate.join(",")}`);
    return done({ name: "given", closed: true, start, splits }, "options");
  }
  const withSplits = (layout: Layout): Layout => (splits.length > 0 ? { ...layout, splits } : layout);
  const { own = [], tracks = [] } = options;
  if (options.track !== undefined) {
    const exact = trackNamed([...own, ...tracks], options.track);
    const found = detectTrack(trace, [exact]);
    const layout = found?.layout ?? exact.layouts[0]!;
    if (!found) notes.push(`the drive does not look like ${exact.name}; its layout ${layout.name} is used`);
    return done(withSplits(layout), "options", exact.name, layout);
  }
  const found = detectTrack(trace, tracks, own);
  const onTrack = (d: DetectedTrack, source: GateSource, from: string): ResolvedLayout => {
    notes.push(`track recognised: ${d.track.name}, ${d.layout.name}; start line from ${from}`);
    return done(withSplits(d.layout), source, d.track.name, d.layout);
  };
  if (found?.complete && own.includes(found.track)) return onTrack(found, "own", "your track");
  const filed = fromFile(recording, trace, notes);
  if (filed) return done(withSplits(filed), "file");
  if (found)
    return own.includes(found.track)
      ? onTrack(found, "own", "your track")
      : onTrack(found, "library", "the track library");
  if (!loop)
    return { layout: undefined, notes: [...notes, "no start line is known, and the drive closes no lap"] };
  const suggested = layoutOn(loop, trail, plane, "suggested");
  const [lat, lon] = middleOf(suggested.start.ends);
  notes.push(`no start line is known: one is suggested at ${lat.toFixed(6)}, ${lon.toFixed(6)}`);
  return done(withSplits(suggested), "suggested");
}

function fromFile(recording: Recording, trace: Trace, notes: string[]): Layout | undefined {
  const gateOf = (kind: RecordedGate["kind"]) => recording.gates.find((g) => g.kind === kind);
  const of = (kind: RecordedGate["kind"]) => {
    const gate = gateOf(kind);
    return gate && directed(gate, trace, notes);
  };
  const splitsOn = (drive: Trace) =>
    recording.gates.filter((g) => g.kind === "split").flatMap((g) => asSplit(g, drive, notes));
  const [from, to] = [gateOf("start"), gateOf("finish")];
  const stage =
    from && to && !gateOf("startFinish") && apart(from, to) > STAGE_M
      ? directStage(trace, from, to)
      : undefined;
  if (stage) {
    const { start, finish, runs } = stage;
    notes.push("start and finish from the file");
    return { name: "file", closed: false, start, finish, splits: splitsOn(duringRuns(trace, runs)) };
  }
  const start = of("startFinish") ?? of("start");
  const finish = of("finish");
  const splits = splitsOn(trace);
  const line = start ?? finish;
  if (line) {
    notes.push("start line from the file");
    const stage = start && finish && apart(start, finish) > STAGE_M;
    return { name: "file", closed: !stage, start: line, ...(stage && { finish }), splits };
  }
  const derived = recording.laps.length > 0 ? gateFromLaps(recording.laps, trace) : undefined;
  if (!derived) return undefined;
  notes.push("start line from where the file changes its lap number");
  return { name: "file", closed: true, start: derived, splits };
}

function directed(gate: UndirectedGate, trace: Trace, notes: string[]): Gate | undefined {
  const found = resolveGate(gate, trace);
  if (!found) notes.push(`${gate.name}: the drive does not cross this gate of the file`);
  return found;
}

function asSplit(gate: UndirectedGate, trace: Trace, notes: string[]): Split[] {
  const found = directed(gate, trace, notes);
  return found ? [found] : [];
}

function apart(a: UndirectedGate, b: UndirectedGate): number {
  const [lat, lon] = middleOf(a.ends);
  const [lat2, lon2] = middleOf(b.ends);
  const plane = new Plane(lat, lon);
  return Math.hypot(plane.x(lon2), plane.y(lat2));
}

/** The way as it was driven is better than a drawn one, where it passes the start line. */
function withDrivenLine(layout: Layout, loop: Path, plane: Plane): Layout {
  if (!layout.closed) return layout;
  const driven: Layout = { ...layout, centreLine: pointsOf(loop, plane), lengthM: loop.lengthM };
  return usable(driven) ? driven : layout;
}

function usable(layout: Layout): boolean {
  try {
    placeLayout(layout);
    return true;
  } catch {
    return false;
  }
}

function withThirds(layout: Layout, notes: string[]): Layout {
  if (layout.splits.length > 0 || !layout.closed || !layout.centreLine || !usable(layout)) return layout;
  notes.push("no sectors are known: the lap is divided into thirds");
  return divideEvenly(layout, 3, (k) => `third ${k}`, SECTOR_WIDTH_M);
}
