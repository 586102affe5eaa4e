import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import {
  DemoDrive,
  type DeviceState,
  SamplesQuery,
  type ServerInfo,
  type SessionLaps,
  type SessionSummary,
  type VehicleState,
} from "@pitwall/api";
import { findChannel } from "@pitwall/core";
import { FormatError } from "@pitwall/formats";
import { LapsError } from "@pitwall/laps";
import { type Catalogue, type SampleStore, StoreError } from "@pitwall/store";
import Fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { WebSocketServer } from "ws";
import * as z from "zod";
import type { Access, Action } from "../access.ts";
import type { DataFolder } from "../data-folder.ts";
import { demoChoices } from "../demo-drive.ts";
import type { LiveHub } from "../live/hub.ts";
import { HttpError } from "./http-error.ts";
import { lapRoutes } from "./lap-routes.ts";
import { type RecordingDeps, recordingRoutes } from "./recording-routes.ts";
import { trackRoutes } from "./track-routes.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** What the caller must be allowed to do. Every route says so. */
    needs?: Action;
  }
}

export type HttpDeps = {
  readonly access: Access;
  readonly hub: LiveHub;
  readonly samples: SampleStore;
  readonly catalogue: Catalogue;
  readonly data: DataFolder;
  readonly server: () => ServerInfo;
  readonly vehicles: () => VehicleState[];
  readonly devices: () => DeviceState[];
  readonly sessions: () => SessionSummary[];
  readonly session: (id: string) => SessionSummary | undefined;
  readonly laps: (id: string) => SessionLaps;
  readonly recordings: RecordingDeps;
  readonly deleteSession: (id: string) => Promise<void>;
  readonly setDemo: (on: boolean, drive?: DemoDrive) => Promise<void>;
};

const STATUS: Partial<Record<string, number>> = {
  "not-found": 404,
  "bad-name": 400,
  "no-space": 507,
  closed: 409,
};
const PAGES = fileURLToPath(new URL("../../../dashboard/dist", import.meta.url));
/** Everything comes from this server: it works where there is no internet, and nothing foreign runs in the page. */
const POLICY =
  "default-src 'self'; img-src 'self' data:; style-src 'self'; connect-src 'self' ws: wss:; frame-ancestors 'none'";

