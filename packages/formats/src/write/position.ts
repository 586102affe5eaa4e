import { type Column, findColumn, type Group, type Recording } from "@pitwall/core";
import { FormatError } from "../errors.ts";
import type { WriteOptions } from "../format.ts";

export type Position = {
  readonly group: Group;
  readonly lat: Column;
  readonly lon: Column;
  /** Channel ids that stand for the position, speed and course in formats that hold one of each. */
  readonly ids: {
    readonly lat: string;
    readonly lon: string;
    readonly speed: string;
    readonly course: string;
  };
};

const FAMILIES = {
  gnss: { lat: "gnss.lat", lon: "gnss.lon", speed: "gnss.speed", course: "gnss.course" },
  vehicle: { lat: "vehicle.lat", lon: "vehicle.lon", speed: "vehicle.speed", course: "vehicle.course" },
} as const;

/** The position that goes into a format with one position; undefined where the recording has none. */
export function findPosition(recording: Recording, options: WriteOptions): Position | undefined {
  const order =
    options.position === "vehicle" ? (["vehicle", "gnss"] as const) : (["gnss", "vehicle"] as const);
  for (const family of order) {
    const ids = FAMILIES[family];
    const lat = findColumn(recording, ids.lat);
    const lon = lat?.group.columns.find((c) => c.field.name === ids.lon);
    if (lat && lon) return { group: lat.group, lat: lat.column, lon, ids };
  }
  return undefined;
}

export function needPosition(recording: Recording, options: WriteOptions, place: string): Position {
  const found = findPosition(recording, options);
  if (!found)
    throw new FormatError(
      "empty",
      place,
      "the recording has no position, and this format is made of positions",
    );
  return found;
}

/** Rows of the position's group that have one. */
export function* fixes(p: Position): Generator<number> {
  for (let i = 0; i < p.group.tUs.length; i++)
    if (!Number.isNaN(p.lat.values[i]!) && !Number.isNaN(p.lon.values[i]!)) yield i;
}
