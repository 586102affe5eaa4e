import {
  CodecError,
  createTally,
  type DecodeContext,
  type Decoder,
  type Encoder,
  fromPlain,
  type Layout,
  type PlainMessage,
  type Protocol,
  type ProtocolOptions,
  Reading,
  sumBytes,
} from "@pitwall/core";
import { createJkFramer, QUESTION, QUESTION_BYTES, REPLY } from "./framing.ts";
import {
  DEVICE,
  DEVICE_STARTS_AT,
  DEVICE_TEXTS,
  DEVICE_UPTIME_AT,
  FRAME_BYTES,
  REQUEST,
  STATUS_24,
  STATUS_32,
  withDerived,
} from "./status.ts";
import { isNarrow, isNarrowSoftware } from "./variant.ts";

const TYPE_AT = 4;
const STATUS = 2;
const DEVICE_INFO = 3;
const OPTIONS = {
  layout: {
    doc: "of the status; auto tells by its content, else by the software version the BMS has given",
    values: ["auto", "24", "32"],
    default: "auto",
  },
} as const;

function rowOf(layout: Layout) {
  const reading = new Reading(withDerived(layout));
  const at = (name: string) => reading.message.fields.findIndex((f) => f.name === name);
  return {
    layout,
    reading,
    cells: layout === STATUS_24 ? 24 : 32,
    at: {
      cell1: at("battery.cell.1.voltage"),
      mask: at("cellMask"),
      temps: ["temp1", "temp2", "temp3", "temp4", "temp5"].map(at).filter((i) => i >= 0),
      sensors: at("sensors"),
      switchTemp: at("switchTemp"),
      current: at("battery.current"),
      power: at("power"),
      signed: at("battery.power"),
      hottest: at("battery.temp"),
    },
  };
}
type Row = ReturnType<typeof rowOf>;

/** What is not fitted is absent. */
function dropAbsent({ at, cells }: Row, v: Float64Array): void {
  const mask = v[at.mask]!;
  for (let i = 0; i < cells; i++) if (((mask >>> i) & 1) === 0) v[at.cell1 + i] = Number.NaN;
  if (at.sensors < 0) return;
  const sensors = v[at.sensors]!;
  if ((sensors & 1) === 0) v[at.switchTemp] = Number.NaN;
  const [, , third = 0, fourth = 0] = at.temps;
  // models without the sensors 3 to 5 leave 3 and 4 at 0 and have something else in the place of 5
  const hasLate = v[third] !== 0 || v[fourth] !== 0;
  for (let i = 0; i < at.temps.length; i++)
    if (((sensors >> (i + 1)) & 1) === 0 || (i >= 2 && !hasLate)) v[at.temps[i]!] = Number.NaN;
}

function createDecoder(context: DecodeContext, options: ProtocolOptions = {}): Decoder {
  const tally = createTally(context);
  const wide = rowOf(STATUS_32);
  const narrow = rowOf(STATUS_24);
  const device = new Reading(DEVICE);
  const request = new Reading(REQUEST);
  const fixed = String(options["layout"] ?? OPTIONS.layout.default);
  let bySoftware: boolean | undefined;

  function readStatus(view: DataView, start: number): void {
    const isOld = fixed === "auto" ? (isNarrow(view, start) ?? bySoftware) : fixed === "24";
    const row = isOld ? narrow : wide;
    const v = row.reading.values;
    row.layout.read(view, start, v, 0);
    dropAbsent(row, v);
    v[row.at.signed] = v[row.at.current]! < 0 ? -v[row.at.power]! : v[row.at.power]!;
    let hottest = Number.NaN;
    for (let i = 0; i < row.at.temps.length; i++) {
      const x = v[row.at.temps[i]!]!;
      if (!Number.isNaN(x) && !(x <= hottest)) hottest = x;
    }
    v[row.at.hottest] = hottest;
    tally.reading(row.reading);
  }

  function readDevice(b: Uint8Array, view: DataView, start: number): void {
    device.values[0] = view.getUint32(start + DEVICE_UPTIME_AT, true);
    device.values[1] = view.getUint32(start + DEVICE_STARTS_AT, true);
    const texts: Record<string, string> = {};
    for (const [name, at, length] of DEVICE_TEXTS) {
      let text = "";
      for (let i = start + at; i < start + at + length && b[i] !== 0; i++) text += String.fromCharCode(b[i]!);
      if (text !== "") texts[name] = text;
    }
    device.texts = texts;
    bySoftware = isNarrowSoftware(texts["software"] ?? "");
    tally.reading(device);
  }

  const framer = createJkFramer((bytes, view, start, end) => {
    tally.stats.frames++;
    const type = bytes[start + TYPE_AT];
    if (end - start === FRAME_BYTES) {
      if (type === STATUS) readStatus(view, start);
      else if (type === DEVICE_INFO) readDevice(bytes, view, start);
    } else if (end - start === QUESTION_BYTES && (type as number) in REQUEST.fields[0]!.labels!) {
      request.values[0] = type!;
      tally.reading(request);
    }
  }, tally.problem);
  return { stats: tally.stats, push: (bytes) => framer.push(bytes), end: () => framer.end() };
}

