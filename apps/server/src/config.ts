import { readFile } from "node:fs/promises";
import { homedir, platform } from "node:os";
import { join } from "node:path";
import * as z from "zod";

const port = z.number().int().min(0).max(65_535);
const seconds = z.number().positive().max(86_400);

const JsonField = z.union([
  z.string(),
  z.strictObject({
    channel: z.string(),
    scale: z.number().optional(),
    offset: z.number().optional(),
    unit: z.string().optional(),
    doc: z.string().optional(),
  }),
]);

/** Mapped JSON on a topic. `vehicle` may name a level of the topic: "$2" is the second. */
const JsonTopic = z.strictObject({
  filter: z.string().min(1).describe("MQTT topic filter, + and # allowed"),
  vehicle: z.string().min(1).describe("vehicle id, or $N for level N of the topic"),
  mapping: z
    .strictObject({
      name: z.string().optional(),
      fields: z.record(z.string(), JsonField),
      time: z
        .strictObject({
          path: z.string(),
          unit: z.enum(["s", "ms", "us", "iso"]),
          since: z.enum(["epoch", "boot"]).optional(),
        })
        .optional(),
    })
    .optional()
    .describe(
      "JSON path to channel; without it the kart mapping (rpm, motor_temp, voltage, current, lat, lng, speed)",
    ),
});
export type JsonTopic = z.output<typeof JsonTopic>;

export const ServerConfig = z
  .strictObject({
    host: z
      .string()
      .default("127.0.0.1")
      .describe("address to listen on; 0.0.0.0 lets other machines connect"),
    data: z.string().default(defaultDataFolder()).describe("data folder"),
    demo: z.boolean().default(true).describe("replay a recorded drive while no device has spoken"),
    simulate: z.boolean().default(true).describe("simulated drives can be started from the page"),
    http: z.strictObject({ port: port.default(8080).describe("0 picks a free port") }).prefault({}),
    udp: z.strictObject({ port: port.default(9000) }).prefault({}),
    tcp: z.strictObject({ port: port.default(9000) }).prefault({}),
    mqtt: z
      .strictObject({
        port: port.default(1883).describe("of the broker that Pitwall brings along"),
        broker: z
          .url({ protocol: /^(mqtts?|tcp|ssl|wss?)$/ })
          .optional()
          .describe("use this broker instead: mqtt://user:password@host:1883"),
        json: z.array(JsonTopic).default([
          { filter: "pitwall/v1/+/json", vehicle: "$3" },
          { filter: "+/telemetry", vehicle: "$1" },
          { filter: "+/+/telemetry", vehicle: "$2" },
        ]),
        maxPacketBytes: z
          .number()
          .int()
          .min(1024)
          .default(512 * 1024)
          .describe("a client that sends a larger packet is closed"),
        cleanRateHz: z
          .number()
          .min(0)
          .max(100)
          .default(5)
          .describe("rate of the cleaned topic; 0 turns it off"),
      })
      .prefault({}),
    sessions: z
      .strictObject({
        silenceS: seconds.default(60).describe("a session ends after this long without a frame"),
        standstillS: seconds.default(300).describe("… or this long without movement"),
        movingMps: z.number().positive().default(1.5).describe("faster than this is movement"),
      })
      .prefault({}),
    /** Devices that cannot say who they are: by address, or address:port. */
    devices: z.array(z.strictObject({ address: z.string().min(1), vehicle: z.string().min(1) })).default([]),
  })
  .meta({ title: "Server configuration" });
export type ServerConfig = z.output<typeof ServerConfig>;

export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Checks a configuration; unknown keys are errors that name their place. */
export function parseConfig(source: string, value: unknown): ServerConfig {
  const r = ServerConfig.safeParse(value);
  if (r.success) return r.data;
  const lines = r.error.issues.map((i) => `${i.path.join(".") || "(root)"}: ${i.message}`);
  throw new ConfigError(`${source}: ${lines.join("; ")}`, { cause: r.error });
}

export async function readConfigFile(file: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (e) {
    throw new ConfigError(`${file}: cannot be read (${(e as NodeJS.ErrnoException).code ?? e})`, {
      cause: e,
    });
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch (e) {
    throw new ConfigError(`${file}: is no JSON (${(e as Error).message})`, { cause: e });
  }
  throw new ConfigError(`${file}: must hold a JSON object`);
}

/** The platform's place for a program's own data. */
export function defaultDataFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (platform() === "win32")
    return join(env["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local"), "Pitwall");
  if (platform() === "darwin") return join(homedir(), "Library", "Application Support", "Pitwall");
  return join(env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share"), "pitwall");
}
