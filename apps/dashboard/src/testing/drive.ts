import { readFileSync } from "node:fs";

/** A drive as columns in the project's units; NaN is "no sample". */
export type Drive = {
  /** Seconds since its start. */
  readonly tS: Float64Array;
  readonly channels: readonly { readonly id: string; readonly unit: string; readonly values: Float64Array }[];
};

/** Column of RaceChrono's CSV v3 (the unit line tells speeds of several devices apart by their place), and what it becomes. */
const COLUMNS: readonly { id: string; unit: string; column: number; convert: (x: number) => number }[] = [
  { id: "gnss.lat", unit: "deg", column: 11, convert: (x) => x },
  { id: "gnss.lon", unit: "deg", column: 12, convert: (x) => x },
  { id: "gnss.sats", unit: "1", column: 13, convert: (x) => x },
  { id: "vehicle.speed", unit: "m/s", column: 14, convert: (x) => x },
  { id: "vehicle.aLat", unit: "m/s^2", column: 17, convert: (x) => -x * 9.80665 },
  { id: "vehicle.aLong", unit: "m/s^2", column: 19, convert: (x) => x * 9.80665 },
  { id: "driver.throttle", unit: "1", column: 25, convert: (x) => x / 100 },
  { id: "engine.rpm", unit: "rpm", column: 23, convert: (x) => x },
];

/** Enough of the file to feed a page: rows of a finite time and speed. */
export function readDrive(path: string): Drive {
  const lines = readFileSync(path, "utf8").split(/\r?\n/);
  const head = lines.findIndex((l) => l.startsWith("timestamp,"));
  const rows = lines
    .slice(head + 3)
    .filter((l) => l !== "")
    .map((l) => l.split(",").map((x) => (x === "" ? Number.NaN : Number(x))));
  const first = rows[0]![0]!;
  const tS = Float64Array.from(rows, (r) => r[0]! - first);
  const channels = COLUMNS.map(({ id, unit, column, convert }) => ({
    id,
    unit,
    values: Float64Array.from(rows, (r) => convert(r[column]!)),
  }));
  const value = (id: string) => channels.find((c) => c.id === id)!.values;
  const long = value("vehicle.aLong");
  const lat = value("vehicle.aLat");
  const mode = long.map((a, i) => (a > 1 ? 1 : 0) | (a < -1.5 ? 2 : 0) | (Math.abs(lat[i]!) > 2 ? 4 : 0));
  channels.push({ id: "vehicle.mode", unit: "bits", values: mode });
  const lapS = tS.at(-1)! + 0.04;
  channels.push({ id: "lap.time", unit: "s", values: tS.map((t) => t % lapS) });
  return { tS, channels };
}
