import { CodecError, type FieldSpec, findChannel, type MessageSpec, UNITS, type Unit } from "@pitwall/core";

/** value = number in the JSON x scale + offset */
export type JsonField = {
  /** Channel id of the catalogue, or a name of one's own. */
  readonly channel: string;
  readonly scale?: number;
  readonly offset?: number;
  /** For a name of one's own; a channel's unit is the catalogue's. */
  readonly unit?: Unit;
  readonly doc?: string;
};

export type JsonTime = {
  readonly path: string;
  readonly unit: "s" | "ms" | "us" | "iso";
  /** What numbers count from. */
  readonly since?: "epoch" | "boot";
};

export type JsonMappingConfig = {
  /** The message is called `json.<name>`. */
  readonly name?: string;
  /** By dotted path: `motor.temp`; an array's entries by number: `cells.0`. A bare text is a channel id. */
  readonly fields: Readonly<Record<string, JsonField | string>>;
  readonly time?: JsonTime;
};

type MappedField = {
  readonly path: string;
  readonly keys: readonly string[];
  readonly scale: number;
  readonly offset: number;
};

/** A checked mapping: `fields[i]` fills value i of the message. */
export type JsonMapping = {
  readonly spec: MessageSpec;
  readonly fields: readonly MappedField[];
  readonly time:
    | { readonly keys: readonly string[]; readonly unit: JsonTime["unit"]; readonly boot: boolean }
    | undefined;
};

const PLACE = "json-mapping";
const MAX_FIELDS = 512;
const MAX_KEYS = 16;
const TIME_UNITS: readonly unknown[] = ["s", "ms", "us", "iso"];

const refuse = (where: string, reason: string): CodecError =>
  new CodecError("malformed", PLACE, 0, `${where}: ${reason}`);

function objectOf(
  value: unknown,
  where: string,
  known: readonly string[] | undefined,
): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw refuse(where, "must be an object");
  const unknown = known && Object.keys(value).find((k) => !known.includes(k));
  if (unknown !== undefined) throw refuse(`${where}.${unknown}`, "is no setting");
  return value as Record<string, unknown>;
}

function keysOf(path: unknown, where: string): readonly string[] {
  if (typeof path !== "string") throw refuse(where, "must be a path");
  const keys = path.split(".");
  if (keys.some((k) => k === "") || keys.length > MAX_KEYS)
    throw refuse(where, `"${path}" is no dotted path`);
  return keys;
}

function numberOf(value: unknown, where: string, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (typeof value !== "number" || !Number.isFinite(value)) throw refuse(where, "must be a number");
  return value;
}

function fieldOf(path: string, value: unknown): { field: MappedField; spec: FieldSpec } {
  const where = `fields.${path}`;
  const keys = keysOf(path, where);
  const entry =
    typeof value === "string"
      ? { channel: value }
      : objectOf(value, where, ["channel", "scale", "offset", "unit", "doc"]);
  const { channel, unit, doc } = entry as { channel?: unknown; unit?: unknown; doc?: unknown };
  if (typeof channel !== "string" || channel === "") throw refuse(`${where}.channel`, "must be a name");
  if (unit !== undefined && !UNITS.includes(unit as Unit)) throw refuse(`${where}.unit`, "is not known");
  const known = findChannel(channel);
  if (known && unit !== undefined && unit !== known.unit)
    throw refuse(`${where}.unit`, `${channel} is in ${known.unit}; use scale and offset`);
  const { scale: s, offset: o } = entry as { scale?: unknown; offset?: unknown };
  const scale = numberOf(s, `${where}.scale`, 1);
  if (scale === 0) throw refuse(`${where}.scale`, "must not be 0");
  return {
    field: { path, keys, scale, offset: numberOf(o, `${where}.offset`, 0) },
    spec: {
      name: channel,
      unit: known?.unit ?? (unit as Unit | undefined) ?? "1",
      doc: typeof doc === "string" ? doc : `from \`${path}\``,
    },
  };
}