export async function createHttpApp(deps: HttpDeps): Promise<FastifyInstance> {
  const app = Fastify({ logger: false, forceCloseConnections: true, bodyLimit: 64 * 1024 });

  app.addHook("onRequest", async (request, reply) => {
    reply.header("content-security-policy", POLICY);
    reply.header("x-content-type-options", "nosniff");
    const needs = request.routeOptions.config.needs;
    if (needs && !deps.access.allows({ via: "http", address: request.ip }, needs))
      throw new HttpError(403, "not-allowed", `needs ${needs}`);
  });
  app.setErrorHandler((error: unknown, _request, reply) => {
    const e = error instanceof Error ? error : new Error(String(error));
    const known =
      e instanceof HttpError || e instanceof StoreError || e instanceof FormatError || e instanceof LapsError;
    const given = (e as { statusCode?: number }).statusCode;
    const status =
      e instanceof HttpError
        ? e.status
        : e instanceof StoreError
          ? (STATUS[e.code] ?? 500)
          : e instanceof z.ZodError || e instanceof FormatError || e instanceof LapsError
            ? 400
            : (given ?? 500);
    const message =
      e instanceof z.ZodError
        ? e.issues.map((i) => `${i.path.join(".")}: ${i.message}`).join("; ")
        : e.message;
    return reply.code(status).send({
      error: {
        code: known ? (e as { code: string }).code : status < 500 ? "malformed" : "internal",
        message,
        ...(e instanceof LapsError && e.faults.length > 1 && { faults: e.faults }),
      },
    });
  });
  app.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .send({ error: { code: "not-found", message: `nothing at ${request.method} ${request.url}` } }),
  );

  const idOf = (request: FastifyRequest): string => (request.params as { id: string }).id;
  const mustExist = (id: string): SessionSummary => {
    const session = deps.session(id);
    if (!session) throw new HttpError(404, "not-found", `no session "${id}"`);
    return session;
  };

  app.get("/api/v1/server", { config: { needs: "read:server" } }, async () => deps.server());
  app.get("/api/v1/vehicles", { config: { needs: "read:vehicles" } }, async () => deps.vehicles());
  app.get("/api/v1/devices", { config: { needs: "read:devices" } }, async () => deps.devices());
  app.get("/api/v1/sessions", { config: { needs: "read:sessions" } }, async () => deps.sessions());
  app.get("/api/v1/sessions/:id", { config: { needs: "read:sessions" } }, async (request) => {
    const session = mustExist(idOf(request));
    const channels = await deps.samples.channels(session.id);
    return {
      ...session,
      channels: channels.map((c) => ({
        channel: c.channel,
        group: c.group,
        unit: c.unit,
        label: findChannel(c.channel)?.label ?? c.channel,
        count: c.count,
      })),
    };
  });
  app.get("/api/v1/sessions/:id/samples", { config: { needs: "read:sessions" } }, async (request) => {
    const session = mustExist(idOf(request));
    const query = SamplesQuery.parse(request.query);
    const series = await deps.samples.query({
      sessionId: session.id,
      channels: query.channels,
      ...(query.from === undefined ? {} : { fromUs: query.from }),
      ...(query.to === undefined ? {} : { toUs: query.to }),
      ...(query.points === undefined ? {} : { points: query.points }),
    });
    return {
      session: session.id,
      series: series.map((s) => ({
        channel: s.channel,
        group: s.group,
        unit: s.unit,
        tUs: Array.from(s.tUs),
        values: Array.from(s.values, (v) => (Number.isFinite(v) ? v : null)),
      })),
    };
  });
  app.delete("/api/v1/sessions/:id", { config: { needs: "delete:sessions" } }, async (request) => {
    const session = mustExist(idOf(request));
    if (session.state === "open")
      throw new HttpError(409, "open", `session "${session.id}" is still being recorded`);
    await deps.deleteSession(session.id);
    return { deleted: session.id };
  });
  lapRoutes(app, { data: deps.data, laps: (id) => deps.laps(mustExist(id).id) });
  recordingRoutes(app, deps.recordings);
  trackRoutes(app, deps.data);
  app.post("/api/v1/demo/stop", { config: { needs: "control:demo" } }, async () => {
    await deps.setDemo(false);
    return deps.server();
  });
  app.get("/api/v1/demo/choices", { config: { needs: "control:demo" } }, async () => demoChoices());
  app.post("/api/v1/demo/start", { config: { needs: "control:demo" } }, async (request) => {
    const drive = request.body ? DemoDrive.parse(request.body) : undefined;
    if (drive && !deps.server().simulate)
      throw new HttpError(
        403,
        "forbidden",
        "simulated drives are switched off in this server's configuration",
      );
    const { tracks, vehicles } = demoChoices();
    if (drive && !(vehicles.includes(drive.vehicle) && tracks.includes(drive.track)))
      throw new HttpError(400, "bad-request", `no vehicle "${drive.vehicle}" or no track "${drive.track}"`);
    await deps.setDemo(true, drive);
    return deps.server();
  });

  if (existsSync(PAGES)) await app.register(fastifyStatic, { root: PAGES });
  else
    app.get("/", async (_request, reply) =>
      reply
        .type("text/plain")
        .send(
          "The pages are not built yet: run `npm start` once, or `npm run build -w @pitwall/dashboard`.\n",
        ),
    );

  const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024, perMessageDeflate: false });
  app.server.on("upgrade", (request, socket, head) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const allowed = deps.access.allows({ via: "http", address: request.socket.remoteAddress ?? "" }, "live");
    if (path !== "/api/v1/live" || !allowed) {
      socket.end(`HTTP/1.1 ${allowed ? "404 Not Found" : "403 Forbidden"}\r\nconnection: close\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (ws) => deps.hub.add(ws));
  });
  app.addHook("preClose", async () => {
    deps.hub.close();
    for (const ws of sockets.clients) ws.terminate();
    sockets.close();
  });
  return app;
}
