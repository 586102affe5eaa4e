import type { FieldSpec, LayoutField } from "@pitwall/core";
import { BALANCER_STATES, CHARGE_STATES, DISCHARGE_STATES, FAULT_BITS } from "./states.table.ts";

export const MAX_CELLS = 32;

/** An open sensor reads -40 degC. */
export const sensorDegC = (degC: number): number => (degC > -40 && degC < 200 ? degC : Number.NaN);
export const OPEN_DEGC = -40;

export const switchFields: readonly LayoutField[] = [
  { name: "chargeSwitch", wire: "u8", unit: "code", doc: "", labels: CHARGE_STATES },
  { name: "dischargeSwitch", wire: "u8", unit: "code", doc: "", labels: DISCHARGE_STATES },
  { name: "balancer", wire: "u8", unit: "code", doc: "", labels: BALANCER_STATES },
];

/** What both forms derive from the fields of the frame. */
export const DERIVED: readonly FieldSpec[] = [
  { name: "battery.temp", unit: "degC", doc: "the hottest of the cells' sensors" },
  {
    name: "battery.fault",
    unit: "bits",
    doc: "protections named by the states of the switches",
    bits: FAULT_BITS,
  },
];

export const current = (wire: "i16" | "i32", sign: number): LayoutField => ({
  name: "battery.current",
  wire,
  scale: sign,
  per: 10,
  bias: 0, // keeps minus zero away
  unit: "A",
  doc: "sign by option `currentSign`",
});
export const power = (sign: number): LayoutField => ({
  name: "battery.power",
  wire: "i32",
  scale: sign,
  bias: 0,
  unit: "W",
  doc: "sign as the current's",
});
export const microAh = (name: string, doc: string): LayoutField => ({
  name,
  wire: "u32",
  per: 1e6,
  missing: 0,
  unit: "Ah",
  doc,
});
export const milliAh = (name: string, doc: string): LayoutField => ({
  name,
  wire: "u32",
  per: 1000,
  unit: "Ah",
  doc,
});
