import { type Layout, type LayoutField, layout, type MessageSpec } from "@pitwall/core";
import { JK_FAULTS } from "./faults.table.ts";

export const FRAME_BYTES = 300;

const u16 = (name: string, per: number, unit: LayoutField["unit"], doc = ""): LayoutField => ({
  name,
  wire: "u16",
  per,
  unit,
  doc,
});
const u32 = (name: string, per: number, unit: LayoutField["unit"], doc = ""): LayoutField => ({
  ...u16(name, per, unit, doc),
  wire: "u32",
});
const onOff = (name: string): LayoutField => ({
  name,
  wire: "u8",
  unit: "1",
  doc: "",
  labels: { 0: "off", 1: "on" },
});
/** Sensors that are not fitted read -200.0 degC. */
const temp = (name: string, doc = ""): LayoutField => ({
  name,
  wire: "i16",
  per: 10,
  missing: -2000,
  unit: "degC",
  doc,
});
const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));
const pad = (bytes: number): LayoutField[] =>
  times(bytes, () => ({ name: "_", wire: "u8", unit: "1", doc: "" }));

const cells = (n: number): LayoutField[] => [
  ...times(n, (i) =>
    u16(`battery.cell.${i + 1}.voltage`, 1000, "V", "absent where the mask has no such cell"),
  ),
  u32("cellMask", 1, "bits", "bit 0 = cell 1"),
  u16("meanCell", 1000, "V"),
  u16("cellDifference", 1000, "V"),
  { name: "highestCell", wire: "u8", bias: 1, unit: "1", doc: "from 1" },
  { name: "lowestCell", wire: "u8", bias: 1, unit: "1", doc: "from 1" },
  ...times(n, () => u16("_resistance", 1000, "Ohm")),
];
const power: readonly LayoutField[] = [
  u32("battery.voltage", 1000, "V"),
  u32("power", 1000, "W", "without its direction"),
  {
    name: "battery.current",
    wire: "i32",
    scale: -1,
    per: 1000,
    bias: 0, // keeps minus zero away
    unit: "A",
    doc: "sent positive while charging",
  },
  temp("temp1"),
  temp("temp2"),
];
const balance: readonly LayoutField[] = [
  { name: "balanceCurrent", wire: "i16", per: 1000, unit: "A", doc: "" },
  {
    name: "balancer",
    wire: "u8",
    unit: "code",
    doc: "",
    labels: { 0: "off", 1: "charging a cell", 2: "discharging a cell" },
  },
  { name: "battery.soc", wire: "u8", per: 100, unit: "1", doc: "" },
  u32("battery.charge", 1000, "Ah", "remaining"),
  u32("capacity", 1000, "Ah", "nominal"),
  u32("battery.cycles", 1, "1"),
  u32("totalCharge", 1000, "Ah", "through the battery so far"),
  { name: "battery.soh", wire: "u8", per: 100, unit: "1", doc: "" },
  onOff("precharge"),
  u16("userAlarm", 1, "bits"),
  u32("uptime", 1, "s"),
  onOff("chargeSwitch"),
  onOff("dischargeSwitch"),
];
const head: readonly LayoutField[] = [
  { name: "_sync", wire: "u32", unit: "1", doc: "55 AA EB 90" },
  { name: "_type", wire: "u8", unit: "1", doc: "2" },
  { name: "_counter", wire: "u8", unit: "1", doc: "" },
];
const checksum: LayoutField = { name: "_checksum", wire: "u8", unit: "1", doc: "sum of all bytes before it" };
const fault = (wire: "u16" | "u32"): LayoutField => ({
  name: "battery.fault",
  wire,
  unit: "bits",
  doc: "active alarms",
  bits: JK_FAULTS,
});

/** Hardware 11 and later, up to 32 cells. */
export const STATUS_32 = layout("jk.status", "Type 2, models with software 11 and later.", [
  ...head,
  ...cells(32),
  temp("switchTemp"),
  u32("wireWarnings", 1, "bits", "bit 0 = cell 1"),
  ...power,
  fault("u32"),
  ...balance,
  onOff("precharging"),
  onOff("balancing"),
  ...times(6, () => u16("_timer", 1, "s")),
  { name: "sensors", wire: "u8", unit: "bits", doc: "fitted: bit 0 the switches', then 1 to 5" },
  onOff("heating"),
  ...pad(2),
  u16("emergency", 1, "s", "left"),
  ...pad(34),
  temp("temp5", "newer models only"),
  temp("temp4", "newer models only"),
  temp("temp3", "newer models only"),
  ...pad(18),
  u16("phaseTime", 1, "s", "of the charging phase"),
  {
    name: "phase",
    wire: "u8",
    unit: "code",
    doc: "",
    labels: { 0: "bulk", 1: "absorption", 2: "float" },
  },
  { name: "contacts", wire: "u8", unit: "bits", doc: "dry contacts", bits: { 1: "1", 2: "2" } },
  ...pad(17),
  checksum,
]);

/** Hardware up to 10, up to 24 cells. */
export const STATUS_24 = layout("jk.status-24", "Type 2, models with software 10 and older.", [
  ...head,
  ...cells(24),
  ...pad(2),
  u32("wireWarnings", 1, "bits", "bit 0 = cell 1"),
  ...power,
  temp("switchTemp"),
  fault("u16"),
  ...balance,
  ...pad(131),
  checksum,
]);

export const withDerived = (l: Layout): MessageSpec => ({
  ...l.spec,
  fields: [
    ...l.spec.fields,
    { name: "battery.power", unit: "W", doc: "`power` with the sign of the current", resolution: 0.001 },
    { name: "battery.temp", unit: "degC", doc: "the hottest of the sensors 1 to 5", resolution: 0.1 },
  ],
});

export const DEVICE: MessageSpec = {
  name: "jk.device",
  doc: "Type 3. Texts ended by 0: model (16 bytes at 6), hardware (8 at 22), software (8 at 30), name (16 at 46), date (8 at 78), serial (16 at 86); u32 uptime at 38, u32 starts at 42. Its passwords are not read.",
  fields: [
    { name: "uptime", unit: "s", doc: "", resolution: 1 },
    { name: "starts", unit: "1", doc: "times it was switched on", resolution: 1 },
  ],
  texts: ["model", "hardware", "software", "name", "date", "serial"],
};
export const DEVICE_TEXTS: readonly (readonly [name: string, at: number, length: number])[] = [
  ["model", 6, 16],
  ["hardware", 22, 8],
  ["software", 30, 8],
  ["name", 46, 16],
  ["date", 78, 8],
  ["serial", 86, 16],
];
export const DEVICE_UPTIME_AT = 38;
export const DEVICE_STARTS_AT = 42;

export const REQUEST: MessageSpec = {
  name: "jk.request",
  doc: "What the computer asks, 20 bytes. After both questions the BMS sends its status on its own.",
  fields: [
    {
      name: "command",
      unit: "code",
      resolution: 1,
      doc: "",
      labels: { 150: "settings, then status", 151: "device" },
    },
  ],
};
