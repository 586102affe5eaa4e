import type {
  ChannelInfo,
  DemoChoices,
  DeviceState,
  ServerInfo,
  ServerMessage,
  SessionDetail,
  VehicleState,
} from "@pitwall/api";
import {
  anything,
  flag,
  list,
  number,
  object,
  oneOf,
  optional,
  orNull,
  type Read,
  record,
  text,
  UnexpectedMessage,
} from "./parse.ts";

export const readServer = object<ServerInfo>({
  version: text,
  host: text,
  loopbackOnly: flag,
  listening: object({ http: number, mqtt: orNull(number), udp: number, tcp: number }),
  demo: oneOf("off", "running", "stopped"),
  demoDrive: optional(object({ vehicle: text, track: text, laps: number })),
  simulate: optional(flag),
  trouble: orNull(text),
});

export const readDemoChoices = object<DemoChoices>({ vehicles: list(text), tracks: list(text) });

const readVehicle = object<VehicleState>({
  id: text,
  state: oneOf("live", "quiet", "offline"),
  replay: flag,
  simulated: optional(flag),
  session: orNull(text),
  sessionStartUs: orNull(number),
  calibrationFrom: optional(text),
  lastSeenUs: orNull(number),
  framesPerS: number,
  missingFrames: number,
  badFrames: number,
  values: record(object({ tUs: number, value: number, unit: text })),
});

export const readDevices = list(
  object<DeviceState>({
    id: text,
    vehicle: text,
    transport: oneOf("udp", "tcp", "mqtt", "import", "internal"),
    address: text,
    protocols: list(text),
    online: flag,
    lastSeenUs: orNull(number),
    frames: number,
    bytes: number,
    problems: record(number),
    lastProblem: orNull(
      object<NonNullable<DeviceState["lastProblem"]>>({
        tUs: number,
        code: text,
        offset: number,
        reason: text,
        hex: optional(text) as Read<string>,
      }),
    ),
    missing: list(object({ boot: text, first: number, last: number })),
    clock: oneOf("none", "arrival", "ntp", "gnss"),
    said: orNull(record(anything)),
  }),
);

export type SessionName = { readonly id: string; readonly vehicle: string; readonly startUs: number };
/** Enough of each session to find a vehicle's last. */
export const readSessions = list(object<SessionName>({ id: text, vehicle: text, startUs: number }));

const readChannel = object<ChannelInfo>({
  channel: text,
  group: text,
  unit: text,
  label: text,
  count: number,
});

export const readSession = object<SessionDetail>({
  id: text,
  vehicle: text,
  startUs: number,
  endUs: orNull(number),
  state: oneOf("open", "closed", "imported"),
  frames: number,
  title: orNull(text),
  laps: orNull(number),
  bestS: orNull(number),
  track: orNull(text),
  layout: orNull(text),
  channels: list(readChannel),
});

const readers: { readonly [T in ServerMessage["type"]]: Read<Extract<ServerMessage, { type: T }>> } = {
  hello: object({ type: oneOf("hello"), server: readServer }),
  server: object({ type: oneOf("server"), server: readServer }),
  vehicles: object({ type: oneOf("vehicles"), vehicles: list(readVehicle) }),
  stream: object({
    type: oneOf("stream"),
    stream: number,
    vehicle: text,
    session: text,
    source: text,
    message: text,
    channels: list(object({ id: text, unit: text })),
  }),
  thinned: object({ type: oneOf("thinned"), rows: number }),
  error: object({ type: oneOf("error"), code: text, message: text }),
};

/** Undefined for a kind of message that this page does not know. Throws UnexpectedMessage for a malformed one. */
export function readServerMessage(x: unknown): ServerMessage | undefined {
  const type = typeof x === "object" && x !== null && "type" in x ? x.type : undefined;
  if (typeof type !== "string") throw new UnexpectedMessage("a message without a type");
  return Object.hasOwn(readers, type) ? readers[type as ServerMessage["type"]](x) : undefined;
}

/** Samples as they go into the columns: NaN is "no sample". */
export type HistorySeries = {
  readonly channel: string;
  readonly group: string;
  readonly unit: string;
  readonly tUs: Float64Array;
  readonly values: Float64Array;
};

const numbers: Read<Float64Array> = (x) => {
  if (!Array.isArray(x)) throw new UnexpectedMessage("expected a list of numbers");
  const out = new Float64Array(x.length);
  for (let i = 0; i < out.length; i++) {
    const v: unknown = x[i];
    if (typeof v === "number") out[i] = v;
    else if (v === null) out[i] = Number.NaN;
    else throw new UnexpectedMessage(`expected a number at ${i}, got ${typeof v}`);
  }
  return out;
};

const readSamplesObject = object({
  series: list(
    object<HistorySeries>({ channel: text, group: text, unit: text, tUs: numbers, values: numbers }),
  ),
});

export function readSamples(x: unknown): HistorySeries[] {
  const { series } = readSamplesObject(x);
  for (const s of series)
    if (s.tUs.length !== s.values.length)
      throw new UnexpectedMessage(`${s.channel}: ${s.tUs.length} times, ${s.values.length} values`);
  return series;
}
