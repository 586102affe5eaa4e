import {
  cellFields,
  type FieldSpec,
  type Layout,
  type LayoutField,
  layout,
  type MessageSpec,
} from "@pitwall/core";
import { DALY_ALARMS, DALY_HARDWARE_FAULTS, DALY_MODULE_FAULTS } from "./faults.table.ts";

export const DATA_BYTES = 8;
export const COMMAND = {
  rated: 0x50,
  pack: 0x90,
  cellRange: 0x91,
  tempRange: 0x92,
  state: 0x93,
  status: 0x94,
  cells: 0x95,
  temps: 0x96,
  balance: 0x97,
  faults: 0x98,
} as const;
export const MAX_CELLS = 48;
export const MAX_TEMPS = 21;
export const CELLS_A_FRAME = 3;
export const TEMPS_A_FRAME = 7;

export const ADDRESS: FieldSpec = {
  name: "address",
  unit: "code",
  resolution: 1,
  doc: "of the BMS, 1 unless set",
};

/** Eight bytes of data; the same on UART and CAN. */
export type DalyPacket = { readonly command: number; readonly layout: Layout; readonly spec: MessageSpec };

const big = { endian: "big" } as const;
const withAddress = (spec: MessageSpec): MessageSpec => ({ ...spec, fields: [ADDRESS, ...spec.fields] });

function packet(
  command: number,
  name: string,
  doc: string,
  fields: readonly LayoutField[],
  endian: { readonly endian: "big" | "little" } = big,
): DalyPacket {
  const l = layout(`daly.${name}`, `${doc} Command 0x${command.toString(16)}.`, fields, endian);
  return { command, layout: l, spec: withAddress(l.spec) };
}
const u8 = (name: string, doc: string, more: Partial<LayoutField> = {}): LayoutField => ({
  name,
  wire: "u8",
  unit: "1",
  doc,
  ...more,
});
const spare = (wire: "u8" | "u16" | "u32"): LayoutField => ({ name: "_spare", wire, unit: "1", doc: "" });
const onOff = { 0: "off", 1: "on" } as const;

/** The current's sense differs between makers that relabel the BMS. */
export function createDalyPackets(chargePositive: boolean): readonly DalyPacket[] {
  const sign = chargePositive ? -1 : 1;
  return [
    packet(COMMAND.pack, "pack", "Voltage, current, state of charge.", [
      { name: "battery.voltage", wire: "u16", per: 10, unit: "V", doc: "" },
      { name: "gatherVoltage", wire: "u16", per: 10, unit: "V", doc: "measured elsewhere; 0 on most" },
      {
        name: "battery.current",
        wire: "u16",
        scale: sign,
        per: 10,
        zero: 30_000,
        bias: 0, // keeps minus zero away
        unit: "A",
        doc: "raw 30000 is 0; sign by option `currentSign`",
      },
      { name: "battery.soc", wire: "u16", per: 1000, unit: "1", doc: "" },
    ]),
    packet(COMMAND.cellRange, "cell-range", "Highest and lowest cell.", [
      { name: "battery.cell.max", wire: "u16", per: 1000, unit: "V", doc: "" },
      u8("highestCell", "from 1"),
      { name: "battery.cell.min", wire: "u16", per: 1000, unit: "V", doc: "" },
      u8("lowestCell", "from 1"),
      spare("u16"),
    ]),
    packet(COMMAND.tempRange, "temp-range", "Highest and lowest temperature.", [
      u8("battery.temp", "highest", { zero: 40, unit: "degC" }),
      u8("hottestSensor", "from 1"),
      u8("lowestTemp", "", { zero: 40, unit: "degC" }),
      u8("coldestSensor", "from 1"),
      spare("u32"),
    ]),
    packet(COMMAND.state, "state", "Switches and remaining charge.", [
      u8("state", "", { unit: "code", labels: { 0: "idle", 1: "charging", 2: "discharging" } }),
      u8("chargeSwitch", "", { labels: onOff }),
      u8("dischargeSwitch", "", { labels: onOff }),
      u8("life", "counts up while the BMS runs"),
      { name: "battery.charge", wire: "u32", per: 1000, unit: "Ah", doc: "remaining" },
    ]),
    packet(COMMAND.status, "status", "What is connected.", [
      u8("cells", "in series"),
      u8("sensors", "temperature sensors"),
      u8("charger", "", { labels: { 0: "off", 1: "connected" } }),
      u8("load", "", { labels: { 0: "off", 1: "connected" } }),
      u8("digital", "", { unit: "bits", bits: { 0: "input 1", 1: "input 2", 4: "output 1", 5: "output 2" } }),
      { name: "battery.cycles", wire: "u16", unit: "1", doc: "" },
      spare("u8"),
    ]),
    packet(
      COMMAND.faults,
      "faults",
      "Alarms and faults.",
      [
        { name: "battery.fault", wire: "u32", unit: "bits", doc: "bytes 0 to 3", bits: DALY_ALARMS },
        {
          name: "hardwareFaults",
          wire: "u16",
          unit: "bits",
          doc: "bytes 4 and 5",
          bits: DALY_HARDWARE_FAULTS,
        },
        { name: "moduleFaults", wire: "u8", unit: "bits", doc: "byte 6", bits: DALY_MODULE_FAULTS },
        { name: "faultCode", wire: "u8", unit: "code", doc: "" },
      ],
      { endian: "little" },
    ),
    packet(COMMAND.rated, "rated", "What the BMS is set up for.", [
      { name: "capacity", wire: "u32", per: 1000, unit: "Ah", doc: "rated" },
      { name: "nominalCellVoltage", wire: "u32", per: 1000, unit: "V", doc: "" },
    ]),
  ];
}

export const CELLS: MessageSpec = withAddress({
  name: "daly.cells",
  doc: "Cell voltages, joined from frames of u8 frame number (from 1) and three u16 of 1 mV. Command 0x95.",
  fields: cellFields(MAX_CELLS),
});
export const TEMPS: MessageSpec = withAddress({
  name: "daly.temps",
  doc: "Temperatures, joined from frames of u8 frame number (from 1) and seven u8 of 1 degC, raw 40 = 0. Command 0x96.",
  fields: Array.from({ length: MAX_TEMPS }, (_, i) => ({
    name: `temp${i + 1}`,
    unit: "degC" as const,
    doc: "",
    resolution: 1,
    offset: -40,
  })),
});
export const BALANCE: MessageSpec = withAddress({
  name: "daly.balance",
  doc: "Which cells are being balanced: 48 bits, lowest bit of the first byte = cell 1. Command 0x97.",
  fields: [{ name: "balancing", unit: "bits", doc: "bit 0 = cell 1", resolution: 1 }],
});
export const REQUEST: MessageSpec = {
  name: "daly.request",
  doc: "What the computer asks. Only reading is encoded.",
  fields: [
    {
      name: "command",
      unit: "code",
      resolution: 1,
      doc: "",
      labels: Object.fromEntries(Object.entries(COMMAND).map(([name, command]) => [command, name])),
    },
    {
      name: "host",
      unit: "code",
      resolution: 1,
      doc: "who asks",
      labels: { 64: "computer", 128: "Bluetooth" },
    },
    { ...ADDRESS, doc: "of the BMS that is asked; on CAN alone" },
  ],
};
export const HOST = 0x40;
export const BLUETOOTH_HOST = 0x80;
