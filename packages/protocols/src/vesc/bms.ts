import {
  type CanFrame,
  CodecError,
  canRecord,
  createCanDecoder,
  type DecodeContext,
  type Decoder,
  dropInfinite,
  type Encoder,
  fromPlain,
  type MessageSpec,
  type PlainMessage,
  type Protocol,
  Reading,
  requireUnsigned,
} from "@pitwall/core";
import {
  BALANCE,
  BMS_PACKET,
  BMS_PACKETS,
  CELL_ENTRY,
  CELLS,
  HUMIDITY,
  MAX_CELLS,
  MAX_TEMPS,
  STATUS_TEXT,
  TEMP_ENTRY,
  TEMPS,
} from "./bms-packets.ts";
import { NO_SENSOR_DEGC, sensorDegC } from "./temperature.ts";

const TEXT_PIECES = BMS_PACKET.statusLast - BMS_PACKET.statusFirst + 1;
/** Lists that come in pieces of three: u8 first, u8 number of all, then i16. */
const LISTS = [
  { command: BMS_PACKET.cells, spec: CELLS, entry: CELL_ENTRY, per: 1000, most: MAX_CELLS, isTemp: false },
  { command: BMS_PACKET.temps, spec: TEMPS, entry: TEMP_ENTRY, per: 100, most: MAX_TEMPS, isTemp: true },
] as const;

type List = { readonly reading: Reading; next: number };
type Bms = { readonly lists: readonly List[]; readonly text: string[]; nextText: number };

function createDecoder(context: DecodeContext): Decoder {
  let flush = () => {};
  const decoder = createCanDecoder(context, (emit, problem) => {
    const packets: ({ packet: (typeof BMS_PACKETS)[number]; reading: Reading } | undefined)[] = [];
    for (const packet of BMS_PACKETS) packets[packet.command] = { packet, reading: new Reading(packet.spec) };
    const humidity = new Reading(HUMIDITY.spec);
    const balance = new Reading(BALANCE);
    const status = new Reading(STATUS_TEXT);
    const units = new Map<number, Bms>();

    function unit(controller: number): Bms {
      let bms = units.get(controller);
      if (!bms) {
        const lists = LISTS.map((l) => ({ reading: new Reading(l.spec), next: 0 }));
        bms = { lists, text: [], nextText: 0 };
        units.set(controller, bms);
      }
      return bms;
    }

    function giveOut(list: List): void {
      if (list.next > 0) emit(list.reading);
      list.reading.clear();
      list.next = 0;
    }

    function listFrame(at: number, frame: CanFrame, view: DataView, controller: number): void {
      const { per, most, isTemp, spec } = LISTS[at]!;
      const list = unit(controller).lists[at]!;
      const first = frame.data[0]!;
      const all = frame.data[1]!;
      const count = (frame.length - 2) >> 1;
      if (all > most || first + count > all)
        throw new CodecError(
          "malformed",
          spec.name,
          5,
          `values ${first} to ${first + count} of ${all}, at most ${most}`,
        );
      if (first < list.next) giveOut(list);
      const v = list.reading.values;
      v[0] = controller;
      for (let i = 0; i < count; i++) {
        const x = view.getInt16(2 + 2 * i) / per;
        v[1 + first + i] = isTemp ? sensorDegC(x) : x;
      }
      list.next = first + count;
      if (list.next >= all) giveOut(list);
    }

    function textFrame(piece: number, frame: CanFrame, controller: number): void {
      const bms = unit(controller);
      if (piece === 0) bms.text.length = 0;
      else if (piece !== bms.nextText) {
        bms.nextText = 0;
        throw new CodecError(
          "out-of-sequence",
          STATUS_TEXT.name,
          0,
          `piece ${piece + 1} without those before it`,
        );
      }
      let text = "";
      for (let i = 0; i < frame.length && frame.data[i] !== 0; i++)
        text += String.fromCharCode(frame.data[i]!);
      bms.text.push(text);
      bms.nextText = piece + 1;
      if (bms.nextText < TEXT_PIECES) return;
      bms.nextText = 0;
      status.values[0] = controller;
      const whole = bms.text.join("");
      status.texts = whole === "" ? {} : { status: whole };
      emit(status);
    }

    function otherFrame(command: number, frame: CanFrame, view: DataView, controller: number): void {
      if (command === BMS_PACKET.humidity) {
        need(frame, 6, HUMIDITY.spec.name);
        HUMIDITY.layout.read(view, 0, humidity.values, 1);
        humidity.values[0] = controller;
        if (frame.length < 8) humidity.values[4] = Number.NaN;
        emit(humidity);
      } else if (command === BMS_PACKET.balance) {
        need(frame, 8, BALANCE.name);
        const v = balance.values;
        v[0] = controller;
        v[1] = frame.data[0]!;
        v[2] = (view.getUint32(0) & 0x000f_ffff) * 2 ** 32 + view.getUint32(4);
        emit(balance);
      } else if (command >= BMS_PACKET.statusFirst && command <= BMS_PACKET.statusLast)
        textFrame(command - BMS_PACKET.statusFirst, frame, controller);
      else
        for (let i = 0; i < LISTS.length; i++)
          if (LISTS[i]!.command === command) {
            need(frame, 2, LISTS[i]!.spec.name);
            listFrame(i, frame, view, controller);
          }
    }

    flush = () => {
      for (const bms of units.values()) for (const list of bms.lists) giveOut(list);
    };

    return (frame, view) => {
      if (!frame.extended || frame.remote || frame.error) return;
      const command = frame.id >>> 8;
      const controller = frame.id & 0xff;
      const known = packets[command];
      if (!known) return otherFrame(command, frame, view, controller);
      need(frame, known.packet.layout.byteLength, known.packet.spec.name);
      const v = known.reading.values;
      v[0] = controller;
      known.packet.layout.read(view, 0, v, 1);
      const bad = dropInfinite(v);
      if (bad >= 0) {
        const reason = `${known.packet.spec.fields[bad]!.name} is infinite`;
        problem({ code: "out-of-range", offset: 0, length: frame.length, reason });
      }
      emit(known.reading);
    };
  });
  return {
    ...decoder,
    end() {
      flush();
    },
  };
}

