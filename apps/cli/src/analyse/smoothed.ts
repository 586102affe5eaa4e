import type { Group, Recording } from "@pitwall/core";
import { fuseRecording } from "@pitwall/fusion";
import { CommandError } from "../command.ts";

/**
 * The recording with `vehicle.*` smoothed over all of it, with what came later too, instead of what it has of them; and a
 * note that says so. Throws CommandError where no position can be made of it.
 */
export function smoothed(name: string, recording: Recording): { recording: Recording; note: string } {
  const { recording: fused, summary } = fuseRecording(recording, { smooth: true });
  const [group] = fused.groups;
  if (!group || group.tUs.length === 0)
    throw new CommandError(`${name}: cannot be smoothed (${summary.degraded.join(", ") || "no fix"})`);
  const made = new Set(group.columns.map((c) => c.field.name));
  const without = (g: Group): Group => ({ ...g, columns: g.columns.filter((c) => !made.has(c.field.name)) });
  const groups = [...recording.groups.map(without).filter((g) => g.columns.length > 0), group];
  const weak = summary.degraded.length > 0 ? ` (${summary.degraded.join(", ")})` : "";
  return {
    recording: { ...recording, groups },
    note: `${name}: vehicle.* smoothed with what came later${weak}`,
  };
}
