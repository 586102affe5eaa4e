import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { extname, join, normalize } from "node:path";
import {
  ClientMessage,
  type DeviceState,
  encodeLiveBatch,
  type Samples,
  type ServerInfo,
  type ServerMessage,
  type SessionDetail,
  type Subscription,
  type VehicleState,
} from "@pitwall/api";
import { findChannel } from "@pitwall/core";
import { type WebSocket, WebSocketServer } from "ws";
import type { Drive } from "./drive.ts";

/**
 * A server for looking at the page: it speaks the HTTP and WebSocket interface from a recorded drive that goes round
 * and round, and began some time ago. Test only. Faults are switched on from outside.
 */
export type FakeServerOptions = {
  readonly dist: string;
  readonly drive: Drive;
  readonly port: number;
  /** How long the drive has been going on already. */
  readonly pastS: number;
  readonly vehicle?: string;
  readonly empty?: boolean;
  /** Seconds since the start in which nothing arrived. */
  readonly gaps?: readonly (readonly [number, number])[];
};

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};
const CSP = "default-src 'self'; connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'";
const GROUP = { source: "udp", message: "blackbox.v4" };

export async function startFakeServer(options: FakeServerOptions) {
  const { drive, gaps = [] } = options;
  const vehicle = options.vehicle ?? "replay";
  const startUs = Math.round(Date.now() * 1000 - options.pastS * 1e6);
  const loopS = drive.tS.at(-1)! + 0.04;
  const perLoop = drive.tS.length;
  let demo: ServerInfo["demo"] = options.empty ? "off" : "running";
  let paused = false;
  const clients = new Map<WebSocket, Subscription | undefined>();

  const timeUs = (row: number) =>
    startUs + Math.round((Math.floor(row / perLoop) * loopS + drive.tS[row % perLoop]!) * 1e6);
  const isLost = (row: number) => {
    const s = (timeUs(row) - startUs) / 1e6;
    return gaps.some(([a, b]) => s >= a && s < b);
  };
  const valueAt = (channel: string, row: number): number =>
    channel === "lap.number"
      ? Math.floor(row / perLoop)
      : drive.channels.find((c) => c.id === channel)!.values[row % perLoop]!;
  const channels = [...drive.channels.map(({ id, unit }) => ({ id, unit })), { id: "lap.number", unit: "1" }];

  /** Rows up to now. */
  let rows = 0;
  const advance = () => {
    const nowUs = Date.now() * 1000;
    while (timeUs(rows) <= nowUs) rows++;
  };
  advance();
  /** Newest row that was sent. */
  let sentRow = rows - 1;
  const lastRow = () => {
    let row = sentRow;
    while (row > 0 && isLost(row)) row--;
    return row;
  };

  const server = (): ServerInfo => ({
    version: "0.1.0",
    host: "127.0.0.1",
    loopbackOnly: true,
    listening: { http: options.port, mqtt: 1883, udp: 9000, tcp: 9000 },
    demo,
    trouble: null,
  });
  const state = (): VehicleState[] => {
    if (options.empty) return [];
    const row = lastRow();
    const quiet = paused || demo === "stopped";
    const others = ["kart-12", "solar boat"].map(
      (id, i): VehicleState => ({
        id,
        state: i === 0 ? "quiet" : "offline",
        replay: false,
        session: null,
        sessionStartUs: null,
        lastSeenUs: timeUs(row) - (i + 1) * 40e6,
        framesPerS: 0,
        missingFrames: i === 0 ? 31 : 0,
        badFrames: i === 0 ? 2 : 0,
        values: {
          "battery.voltage": { tUs: timeUs(row) - (i + 1) * 40e6, value: 51.2, unit: "V" },
          "motor.temp": { tUs: timeUs(row) - (i + 1) * 41e6, value: 63.4, unit: "degC" },
        },
      }),
    );
    return [
      {
        id: vehicle,
        state: quiet ? "quiet" : "live",
        replay: vehicle === "replay",
        session: "s-1",
        sessionStartUs: startUs,
        lastSeenUs: timeUs(row),
        framesPerS: quiet ? 0 : 37.4,
        missingFrames: gaps.length > 0 ? 148 : 0,
        badFrames: gaps.length > 0 ? 5 : 0,
        values: Object.fromEntries(
          channels.map((c) => [
            c.id,
            {
              // One channel that has not come for a while.
              tUs: c.id === "gnss.sats" ? timeUs(row) - 14e6 : timeUs(row),
              value: valueAt(c.id, row),
              unit: c.unit,
            },
          ]),
        ),
      },
      ...others,
    ];
  };
  const devices = (): DeviceState[] => [
    {
      id: "127.0.0.1",
      vehicle,
      transport: "udp",
      address: "127.0.0.1:51423",
      protocols: ["blackbox"],
      online: true,
      lastSeenUs: timeUs(lastRow()),
      frames: rows,
      bytes: rows * 82,
      problems: gaps.length > 0 ? { "bad-checksum": 4, "out-of-range": 1 } : {},
      lastProblem:
        gaps.length > 0
          ? {
              tUs: timeUs(lastRow()),
              code: "bad-checksum",
              offset: 41_082,
              reason: "sum of 80 bytes is 5121, the packet says 5377",
              hex: "04 55 aa 10 27 00 00",
            }
          : null,
      missing: gaps.map(([a, b]) => ({ boot: "1", first: Math.round(a * 37), last: Math.round(b * 37) })),
      clock: "arrival",
      said: null,
    },
  ];
  const detail = (): SessionDetail => ({
    id: "s-1",
    vehicle,
    startUs,
    endUs: null,
    state: "open",
    frames: rows,
    title: null,
    laps: null,
    bestS: null,
    track: null,
    layout: null,
    channels: channels.map((c) => ({
      channel: c.id,
      unit: c.unit,
      group: `${GROUP.source}/${GROUP.message}`,
      label: findChannel(c.id)?.label ?? c.id,
      count: rows,
    })),
  });

  function samples(query: URLSearchParams): Samples {
    const from = Number(query.get("from") ?? 0);
    const to = Number(query.get("to") ?? Number.MAX_SAFE_INTEGER);
    const points = Number(query.get("points") ?? 2000);
    const inside: number[] = [];
    for (let r = 0; r < rows; r++) {
      const t = timeUs(r);
      if (t >= from && t <= to && !isLost(r)) inside.push(r);
    }
    const series = (query.get("channels") ?? "")
      .split(",")
      .filter((id) => channels.some((c) => c.id === id))
      .map((id) => {
        let keep = inside;
        if (inside.length > points) {
          const per = Math.ceil((2 * inside.length) / points);
          keep = [];
          for (let at = 0; at < inside.length; at += per) {
            const part = inside.slice(at, at + per).sort((a, b) => valueAt(id, a) - valueAt(id, b));
            keep.push(...[...new Set([part[0]!, part.at(-1)!])].sort((a, b) => a - b));
          }
        }
        return {
          channel: id,
          group: `${GROUP.source}/${GROUP.message}`,
          unit: channels.find((c) => c.id === id)!.unit,
          tUs: keep.map(timeUs),
          values: keep.map((r) => valueAt(id, r)),
        };
      })
      .filter((s) => s.tUs.length > 0);
    return { session: "s-1", series };
  }

  const json = (res: ServerResponse, body: unknown, status = 200) => {
    res.writeHead(status, { "content-type": "application/json" });
    res.end(JSON.stringify(body));
  };
  const http = createServer((req, res) => {
    const url = new URL(req.url ?? "/", "http://x");
    const path = url.pathname;
    if (path === "/api/v1/devices") return json(res, options.empty ? [] : devices());
    if (path === "/api/v1/server") return json(res, server());
    if (path === "/api/v1/vehicles") return json(res, state());
    if (path === "/api/v1/sessions/s-1") return json(res, detail());
    if (path === "/api/v1/sessions/s-1/samples") return json(res, samples(url.searchParams));
    if (path === "/api/v1/sessions") return json(res, [detail()]);
    if (path === "/api/v1/demo/stop" || path === "/api/v1/demo/start") {
      demo = path.endsWith("stop") ? "stopped" : "running";
      say({ type: "server", server: server() });
      return json(res, server());
    }
    if (path.startsWith("/api/"))
      return json(res, { error: { code: "not-found", message: "no such route" } }, 404);
    const file = join(options.dist, normalize(path === "/" ? "/index.html" : path));
    if (!existsSync(file) || !statSync(file).isFile()) return json(res, {}, 404);
    res.writeHead(200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "content-security-policy": CSP,
    });
    return createReadStream(file).pipe(res);
  });

  function say(message: ServerMessage, to?: WebSocket): void {
    for (const c of to ? [to] : clients.keys()) c.send(JSON.stringify(message));
  }

  const sockets = new WebSocketServer({ server: http, path: "/api/v1/live" });
  sockets.on("connection", (ws) => {
    clients.set(ws, undefined);
    ws.on("close", () => clients.delete(ws));
    ws.on("message", (data) => {
      const message = ClientMessage.parse(JSON.parse(String(data)));
      clients.set(ws, message);
      const wanted = columnsOf(message);
      say({ type: "stream", stream: 1, vehicle, session: "s-1", ...GROUP, channels: wanted }, ws);
    });
    say({ type: "hello", server: server() }, ws);
    say({ type: "vehicles", vehicles: state() }, ws);
  });
  const columnsOf = (s: Subscription) =>
    channels.filter((c) => s.channels === "*" || s.channels.includes(c.id));

  const liveTimer = setInterval(() => {
    const from = rows;
    advance();
    if (options.empty || paused || demo === "stopped") return;
    const sent: number[] = [];
    for (let r = from; r < rows; r++) if (!isLost(r)) sent.push(r);
    sentRow = rows - 1;
    if (sent.length === 0) return;
    for (const [ws, s] of clients) {
      if (!s || (s.vehicles !== "*" && !s.vehicles.includes(vehicle))) continue;
      ws.send(
        encodeLiveBatch({
          stream: 1,
          thinned: false,
          tUs: Float64Array.from(sent, timeUs),
          columns: columnsOf(s).map((c) => Float64Array.from(sent, (r) => valueAt(c.id, r))),
        }),
      );
    }
  }, 25);
  const stateTimer = setInterval(() => say({ type: "vehicles", vehicles: state() }), 1000);

  await new Promise<void>((done) => http.listen(options.port, "127.0.0.1", done));
  const address = http.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : options.port}/`,
    say,
    /** Every row that there is in a time, as the page should have it. */
    truth: (channel: string, fromUs: number, toUs: number): [number, number][] => {
      const out: [number, number][] = [];
      for (let r = 0; r < rows; r++)
        if (timeUs(r) >= fromUs && timeUs(r) <= toUs && !isLost(r))
          out.push([timeUs(r), valueAt(channel, r)]);
      return out;
    },
    /** Stops sending without a word, as a dead link does. */
    pause(on: boolean): void {
      paused = on;
    },
    /** Cuts every page off. */
    cut(): void {
      for (const c of clients.keys()) c.terminate();
    },
    async close(): Promise<void> {
      clearInterval(liveTimer);
      clearInterval(stateTimer);
      for (const c of clients.keys()) c.terminate();
      sockets.close();
      http.closeAllConnections();
      await new Promise<void>((done) => http.close(() => done()));
    },
  };
}
