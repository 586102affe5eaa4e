import {
  CodecError,
  createTally,
  type DecodeContext,
  type Decoder,
  decodeUtf8,
  type Encoder,
  encodeUtf8,
  fromPlain,
  type MessageSpec,
  type PlainMessage,
  type Protocol,
  type ProtocolOptions,
  Reading,
} from "@pitwall/core";
import { formatIsoUs, parseIsoUs } from "./iso-time.ts";
import {
  createJsonMapping,
  type JsonMapping,
  kartJsonMapping,
  SPEED_UNIT_NAMES,
  type SpeedUnit,
} from "./json-mapping.ts";

export const MAX_JSON_BYTES = 64 * 1024;
/** Parsers recurse, and the stack of an on-board unit is small. */
export const MAX_JSON_DEPTH = 32;

const PLACE = "json";
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Offset of the bracket that opens one level too many; -1 where there is none. */
function tooDeepAt(bytes: Uint8Array): number {
  let depth = 0;
  let inText = false;
  for (let i = 0; i < bytes.length; i++) {
    const b = bytes[i]!;
    if (inText) {
      if (b === BACKSLASH) i++;
      else if (b === QUOTE) inText = false;
    } else if (b === QUOTE) inText = true;
    else if (b === 0x7b || b === 0x5b) {
      if (++depth > MAX_JSON_DEPTH) return i;
    } else if (b === 0x7d || b === 0x5d) depth--;
  }
  return -1;
}

