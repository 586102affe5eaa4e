import { nameColumn } from "../names/channel-names.ts";
import type { CellPlan } from "../table/plan.ts";

/** Names that mean different channels by source; everything else is the same wherever it comes from. */
const BY_SOURCE: Readonly<Record<string, Readonly<Record<string, string | undefined>>>> = {
  gps: { speed: "gnss.speed", device_update_rate: "device.rate" },
  calc: { speed: "vehicle.speed" },
  obd: { speed: "obd.speed" },
  canbus: { speed: "wheel.speed" },
};
/** Columns that are the table's own frame, not samples. */
export const FRAME = new Set([
  "timestamp",
  "time",
  "fragment_id",
  "session fragment #",
  "lap_number",
  "lap #",
  "elapsed_time",
  "elapsed time",
  "trap name",
]);

/** The units of RaceChrono's own names, for tables that were written without the rows of units and sources. */
export const unitWithout = (name: string): string =>
  /^(?:latitude|longitude|bearing|lean_angle)$/.test(name)
    ? "deg"
    : /_acc$/.test(name)
      ? "G"
      : /_rate_of_rotation$/.test(name)
        ? "deg/s"
        : ({ speed: "m/s", altitude: "m", accuracy: "m", distance_traveled: "m" }[name] ?? "");

/**
 * One column of a RaceChrono table. `source` is "100: gps", "calc", "gps" …; names repeat across sources, so name and
 * source together say what it is. Lateral acceleration is positive to the left, as in the house.
 */
export function placeColumn(name: string, unit: string, source: string, cell: number): CellPlan | undefined {
  const key = name.toLowerCase();
  if (FRAME.has(key)) return undefined;
  const kind = /^(?:\d+:\s*)?(\w+)/.exec(source)?.[1]?.toLowerCase() ?? "";
  const rule = BY_SOURCE[kind];
  const channel =
    rule && key in rule ? rule[key] : key === "speed" || key === "device_update_rate" ? "" : undefined;
  const named = nameColumn(name, unit, { system: "racechrono", channel });
  return { cell, group: source === "" ? "session" : source, ...named };
}
