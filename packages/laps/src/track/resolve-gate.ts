import { Plane } from "../plane.ts";
import type { Trace } from "../trace.ts";
import { gateAcross, middleOf, wrapCourse } from "./placed-gate.ts";
import type { Gate, UndirectedGate } from "./track.ts";
import { type Trail, trailOf } from "./trail.ts";

/** Two ends nearer than this are one place: the gate is laid square across the way there. */
const ONE_PLACE_M = 1;
const NEAR_M = 60;
const PLACE_WIDTH_M = 40;

/**
 * A gate with the direction in which a drive crosses it: the one crossed more often, nearer its middle, where the file
 * or the user did not say. A gate given as one place becomes a line square to the drive there. Undefined where the
 * drive does not tell.
 */
export function resolveGate(gate: UndirectedGate, trace: Trace): Gate | undefined {
  const [lat, lon] = middleOf(gate.ends);
  const plane = new Plane(lat, lon);
  const x1 = plane.x(gate.ends[1]);
  const y1 = plane.y(gate.ends[0]);
  const dx = plane.x(gate.ends[3]) - x1;
  const dy = plane.y(gate.ends[2]) - y1;
  const width = Math.hypot(dx, dy);
  const line = width >= ONE_PLACE_M;
  if (gate.course !== undefined && Number.isFinite(gate.course))
    return line
      ? { name: gate.name, ends: gate.ends, course: gate.course }
      : gateAcross(gate.name, lat, lon, gate.course, PLACE_WIDTH_M);
  const trail = trailOf(trace, plane);
  if (!line) {
    const course = courseNear(trail);
    return course === undefined ? undefined : gateAcross(gate.name, lat, lon, course, PLACE_WIDTH_M);
  }
  const nx = -dy / width;
  const ny = dx / width;
  const score = votes(trail, nx, ny, width / 2);
  if (score === 0) return undefined;
  const course = Math.atan2(nx * Math.sign(score), ny * Math.sign(score));
  return { name: gate.name, ends: gate.ends, course: course < 0 ? course + 2 * Math.PI : course };
}

/** The directions that a gate may have: as given, else both of a line, and that of the drive for a place. */
export function directionsOf(gate: UndirectedGate, trace: Trace): readonly Gate[] {
  const [lat, lon] = middleOf(gate.ends);
  const plane = new Plane(lat, lon);
  const dx = plane.x(gate.ends[3]) - plane.x(gate.ends[1]);
  const dy = plane.y(gate.ends[2]) - plane.y(gate.ends[0]);
  if (gate.course !== undefined || Math.hypot(dx, dy) < ONE_PLACE_M) {
    const one = resolveGate(gate, trace);
    return one ? [one] : [];
  }
  const { name, ends } = gate;
  return [0, Math.PI].map((turn) => ({ name, ends, course: wrapCourse(Math.atan2(-dy, dx) + turn) }));
}

/** Crossings along (nx, ny) less those against it; each counts the more the nearer it is to the middle. */
function votes(t: Trail, nx: number, ny: number, halfM: number): number {
  let score = 0;
  for (let i = 1; i < t.count; i++) {
    const d0 = nx * t.x[i - 1]! + ny * t.y[i - 1]!;
    const d1 = nx * t.x[i]! + ny * t.y[i]!;
    if (d0 < 0 === d1 < 0 || t.afterGap[i] === 1) continue;
    const f = d0 / (d0 - d1);
    const x = t.x[i - 1]! + f * (t.x[i]! - t.x[i - 1]!);
    const y = t.y[i - 1]! + f * (t.y[i]! - t.y[i - 1]!);
    const along = Math.abs(ny * x - nx * y);
    if (along <= halfM) score += Math.sign(d1 - d0) * (2 - along / halfM);
  }
  return score;
}

/** Mean course of the points near the plane's origin, fast ones counting most. */
function courseNear(t: Trail): number | undefined {
  let east = 0;
  let north = 0;
  for (let i = 0; i < t.count; i++) {
    const away = Math.hypot(t.x[i]!, t.y[i]!);
    if (away > NEAR_M) continue;
    const w = t.speedMps[i]! / (10 + away);
    east += w * t.hx[i]!;
    north += w * t.hy[i]!;
  }
  if (east === 0 && north === 0) return undefined;
  const course = Math.atan2(east, north);
  return course < 0 ? course + 2 * Math.PI : course;
}
