import type { DemoChoices, DemoDrive, DeviceState, ServerInfo, SessionDetail } from "@pitwall/api";
import {
  type HistorySeries,
  readDemoChoices,
  readDevices,
  readSamples,
  readServer,
  readSession,
  readSessions,
  type SessionName,
} from "./messages.ts";
import { object, type Read, text } from "./parse.ts";

class RequestRefused extends Error {
  override readonly name = "RequestRefused";
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const readError = object({ error: object({ code: text, message: text }) });

export type Http = ReturnType<typeof createHttp>;

/** The calls of the HTTP interface that the page makes. */
export function createHttp(baseUrl: string, fetch: typeof globalThis.fetch) {
  /** Milliseconds since the epoch by the server's clock, less `performance.now()`; undefined until it has answered. */
  let serverOffsetMs: number | undefined;

  async function call<T>(method: string, path: string, read: Read<T>, given?: unknown): Promise<T> {
    const headers = { "content-type": "application/json" };
    const sent = given === undefined ? { method } : { method, headers, body: JSON.stringify(given) };
    const response = await fetch(`${baseUrl}/api/v1/${path}`, sent);
    const date = Date.parse(response.headers.get("date") ?? "");
    // The header counts whole seconds.
    if (Number.isFinite(date)) serverOffsetMs ??= date + 500 - performance.now();
    const body: unknown = await response.json().catch(() => undefined);
    if (response.ok) return read(body);
    let said = `${method} ${path} answered ${response.status}`;
    try {
      said = readError(body).error.message;
    } catch {}
    throw new RequestRefused(response.status, said);
  }

  return {
    serverNowMs: () => (serverOffsetMs === undefined ? undefined : serverOffsetMs + performance.now()),
    devices: (): Promise<DeviceState[]> => call("GET", "devices", readDevices),
    sessions: (): Promise<SessionName[]> => call("GET", "sessions", readSessions),
    session: (id: string): Promise<SessionDetail> =>
      call("GET", `sessions/${encodeURIComponent(id)}`, readSession),
    samples: (
      session: string,
      channels: readonly string[],
      fromUs: number,
      toUs: number | undefined,
      points: number,
    ): Promise<HistorySeries[]> => {
      const query = new URLSearchParams({
        channels: channels.join(","),
        from: String(fromUs),
        points: String(points),
      });
      if (toUs !== undefined) query.set("to", String(toUs));
      return call("GET", `sessions/${encodeURIComponent(session)}/samples?${query}`, readSamples);
    },
    stopDemo: (): Promise<ServerInfo> => call("POST", "demo/stop", readServer),
    /** The recorded drive, or a simulated one. */
    startDemo: (drive?: DemoDrive): Promise<ServerInfo> => call("POST", "demo/start", readServer, drive),
    demoChoices: (): Promise<DemoChoices> => call("GET", "demo/choices", readDemoChoices),
  };
}
