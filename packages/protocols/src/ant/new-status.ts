import { cellFields, type Layout, type LayoutField, layout, type MessageSpec } from "@pitwall/core";
import { current, DERIVED, MAX_CELLS, microAh, milliAh, power, switchFields } from "./fields.ts";
import { BATTERY_STATES } from "./states.table.ts";

export const NEW_TEMPS = 4;

const u16 = (name: string, per: number, unit: LayoutField["unit"], doc = ""): LayoutField => ({
  name,
  wire: "u16",
  per,
  unit,
  doc,
});
const bits = (name: string, doc: string): LayoutField => ({ name, wire: "u32", unit: "bits", doc });
const i16 = (name: string): LayoutField => ({
  name,
  wire: "i16",
  unit: "degC",
  doc: "absent at -40, an open sensor",
});

/** Between the frame's head and the cells, little-endian. */
export const NEW_HEAD = layout("ant.status-head", "", [
  { name: "permissions", wire: "u8", unit: "code", doc: "" },
  { name: "state", wire: "u8", unit: "code", doc: "", labels: BATTERY_STATES },
  { name: "sensors", wire: "u8", unit: "1", doc: "temperature sensors of the cells" },
  { name: "cells", wire: "u8", unit: "1", doc: "in series" },
  bits("protections", "active protections, bits 0 to 31"),
  bits("protectionsHigh", "bits 32 to 63"),
  bits("warnings", "bits 0 to 31"),
  bits("warningsHigh", "bits 32 to 63"),
  bits("_reserved", ""),
  bits("_reserved", ""),
]);

/** Behind the cells and their sensors, little-endian. */
export const newTail = (sign: number): Layout =>
  layout("ant.status-tail", "", [
    i16("switchTemp"),
    i16("balancerTemp"),
    u16("battery.voltage", 100, "V"),
    current("i16", sign),
    u16("battery.soc", 100, "1"),
    u16("battery.soh", 100, "1"),
    ...switchFields,
    { name: "_reserved", wire: "u8", unit: "1", doc: "" },
    microAh("capacity", "absent where it is sent as 0"),
    { ...microAh("battery.charge", "remaining"), missing: 0xffff_ffff },
    milliAh("totalCharge", "through the battery so far"),
    power(sign),
    { name: "uptime", wire: "u32", unit: "s", doc: "" },
    bits("balancing", "bit 0 = cell 1"),
    u16("battery.cell.max", 1000, "V"),
    u16("highestCell", 1, "1", "from 1"),
    u16("battery.cell.min", 1000, "V"),
    u16("lowestCell", 1, "1", "from 1"),
    u16("cellDifference", 1000, "V"),
    u16("meanCell", 1000, "V"),
    u16("dischargeSwitchVoltage", 10, "V", "across the transistors"),
    u16("dischargeDrive", 10, "V", "gate"),
    u16("chargeDrive", 10, "V", "gate"),
    u16("_f40", 1, "1"),
    {
      ...u16("cellType", 1, "code"),
      labels: { 64241: "NMC", 64242: "LFP", 64243: "LTO", 64244: "custom" },
    },
    milliAh("totalDischarged", ""),
    milliAh("totalCharged", ""),
    { name: "dischargeTime", wire: "u32", unit: "s", doc: "" },
    { name: "chargeTime", wire: "u32", unit: "s", doc: "" },
  ]);

/** Order of the values: head, tail, derived, sensors, cells. */
export const newSpec = (tail: Layout): MessageSpec => ({
  name: "ant.status",
  doc: "All values, function 0x11, little-endian. Behind the head of 28 bytes: u16 of 1 mV a cell, i16 of 1 degC a sensor, then the rest.",
  fields: [
    ...NEW_HEAD.spec.fields,
    ...tail.spec.fields,
    ...DERIVED,
    ...Array.from({ length: NEW_TEMPS }, (_, i) => ({
      name: `temp${i + 1}`,
      unit: "degC" as const,
      doc: "absent at -40, an open sensor",
      resolution: 1,
    })),
    ...cellFields(MAX_CELLS),
  ],
});

export const DEVICE: MessageSpec = {
  name: "ant.device",
  doc: "Function 0x12, register 0x026C: two texts of 16 bytes.",
  fields: [],
  texts: ["hardware", "software"],
};
export const REQUEST: MessageSpec = {
  name: "ant.request",
  doc: "What the computer asks. Only reading is encoded.",
  fields: [
    {
      name: "function",
      unit: "code",
      resolution: 1,
      doc: "",
      labels: { 1: "status", 2: "registers", 90: "status, old form", 219: "status, old form" },
    },
    { name: "register", unit: "code", resolution: 1, doc: "first one" },
    { name: "length", unit: "1", resolution: 1, doc: "bytes wanted" },
  ],
};
