import { RetimeRequest, type SessionLaps } from "@pitwall/api";
import type { FastifyInstance } from "fastify";
import type { DataFolder } from "../data-folder.ts";
import { plainReport, retimeArchive } from "../laps/retime.ts";
import { HttpError } from "./http-error.ts";

export type LapRouteDeps = {
  readonly data: DataFolder;
  /** Throws HttpError where there is no such session. */
  readonly laps: (sessionId: string) => SessionLaps;
};

/** Laps of sessions, and the archive timed again while the server runs. */
export function lapRoutes(app: FastifyInstance, { data, laps }: LapRouteDeps): void {
  let retiming = false;
  const closing = new AbortController();
  app.addHook("preClose", async () => closing.abort());
  app.get("/api/v1/sessions/:id/laps", { config: { needs: "read:sessions" } }, async (request) =>
    laps((request.params as { id: string }).id),
  );
  app.post("/api/v1/retime", { config: { needs: "time:sessions" } }, async (request) => {
    const { track, session, dryRun } = RetimeRequest.parse(request.body ?? {});
    if (retiming) throw new HttpError(409, "busy", "the archive is being timed already");
    retiming = true;
    try {
      const report = await retimeArchive(data, {
        ...(track !== undefined && { track }),
        ...(session !== undefined && { session }),
        dryRun,
        signal: closing.signal,
      });
      return plainReport(report, dryRun);
    } finally {
      retiming = false;
    }
  });
}
