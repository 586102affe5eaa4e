import type { Recording } from "@pitwall/core";
import { POSITIONS } from "@pitwall/laps";
import type { DataFolder } from "../data-folder.ts";
import { statedBy } from "../stated.ts";

const NEEDED = new Set<string>(["gnss.fix", "vehicle.speed", ...POSITIONS.flatMap((p) => Object.values(p))]);

/** Of a stored session what laps are timed by: its fixes, and the gates and laps that its file stated. */
export async function fixesOf(data: DataFolder, sessionId: string): Promise<Recording> {
  const channels = await data.samples.channels(sessionId);
  const placed = new Set(
    channels.filter((c) => POSITIONS.some((p) => p.lat === c.channel)).map((c) => c.group),
  );
  const groups = [];
  for (const name of placed) {
    const own = channels.filter((c) => c.group === name && NEEDED.has(c.channel)).map((c) => c.channel);
    groups.push(await data.samples.readGroup(sessionId, name, own));
  }
  const { gates, laps } = await statedBy(data, sessionId);
  return { groups, absoluteTime: true, gates, laps, notes: [] };
}
