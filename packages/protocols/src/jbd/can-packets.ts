import { type CanPacket, type LayoutField, layout, type MessageSpec } from "@pitwall/core";

const u16 = (
  name: string,
  unit: LayoutField["unit"],
  per: number,
  doc: string,
  more: Partial<LayoutField> = {},
) => ({ name, wire: "u16", unit, per, doc, ...more }) as const;

const packet = (
  id: number,
  name: string,
  doc: string,
  fields: readonly LayoutField[],
  least?: number,
): CanPacket => ({
  id,
  layout: layout(`jbd-can.${name}`, `${doc} Identifier 0x${id.toString(16)}.`, fields),
  ...(least === undefined ? {} : { least }),
});

export const SOC_NAME = "jbd-can.soc";

/** The frames that inverters understand, as JBD and many others send them; 11-bit identifiers, little-endian. */
export const JBD_CAN_PACKETS: readonly CanPacket[] = [
  packet(
    0x351,
    "limits",
    "What the charger and the load may do.",
    [
      u16("chargeVoltageLimit", "V", 10, ""),
      u16("chargeCurrentLimit", "A", 10, ""),
      u16("dischargeCurrentLimit", "A", 10, ""),
      u16("dischargeVoltageLimit", "V", 10, ""),
    ],
    6,
  ),
  packet(
    0x355,
    "soc",
    "State of charge and of health.",
    [
      u16("socRounded", "1", 100, "in percent"),
      u16("battery.soh", "1", 100, ""),
      u16("battery.soc", "1", 1e4, "in 0.01 %; from the rounded one where the frame has four bytes"),
    ],
    4,
  ),
  packet(
    0x356,
    "state",
    "Voltage, current, temperature.",
    [
      u16("battery.voltage", "V", 100, ""),
      {
        name: "battery.current",
        wire: "i16",
        scale: -1,
        bias: 0, // keeps minus zero away

        per: 10,
        unit: "A",
        doc: "sent positive while charging",
      },
      { name: "battery.temp", wire: "i16", per: 10, unit: "degC", doc: "" },
      u16("battery.cycles", "1", 1, ""),
    ],
    6,
  ),
  packet(
    0x35f,
    "info",
    "Battery and firmware.",
    [
      u16("type", "code", 1, "two letters"),
      u16("version", "code", 1, "of the firmware"),
      u16("capacity", "Ah", 1, "absent where it is sent as 0", { missing: 0 }),
      u16("product", "code", 1, ""),
    ],
    6,
  ),
  packet(0x372, "packs", "Packs in parallel.", [
    u16("packsOk", "1", 1, ""),
    u16("packsChargeBlocked", "1", 1, ""),
    u16("packsDischargeBlocked", "1", 1, ""),
    u16("packsOffline", "1", 1, ""),
  ]),
  packet(0x373, "range", "Lowest and highest cell and sensor.", [
    u16("battery.cell.min", "V", 1000, ""),
    u16("battery.cell.max", "V", 1000, ""),
    u16("lowestTemp", "degC", 1, "sent in kelvin", { zero: 273, missing: 0 }),
    u16("battery.temp", "degC", 1, "highest, sent in kelvin", { zero: 273, missing: 0 }),
  ]),
  packet(0x378, "energy", "Counters; many firmwares send 0.", [
    { name: "energyCharged", wire: "u32", scale: 100, unit: "Wh", doc: "" },
    { name: "energyDischarged", wire: "u32", scale: 100, unit: "Wh", doc: "" },
  ]),
  packet(0x379, "capacity", "Installed capacity.", [u16("capacity", "Ah", 1, "", { missing: 0 })]),
];

export const ALARM_NAMES: Readonly<Record<number, string>> = {
  0: "general",
  1: "over-voltage",
  2: "under-voltage",
  3: "over-temperature",
  4: "under-temperature",
  5: "over-temperature while charging",
  6: "under-temperature while charging",
  7: "over-current while discharging",
  8: "over-current while charging",
  9: "contactor",
  10: "short circuit",
  11: "internal",
  12: "cell imbalance",
};
export const ALARM_COUNT = 16;

export const ALARMS_ID = 0x35a;
export const ALARMS: MessageSpec = {
  name: "jbd-can.alarms",
  doc: "Alarms in the first four bytes, warnings in the last four; two bits each, 01 = active, 10 = inactive, 00 = not supported. Identifier 0x35a.",
  fields: [
    { name: "battery.fault", unit: "bits", resolution: 1, doc: "active alarms", bits: ALARM_NAMES },
    { name: "warnings", unit: "bits", resolution: 1, doc: "active warnings", bits: ALARM_NAMES },
  ],
};

const text = (name: string, doc: string, key: string): MessageSpec => ({
  name: `jbd-can.${name}`,
  doc,
  fields: [],
  texts: [key],
});
/** Texts in one or two frames of eight characters. */
export const TEXTS = [
  { ids: [0x35e], spec: text("maker", "Identifier 0x35e.", "maker"), key: "maker" },
  { ids: [0x370, 0x371], spec: text("model", "Identifiers 0x370 and 0x371.", "model"), key: "model" },
  { ids: [0x380, 0x381], spec: text("serial", "Identifiers 0x380 and 0x381.", "serial"), key: "serial" },
  { ids: [0x374], spec: text("lowest-cell", "Identifier 0x374.", "lowestCell"), key: "lowestCell" },
  { ids: [0x375], spec: text("highest-cell", "Identifier 0x375.", "highestCell"), key: "highestCell" },
  { ids: [0x376], spec: text("coldest-sensor", "Identifier 0x376.", "coldestSensor"), key: "coldestSensor" },
  { ids: [0x377], spec: text("hottest-sensor", "Identifier 0x377.", "hottestSensor"), key: "hottestSensor" },
] as const;