function refuseOverlap(paths: readonly string[]): void {
  const sorted = [...paths].map((p) => `${p}.`).sort();
  for (let i = 1; i < sorted.length; i++)
    if (sorted[i]!.startsWith(sorted[i - 1]!))
      throw refuse(`fields.${sorted[i]!.slice(0, -1)}`, `lies inside ${sorted[i - 1]!.slice(0, -1)}`);
}

/** Checks a mapping as a configuration file gives it; CodecError "malformed" names the setting at fault. */
export function createJsonMapping(config: JsonMappingConfig | unknown): JsonMapping {
  const { name = "mapped", fields: given, time } = objectOf(config, "mapping", ["name", "fields", "time"]);
  if (typeof name !== "string" || !/^[a-z0-9][a-z0-9-]*$/.test(name))
    throw refuse("mapping.name", "must be lower-case letters, digits and dashes");
  const entries = Object.entries(objectOf(given, "mapping.fields", undefined)).map(([p, v]) => fieldOf(p, v));
  if (entries.length < 1 || entries.length > MAX_FIELDS)
    throw refuse("mapping.fields", `needs 1 to ${MAX_FIELDS} entries`);
  const channels = new Set<string>();
  for (const { field, spec } of entries) {
    if (channels.has(spec.name)) throw refuse(`fields.${field.path}`, `${spec.name} comes twice`);
    channels.add(spec.name);
  }
  let timeOf: JsonMapping["time"];
  if (time !== undefined) {
    const t = objectOf(time, "mapping.time", ["path", "unit", "since"]);
    if (!TIME_UNITS.includes(t["unit"])) throw refuse("mapping.time.unit", "must be s, ms, us or iso");
    const since = t["since"] ?? "epoch";
    if (since !== "epoch" && since !== "boot") throw refuse("mapping.time.since", "must be epoch or boot");
    if (since === "boot" && t["unit"] === "iso")
      throw refuse("mapping.time.since", "iso is never since boot");
    timeOf = {
      keys: keysOf(t["path"], "mapping.time.path"),
      unit: t["unit"] as JsonTime["unit"],
      boot: since === "boot",
    };
  }
  refuseOverlap([...entries.map((e) => e.field.path), ...(timeOf ? [timeOf.keys.join(".")] : [])]);
  return {
    spec: {
      name: `json.${name}`,
      doc: "One JSON object whose fields a mapping turns into channels.",
      fields: entries.map((e) => e.spec),
    },
    fields: entries.map((e) => e.field),
    time: timeOf,
  };
}

const SPEED_UNITS = { "km/h": 1 / 3.6, "m/s": 1, mph: 0.44704, kn: 1852 / 3600 } as const;
export type SpeedUnit = keyof typeof SPEED_UNITS;
export const SPEED_UNIT_NAMES = Object.keys(SPEED_UNITS) as readonly SpeedUnit[];

/** Karts that publish `{"rpm":…,"motor_temp":…,"voltage":…,"current":…,"lat":…,"lng":…,"speed":…}`. */
export const kartJsonMapping = (speed: SpeedUnit = "km/h"): JsonMapping =>
  createJsonMapping({
    name: "kart",
    fields: {
      rpm: { channel: "motor.rpm", doc: "mechanical rpm, from `rpm`" },
      motor_temp: { channel: "motor.temp", doc: "from `motor_temp`, degC" },
      voltage: { channel: "battery.voltage", doc: "pack voltage, from `voltage`, V" },
      current: { channel: "battery.current", doc: "from `current`, A, positive while discharging" },
      lat: { channel: "gnss.lat", doc: "from `lat`, deg" },
      lng: { channel: "gnss.lon", doc: "from `lng`, deg" },
      speed: { channel: "gnss.speed", scale: SPEED_UNITS[speed], doc: `from \`speed\`, ${speed}` },
    },
  });
