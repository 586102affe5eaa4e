import type { Group, Recording } from "@pitwall/core";
import type { DataFolder } from "./data-folder.ts";
import { statedBy } from "./stated.ts";

/** A stored session as a recording in memory: what writers of files take. */
export async function recordingOf(data: DataFolder, sessionId: string): Promise<Recording> {
  const row = data.catalogue.session(sessionId);
  const channels = await data.samples.channels(sessionId);
  const groups: Group[] = [];
  for (const name of new Set(channels.map((c) => c.group))) {
    const own = channels.filter((c) => c.group === name);
    groups.push(
      await data.samples.readGroup(
        sessionId,
        name,
        own.map((c) => c.channel),
      ),
    );
  }
  return {
    groups,
    absoluteTime: true,
    title: row?.title ?? sessionId,
    ...(row === undefined ? {} : { vehicle: row.vehicle }),
    ...(await statedBy(data, sessionId)),
    notes: [],
  };
}
