import { CodecError, fromHex, fromPlain, type PlainMessage, requireUnsigned } from "@pitwall/core";
import { BMS_VALUES, writeBmsValues } from "./bms-values.ts";
import { NO_SENSOR_DEGC } from "./temperature.ts";
import { COMM, FIRMWARE, REQUEST, SETUP_VALUES, VALUES, type ValueSet } from "./values.ts";

const join = (...parts: readonly ArrayLike<number>[]): Uint8Array => {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
};
const u32 = (x: number) => [x >>> 24, (x >>> 16) & 0xff, (x >>> 8) & 0xff, x & 0xff];

function encodeValues(set: ValueSet, row: Float64Array, isSelective: boolean): Uint8Array {
  const isPresent = set.segments.map(({ layout, first }) =>
    layout.spec.fields.some((_, i) => !Number.isNaN(row[first + i]!)),
  );
  const last = isPresent.lastIndexOf(true);
  const count = isSelective ? set.segments.length : Math.max(set.least, last + 1);
  let mask = 0;
  const parts: Uint8Array[] = [];
  for (let bit = 0; bit < count; bit++) {
    if (isSelective && !isPresent[bit]) continue;
    mask |= 1 << bit;
    const { layout, first } = set.segments[bit]!;
    const values = layout.spec.fields.map((f, i) => {
      const x = row[first + i]!;
      if (!Number.isNaN(x)) return x;
      return f.unit === "degC" ? NO_SENSOR_DEGC : 0;
    });
    const part = new Uint8Array(layout.byteLength);
    layout.write(new DataView(part.buffer), 0, values);
    parts.push(part);
  }
  return isSelective ? join([set.selectiveCommand], u32(mask), ...parts) : join([set.command], ...parts);
}

function encodeRequest(message: PlainMessage, onCan: boolean): Uint8Array {
  const [command = Number.NaN, mask = Number.NaN, controller = Number.NaN] = fromPlain(
    message,
    REQUEST,
  ).values;
  if (!(command in REQUEST.fields[0]!.labels!))
    throw new CodecError("unsupported", REQUEST.name, 0, `command ${command} is no question`);
  const isSelective = command === COMM.valuesSelective || command === COMM.setupValuesSelective;
  const forward =
    Number.isNaN(controller) || onCan
      ? []
      : [COMM.forwardCan, requireUnsigned(controller, 8, REQUEST.name, "controller")];
  return join(forward, [command], isSelective ? u32(Number.isNaN(mask) ? 0xffff_ffff : mask) : []);
}

function encodeFirmware(message: PlainMessage): Uint8Array {
  const r = fromPlain(message, FIRMWARE);
  const text = [...(r.texts?.["hardware"] ?? "")].map((c) => c.charCodeAt(0));
  const uuid = r.texts?.["uuid"];
  return join(
    [COMM.firmware, r.values[0]!, r.values[1]!],
    text,
    [0],
    uuid === undefined ? [] : fromHex(uuid),
  );
}

/** A payload, command byte first; undefined for a message that is no payload. */
export function encodePayload(message: PlainMessage, onCan: boolean): Uint8Array | undefined {
  for (const set of [VALUES, SETUP_VALUES])
    for (const spec of [set.spec, set.selectiveSpec])
      if (message.message === spec.name)
        return encodeValues(set, fromPlain(message, spec).values, spec === set.selectiveSpec);
  if (message.message === REQUEST.name) return encodeRequest(message, onCan);
  if (message.message === FIRMWARE.name) return encodeFirmware(message);
  if (message.message === BMS_VALUES.name)
    return join([COMM.bmsValues], writeBmsValues(fromPlain(message, BMS_VALUES).values));
  return undefined;
}

/** Messages whose payload `encodePayload` makes. */
export const PAYLOAD_MESSAGES = [
  VALUES.spec,
  VALUES.selectiveSpec,
  SETUP_VALUES.spec,
  SETUP_VALUES.selectiveSpec,
  BMS_VALUES,
  FIRMWARE,
  REQUEST,
];
