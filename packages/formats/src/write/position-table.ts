import type { Recording } from "@pitwall/core";
import { decimalsOf } from "../text/decimal.ts";
import type { Position } from "./position.ts";
import { Sampler } from "./sampler.ts";

export type SideColumn = {
  /** Channel id, or a name of one's own; a second source of a channel is left out. */
  readonly name: string;
  readonly unit: string;
  readonly decimals: ReturnType<typeof decimalsOf>;
  readonly sampler: () => Sampler;
};

/** All channels beside the position, to be taken at the times of the fixes, in the house's units. */
export function sideColumns(
  recording: Recording,
  position: Position,
  leaveOut: readonly string[] = [],
): SideColumn[] {
  const taken = new Set<string>([position.ids.lat, position.ids.lon, "lap.number", ...leaveOut]);
  const out: SideColumn[] = [];
  for (const group of recording.groups)
    for (const column of group.columns) {
      const { field } = column;
      if (taken.has(field.name)) continue;
      taken.add(field.name);
      out.push({
        name: field.name,
        unit: field.unit,
        decimals: decimalsOf(field),
        sampler: () => new Sampler(group, column, { hold: false }),
      });
    }
  return out;
}
