import { LapsError } from "../errors.ts";
import { Follower } from "../follower.ts";
import { type Path, samplePath, startPathAt } from "../path.ts";
import { Plane } from "../plane.ts";
import { middleOf, type PlacedGate, placeGate } from "./placed-gate.ts";
import type { Layout, Point } from "./track.ts";

/** A layout in the plane about its start line. */
export type PlacedLayout = {
  readonly layout: Layout;
  readonly plane: Plane;
  readonly start: PlacedGate;
  readonly finish: PlacedGate | undefined;
  readonly splits: readonly PlacedGate[];
  /** Whether a split ends a sector. */
  readonly major: readonly boolean[];
  readonly pitEntry: PlacedGate | undefined;
  readonly pitExit: PlacedGate | undefined;
  /** The way round from the start line; of circuits with a centre line. */
  readonly path: Path | undefined;
};

/** Throws LapsError for gates that cannot be used, a stage without a finish, and a centre line that misses the start. */
export function placeLayout(layout: Layout): PlacedLayout {
  const [lat, lon] = middleOf(layout.start.ends);
  const plane = new Plane(lat, lon);
  const start = placeGate(plane, layout.start);
  if (!layout.closed && !layout.finish)
    throw new LapsError("missing", layout.name, "a stage needs a finish line");
  return {
    layout,
    plane,
    start,
    finish: layout.closed || !layout.finish ? undefined : placeGate(plane, layout.finish),
    splits: layout.splits.map((s) => placeGate(plane, s)),
    major: layout.splits.map((s) => s.minor !== true),
    pitEntry: layout.pitEntry && placeGate(plane, layout.pitEntry),
    pitExit: layout.pitExit && placeGate(plane, layout.pitExit),
    path: layout.closed && layout.centreLine ? pathFrom(layout.centreLine, plane, start) : undefined,
  };
}

export function pathOf(points: readonly Point[], plane: Plane, closed: boolean): Path | undefined {
  return samplePath(
    Float64Array.from(points, (p) => plane.x(p[1])),
    Float64Array.from(points, (p) => plane.y(p[0])),
    points.length,
    closed,
  );
}

function pathFrom(points: readonly Point[], plane: Plane, start: PlacedGate): Path {
  const path = pathOf(points, plane, true);
  if (!path) throw new LapsError("malformed", "centreLine", "the centre line is too short to be a circuit");
  const sM = placeOnPath(path, start);
  if (Number.isNaN(sM))
    throw new LapsError(
      "malformed",
      "centreLine",
      "the centre line does not pass the start line in its direction",
    );
  return startPathAt(path, sM);
}

/** Arc length at which a way passes a gate, NaN where it does not. */
export function placeOnPath(path: Path, gate: PlacedGate): number {
  const follower = new Follower(path);
  follower.x = gate.mx;
  follower.y = gate.my;
  follower.dx = gate.nx;
  follower.dy = gate.ny;
  return follower.acquire() ? follower.s : Number.NaN;
}
