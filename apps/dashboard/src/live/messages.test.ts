import { DeviceState, Samples, ServerInfo, ServerMessage, SessionDetail } from "@pitwall/api";
import { describe, expect, it } from "vitest";
import { readDevices, readSamples, readServer, readServerMessage, readSession } from "./messages.ts";
import { UnexpectedMessage } from "./parse.ts";

const server = {
  version: "0.1.0",
  host: "127.0.0.1",
  loopbackOnly: true,
  listening: { http: 8080, mqtt: null, udp: 9000, tcp: 9000 },
  demo: "running",
  trouble: null,
};
const vehicle = {
  id: "kart-7",
  state: "live",
  replay: false,
  session: "s1",
  sessionStartUs: 1,
  lastSeenUs: null,
  framesPerS: 25.5,
  missingFrames: 3,
  badFrames: 0,
  values: { "vehicle.speed": { tUs: 5, value: 1.5, unit: "m/s" } },
};
const device = {
  id: "d",
  vehicle: "kart-7",
  transport: "udp",
  address: "127.0.0.1:5000",
  protocols: ["blackbox"],
  online: true,
  lastSeenUs: 5,
  frames: 10,
  bytes: 820,
  problems: { "bad-checksum": 2 },
  lastProblem: { tUs: 5, code: "bad-checksum", offset: 82, reason: "sum", hex: "01 55" },
  missing: [{ boot: "b", first: 1, last: 4 }],
  clock: "arrival",
  said: { battery: 0.5 },
};
const session = {
  id: "s1",
  vehicle: "kart-7",
  startUs: 1,
  endUs: null,
  state: "open",
  frames: 10,
  title: null,
  laps: null,
  bestS: null,
  track: null,
  layout: null,
  channels: [{ channel: "vehicle.speed", group: "udp/blackbox.v4", unit: "m/s", label: "Speed", count: 10 }],
};

/** A message with one of its fields taken away or of another type, at any depth. */
function* spoiled(x: unknown): Iterable<unknown> {
  if (typeof x !== "object" || x === null) {
    yield Symbol.iterator;
    return;
  }
  for (const [key, inner] of Object.entries(x))
    for (const bad of spoiled(inner)) {
      const copy: Record<string, unknown> | unknown[] = Array.isArray(x) ? [...x] : { ...x };
      (copy as Record<string, unknown>)[key] = bad;
      yield copy;
    }
}

describe("readers of the server's messages", () => {
  const messages = [
    { type: "hello", server },
    { type: "server", server: { ...server, trouble: "disk full", demo: "stopped" } },
    {
      type: "vehicles",
      vehicles: [vehicle, { ...vehicle, session: null, sessionStartUs: null, values: {} }],
    },
    {
      type: "stream",
      stream: 4,
      vehicle: "kart-7",
      session: "s1",
      source: "udp",
      message: "blackbox.v4",
      channels: [{ id: "vehicle.speed", unit: "m/s" }],
    },
    { type: "thinned", rows: 12 },
    { type: "error", code: "bad-message", message: "no" },
  ];

  it.each(messages)("read $type as the schema does, and refuse what the schema refuses", (message) => {
    expect(readServerMessage(message)).toEqual(ServerMessage.parse(message));
    for (const bad of spoiled(message)) {
      if (ServerMessage.safeParse(bad).success) continue;
      const type = (bad as { type: unknown }).type;
      if (typeof type !== "string" && type !== undefined) continue;
      expect(() => readServerMessage(bad)).toThrow(UnexpectedMessage);
    }
  });

  it("read the answers over HTTP as the schemas do", () => {
    expect(readServer(server)).toEqual(ServerInfo.parse(server));
    expect(readSession(session)).toEqual(SessionDetail.parse(session));
    const bare = {
      ...device,
      lastProblem: { ...device.lastProblem, hex: undefined },
      said: null,
      lastSeenUs: null,
    };
    for (const d of [device, bare, { ...device, lastProblem: null }])
      expect(readDevices([d])).toEqual([DeviceState.parse(d)]);
    for (const bad of spoiled(device))
      if (!DeviceState.safeParse(bad).success) expect(() => readDevices([bad])).toThrow(UnexpectedMessage);
  });

  it("put samples into columns", () => {
    const body = {
      session: "s1",
      series: [{ channel: "a", group: "g", unit: "m", tUs: [1, 2, 3], values: [0.5, null, -1] }],
    };
    expect(Samples.safeParse(body).success).toBe(true);
    const [s] = readSamples(body);
    expect([...s!.tUs]).toEqual([1, 2, 3]);
    expect([...s!.values]).toEqual([0.5, Number.NaN, -1]);
    expect(() => readSamples({ series: [{ ...body.series[0], values: [1] }] })).toThrow("3 times, 1 values");
    expect(() => readSamples({ series: [{ ...body.series[0], values: ["x"] }] })).toThrow(UnexpectedMessage);
  });

  it("leave messages of a kind to come alone", () => {
    expect(readServerMessage({ type: "lap", lap: 1 })).toBeUndefined();
    expect(readServerMessage({ type: "constructor" })).toBeUndefined();
    for (const x of [null, 1, "x", [], {}]) expect(() => readServerMessage(x)).toThrow(UnexpectedMessage);
  });
});