function parse(bytes: Uint8Array): object {
  if (bytes.length > MAX_JSON_BYTES)
    throw new CodecError("bad-length", PLACE, 0, `${bytes.length} bytes, at most ${MAX_JSON_BYTES}`);
  const deep = tooDeepAt(bytes);
  if (deep >= 0)
    throw new CodecError("malformed", PLACE, deep, `nested deeper than ${MAX_JSON_DEPTH} levels`);
  const text = decodeUtf8(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CodecError("malformed", PLACE, 0, `no JSON: ${why.slice(0, 200)}`, { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new CodecError("malformed", PLACE, 0, "the JSON is no object");
  return value;
}

function valueAt(root: object, keys: readonly string[]): unknown {
  let at: unknown = root;
  for (const key of keys) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}

const kindOf = (value: unknown): string =>
  typeof value === "string"
    ? `the text "${value.slice(0, 40)}"`
    : Array.isArray(value)
      ? "a list"
      : typeof value === "object"
        ? "an object"
        : String(value);

const US = { s: 1e6, ms: 1e3, us: 1 } as const;

/** Microseconds of a time field; a text that says what is wrong with it otherwise. */
function timeUs(value: unknown, unit: "s" | "ms" | "us" | "iso"): number | string {
  if (unit === "iso") {
    const us = typeof value === "string" ? parseIsoUs(value) : Number.NaN;
    return Number.isNaN(us) ? `${kindOf(value)} is no ISO 8601 time with a zone` : us;
  }
  if (typeof value !== "number") return `${kindOf(value)} is no number`;
  const us = Math.round(value * US[unit]);
  return us >= 0 && us <= Number.MAX_SAFE_INTEGER ? us : `${value} ${unit} is no time`;
}

function createDecoder(mapping: JsonMapping, context: DecodeContext): Decoder {
  const tally = createTally(context);
  const reading = new Reading(mapping.spec);
  const place = (name: string) => mapping.spec.fields.findIndex((f) => f.name === name);
  const latAt = place("gnss.lat");
  const lonAt = place("gnss.lon");
  let offset = 0;

  function read(root: object, length: number): void {
    const refuse = (code: "malformed" | "out-of-range", reason: string) =>
      tally.problem({ code, offset, length, reason });
    const v = reading.clear().values;
    let found = false;
    for (let i = 0; i < mapping.fields.length; i++) {
      const { keys, path, scale, offset: bias } = mapping.fields[i]!;
      const raw = valueAt(root, keys);
      if (raw === undefined) continue;
      found = true;
      if (raw === null) continue;
      const x = typeof raw === "number" ? raw * scale + bias : Number.NaN;
      if (Number.isFinite(x)) v[i] = x;
      else if (typeof raw === "number") refuse("out-of-range", `${path}: ${raw}`);
      else refuse("malformed", `${path}: ${kindOf(raw)} is no number`);
    }
    checkPlace(v, refuse);
    const { time } = mapping;
    const stamp = time && valueAt(root, time.keys);
    if (time && stamp !== undefined && stamp !== null) {
      const us = timeUs(stamp, time.unit);
      if (typeof us === "string") refuse("malformed", `${time.keys.join(".")}: ${us}`);
      else if (time.boot) reading.bootUs = us;
      else reading.tUs = us;
    }
    if (found) tally.reading(reading);
    else tally.problem({ code: "unsupported", offset, length, reason: "no field of the mapping is in it" });
  }

  /** Units that have no fix send 0, 0, a place in the Atlantic; latitude or longitude 0 alone is a real one. */
  function checkPlace(v: Float64Array, refuse: (code: "out-of-range", reason: string) => void): void {
    const lat = v[latAt] ?? Number.NaN;
    const lon = v[lonAt] ?? Number.NaN;
    const outside = Math.abs(lat) > 90 || Math.abs(lon) > 180;
    if (outside) refuse("out-of-range", `position ${lat}, ${lon}`);
    if (!outside && !(lat === 0 && lon === 0)) return;
    if (latAt >= 0) v[latAt] = Number.NaN;
    if (lonAt >= 0) v[lonAt] = Number.NaN;
  }

  return {
    stats: tally.stats,
    push(bytes) {
      try {
        const root = parse(bytes);
        tally.stats.frames++;
        read(root, bytes.length);
      } catch (e) {
        if (!(e instanceof CodecError)) throw e;
        tally.problem({ code: e.code, offset: offset + e.offset, length: bytes.length, reason: e.message });
      }
      offset += bytes.length;
    },
    end() {},
  };
}

function put(root: Record<string, unknown>, keys: readonly string[], value: number | string): void {
  let at = root;
  for (const key of keys.slice(0, -1)) {
    if (!Object.hasOwn(at, key)) at[key] = Object.create(null);
    at = at[key] as Record<string, unknown>;
  }
  at[keys.at(-1)!] = value;
}

function encode(mapping: JsonMapping, message: PlainMessage): Uint8Array {
  if (message.message !== mapping.spec.name)
    throw new CodecError("unsupported", PLACE, 0, `no message "${message.message}"`);
  const { bootUs, tUs, values } = fromPlain(message, mapping.spec);
  const root: Record<string, unknown> = Object.create(null);
  const { fields, time } = mapping;
  if (time) {
    const us = time.boot ? bootUs : tUs;
    if (Number.isFinite(us)) put(root, time.keys, time.unit === "iso" ? formatIsoUs(us) : us / US[time.unit]);
  }
  for (let i = 0; i < fields.length; i++) {
    const f = fields[i]!;
    if (Number.isFinite(values[i]!)) put(root, f.keys, (values[i]! - f.offset) / f.scale);
  }
  return encodeUtf8(JSON.stringify(root));
}

/** The built-in mapping by name, or one as JSON text. */
function mappingOf(options: ProtocolOptions | undefined): JsonMapping | undefined {
  const { mapping, speedUnit } = options ?? {};
  if (typeof mapping === "string" && mapping !== "kart") {
    try {
      return createJsonMapping(JSON.parse(mapping));
    } catch (cause) {
      if (cause instanceof CodecError) throw cause;
      throw new CodecError("malformed", "json-mapping", 0, "the option `mapping` is no JSON", { cause });
    }
  }
  if (speedUnit === undefined) return undefined;
  if (!SPEED_UNIT_NAMES.includes(speedUnit as SpeedUnit))
    throw new CodecError("malformed", "json-mapping", 0, `speed unit "${speedUnit}"`);
  return kartJsonMapping(speedUnit as SpeedUnit);
}

/** JSON objects, one a packet, read through a mapping. */
export function createJsonProtocol(standard: JsonMapping): Protocol {
  const messages: readonly MessageSpec[] = [standard.spec];
  return {
    name: "json",
    title: "JSON objects of simple devices, through a field mapping",
    carrier: "packet",
    messages,
    options: {
      mapping: { doc: "`kart`, or a field mapping as JSON text", default: "kart" },
      speedUnit: { doc: "unit of the kart's `speed`", values: SPEED_UNIT_NAMES, default: "km/h" },
    },
    createDecoder: (context, options) => createDecoder(mappingOf(options) ?? standard, context),
    createEncoder: (options): Encoder => {
      const mapping = mappingOf(options) ?? standard;
      return { encode: (message) => encode(mapping, message) };
    },
  };
}

export const json: Protocol = createJsonProtocol(kartJsonMapping());
