import { createFusion, type Fusion } from "../fusion.ts";
import type { FusionOptions } from "../types.ts";
import { rms } from "./csv.ts";
import { feed, HOME } from "./feed.ts";
import type { Random } from "./random.ts";
import type { Reading, Simulated } from "./vehicle.ts";

/** Rows: what the sensor's x, y and z read of a vector in vehicle axes. */
export type Mounted = readonly (readonly number[])[];

const cross = (a: readonly number[], b: readonly number[]): number[] => [
  a[1]! * b[2]! - a[2]! * b[1]!,
  a[2]! * b[0]! - a[0]! * b[2]!,
  a[0]! * b[1]! - a[1]! * b[0]!,
];

/** The 24 ways to put a box on a table, the agreed one first. */
export function allMounted(): Mounted[] {
  const list: Mounted[] = [];
  for (let a = 0; a < 3; a++)
    for (let b = 0; b < 3; b++)
      for (const signA of [1, -1])
        for (const signB of [1, -1]) {
          if (a === b) continue;
          const x = [0, 0, 0];
          const y = [0, 0, 0];
          x[a] = signA;
          y[b] = signB;
          list.push([x, y, cross(x, y)]);
        }
  return list;
}

/** A turn about an axis, by Rodrigues' formula. */
export function turnAbout(axis: readonly number[], rad: number): Mounted {
  const n = Math.hypot(...axis);
  const [x, y, z] = axis.map((v) => v / n) as [number, number, number];
  const c = Math.cos(rad);
  const s = Math.sin(rad);
  const t = 1 - c;
  return [
    [t * x * x + c, t * x * y - s * z, t * x * z + s * y],
    [t * x * y + s * z, t * y * y + c, t * y * z - s * x],
    [t * x * z - s * y, t * y * z + s * x, t * z * z + c],
  ];
}

export const anyAxis = (random: Random): number[] => [random.normal(), random.normal(), random.normal()];

export const mount = (m: Mounted, v: readonly number[], at = 0): number[] =>
  m.map((row) => row.reduce((sum, w, k) => sum + w * v[at + k]!, 0));

/** The same drive with the sensor put otherwise, from a time on. */
export const remounted = (sim: Simulated, m: Mounted, fromS = 0): Simulated => ({
  ...sim,
  readings: sim.readings.map(
    (r): Reading =>
      r.kind === "imu" && r.tS >= fromS
        ? { ...r, values: [...mount(m, r.values), ...mount(m, r.values, 3)] }
        : r,
  ),
});

/** Angle between the rotation that a fusion uses and the one that undoes the mounting, rad. */
export function misturned(fusion: Fusion, m: Mounted): number {
  const [w, x, y, z] = fusion.summary().calibration.orientation.quaternion;
  const found = [
    [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
    [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
    [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
  ];
  const trace = found.reduce((sum, row, i) => sum + row.reduce((s, v, k) => s + v * m[k]![i]!, 0), 0);
  return Math.acos(Math.max(-1, Math.min(1, (trace - 1) / 2)));
}

/** Fuses a drive; errors of speed and of forward and lateral acceleration, RMS, after a time. */
export function drive(sim: Simulated, fromS: number, options: FusionOptions = {}) {
  const fusion = createFusion({ reference: HOME, ...options });
  const speed: number[] = [];
  const along: number[] = [];
  const across: number[] = [];
  const t = sim.truth;
  feed(fusion, sim, (row) => {
    if (t.tS[row]! < fromS) return;
    const s = fusion.state;
    speed.push(s.speed - t.speed[row]!);
    along.push(s.aLong - t.aLong[row]!);
    across.push(s.aLat - t.aLat[row]!);
  });
  return { fusion, rows: speed.length, speed: rms(speed), along: rms(along), across: rms(across) };
}
