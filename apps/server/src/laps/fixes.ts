import type { Recording } from "@pitwall/core";
import { POSITIONS } from "@pitwall/laps";
import type { ChannelSummary } from "@pitwall/store";
import type { DataFolder } from "../data-folder.ts";
import { statedBy } from "../stated.ts";

const NEEDED = new Set<string>(["gnss.fix", "vehicle.speed", ...POSITIONS.flatMap((p) => Object.values(p))]);

/** Of a stored session what laps are timed by: its fixes, and the gates and laps that its file stated. */
export async function fixesOf(data: DataFolder, sessionId: string): Promise<Recording> {
  const channels = await data.samples.channels(sessionId);
  const placed = groupsPlaced(channels);
  const groups = [];
  for (const name of placed) {
    const own = channels.filter((c) => c.group === name && NEEDED.has(c.channel)).map((c) => c.channel);
    groups.push(await data.samples.readGroup(sessionId, name, own));
  }
  const { gates, laps } = await statedBy(data, sessionId);
  return { groups, absoluteTime: true, gates, laps, notes: [] };
}

/** The groups with positions of the first kind that there is: those of the filter are looked at where no receiver has any. */
function groupsPlaced(channels: readonly ChannelSummary[]): ReadonlySet<string> {
  for (const { lat, lon } of POSITIONS) {
    const withLon = new Set(channels.filter((c) => c.channel === lon).map((c) => c.group));
    const groups = channels.filter((c) => c.channel === lat && withLon.has(c.group)).map((c) => c.group);
    if (groups.length > 0) return new Set(groups);
  }
  return new Set();
}
