import {
  cellFields,
  type FieldSpec,
  type Layout,
  type LayoutField,
  layout,
  type MessageSpec,
} from "@pitwall/core";

export const MAX_CELLS = 50;
export const MAX_TEMPS = 50;

export const BMS_PACKET = {
  cells: 41,
  balance: 42,
  temps: 43,
  humidity: 44,
  statusFirst: 64,
  statusLast: 68,
} as const;
const CONTROLLER: FieldSpec = { name: "controller", unit: "code", resolution: 1, doc: "CAN id of the BMS" };

export type BmsPacket = { readonly command: number; readonly layout: Layout; readonly spec: MessageSpec };

const big = { endian: "big" } as const;
function packet(command: number, name: string, doc: string, fields: readonly LayoutField[]): BmsPacket {
  const l = layout(`vesc-bms.${name}`, `${doc} CAN command ${command}.`, fields, big);
  return { command, layout: l, spec: { ...l.spec, fields: [CONTROLLER, ...l.spec.fields] } };
}
const f32 = (name: string, unit: LayoutField["unit"], doc: string): LayoutField => ({
  name,
  wire: "f32",
  unit,
  doc,
});

/** Packets of one fixed frame. Floats are the firmware's "float32_auto": IEEE 754 for everything but subnormals. */
export const BMS_PACKETS: readonly BmsPacket[] = [
  packet(38, "voltage", "Pack and charger voltage.", [
    f32("battery.voltage", "V", ""),
    f32("chargerVoltage", "V", ""),
  ]),
  packet(39, "current", "Pack current.", [
    f32("inputCurrent", "A", "by the external sensor, where one is fitted"),
    f32("battery.current", "A", "by the measuring circuit, which the BMS itself counts with"),
  ]),
  packet(40, "counters", "Charge and energy drawn since reset.", [
    f32("ampHours", "Ah", ""),
    f32("wattHours", "Wh", ""),
  ]),
  packet(45, "state", "Summary, sent most often.", [
    { name: "battery.cell.min", wire: "i16", per: 1000, unit: "V", doc: "" },
    { name: "battery.cell.max", wire: "i16", per: 1000, unit: "V", doc: "" },
    { name: "battery.soc", wire: "u8", per: 255, unit: "1", doc: "" },
    { name: "battery.soh", wire: "u8", per: 255, unit: "1", doc: "" },
    { name: "battery.temp", wire: "i8", unit: "degC", doc: "hottest cell" },
    {
      name: "flags",
      wire: "u8",
      unit: "bits",
      doc: "the high half is read as a data version by some receivers",
      bits: { 0: "charging", 1: "balancing", 2: "charge allowed", 3: "charger ok" },
    },
  ]),
  packet(53, "charged", "Counters that are never reset, charging.", [
    f32("totalAmpHoursCharged", "Ah", ""),
    f32("totalWattHoursCharged", "Wh", ""),
  ]),
  packet(54, "discharged", "Counters that are never reset, discharging.", [
    f32("totalAmpHours", "Ah", ""),
    f32("totalWattHours", "Wh", ""),
  ]),
];

/** Humidity and the measuring circuit; the pressure came later and may be missing. */
export const HUMIDITY = packet(BMS_PACKET.humidity, "humidity", "Board sensors.", [
  { name: "boardTemp", wire: "i16", per: 100, unit: "degC", doc: "of the humidity sensor" },
  { name: "humidity", wire: "i16", per: 1e4, unit: "1", doc: "relative, sent as hundredths of a percent" },
  { name: "circuitTemp", wire: "i16", per: 100, unit: "degC", doc: "of the measuring circuit" },
  { name: "pressure", wire: "i16", scale: 10, unit: "Pa", doc: "absent where the frame has six bytes" },
]);

export const CELLS: MessageSpec = {
  name: "vesc-bms.cells",
  doc: "Cell voltages, joined from frames of u8 first cell, u8 number of cells, up to three i16 of 1 mV. CAN command 41.",
  fields: [CONTROLLER, ...cellFields(MAX_CELLS)],
};
export const TEMPS: MessageSpec = {
  name: "vesc-bms.temps",
  doc: "Temperature sensors, joined from frames of u8 first sensor, u8 number of sensors, up to three i16 of 0.01 degC. CAN command 43.",
  fields: [
    CONTROLLER,
    ...Array.from({ length: MAX_TEMPS }, (_, i) => ({
      name: `temp${i + 1}`,
      unit: "degC" as const,
      doc: "absent for an open sensor",
      resolution: 0.01,
    })),
  ],
};
/** One entry of the two lists. */
export const CELL_ENTRY = layout(
  CELLS.name,
  "",
  [{ name: "cell", wire: "i16", per: 1000, unit: "V", doc: "" }],
  big,
);
export const TEMP_ENTRY = layout(
  TEMPS.name,
  "",
  [{ name: "temp", wire: "i16", per: 100, unit: "degC", doc: "" }],
  big,
);
export const BALANCE: MessageSpec = {
  name: "vesc-bms.balance",
  doc: "Which cells are being balanced: u8 number of cells, 56-bit mask, bit 0 = cell 1. CAN command 42.",
  fields: [
    CONTROLLER,
    { name: "cells", unit: "1", doc: "number of cells", resolution: 1 },
    { name: "balancing", unit: "bits", doc: "bit 0 = cell 1; cells above 52 are not shown", resolution: 1 },
  ],
};
export const STATUS_TEXT: MessageSpec = {
  name: "vesc-bms.status",
  doc: "Status text of up to 40 characters, in five frames. CAN commands 64 to 68.",
  fields: [CONTROLLER],
  texts: ["status"],
};