function need(frame: CanFrame, bytes: number, what: string): void {
  if (frame.length < bytes)
    throw new CodecError("bad-length", what, 5, `${frame.length} bytes of data, needs ${bytes}`);
}

function fixedFrame(message: PlainMessage): Uint8Array | undefined {
  const packet = [...BMS_PACKETS, HUMIDITY].find((p) => p.spec.name === message.message);
  if (!packet) return undefined;
  const row = fromPlain(message, packet.spec).values;
  const data = new Uint8Array(packet.layout.byteLength);
  const values = row.slice(1).map((x) => (Number.isNaN(x) ? 0 : x));
  packet.layout.write(new DataView(data.buffer), 0, values);
  const isShort = packet === HUMIDITY && Number.isNaN(row[4]!);
  return record(packet.command, row[0]!, isShort ? data.subarray(0, 6) : data);
}

const record = (command: number, controller: number, data: Uint8Array): Uint8Array =>
  canRecord((command << 8) | requireUnsigned(controller || 0, 8, "vesc-bms", "controller"), true, data);

function listFrames(message: PlainMessage, { command, spec, entry }: (typeof LISTS)[number]): Uint8Array[] {
  const [controller = 0, ...values] = fromPlain(message, spec as MessageSpec).values;
  let all = values.length;
  while (all > 0 && Number.isNaN(values[all - 1]!)) all--;
  const frames: Uint8Array[] = [];
  for (let first = 0; first < all; first += 3) {
    const part = values.slice(first, Math.min(first + 3, all));
    const data = new Uint8Array(2 + 2 * part.length);
    data.set([first, all]);
    const view = new DataView(data.buffer);
    part.forEach((x, i) => {
      entry.write(view, 2 + 2 * i, [Number.isNaN(x) ? NO_SENSOR_DEGC : x]);
    });
    frames.push(record(command, controller, data));
  }
  return frames;
}

function encodeFrames(message: PlainMessage): Uint8Array[] {
  const fixed = fixedFrame(message);
  if (fixed) return [fixed];
  const list = LISTS.find((l) => l.spec.name === message.message);
  if (list) return listFrames(message, list);
  if (message.message === BALANCE.name) {
    const [controller = 0, cells = 0, mask = 0] = fromPlain(message, BALANCE).values;
    const data = new Uint8Array(8);
    const view = new DataView(data.buffer);
    view.setUint32(0, Math.floor(mask / 2 ** 32));
    view.setUint32(4, mask % 2 ** 32);
    view.setUint8(0, requireUnsigned(cells, 8, BALANCE.name, "cells"));
    return [record(BMS_PACKET.balance, controller, data)];
  }
  if (message.message === STATUS_TEXT.name) {
    const r = fromPlain(message, STATUS_TEXT);
    const text = r.texts?.["status"] ?? "";
    return Array.from({ length: TEXT_PIECES }, (_, piece) => {
      const data = Uint8Array.from({ length: 8 }, (_, i) => text.charCodeAt(piece * 8 + i) || 0);
      return record(BMS_PACKET.statusFirst + piece, r.values[0]!, data);
    });
  }
  throw new CodecError("unsupported", "vesc-bms", 0, `no message "${message.message}"`);
}

function encode(message: PlainMessage): Uint8Array {
  const frames = encodeFrames(message);
  if (frames.length === 1) return frames[0]!;
  throw new CodecError("unsupported", message.message, 0, `takes ${frames.length} frames: use encodeFrames`);
}

export const vescBms: Protocol = {
  name: "vesc-bms",
  title: "VESC BMS on CAN",
  carrier: "can",
  messages: [...BMS_PACKETS.map((p) => p.spec), HUMIDITY.spec, CELLS, TEMPS, BALANCE, STATUS_TEXT],
  layouts: [...BMS_PACKETS, HUMIDITY].map((p) => p.layout),
  createDecoder,
  createEncoder: (): Encoder => ({ encode, encodeFrames }),
};
