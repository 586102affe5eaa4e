import {
  CodecError,
  createTally,
  type DecodeContext,
  type Decoder,
  type ProtocolOptions,
  Reading,
} from "@pitwall/core";
import { MAX_CELLS, sensorDegC } from "./fields.ts";
import {
  createAntFramer,
  DEVICE_BYTES,
  DEVICE_REGISTER,
  dataBytes,
  FUNCTION,
  HEAD,
  isQuestion,
} from "./framing.ts";
import { DEVICE, NEW_HEAD, NEW_TEMPS, newSpec, newTail, REQUEST } from "./new-status.ts";
import { OLD_CELL_TEMPS, OLD_TEMPS, oldSpec, oldStatus } from "./old-status.ts";
import { signOf } from "./options.ts";
import { faultBits } from "./states.table.ts";

const OLD = 0xaa;
const NEW = 0x7e;

export function createDecoder(context: DecodeContext, options?: ProtocolOptions): Decoder {
  const tally = createTally(context);
  const sign = signOf(options);
  const old = oldStatus(sign);
  const tail = newTail(sign);
  const oldReading = new Reading(oldSpec(old));
  const newReading = new Reading(newSpec(tail));
  const device = new Reading(DEVICE);
  const request = new Reading(REQUEST);
  const places = (r: Reading) => {
    const at = (name: string) => r.message.fields.findIndex((f) => f.name === name);
    return {
      cells: at("cells"),
      cell1: at("battery.cell.1.voltage"),
      temp1: at("temp1"),
      charge: at("chargeSwitch"),
      discharge: at("dischargeSwitch"),
      hottest: at("battery.temp"),
      fault: at("battery.fault"),
      switchTemp: at("switchTemp"),
    };
  };
  const atOld = places(oldReading);
  const atNew = places(newReading);

  function derive(v: Float64Array, at: ReturnType<typeof places>, temps: number): void {
    let hottest = Number.NaN;
    for (let i = at.temp1; i < at.temp1 + temps; i++) {
      const x = v[i]!;
      if (!(x <= hottest) && !Number.isNaN(x)) hottest = x;
    }
    v[at.hottest] = hottest;
    v[at.fault] = faultBits(v[at.charge]!, v[at.discharge]!);
  }

  function readOld(view: DataView, start: number): void {
    const v = oldReading.values;
    old.read(view, start, v, 0);
    if (v[atOld.cells]! > MAX_CELLS)
      throw new CodecError("malformed", old.name, 123, `${v[atOld.cells]} cells`);
    for (let i = v[atOld.cells]!; i < MAX_CELLS; i++) v[atOld.cell1 + i] = Number.NaN;
    for (let i = atOld.temp1; i < atOld.temp1 + OLD_TEMPS; i++) v[i] = sensorDegC(v[i]!);
    derive(v, atOld, OLD_CELL_TEMPS);
    tally.reading(oldReading);
  }

  function readNew(view: DataView, start: number, end: number): void {
    const v = newReading.clear().values;
    const least = NEW_HEAD.byteLength + tail.byteLength;
    if (end - start < least)
      throw new CodecError(
        "truncated",
        "ant.status",
        HEAD,
        `${end - start} bytes of data, needs at least ${least}`,
      );
    NEW_HEAD.read(view, start, v, 0);
    const sensors = v[2]!;
    const cells = v[3]!;
    if (cells > MAX_CELLS || sensors > NEW_TEMPS || end - start < least + 2 * (cells + sensors))
      throw new CodecError("malformed", "ant.status", HEAD + 2, `${cells} cells and ${sensors} sensors`);
    const cellsAt = start + NEW_HEAD.byteLength;
    for (let i = 0; i < cells; i++) v[atNew.cell1 + i] = view.getUint16(cellsAt + 2 * i, true) / 1000;
    const tempsAt = cellsAt + 2 * cells;
    for (let i = 0; i < sensors; i++) v[atNew.temp1 + i] = sensorDegC(view.getInt16(tempsAt + 2 * i, true));
    tail.read(view, tempsAt + 2 * sensors, v, NEW_HEAD.spec.fields.length);
    for (let i = atNew.switchTemp; i < atNew.switchTemp + 2; i++) v[i] = sensorDegC(v[i]!);
    derive(v, atNew, sensors);
    tally.reading(newReading);
  }

  function readDevice(b: Uint8Array, start: number): void {
    const text = (from: number) => {
      let s = "";
      for (let i = from; i < from + DEVICE_BYTES / 2 && b[i] !== 0; i++) s += String.fromCharCode(b[i]!);
      return s;
    };
    const hardware = text(start);
    const software = text(start + DEVICE_BYTES / 2);
    device.texts = { ...(hardware === "" ? {} : { hardware }), ...(software === "" ? {} : { software }) };
    tally.reading(device);
  }

  function read(b: Uint8Array, view: DataView, start: number): void {
    const first = b[start]!;
    if (first === OLD) {
      readOld(view, start);
      return;
    }
    const v = request.values;
    if (first !== NEW) {
      v[0] = first;
      v.fill(Number.NaN, 1);
      tally.reading(request);
      return;
    }
    const fn = b[start + 2]!;
    const register = view.getUint16(start + 3, true);
    const end = start + HEAD + dataBytes(b, start);
    if (isQuestion(fn)) {
      v[0] = fn;
      v[1] = register;
      v[2] = b[start + 5]!;
      tally.reading(request);
    } else if (fn === FUNCTION.status) readNew(view, start + HEAD, end);
    else if (fn === FUNCTION.registers && register === DEVICE_REGISTER && end - start - HEAD >= DEVICE_BYTES)
      readDevice(b, start + HEAD);
  }

  const framer = createAntFramer((bytes, view, start, end) => {
    tally.stats.frames++;
    try {
      read(bytes, view, start);
    } catch (e) {
      if (!(e instanceof CodecError)) throw e;
      const offset = framer.frameOffset + e.offset;
      tally.problem({ code: e.code, offset, length: end - start, reason: e.message });
    }
  }, tally.problem);
  return { stats: tally.stats, push: (bytes) => framer.push(bytes), end: () => framer.end() };
}
