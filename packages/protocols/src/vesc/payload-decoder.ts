import { CodecError, dropInfinite, Reading, toHex } from "@pitwall/core";
import { BMS_VALUES, readBmsValues } from "./bms-values.ts";
import type { Drive } from "./options.ts";
import { motorDegC, sensorDegC } from "./temperature.ts";
import { COMM, FIRMWARE, REQUEST, SETUP_VALUES, VALUES, type ValueSet } from "./values.ts";

const SELECTIVE_REQUEST = 5;

/** Where in a row of values the decoder has to look twice. */
function placesOf(set: ValueSet) {
  const at = (name: string) => set.spec.fields.findIndex((f) => f.name === name);
  return {
    erpm: at("motor.erpm"),
    motorTemp: at("motor.temp"),
    controllerTemp: at("controller.temp"),
    transistor: at("transistorTemp1"),
    controller: at("controller"),
    speed: at("speed"),
    rpm: at("motor.rpm"),
    wheel: at("wheel.speed"),
  };
}

/**
 * Reads payloads (command byte first) as they come over UART and, in fragments, over CAN. Throws CodecError for a
 * payload that breaks the rules; a command that is no telemetry gives nothing.
 */
export function createPayloadDecoder(drive: Drive, emit: (r: Reading) => void) {
  const sets = [VALUES, SETUP_VALUES].map((set) => ({
    set,
    at: placesOf(set),
    whole: new Reading(set.spec),
    selective: new Reading(set.selectiveSpec),
  }));
  type Row = (typeof sets)[number];
  const byCommand: (Row | undefined)[] = [];
  for (const row of sets) {
    byCommand[row.set.command] = row;
    byCommand[row.set.selectiveCommand] = row;
  }
  const request = new Reading(REQUEST);
  const firmware = new Reading(FIRMWARE);
  const bms = new Reading(BMS_VALUES);

  function readSegments(row: Row, r: Reading, mask: number, view: DataView, from: number, end: number): void {
    const v = r.clear().values;
    const head = r === row.whole ? 1 : SELECTIVE_REQUEST;
    let p = from;
    let read = 0;
    for (let bit = 0; bit < row.set.segments.length; bit++) {
      if (((mask >>> bit) & 1) === 0) continue;
      const { layout, first } = row.set.segments[bit]!;
      if (p + layout.byteLength > end) break;
      layout.read(view, p, v, first);
      p += layout.byteLength;
      read++;
    }
    const wanted = r === row.whole ? row.set.least : countBits(mask & ((1 << row.set.segments.length) - 1));
    if (read < wanted)
      throw new CodecError(
        "truncated",
        r.message.name,
        p - from + head,
        `${read} of at least ${wanted} values`,
      );
    derive(row, v);
  }

  function derive({ at }: Row, v: Float64Array): void {
    v[at.controllerTemp] = sensorDegC(v[at.controllerTemp]!);
    v[at.motorTemp] = motorDegC(v[at.motorTemp]!, drive.motorTempFitted);
    if (at.transistor >= 0) for (let i = at.transistor; i < at.transistor + 3; i++) v[i] = sensorDegC(v[i]!);
    v[at.rpm] = drive.motorRpm(v[at.erpm]!);
    v[at.wheel] = drive.wheelSpeedMps(v[at.erpm]!);
    if (at.speed >= 0 && Number.isNaN(v[at.wheel]!)) v[at.wheel] = Math.abs(v[at.speed]!);
  }

  /** `controller` is the sender on the CAN bus, NaN on UART: it fills in where the payload does not say. */
  function readReply(view: DataView, start: number, end: number, controller: number): void {
    const command = view.getUint8(start);
    const row = byCommand[command];
    if (row) {
      const isSelective = command === row.set.selectiveCommand;
      if (isSelective && end - start < SELECTIVE_REQUEST)
        throw new CodecError("truncated", row.set.selectiveSpec.name, end - start, "no mask");
      const r = isSelective ? row.selective : row.whole;
      const mask = isSelective ? view.getUint32(start + 1) : 0xffff_ffff;
      readSegments(row, r, mask, view, start + (isSelective ? SELECTIVE_REQUEST : 1), end);
      if (Number.isNaN(r.values[row.at.controller]!)) r.values[row.at.controller] = controller;
      emit(r);
    } else if (command === COMM.bmsValues) {
      readBmsValues(view, start + 1, end, bms);
      dropInfinite(bms.values);
      emit(bms);
    } else if (command === COMM.firmware) readFirmware(view, start + 1, end, controller);
  }

  function readFirmware(view: DataView, start: number, end: number, controller: number): void {
    const v = firmware.clear().values;
    if (end - start < 2) throw new CodecError("truncated", FIRMWARE.name, 1, "no version");
    v[0] = view.getUint8(start);
    v[1] = view.getUint8(start + 1);
    v[2] = controller;
    let p = start + 2;
    let hardware = "";
    for (; p < end && view.getUint8(p) !== 0; p++) hardware += String.fromCharCode(view.getUint8(p));
    const id = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    const texts = hardware === "" ? {} : { hardware };
    firmware.texts = p + 13 <= end ? { ...texts, uuid: toHex(id, p + 1, p + 13) } : texts;
    emit(firmware);
  }

  /** `controller`: to whom it is addressed on the CAN bus; NaN: to the one that is asked. */
  function readRequest(view: DataView, start: number, end: number, controller: number): void {
    if (view.getUint8(start) === COMM.forwardCan && end - start > 2) {
      readRequest(view, start + 2, end, view.getUint8(start + 1));
      return;
    }
    const v = request.clear().values;
    v[0] = view.getUint8(start);
    if (end - start === SELECTIVE_REQUEST) v[1] = view.getUint32(start + 1);
    v[2] = controller;
    if (!(v[0] in REQUEST.fields[0]!.labels!)) return;
    emit(request);
  }

  /** A question is the command byte alone, or with a mask; a reply is longer. */
  function isRequest(view: DataView, start: number, end: number): boolean {
    const command = view.getUint8(start);
    if (command === COMM.forwardCan) return end - start > 2 && isRequest(view, start + 2, end);
    const row = byCommand[command];
    const isSelective = row !== undefined && command === row.set.selectiveCommand;
    return end - start === (isSelective ? SELECTIVE_REQUEST : 1);
  }

  return {
    read(view: DataView, start: number, end: number, controller = Number.NaN): void {
      if (isRequest(view, start, end)) readRequest(view, start, end, controller);
      else readReply(view, start, end, controller);
    },
    readRequest,
    readReply,
  };
}

function countBits(x: number): number {
  let n = 0;
  for (let rest = x >>> 0; rest !== 0; rest >>>= 1) n += rest & 1;
  return n;
}
