import { CodecError, encodeUtf8, fromPlain, type PlainMessage, type Reading } from "@pitwall/core";
import { ubxFrame } from "../ubx-frame.ts";
import { type ConfigItem, valset } from "./ubx-config.ts";
import {
  CFG_VALSET,
  ESF_MEAS,
  ESF_MEAS_SENSORS_AT,
  ESF_RAW,
  ESF_RAW_SENSORS_AT,
  MON_VER,
  NAV_SAT,
  SAT_HEAD,
  SATELLITE,
  SENSORS,
} from "./ubx-lists.ts";

const UNKNOWN_ELEVATION_DEG = -91;
const COUNT_BITS = 11;

function satellite(r: Reading): Uint8Array {
  const payload = new Uint8Array(SAT_HEAD + SATELLITE.byteLength);
  const view = new DataView(payload.buffer);
  const row = r.values;
  view.setUint32(0, row[0] || 0, true);
  view.setUint8(4, 1);
  view.setUint8(5, 1);
  const hasElevation = Number.isFinite(row[4]!);
  SATELLITE.write(
    view,
    SAT_HEAD,
    Array.from(row.subarray(1), (x) => (Number.isNaN(x) ? 0 : x)),
  );
  if (!hasElevation) view.setInt8(SAT_HEAD + 3, UNKNOWN_ELEVATION_DEG);
  return ubxFrame(0x01, 0x35, payload);
}

/** Sensor words of the values that are there: 24 bits of data below the type. */
function words(name: string, r: Reading, firstAt: number): number[] {
  const out: number[] = [];
  SENSORS.forEach((s, i) => {
    const value = r.values[firstAt + i]!;
    if (Number.isNaN(value)) return;
    const raw = Math.round(value / s.scale);
    if (!(Math.abs(raw) < 0x80_0000))
      throw new CodecError("out-of-range", name, 0, `${s.field.name}=${value} does not fit 24 bits`);
    const data = s.ticks ? Math.abs(raw) | (raw < 0 ? 0x80_0000 : 0) : raw & 0xff_ffff;
    out.push(((s.type << 24) | data) >>> 0);
  });
  return out;
}

function measurements(r: Reading): Uint8Array {
  const data = words(ESF_MEAS.name, r, ESF_MEAS_SENSORS_AT);
  const view = new DataView(new ArrayBuffer(8 + 4 * data.length));
  const flags = (r.values[1] || 0) & ((1 << COUNT_BITS) - 1);
  view.setUint32(0, r.values[0] || 0, true);
  view.setUint16(4, flags | (data.length << COUNT_BITS), true);
  view.setUint16(6, r.values[2] || 0, true);
  data.forEach((w, i) => {
    view.setUint32(8 + 4 * i, w, true);
  });
  return ubxFrame(0x10, 0x02, new Uint8Array(view.buffer));
}

function raw(r: Reading): Uint8Array {
  const data = words(ESF_RAW.name, r, ESF_RAW_SENSORS_AT);
  const view = new DataView(new ArrayBuffer(4 + 8 * data.length));
  data.forEach((w, i) => {
    view.setUint32(4 + 8 * i, w, true);
    view.setUint32(8 + 8 * i, r.values[0] || 0, true);
  });
  return ubxFrame(0x10, 0x03, new Uint8Array(view.buffer));
}

function versions(r: Reading): Uint8Array {
  const text = (name: string) => r.texts?.[name] ?? "";
  const extensions = text("extensions") === "" ? [] : text("extensions").split("\n");
  const payload = new Uint8Array(40 + 30 * extensions.length);
  const put = (s: string, at: number, length: number) => {
    const bytes = encodeUtf8(s);
    if (bytes.length > length)
      throw new CodecError("out-of-range", MON_VER.name, at, `"${s}" is longer than ${length} bytes`);
    payload.set(bytes, at);
  };
  put(text("software"), 0, 30);
  put(text("hardware"), 30, 10);
  extensions.forEach((e, i) => {
    put(e, 40 + 30 * i, 30);
  });
  return ubxFrame(0x0a, 0x04, payload);
}

function setting(r: Reading): Uint8Array {
  const item: ConfigItem = { key: r.values[1] || 0, value: r.values[2] || 0 };
  return valset([item], r.values[0] || 0);
}

const WRITERS = new Map<string, [typeof NAV_SAT, (r: Reading) => Uint8Array]>([
  [NAV_SAT.name, [NAV_SAT, satellite]],
  [ESF_MEAS.name, [ESF_MEAS, measurements]],
  [ESF_RAW.name, [ESF_RAW, raw]],
  [MON_VER.name, [MON_VER, versions]],
  [CFG_VALSET.name, [CFG_VALSET, setting]],
]);

/** A list message with one entry; undefined for a message that is none. */
export function encodeList(message: PlainMessage): Uint8Array | undefined {
  const found = WRITERS.get(message.message);
  return found?.[1](fromPlain(message, found[0]));
}
