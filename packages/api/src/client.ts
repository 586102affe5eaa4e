import * as z from "zod";
import {
  ApiError,
  type ChooseReference,
  DemoChoices,
  type DemoDrive,
  DeviceState,
  ImportedSession,
  References,
  RetimeReport,
  type RetimeRequest,
  Samples,
  ServerInfo,
  SessionDetail,
  SessionLaps,
  SessionSummary,
  TrackFile,
  TrackSummary,
  VehicleState,
} from "./http.ts";

export class ApiRequestError extends Error {
  override readonly name = "ApiRequestError";
  readonly code: string;
  readonly status: number;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export type ApiClient = ReturnType<typeof createApiClient>;

/** Typed calls of the HTTP interface. `fetch` is injected so that a page, a script and a test can each bring their own. */
export function createApiClient(baseUrl: string, fetch: typeof globalThis.fetch) {
  async function ask(method: string, path: string, sent: RequestInit = {}): Promise<Response> {
    const response = await fetch(`${baseUrl}${path}`, { method, ...sent });
    if (response.ok) return response;
    const said = ApiError.safeParse(await response.json().catch(() => undefined));
    if (said.success)
      throw new ApiRequestError(response.status, said.data.error.code, said.data.error.message);
    throw new ApiRequestError(response.status, "unexpected", `${method} ${path} answered ${response.status}`);
  }
  async function call<T>(method: string, path: string, schema: z.ZodType<T>, given?: unknown): Promise<T> {
    const headers = { "content-type": "application/json" };
    const response = await ask(
      method,
      path,
      given === undefined ? {} : { headers, body: JSON.stringify(given) },
    );
    return schema.parse(await response.json());
  }
  return {
    server: () => call("GET", "/api/v1/server", ServerInfo),
    vehicles: () => call("GET", "/api/v1/vehicles", z.array(VehicleState)),
    devices: () => call("GET", "/api/v1/devices", z.array(DeviceState)),
    sessions: () => call("GET", "/api/v1/sessions", z.array(SessionSummary)),
    session: (id: string) => call("GET", `/api/v1/sessions/${encodeURIComponent(id)}`, SessionDetail),
    laps: (id: string) => call("GET", `/api/v1/sessions/${encodeURIComponent(id)}/laps`, SessionLaps),
    deleteSession: (id: string) =>
      call("DELETE", `/api/v1/sessions/${encodeURIComponent(id)}`, z.object({ deleted: z.string() })),
    /** A recording in any format that Pitwall reads, by its bytes; the name's ending is a hint. */
    async importSession(name: string, body: NonNullable<RequestInit["body"]>, vehicle?: string) {
      const q = new URLSearchParams({ name, ...(vehicle === undefined ? {} : { vehicle }) });
      const headers = { "content-type": "application/octet-stream" };
      const response = await ask("POST", `/api/v1/sessions?${q}`, { headers, body });
      return ImportedSession.parse(await response.json());
    },
    /** A session as a file of a format that Pitwall writes. */
    async exportSession(id: string, format: string): Promise<Response> {
      return ask(
        "GET",
        `/api/v1/sessions/${encodeURIComponent(id)}/export?${new URLSearchParams({ format })}`,
      );
    },
    /** Lap times of the archive on the tracks as they are now. */
    retime: (request: RetimeRequest = {}) => call("POST", "/api/v1/retime", RetimeReport, request),
    /** A lap as a reference file, as text; the session's best without a number. */
    async referenceLap(id: string, lap?: number): Promise<string> {
      const q = lap === undefined ? "" : `?lap=${lap}`;
      return (await ask("GET", `/api/v1/sessions/${encodeURIComponent(id)}/reference${q}`)).text();
    },
    /** Which lap the delta is against, and what could be chosen. */
    references: () => call("GET", "/api/v1/reference", References),
    chooseReference: (choice: ChooseReference) => call("PUT", "/api/v1/reference", References, choice),
    samples: (
      id: string,
      query: {
        readonly channels: readonly string[];
        readonly from?: number;
        readonly to?: number;
        readonly points?: number;
      },
    ) => {
      const q = new URLSearchParams({ channels: query.channels.join(",") });
      for (const key of ["from", "to", "points"] as const)
        if (query[key] !== undefined) q.set(key, String(query[key]));
      return call("GET", `/api/v1/sessions/${encodeURIComponent(id)}/samples?${q}`, Samples);
    },
    tracks: () => call("GET", "/api/v1/tracks", z.array(TrackSummary)),
    track: (name: string) => call("GET", `/api/v1/tracks/${encodeURIComponent(name)}`, TrackFile),
    saveTrack: (track: TrackFile) =>
      call("PUT", `/api/v1/tracks/${encodeURIComponent(track.name)}`, TrackSummary, track),
    deleteTrack: (name: string) =>
      call("DELETE", `/api/v1/tracks/${encodeURIComponent(name)}`, z.object({ deleted: z.string() })),
    stopDemo: () => call("POST", "/api/v1/demo/stop", ServerInfo),
    demoChoices: () => call("GET", "/api/v1/demo/choices", DemoChoices),
    /** The recorded drive, or a simulated one. */
    startDemo: (drive?: z.input<typeof DemoDrive>) => call("POST", "/api/v1/demo/start", ServerInfo, drive),
  };
}
