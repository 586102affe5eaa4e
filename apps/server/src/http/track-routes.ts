import type { TrackSummary } from "@pitwall/api";
import { formatTrackFile, middleOf, parseTrackFile, trackToGeoJson } from "@pitwall/laps";
import type { TimingSummary } from "@pitwall/store";
import type { FastifyInstance, FastifyRequest } from "fastify";
import * as z from "zod";
import type { DataFolder } from "../data-folder.ts";
import { type KnownTrack, MOST_TRACK_BYTES } from "../tracks/track-folder.ts";
import { HttpError } from "./http-error.ts";

const Query = z.strictObject({ format: z.enum(["pitwall", "geojson"]).default("pitwall") });

const summaryOf = (
  { track, origin }: KnownTrack,
  timed: ReadonlyMap<string, TimingSummary>,
): TrackSummary => ({
  name: track.name,
  origin,
  sessions: [...timed.values()].filter((t) => t.track === track.name).length,
  ...(track.country !== undefined && { country: track.country }),
  layouts: track.layouts.map((l) => ({
    name: l.name,
    closed: l.closed,
    lengthM: l.lengthM ?? null,
    splits: l.splits.length,
    start: [...middleOf(l.start.ends)],
  })),
});

/** Tracks: listed, read, drawn anew, deleted. Sessions that begin afterwards are timed on them. */
export function trackRoutes(app: FastifyInstance, { tracks, catalogue }: DataFolder): void {
  const timed = () => catalogue.laps.summaries();
  const nameOf = (request: FastifyRequest): string => (request.params as { name: string }).name;
  const mustExist = (name: string): KnownTrack => {
    const known = tracks.find(name);
    if (!known) throw new HttpError(404, "not-found", `no track "${name}"`);
    return known;
  };
  app.get("/api/v1/tracks", { config: { needs: "read:tracks" } }, async () => {
    const now = timed();
    return tracks.all().map((known) => summaryOf(known, now));
  });
  app.get("/api/v1/tracks/:name", { config: { needs: "read:tracks" } }, async (request, reply) => {
    const { track } = mustExist(nameOf(request));
    const { format } = Query.parse(request.query);
    return reply
      .type(format === "geojson" ? "application/geo+json" : "application/json")
      .send(format === "geojson" ? trackToGeoJson(track) : formatTrackFile(track));
  });
  app.put(
    "/api/v1/tracks/:name",
    { config: { needs: "write:tracks" }, bodyLimit: MOST_TRACK_BYTES },
    async (request) => {
      const track = parseTrackFile(JSON.stringify(request.body ?? null));
      const name = nameOf(request);
      if (track.name.toLowerCase() !== name.toLowerCase())
        throw new HttpError(
          400,
          "bad-name",
          `the track is named "${track.name}", the address says "${name}"`,
        );
      tracks.save(track);
      return summaryOf(mustExist(track.name), timed());
    },
  );
  app.delete("/api/v1/tracks/:name", { config: { needs: "write:tracks" } }, async (request) => {
    const { track, origin } = mustExist(nameOf(request));
    if (origin === "library")
      throw new HttpError(409, "library", `"${track.name}" is of the starter library, which stays as it is`);
    tracks.delete(track.name);
    return { deleted: track.name };
  });
}
