import { LapsError } from "../errors.ts";
import { Plane } from "../plane.ts";
import type { Ends, Gate, UndirectedGate } from "./track.ts";

/** A gate in the plane: `d = n·(p - m)` is negative before it and positive behind it, `u` runs along it. */
export type PlacedGate = {
  readonly name: string;
  readonly mx: number;
  readonly my: number;
  readonly nx: number;
  readonly ny: number;
  readonly halfM: number;
};

/** Narrower than this two ends tell no direction. */
const SHORTEST_M = 0.5;

/** Throws LapsError "out-of-range" for ends that are no places or lie on each other, "undirected" without a course. */
export function placeGate(plane: Plane, gate: UndirectedGate): PlacedGate {
  for (let i = 0; i < 4; i++)
    if (!(Math.abs(gate.ends[i]!) <= (i % 2 === 0 ? 90 : 180)))
      throw new LapsError("out-of-range", gate.name, `end ${gate.ends.join(", ")} is no place on earth`);
  if (gate.course === undefined || !Number.isFinite(gate.course))
    throw new LapsError("undirected", gate.name, "the gate does not say in which direction it is crossed");
  const x1 = plane.x(gate.ends[1]);
  const y1 = plane.y(gate.ends[0]);
  const x2 = plane.x(gate.ends[3]);
  const y2 = plane.y(gate.ends[2]);
  const width = Math.hypot(x2 - x1, y2 - y1);
  if (!(width >= SHORTEST_M))
    throw new LapsError("out-of-range", gate.name, `the ends are ${width.toFixed(2)} m apart`);
  let nx = -(y2 - y1) / width;
  let ny = (x2 - x1) / width;
  const along = nx * Math.sin(gate.course) + ny * Math.cos(gate.course);
  if (Math.abs(along) < 0.05)
    throw new LapsError("out-of-range", gate.name, "the course runs along the gate instead of across it");
  if (along < 0) {
    nx = -nx;
    ny = -ny;
  }
  return { name: gate.name, mx: (x1 + x2) / 2, my: (y1 + y2) / 2, nx, ny, halfM: width / 2 };
}

/** A gate square to a course, `widthM` wide about a point. */
export function gateAcross(
  name: string,
  latDeg: number,
  lonDeg: number,
  course: number,
  widthM: number,
): Gate {
  const plane = new Plane(latDeg, lonDeg);
  const x = (Math.cos(course) * widthM) / 2;
  const y = (-Math.sin(course) * widthM) / 2;
  return {
    name,
    ends: [plane.lat(-y), plane.lon(-x), plane.lat(y), plane.lon(x)],
    course: wrapCourse(course),
  };
}

/** To 0 (inclusive) .. 2 pi. */
export function wrapCourse(course: number): number {
  const turn = 2 * Math.PI;
  const c = course % turn;
  return c < 0 ? c + turn : c;
}

/** The place in the middle of a gate. */
export function middleOf(ends: Ends): readonly [latDeg: number, lonDeg: number] {
  const plane = new Plane(ends[0], ends[1]);
  return [(ends[0] + ends[2]) / 2, plane.lon(plane.x(ends[3]) / 2)];
}
