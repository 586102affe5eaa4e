import { cellFields, type LayoutField, layout, type MessageSpec } from "@pitwall/core";

export const REGISTER = { basic: 0x03, cells: 0x04, hardware: 0x05 } as const;
export const MAX_CELLS = 32;
export const MAX_TEMPS = 8;

/** Bits of the protection word, register 0x03. */
export const PROTECTION_BITS: NonNullable<LayoutField["bits"]> = {
  0: "cell over-voltage",
  1: "cell under-voltage",
  2: "pack over-voltage",
  3: "pack under-voltage",
  4: "over-temperature while charging",
  5: "under-temperature while charging",
  6: "over-temperature while discharging",
  7: "under-temperature while discharging",
  8: "over-current while charging",
  9: "over-current while discharging",
  10: "short circuit",
  11: "measuring circuit",
  12: "switches locked by software",
};

/** Data of register 0x03 up to the temperatures. Layout: JBD serial interface description. */
export const BASIC_HEAD = layout(
  "jbd.basic",
  "Register 0x03. Behind these bytes: u16 of 0.1 K for each temperature sensor; newer firmware sends more, which is not read.",
  [
    { name: "battery.voltage", wire: "u16", per: 100, unit: "V", doc: "" },
    {
      name: "battery.current",
      wire: "i16",
      scale: -1,
      bias: 0, // keeps minus zero away

      per: 100,
      unit: "A",
      doc: "sent positive while charging",
    },
    { name: "battery.charge", wire: "u16", per: 100, unit: "Ah", doc: "remaining" },
    { name: "capacity", wire: "u16", per: 100, unit: "Ah", doc: "nominal" },
    { name: "battery.cycles", wire: "u16", unit: "1", doc: "" },
    {
      name: "productionDate",
      wire: "u16",
      missing: 0,
      unit: "code",
      doc: "bits 15 to 9 year since 2000, 8 to 5 month, 4 to 0 day",
    },
    { name: "balancingLow", wire: "u16", unit: "bits", doc: "bit 0 = cell 1" },
    { name: "balancingHigh", wire: "u16", unit: "bits", doc: "bit 0 = cell 17" },
    { name: "battery.fault", wire: "u16", unit: "bits", doc: "active protections", bits: PROTECTION_BITS },
    { name: "version", wire: "u8", unit: "code", doc: "of the firmware, 0x21 = 2.1" },
    { name: "battery.soc", wire: "u8", per: 100, unit: "1", doc: "" },
    {
      name: "switches",
      wire: "u8",
      unit: "bits",
      doc: "transistors that are on",
      bits: { 0: "charge", 1: "discharge" },
    },
    { name: "cells", wire: "u8", unit: "1", doc: "in series" },
    { name: "sensors", wire: "u8", unit: "1", doc: "temperature sensors" },
  ],
  { endian: "big" },
);

/** One entry of the lists behind the fixed bytes. */
export const CELL_ENTRY = layout(
  "jbd.cells",
  "",
  [{ name: "cell", wire: "u16", per: 1000, unit: "V", doc: "" }],
  { endian: "big" },
);
export const TEMP_ENTRY = layout(
  "jbd.basic",
  "",
  [{ name: "temp", wire: "u16", per: 10, zero: 2731, unit: "degC", doc: "" }],
  { endian: "big" },
);

export const BASIC: MessageSpec = {
  ...BASIC_HEAD.spec,
  fields: [
    ...BASIC_HEAD.spec.fields,
    { name: "battery.temp", unit: "degC", doc: "the hottest sensor" },
    ...Array.from({ length: MAX_TEMPS }, (_, i) => ({
      name: `temp${i + 1}`,
      unit: "degC" as const,
      doc: "absent for an open sensor",
      resolution: 0.1,
    })),
  ],
};
export const CELLS: MessageSpec = {
  name: "jbd.cells",
  doc: "Register 0x04: u16 of 1 mV a cell.",
  fields: cellFields(MAX_CELLS),
};
export const HARDWARE: MessageSpec = {
  name: "jbd.hardware",
  doc: "Register 0x05: the model as text.",
  fields: [],
  texts: ["model"],
};
export const REQUEST: MessageSpec = {
  name: "jbd.request",
  doc: "What the computer asks. Only reading is encoded.",
  fields: [
    {
      name: "register",
      unit: "code",
      resolution: 1,
      doc: "",
      labels: { 3: "basic", 4: "cells", 5: "hardware" },
    },
    {
      name: "write",
      unit: "1",
      resolution: 1,
      doc: "1 where a register is written",
      labels: { 0: "read", 1: "write" },
    },
  ],
};
