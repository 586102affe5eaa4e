import { ChooseReference, type References, RetimeRequest, type SessionLaps } from "@pitwall/api";
import { formatReferenceFile } from "@pitwall/laps";
import type { FastifyInstance } from "fastify";
import * as z from "zod";
import type { DataFolder } from "../data-folder.ts";
import { mustBeThere, REFERENCE_RATE_HZ, savedLap } from "../laps/reference-for.ts";
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
  const references = (): References => ({
    ...data.references.settings(),
    imported: data.references.imported().map(({ name, track, layout, vehicle, lapTimeS }) => ({
      name,
      track: track ?? null,
      layout: layout ?? null,
      vehicle: vehicle ?? null,
      lapTimeS,
    })),
  });
  app.get(
    "/api/v1/sessions/:id/reference",
    { config: { needs: "read:sessions" } },
    async (request, reply) => {
      const { lap } = z.strictObject({ lap: z.coerce.number().int().optional() }).parse(request.query);
      const { session } = laps((request.params as { id: string }).id);
      const saved = await savedLap(data, session, lap, REFERENCE_RATE_HZ);
      return reply.type("application/json").send(formatReferenceFile(saved));
    },
  );
  app.get("/api/v1/reference", { config: { needs: "read:tracks" } }, async () => references());
  app.put("/api/v1/reference", { config: { needs: "write:tracks" } }, async (request) => {
    const { vehicle, reference } = ChooseReference.parse(request.body);
    if (reference) mustBeThere(data, reference);
    data.references.choose(reference ?? undefined, vehicle);
    return references();
  });
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
