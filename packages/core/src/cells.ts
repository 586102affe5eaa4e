import type { FieldSpec } from "./message.ts";

/** Fields `battery.cell.1.voltage` to `battery.cell.N.voltage` of a battery message. */
export const cellFields = (count: number, resolution = 0.001): FieldSpec[] =>
  Array.from({ length: count }, (_, i) => ({
    name: `battery.cell.${i + 1}.voltage`,
    unit: "V" as const,
    doc: "",
    resolution,
    offset: 0,
  }));
