import { CodecError, cellFields, type MessageSpec, type Reading, requireUnsigned } from "@pitwall/core";
import { CONTROLLER } from "./can-packets.ts";
import { NO_SENSOR_DEGC, sensorDegC } from "./temperature.ts";

export const MAX_CELLS = 50;
export const MAX_TEMPS = 10;

/** Reply to COMM_BMS_GET_VALUES (96): two lists of the length that the BMS has, so no fixed layout. */
export const BMS_VALUES: MessageSpec = {
  name: "vesc.bms-values",
  doc: "Values of a BMS on the CAN bus, behind the command byte 96: six i32; u8 number of cells, i16 of 1 mV and u8 of balancing each; u8 number of sensors, i16 of 0.01 degC each; seven i16; u8 CAN id; since firmware 6 four f32 and an i16. Big-endian.",
  fields: [
    { name: "battery.voltage", unit: "V", doc: "", resolution: 1e-6 },
    { name: "chargerVoltage", unit: "V", doc: "", resolution: 1e-6 },
    { name: "inputCurrent", unit: "A", doc: "by the external sensor, where one is fitted", resolution: 1e-6 },
    { name: "battery.current", unit: "A", doc: "by the measuring circuit", resolution: 1e-6 },
    { name: "ampHours", unit: "Ah", doc: "", resolution: 1e-3 },
    { name: "wattHours", unit: "Wh", doc: "", resolution: 1e-3 },
    { name: "balancing", unit: "bits", doc: "bit 0 = cell 1", resolution: 1 },
    { name: "circuitTemp", unit: "degC", doc: "", resolution: 0.01 },
    { name: "boardTemp", unit: "degC", doc: "of the humidity sensor", resolution: 0.01 },
    { name: "humidity", unit: "1", doc: "relative", resolution: 1e-4 },
    { name: "battery.temp", unit: "degC", doc: "hottest cell", resolution: 0.01 },
    { name: "battery.soc", unit: "1", doc: "", resolution: 1e-3 },
    { name: "battery.soh", unit: "1", doc: "", resolution: 1e-3 },
    CONTROLLER,
    { name: "totalAmpHoursCharged", unit: "Ah", doc: "", float32: true },
    { name: "totalWattHoursCharged", unit: "Wh", doc: "", float32: true },
    { name: "totalAmpHours", unit: "Ah", doc: "", float32: true },
    { name: "totalWattHours", unit: "Wh", doc: "", float32: true },
    { name: "pressure", unit: "Pa", doc: "", resolution: 10 },
    ...Array.from({ length: MAX_TEMPS }, (_, i) => ({
      name: `temp${i + 1}`,
      unit: "degC" as const,
      doc: "absent for an open sensor",
      resolution: 0.01,
    })),
    ...cellFields(MAX_CELLS),
  ],
};
const HEAD = [1e6, 1e6, 1e6, 1e6, 1e3, 1e3];
const BALANCING = 6;
const MIDDLE = [100, 100, 1e4, 100, 1e3, 1e3];
const MIDDLE_AT = 7;
const ID_AT = MIDDLE_AT + MIDDLE.length;
const TOTALS_AT = ID_AT + 1;
const TOTALS = 4;
const PRESSURE_AT = TOTALS_AT + TOTALS;
const TEMPS_AT = PRESSURE_AT + 1;
const CELLS_AT = TEMPS_AT + MAX_TEMPS;