const seal = (out: Uint8Array): Uint8Array => {
  out[out.length - 1] = sumBytes(out, 0, out.length - 1);
  return out;
};
function reply(type: number): Uint8Array {
  const out = new Uint8Array(FRAME_BYTES);
  out.set([...REPLY, type]);
  return out;
}

function encodeStatus(message: PlainMessage, layout: Layout): Uint8Array {
  const row = rowOf(layout);
  const { at } = row;
  const values = fromPlain(message, row.reading.message).values;
  let mask = 0;
  let sum = 0;
  let n = 0;
  for (let i = 0; i < row.cells; i++) {
    const x = values[at.cell1 + i]!;
    if (Number.isNaN(x)) continue;
    mask += 2 ** i;
    sum += x;
    n++;
  }
  if (Number.isNaN(values[at.mask]!)) values[at.mask] = mask;
  const mean = row.reading.message.fields.findIndex((f) => f.name === "meanCell");
  if (Number.isNaN(values[mean]!) && n > 0) values[mean] = sum / n;
  if (at.sensors >= 0 && Number.isNaN(values[at.sensors]!)) values[at.sensors] = 0xff;
  if (Number.isNaN(values[at.power]!) && !Number.isNaN(values[at.signed]!))
    values[at.power] = Math.abs(values[at.signed]!);
  const wires = layout.fields.filter((f) => !f.name.startsWith("_"));
  const filled = wires.map((f, i) =>
    Number.isNaN(values[i]!) && f.missing === undefined ? (f.bias ?? 0) : values[i]!,
  );
  const out = new Uint8Array(FRAME_BYTES);
  layout.write(new DataView(out.buffer), 0, filled);
  out.set([...REPLY, STATUS]);
  return seal(out);
}

function encodeDevice(message: PlainMessage): Uint8Array {
  const r = fromPlain(message, DEVICE);
  const out = reply(DEVICE_INFO);
  const view = new DataView(out.buffer);
  view.setUint32(DEVICE_UPTIME_AT, r.values[0] || 0, true);
  view.setUint32(DEVICE_STARTS_AT, r.values[1] || 0, true);
  for (const [name, at, length] of DEVICE_TEXTS) {
    const text = r.texts?.[name] ?? "";
    for (let i = 0; i < Math.min(text.length, length); i++) out[at + i] = text.charCodeAt(i);
  }
  return seal(out);
}

function encode(message: PlainMessage): Uint8Array {
  if (message.message === STATUS_32.name) return encodeStatus(message, STATUS_32);
  if (message.message === STATUS_24.name) return encodeStatus(message, STATUS_24);
  if (message.message === DEVICE.name) return encodeDevice(message);
  if (message.message === REQUEST.name) {
    const command = fromPlain(message, REQUEST).values[0]!;
    if (!(command in REQUEST.fields[0]!.labels!))
      throw new CodecError("unsupported", REQUEST.name, 0, `command ${command} does more than read`);
    const out = new Uint8Array(QUESTION_BYTES);
    out.set([...QUESTION, command]);
    return seal(out);
  }
  throw new CodecError("unsupported", "jk", 0, `no message "${message.message}"`);
}

export const jk: Protocol = {
  name: "jk",
  title: "JK (Jikong) BMS on Bluetooth",
  carrier: "stream",
  messages: [withDerived(STATUS_32), withDerived(STATUS_24), DEVICE, REQUEST],
  options: OPTIONS,
  createFramer: createJkFramer,
  createDecoder,
  createEncoder: (): Encoder => ({ encode }),
};
