import { LapsError } from "../errors.ts";
import type { Lap } from "../timing/lap.ts";
import { timeLaps } from "../timing/time-laps.ts";
import type { Trace } from "../trace.ts";
import { directionsOf, resolveGate } from "./resolve-gate.ts";
import type { Ends, Gate, Layout, UndirectedGate } from "./track.ts";

export type StageGates = {
  readonly start: Gate;
  readonly finish: Gate;
  /** From the start to the finish. */
  readonly runs: readonly Lap[];
};

/**
 * Start and finish of a stage with the directions in which they are crossed. Who drives back over the same road crosses
 * both lines both ways, and equally often: of the ways to read that, the right one is the one with the quickest runs.
 * Undefined where no way gives a run.
 */
export function directStage(
  trace: Trace,
  start: UndirectedGate,
  finish: UndirectedGate,
): StageGates | undefined {
  const found: StageGates[] = [];
  for (const s of directionsOf(start, trace))
    for (const f of directionsOf(finish, trace)) {
      const layout = { name: "stage", closed: false, start: s, finish: f, splits: [] };
      const runs = timeLaps(trace, { layout }).laps.filter((l) => l.valid);
      if (runs.length > 0) found.push({ start: s, finish: f, runs });
    }
  const most = Math.max(...found.map((g) => g.runs.length));
  return found.filter((g) => g.runs.length >= most / 2).sort((a, b) => usual(a.runs) - usual(b.runs))[0];
}

/**
 * A stage from lines by their ends, with the runs of a drive on it. Throws LapsError "missing" without a start line or a
 * run, "undirected" for a line that the drive does not cross.
 */
export function stageBetween(
  trace: Trace,
  lines: {
    readonly name: string;
    readonly start?: Ends;
    readonly finish: Ends;
    readonly sectors: readonly Ends[];
  },
): { readonly layout: Layout; readonly runs: readonly Lap[] } {
  const { name } = lines;
  if (!lines.start) throw new LapsError("missing", "gate", "a stage needs a start line");
  const start = { name: "start", ends: lines.start };
  const finish = { name: "finish", ends: lines.finish };
  for (const gate of [start, finish]) crossed(gate, trace);
  const found = directStage(trace, start, finish);
  if (!found) throw new LapsError("missing", "recording", "it has no whole run from the start to the finish");
  const during = duringRuns(trace, found.runs);
  const splits = lines.sectors.map((ends, i) => crossed({ name: `split ${i + 1}`, ends }, during));
  return {
    layout: { name, closed: false, start: found.start, finish: found.finish, splits },
    runs: found.runs,
  };
}

function crossed(gate: UndirectedGate, trace: Trace): Gate {
  const found = resolveGate(gate, trace);
  if (!found) throw new LapsError("undirected", gate.name, `the drive does not cross ${gate.ends.join(",")}`);
  return found;
}

/** What of a drive lies within its runs. */
export function duringRuns(trace: Trace, runs: readonly Lap[]): Trace {
  const { tUs } = trace;
  const within = (_: number, i: number) => runs.some((r) => tUs[i]! >= r.startUs && tUs[i]! <= r.endUs);
  return {
    length: tUs.filter(within).length,
    tUs: tUs.filter(within),
    latDeg: trace.latDeg.filter(within),
    lonDeg: trace.lonDeg.filter(within),
    speedMps: trace.speedMps.filter(within),
    courseRad: trace.courseRad.filter(within),
    hAccM: trace.hAccM.filter(within),
  };
}

const usual = (runs: readonly Lap[]): number =>
  runs.map((r) => r.timeS).sort((a, b) => a - b)[runs.length >> 1]!;
