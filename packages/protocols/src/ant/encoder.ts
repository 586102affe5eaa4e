import {
  CodecError,
  type Encoder,
  fromPlain,
  type Layout,
  type PlainMessage,
  type ProtocolOptions,
  requireUnsigned,
  sumBytes,
} from "@pitwall/core";
import { MAX_CELLS, OPEN_DEGC } from "./fields.ts";
import { antFrame, DEVICE_BYTES, DEVICE_REGISTER, FUNCTION, OLD_QUESTION, OLD_SYNC_WORD } from "./framing.ts";
import { DEVICE, NEW_HEAD, NEW_TEMPS, newSpec, newTail, REQUEST } from "./new-status.ts";
import { oldSpec, oldStatus } from "./old-status.ts";
import { signOf } from "./options.ts";

const OLD_FUNCTIONS = [0x5a, 0xdb];
/** What stands behind the checksum of the device reply of real models. */
const DEVICE_REST = [0xff, 0x0b, 0, 0, 0x41, 0xf2];

/** What is absent goes as an open sensor or 0, where the layout has no mark of its own. */
function filled(l: Layout, row: ArrayLike<number>, from: number): number[] {
  const values = l.fields.filter((f) => !f.name.startsWith("_"));
  return values.map((f, i) => {
    const x = row[from + i]!;
    if (!Number.isNaN(x) || f.missing !== undefined) return x;
    return f.unit === "degC" ? OPEN_DEGC : 0;
  });
}

/** How many of the values from `at` on are there, counted to the last one, and at least what the frame itself says. */
function countOf(row: Float64Array, at: number, most: number, stated: number): number {
  let n = most;
  while (n > 0 && Number.isNaN(row[at + n - 1]!)) n--;
  return Math.max(n, Number.isNaN(stated) ? 0 : Math.min(stated, most));
}

function encodeOld(message: PlainMessage, sign: number): Uint8Array {
  const l = oldStatus(sign);
  const spec = oldSpec(l);
  const row = fromPlain(message, spec).values;
  const at = (name: string) => spec.fields.findIndex((f) => f.name === name);
  row[at("cells")] = countOf(row, at("battery.cell.1.voltage"), MAX_CELLS, row[at("cells")]!);
  const out = new Uint8Array(l.byteLength);
  const view = new DataView(out.buffer);
  l.write(view, 0, filled(l, row, 0));
  view.setUint32(0, OLD_SYNC_WORD);
  view.setUint16(l.byteLength - 2, sumBytes(out, 4, l.byteLength - 2) & 0xffff);
  return out;
}

function encodeNew(message: PlainMessage, sign: number): Uint8Array {
  const tail = newTail(sign);
  const spec = newSpec(tail);
  const row = fromPlain(message, spec).values;
  const at = (name: string) => spec.fields.findIndex((f) => f.name === name);
  const cell1 = at("battery.cell.1.voltage");
  const temp1 = at("temp1");
  const cells = countOf(row, cell1, MAX_CELLS, row[at("cells")]!);
  const sensors = countOf(row, temp1, NEW_TEMPS, row[at("sensors")]!);
  row[at("cells")] = cells;
  row[at("sensors")] = sensors;
  const data = new Uint8Array(NEW_HEAD.byteLength + 2 * (cells + sensors) + tail.byteLength);
  const view = new DataView(data.buffer);
  NEW_HEAD.write(view, 0, filled(NEW_HEAD, row, 0));
  let p = NEW_HEAD.byteLength;
  for (let i = 0; i < cells; i++, p += 2) {
    const raw = Math.round((row[cell1 + i] || 0) * 1000);
    view.setUint16(p, requireUnsigned(raw, 16, spec.name, `battery.cell.${i + 1}.voltage`), true);
  }
  for (let i = 0; i < sensors; i++, p += 2) {
    const degC = row[temp1 + i]!;
    view.setInt16(p, Number.isNaN(degC) ? OPEN_DEGC : Math.round(degC), true);
  }
  tail.write(view, p, filled(tail, row, NEW_HEAD.spec.fields.length));
  return antFrame(FUNCTION.status, 0, data.length, data);
}

function encodeRequest(message: PlainMessage): Uint8Array {
  const [fn = 0, register = Number.NaN, length = Number.NaN] = fromPlain(message, REQUEST).values;
  if (OLD_FUNCTIONS.includes(fn)) {
    const out = new Uint8Array(OLD_QUESTION);
    out.set([fn, fn]);
    return out;
  }
  if (fn !== FUNCTION.readStatus && fn !== FUNCTION.read)
    throw new CodecError("unsupported", REQUEST.name, 0, `function ${fn} does more than read`);
  const isStatus = fn === FUNCTION.readStatus;
  return antFrame(
    fn,
    requireUnsigned(
      Number.isNaN(register) ? (isStatus ? 0 : DEVICE_REGISTER) : register,
      16,
      REQUEST.name,
      "register",
    ),
    requireUnsigned(
      Number.isNaN(length) ? (isStatus ? 0xbe : DEVICE_BYTES) : length,
      8,
      REQUEST.name,
      "length",
    ),
  );
}

function encodeDevice(message: PlainMessage): Uint8Array {
  const { hardware = "", software = "" } = fromPlain(message, DEVICE).texts ?? {};
  const data = new Uint8Array(DEVICE_BYTES);
  [hardware, software].forEach((text, k) => {
    for (let i = 0; i < Math.min(text.length, DEVICE_BYTES / 2); i++) data[k * 16 + i] = text.charCodeAt(i);
  });
  return antFrame(FUNCTION.registers, DEVICE_REGISTER, DEVICE_BYTES, data, DEVICE_REST);
}

export function createEncoder(options?: ProtocolOptions): Encoder {
  const sign = signOf(options);
  return {
    encode(message) {
      if (message.message === "ant.status-old") return encodeOld(message, sign);
      if (message.message === "ant.status") return encodeNew(message, sign);
      if (message.message === REQUEST.name) return encodeRequest(message);
      if (message.message === DEVICE.name) return encodeDevice(message);
      throw new CodecError("unsupported", "ant", 0, `no message "${message.message}"`);
    },
  };
}
