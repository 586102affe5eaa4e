import { type Layout, type LayoutField, layout, type MessageSpec } from "@pitwall/core";
import { current, DERIVED, MAX_CELLS, microAh, milliAh, power, switchFields } from "./fields.ts";

export const OLD_BYTES = 140;
export const OLD_TEMPS = 6;
/** Sensors of the cells; the last two sit on the board. */
export const OLD_CELL_TEMPS = 4;

const pad = (wire: "u8" | "u16" | "u32", name = "_unused"): LayoutField => ({
  name,
  wire,
  unit: "1",
  doc: "",
});

/** The whole frame of the form in use until 2021, big-endian. */
export const oldStatus = (sign: number): Layout =>
  layout(
    "ant.status-old",
    "All values, in the form of models until about 2021.",
    [
      { name: "_sync", wire: "u32", unit: "1", doc: "AA 55 AA FF" },
      { name: "battery.voltage", wire: "u16", per: 10, unit: "V", doc: "" },
      ...Array.from(
        { length: MAX_CELLS },
        (_, i): LayoutField => ({
          name: `battery.cell.${i + 1}.voltage`,
          wire: "u16",
          per: 1000,
          unit: "V",
          doc: "absent behind the last cell",
        }),
      ),
      current("i32", sign),
      { name: "battery.soc", wire: "u8", per: 100, unit: "1", doc: "" },
      microAh("capacity", "absent where it is sent as 0"),
      { ...microAh("battery.charge", "remaining"), missing: 0xffff_ffff },
      milliAh("totalCharge", "through the battery so far"),
      { name: "uptime", wire: "u32", unit: "s", doc: "" },
      ...Array.from(
        { length: OLD_TEMPS },
        (_, i): LayoutField => ({
          name: `temp${i + 1}`,
          wire: "i16",
          unit: "degC",
          doc: "absent at -40, an open sensor",
        }),
      ),
      ...switchFields,
      pad("u16", "_tyre"),
      pad("u16", "_pulses"),
      pad("u8", "_relay"),
      power(sign),
      { name: "highestCell", wire: "u8", unit: "1", doc: "from 1" },
      { name: "battery.cell.max", wire: "u16", per: 1000, unit: "V", doc: "" },
      { name: "lowestCell", wire: "u8", unit: "1", doc: "from 1" },
      { name: "battery.cell.min", wire: "u16", per: 1000, unit: "V", doc: "" },
      { name: "meanCell", wire: "u16", per: 1000, unit: "V", doc: "" },
      { name: "cells", wire: "u8", unit: "1", doc: "in series" },
      pad("u32"),
      pad("u32"),
      { name: "balancing", wire: "u32", unit: "bits", doc: "bit 0 = cell 1" },
      pad("u16", "_log"),
      { name: "_checksum", wire: "u16", unit: "1", doc: "sum of the bytes 4 to 137" },
    ],
    { endian: "big" },
  );

export const oldSpec = (l: Layout): MessageSpec => ({ ...l.spec, fields: [...l.spec.fields, ...DERIVED] });
