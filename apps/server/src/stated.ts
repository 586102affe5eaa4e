import type { Recording } from "@pitwall/core";
import type { DataFolder } from "./data-folder.ts";

/** Attribute of an imported session's journal: what its file says beside the samples. */
export const STATED = "stated";

export type Stated = Pick<Recording, "gates" | "laps"> &
  Partial<Pick<Recording, "driver" | "track" | "device">>;

/** Undefined where the file says nothing. */
export function statedText(recording: Recording): string | undefined {
  const { gates, laps, driver, track, device } = recording;
  const anything = gates.length > 0 || laps.length > 0 || driver || track || device;
  return anything ? JSON.stringify({ gates, laps, driver, track, device }) : undefined;
}

/** Gates and laps of an imported file. Sessions that were recorded live, and those that an earlier Pitwall imported, have none. */
export async function statedBy(data: DataFolder, sessionId: string): Promise<Stated> {
  const none: Stated = { gates: [], laps: [] };
  const text = (await data.journal.closedSession(sessionId))?.attributes[STATED];
  if (text === undefined) return none;
  try {
    const stated = JSON.parse(text) as Stated;
    return Array.isArray(stated.gates) && Array.isArray(stated.laps) ? stated : none;
  } catch {
    return none;
  }
}
