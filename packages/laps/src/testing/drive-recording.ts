import type { Column, Group, Recording, Unit } from "@pitwall/core";
import type { Drive } from "./drive.ts";

export const column = (name: string, unit: Unit, values: ArrayLike<number>): Column => ({
  field: { name, unit, doc: name },
  values: Float64Array.from(values),
});

/** A drive as a recording, with further groups. */
export function driveRecording(d: Drive, groups: readonly Group[] = []): Recording {
  return {
    groups: [
      {
        name: "gnss",
        tUs: d.tUs,
        columns: [
          column("gnss.lat", "deg", d.latDeg),
          column("gnss.lon", "deg", d.lonDeg),
          column("gnss.speed", "m/s", d.speedMps),
          column("gnss.course", "rad", d.courseRad),
          column("gnss.hAcc", "m", d.hAccM),
        ],
      },
      ...groups,
    ],
    absoluteTime: true,
    gates: [],
    laps: [],
    notes: [],
  };
}

/** Time at which a drive passed a place on its way, s; on a straight line between fixes. */
export function timeAtPlace(d: Drive, sM: number): number {
  let k = 0;
  while (k < d.length - 2 && d.sM[k + 1]! < sM) k++;
  const f = (sM - d.sM[k]!) / (d.sM[k + 1]! - d.sM[k]!);
  return (d.tUs[k]! + f * (d.tUs[k + 1]! - d.tUs[k]!)) / 1e6;
}
