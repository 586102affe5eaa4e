import { CodecError, fromPlain, type PlainMessage, Reading } from "@pitwall/core";
import {
  BALANCE,
  CELLS,
  CELLS_A_FRAME,
  COMMAND,
  createDalyPackets,
  DATA_BYTES,
  type DalyPacket,
  MAX_CELLS,
  MAX_TEMPS,
  TEMPS,
  TEMPS_A_FRAME,
} from "./packets.ts";

const TEMP_ZERO = 40;
/** Unused sensors are sent as 0 or as 0xFF. */
const NO_SENSOR = 0xff;

/** One BMS: how many cells and sensors it said it has (NaN before that), and lists under way. */
type Unit = {
  readonly address: number;
  cells: number;
  sensors: number;
  readonly cellList: List;
  readonly tempList: List;
};
type List = { readonly reading: Reading; frames: number };

/** Turns replies, however they came, into readings. */
export function createReplies(chargePositive: boolean, emit: (r: Reading) => void) {
  const packets: ({ packet: DalyPacket; reading: Reading } | undefined)[] = [];
  for (const packet of createDalyPackets(chargePositive))
    packets[packet.command] = { packet, reading: new Reading(packet.spec) };
  const balance = new Reading(BALANCE);
  const units: Unit[] = [];

  function unitOf(address: number): Unit {
    for (const u of units) if (u.address === address) return u;
    const unit: Unit = {
      address,
      cells: Number.NaN,
      sensors: Number.NaN,
      cellList: { reading: new Reading(CELLS), frames: 0 },
      tempList: { reading: new Reading(TEMPS), frames: 0 },
    };
    units.push(unit);
    return unit;
  }

  function giveOut(list: List): void {
    if (list.frames > 0) emit(list.reading);
    list.frames = 0;
    list.reading.clear();
  }

  /** A frame of a list; one that does not continue gives out what came before it. */
  function listFrame(unit: Unit, command: number, view: DataView, at: number): void {
    const isCells = command === COMMAND.cells;
    const list = isCells ? unit.cellList : unit.tempList;
    const size = isCells ? CELLS_A_FRAME : TEMPS_A_FRAME;
    const most = isCells ? MAX_CELLS : MAX_TEMPS;
    const frame = view.getUint8(at);
    if (frame < 1 || frame > most / size)
      throw new CodecError("malformed", isCells ? CELLS.name : TEMPS.name, 0, `frame ${frame}`);
    if (frame <= list.frames) giveOut(list);
    list.frames = frame;
    const v = list.reading.values;
    v[0] = unit.address;
    const known = isCells ? unit.cells : unit.sensors;
    const first = (frame - 1) * size;
    for (let i = 0; i < size; i++) {
      if (first + i >= known) break;
      const raw = isCells ? view.getUint16(at + 1 + 2 * i) : view.getUint8(at + 1 + i);
      const isThere = raw !== 0 && (isCells || raw !== NO_SENSOR);
      if (isThere) v[1 + first + i] = isCells ? raw / 1000 : raw - TEMP_ZERO;
    }
    if (first + size >= known) giveOut(list);
  }

  return {
    /** Eight bytes of data at `at`. Throws CodecError. */
    read(command: number, address: number, view: DataView, at: number): void {
      const unit = unitOf(address);
      if (command !== COMMAND.cells) giveOut(unit.cellList);
      if (command !== COMMAND.temps) giveOut(unit.tempList);
      const known = packets[command];
      if (known) {
        const v = known.reading.values;
        v[0] = address;
        known.packet.layout.read(view, at, v, 1);
        if (command === COMMAND.status) {
          unit.cells = v[1]!;
          unit.sensors = v[2]!;
        }
        emit(known.reading);
      } else if (command === COMMAND.cells || command === COMMAND.temps) listFrame(unit, command, view, at);
      else if (command === COMMAND.balance) {
        balance.values[0] = address;
        balance.values[1] = view.getUint32(at, true) + view.getUint16(at + 4, true) * 2 ** 32;
        emit(balance);
      }
    },
    end(): void {
      for (const unit of units) {
        giveOut(unit.cellList);
        giveOut(unit.tempList);
      }
    },
  };
}

const or0 = (x: number): number => (Number.isNaN(x) ? 0 : x);

function listReplies(message: PlainMessage, isCells: boolean): Uint8Array[] {
  const row = fromPlain(message, isCells ? CELLS : TEMPS).values.subarray(1);
  const size = isCells ? CELLS_A_FRAME : TEMPS_A_FRAME;
  let count = row.length;
  while (count > 0 && Number.isNaN(row[count - 1]!)) count--;
  return Array.from({ length: Math.ceil(count / size) }, (_, f) => {
    const data = new Uint8Array(DATA_BYTES);
    const view = new DataView(data.buffer);
    data[0] = f + 1;
    for (let i = 0; i < size; i++) {
      const x = row[f * size + i] ?? Number.NaN;
      const raw = Number.isNaN(x) ? 0 : isCells ? Math.round(x * 1000) : Math.round(x) + TEMP_ZERO;
      if (raw < 0 || raw > (isCells ? 0xffff : 0xff))
        throw new CodecError("out-of-range", message.message, 1 + i, `${x} does not fit`);
      if (isCells) view.setUint16(1 + 2 * i, raw);
      else data[1 + i] = raw;
    }
    return data;
  });
}

/** Command and data of the replies that make up a message; undefined for one that is no reply. */
export function encodeReplies(
  message: PlainMessage,
  chargePositive: boolean,
): { readonly command: number; readonly data: readonly Uint8Array[] } | undefined {
  if (message.message === CELLS.name) return { command: COMMAND.cells, data: listReplies(message, true) };
  if (message.message === TEMPS.name) return { command: COMMAND.temps, data: listReplies(message, false) };
  const data = new Uint8Array(DATA_BYTES);
  const view = new DataView(data.buffer);
  if (message.message === BALANCE.name) {
    const mask = or0(fromPlain(message, BALANCE).values[1]!);
    view.setUint32(0, mask % 2 ** 32, true);
    view.setUint16(4, Math.floor(mask / 2 ** 32), true);
    return { command: COMMAND.balance, data: [data] };
  }
  const packet = createDalyPackets(chargePositive).find((p) => p.spec.name === message.message);
  if (!packet) return undefined;
  // what is absent is sent as 0; a current of 0 is not the raw value 0, so this happens to the value
  packet.layout.write(view, 0, fromPlain(message, packet.spec).values.slice(1).map(or0));
  return { command: packet.command, data: [data] };
}
