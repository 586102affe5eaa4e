import type { DataFolder } from "./data-folder.ts";
import { deriveImported, dropSession } from "./import.ts";

/**
 * Lets go of files that are in the journal in part, because their import was killed, and says that they are to be
 * imported again. For a folder that was just opened: an import that runs looks the same.
 */
export async function dropCutImports(data: DataFolder): Promise<void> {
  const { journal, catalogue, onProblem } = data;
  for (const { id, sources } of journal.openSessions()) {
    if (!sources.every((s) => s.meta.device === "file")) continue;
    const title = catalogue.session(id)?.title ?? id;
    await dropSession(data, id);
    onProblem({ code: "recovered", place: title, reason: "its import was cut short: import the file again" });
  }
}

/** Derives imported sessions that the journal has whole and nobody derived, because the import was killed in between. */
export async function deriveCutImports(data: DataFolder, signal?: AbortSignal): Promise<void> {
  const { journal, samples, catalogue } = data;
  const stored = new Set(await samples.sessions());
  for (const id of catalogue.laps.untimed()) {
    if (signal?.aborted) return;
    const closed = stored.has(id) ? undefined : await journal.closedSession(id);
    if (closed?.attributes["imported"] === "true") await deriveImported(data, closed);
  }
}
