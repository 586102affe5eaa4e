import {
  CodecError,
  createTally,
  type DecodeContext,
  type Decoder,
  type Encoder,
  fromPlain,
  type PlainMessage,
  type Protocol,
  Reading,
  requireUnsigned,
} from "@pitwall/core";
import { createJbdFramer, HEAD, jbdRead, jbdReply, READ, REFUSED, TAIL, WRITE } from "./framing.ts";
import {
  BASIC,
  BASIC_HEAD,
  CELL_ENTRY,
  CELLS,
  HARDWARE,
  MAX_CELLS,
  MAX_TEMPS,
  REGISTER,
  REQUEST,
  TEMP_ENTRY,
} from "./registers.ts";

const placeOf = (name: string) => BASIC.fields.findIndex((f) => f.name === name);
const SENSORS = placeOf("sensors");
const HOTTEST = placeOf("battery.temp");
const TEMP_1 = placeOf("temp1");
const ZERO_DEGC = 2731;
/** What a thermistor on a battery can read; an open or shorted one is far outside. */
const isTemp = (degC: number): boolean => degC > -50 && degC < 150;

function createDecoder(context: DecodeContext): Decoder {
  const tally = createTally(context);
  const basic = new Reading(BASIC);
  const cells = new Reading(CELLS);
  const hardware = new Reading(HARDWARE);
  const request = new Reading(REQUEST);

  function readBasic(view: DataView, start: number, end: number): void {
    if (end - start < BASIC_HEAD.byteLength)
      throw new CodecError("truncated", BASIC.name, end - start, `${end - start} bytes of data`);
    const v = basic.clear().values;
    BASIC_HEAD.read(view, start, v, 0);
    const sensors = v[SENSORS]!;
    const from = start + BASIC_HEAD.byteLength;
    if (from + 2 * sensors > end || sensors > MAX_TEMPS)
      throw new CodecError("malformed", BASIC.name, BASIC_HEAD.byteLength - 1, `${sensors} sensors`);
    let hottest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < sensors; i++) {
      const degC = (view.getUint16(from + 2 * i) - ZERO_DEGC) / 10;
      if (!isTemp(degC)) continue;
      v[TEMP_1 + i] = degC;
      if (degC > hottest) hottest = degC;
    }
    if (hottest > Number.NEGATIVE_INFINITY) v[HOTTEST] = hottest;
    tally.reading(basic);
  }

  function readCells(view: DataView, start: number, end: number): void {
    const n = (end - start) >> 1;
    if (n > MAX_CELLS) throw new CodecError("malformed", CELLS.name, 0, `${n} cells`);
    const v = cells.clear().values;
    for (let i = 0; i < n; i++) v[i] = view.getUint16(start + 2 * i) / 1000;
    tally.reading(cells);
  }

  function read(bytes: Uint8Array, view: DataView, start: number, end: number): void {
    const second = bytes[start + 1]!;
    if (second === READ || second === WRITE) {
      request.values[0] = bytes[start + 2]!;
      request.values[1] = second === WRITE ? 1 : 0;
      tally.reading(request);
      return;
    }
    if (bytes[start + 2] === REFUSED)
      throw new CodecError(
        "unsupported",
        "jbd",
        2,
        `register 0x${second.toString(16)} is refused by the BMS`,
      );
    const from = start + HEAD;
    const to = end - TAIL;
    if (second === REGISTER.basic) readBasic(view, from, to);
    else if (second === REGISTER.cells) readCells(view, from, to);
    else if (second === REGISTER.hardware) {
      let model = "";
      for (let i = from; i < to && bytes[i] !== 0; i++) model += String.fromCharCode(bytes[i]!);
      hardware.texts = model === "" ? {} : { model };
      tally.reading(hardware);
    }
  }

  const framer = createJbdFramer((bytes, view, start, end) => {
    tally.stats.frames++;
    try {
      read(bytes, view, start, end);
    } catch (e) {
      if (!(e instanceof CodecError)) throw e;
      const offset = framer.frameOffset + HEAD + e.offset;
      tally.problem({ code: e.code, offset, length: end - start, reason: e.message });
    }
  }, tally.problem);
  return { stats: tally.stats, push: (bytes) => framer.push(bytes), end: () => framer.end() };
}

function encodeBasic(message: PlainMessage): Uint8Array {
  const row = fromPlain(message, BASIC).values;
  const stated = row[SENSORS]!;
  let sensors = Number.isNaN(stated) ? 0 : stated;
  for (let i = 0; i < MAX_TEMPS; i++) if (!Number.isNaN(row[TEMP_1 + i]!) && i >= sensors) sensors = i + 1;
  row[SENSORS] = sensors;
  const data = new Uint8Array(BASIC_HEAD.byteLength + 2 * sensors);
  const view = new DataView(data.buffer);
  BASIC_HEAD.write(
    view,
    0,
    row.subarray(0, HOTTEST).map((x) => (Number.isNaN(x) ? 0 : x)),
  );
  for (let i = 0; i < sensors; i++) {
    const degC = row[TEMP_1 + i]!;
    if (!Number.isNaN(degC)) TEMP_ENTRY.write(view, BASIC_HEAD.byteLength + 2 * i, [degC]);
  }
  return jbdReply(REGISTER.basic, data);
}

function encodeCells(message: PlainMessage): Uint8Array {
  const row = fromPlain(message, CELLS).values;
  let n = MAX_CELLS;
  while (n > 0 && Number.isNaN(row[n - 1]!)) n--;
  const data = new Uint8Array(2 * n);
  const view = new DataView(data.buffer);
  for (let i = 0; i < n; i++) CELL_ENTRY.write(view, 2 * i, [row[i] || 0]);
  return jbdReply(REGISTER.cells, data);
}

function encode(message: PlainMessage): Uint8Array {
  if (message.message === BASIC.name) return encodeBasic(message);
  if (message.message === CELLS.name) return encodeCells(message);
  if (message.message === HARDWARE.name) {
    const model = fromPlain(message, HARDWARE).texts?.["model"] ?? "";
    return jbdReply(
      REGISTER.hardware,
      Uint8Array.from(model, (c) => c.charCodeAt(0)),
    );
  }
  if (message.message === REQUEST.name) {
    const [register = 0, write = 0] = fromPlain(message, REQUEST).values;
    if (write === 1) throw new CodecError("unsupported", REQUEST.name, 0, "registers are not written");
    return jbdRead(requireUnsigned(register, 8, REQUEST.name, "register"));
  }
  throw new CodecError("unsupported", "jbd", 0, `no message "${message.message}"`);
}

export const jbd: Protocol = {
  name: "jbd",
  title: "JBD and Xiaoxiang BMS on a serial line or Bluetooth",
  carrier: "stream",
  messages: [BASIC, CELLS, HARDWARE, REQUEST],
  layouts: [BASIC_HEAD],
  createFramer: createJbdFramer,
  createDecoder,
  createEncoder: (): Encoder => ({ encode }),
};