/** Reads what follows the command byte; bytes[at, end). */
export function readBmsValues(view: DataView, at: number, end: number, r: Reading): void {
  const v = r.clear().values;
  let p = at;
  const need = (n: number) => {
    if (p + n > end)
      throw new CodecError("truncated", BMS_VALUES.name, p - at + 1, `ends after ${end - at + 1} bytes`);
  };
  need(25);
  for (let i = 0; i < HEAD.length; i++, p += 4) v[i] = view.getInt32(p) / HEAD[i]!;
  const cells = view.getUint8(p++);
  if (cells > MAX_CELLS) throw new CodecError("malformed", BMS_VALUES.name, p - at, `${cells} cells`);
  need(cells * 3 + 1);
  for (let i = 0; i < cells; i++, p += 2) v[CELLS_AT + i] = view.getInt16(p) / 1000;
  let balancing = 0;
  for (let i = 0; i < cells; i++, p++) if (view.getUint8(p) !== 0) balancing += 2 ** i;
  if (cells > 0) v[BALANCING] = balancing;
  const temps = view.getUint8(p++);
  if (temps > MAX_TEMPS) throw new CodecError("malformed", BMS_VALUES.name, p - at, `${temps} sensors`);
  need(temps * 2 + MIDDLE.length * 2 + 1);
  for (let i = 0; i < temps; i++, p += 2) v[TEMPS_AT + i] = sensorDegC(view.getInt16(p) / 100);
  for (let i = 0; i < MIDDLE.length; i++, p += 2) v[MIDDLE_AT + i] = view.getInt16(p) / MIDDLE[i]!;
  v[ID_AT] = view.getUint8(p++);
  for (let i = 0; i < TOTALS && p + 4 <= end; i++, p += 4) v[TOTALS_AT + i] = view.getFloat32(p);
  if (p + 2 <= end) v[PRESSURE_AT] = view.getInt16(p) * 10;
}

/** The bytes that follow the command byte. */
export function writeBmsValues(values: ArrayLike<number>): Uint8Array {
  const present = (from: number, most: number) => {
    let n = 0;
    for (let i = 0; i < most; i++) if (Number.isFinite(values[from + i]!)) n = i + 1;
    return n;
  };
  const cells = present(CELLS_AT, MAX_CELLS);
  const temps = present(TEMPS_AT, MAX_TEMPS);
  const totals = present(TOTALS_AT, TOTALS + 1);
  const size = 24 + 1 + cells * 3 + 1 + temps * 2 + MIDDLE.length * 2 + 1 + (totals > 0 ? TOTALS * 4 + 2 : 0);
  const view = new DataView(new ArrayBuffer(size));
  const or0 = (i: number) => (Number.isFinite(values[i]!) ? values[i]! : 0);
  let p = 0;
  const put = (i: number, x: number, bytes: 2 | 4) => {
    const raw = Math.round(x);
    if (Math.abs(raw) >= 2 ** (8 * bytes - 1))
      throw new CodecError("out-of-range", BMS_VALUES.name, p, `${BMS_VALUES.fields[i]!.name}=${values[i]}`);
    if (bytes === 2) view.setInt16(p, raw);
    else view.setInt32(p, raw);
    p += bytes;
  };
  for (let i = 0; i < HEAD.length; i++) put(i, or0(i) * HEAD[i]!, 4);
  view.setUint8(p++, cells);
  for (let i = CELLS_AT; i < CELLS_AT + cells; i++) put(i, or0(i) * 1000, 2);
  for (let i = 0; i < cells; i++) view.setUint8(p++, Math.floor(or0(BALANCING) / 2 ** i) % 2);
  view.setUint8(p++, temps);
  for (let i = TEMPS_AT; i < TEMPS_AT + temps; i++)
    put(i, (Number.isFinite(values[i]!) ? values[i]! : NO_SENSOR_DEGC) * 100, 2);
  for (let i = 0; i < MIDDLE.length; i++) put(MIDDLE_AT + i, or0(MIDDLE_AT + i) * MIDDLE[i]!, 2);
  view.setUint8(p++, requireUnsigned(or0(ID_AT), 8, BMS_VALUES.name, CONTROLLER.name));
  if (totals > 0) {
    for (let i = 0; i < TOTALS; i++, p += 4) view.setFloat32(p, or0(TOTALS_AT + i));
    put(PRESSURE_AT, or0(PRESSURE_AT) / 10, 2);
  }
  return new Uint8Array(view.buffer);
}
