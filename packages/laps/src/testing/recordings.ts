import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Column, Recording, Unit } from "@pitwall/core";

const shared = fileURLToPath(new URL("../../../../../shared/data/", import.meta.url));

export const sharedPath = (name: string): string => `${shared}${name}`;
export const hasShared = existsSync(shared);

const column = (name: string, unit: Unit, values: Float64Array): Column => ({
  field: { name, unit, doc: name },
  values,
});

function gnss(rows: readonly (readonly number[])[], rest: Partial<Recording>): Recording {
  const at = (i: number) => Float64Array.from(rows, (r) => r[i]!);
  return {
    groups: [
      {
        name: "gnss",
        tUs: at(0),
        columns: [
          column("gnss.lat", "deg", at(1)),
          column("gnss.lon", "deg", at(2)),
          column("gnss.speed", "m/s", at(3)),
          column("gnss.course", "rad", at(4)),
          column("gnss.hAcc", "m", at(5)),
        ],
      },
    ],
    absoluteTime: true,
    gates: [],
    laps: [],
    notes: [],
    ...rest,
  };
}

const rad = (deg: number) => (deg * Math.PI) / 180;
const timeOf = (seconds: string) => Math.round(Number(seconds) * 1e6);

/** TrackAddict, Goodwood: rows at 20 Hz, a new fix once a second. */
export function goodwood(options: { gates?: boolean; everyRow?: boolean } = {}): Recording {
  const rows: number[][] = [];
  for (const line of readFileSync(sharedPath("laps/trackaddict-goodwood-20220531.csv"), "utf8").split(
    /\r?\n/,
  )) {
    if (!/^\d/.test(line)) continue;
    const f = line.split(",");
    if (f[5] === "1" || options.everyRow)
      rows.push([
        timeOf(f[1]!),
        Number(f[7]),
        Number(f[8]),
        Number(f[11]) * 0.44704,
        rad(Number(f[12])),
        Number(f[13]),
      ]);
  }
  const place = [50.857952, -0.752617] as const;
  return gnss(rows, {
    // the file's "# End Point" is one place without a direction
    gates:
      options.gates === false ? [] : [{ kind: "startFinish", name: "End Point", ends: [...place, ...place] }],
  });
}

/** RaceChrono v3, Tianma: the end of lap 8, lap 9 of 76.329 s, the beginning of lap 10. */
export function tianma(options: { laps?: boolean } = {}): Recording {
  const rows: number[][] = [];
  const laps: { number: number; startUs: number; endUs: number }[] = [];
  for (const line of readFileSync(sharedPath("laps/racechrono-tianma-lap9.csv"), "utf8").split(/\r?\n/)) {
    if (!/^\d+\.\d*,/.test(line)) continue;
    const f = line.split(",");
    const t = timeOf(f[0]!);
    rows.push([t, Number(f[11]), Number(f[12]), Number(f[14]), rad(Number(f[7])), Number.NaN]);
    const number = Number(f[2]);
    const last = laps.at(-1);
    if (last?.number !== number) {
      if (last) last.endUs = t;
      laps.push({ number, startUs: t, endUs: t });
    } else last.endUs = t;
  }
  return gnss(rows, { laps: options.laps === false ? [] : laps });
}
