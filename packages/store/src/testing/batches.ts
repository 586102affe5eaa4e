import { createHash } from "node:crypto";
import { type Batch, BatchBuilder, type FieldSpec, type MessageSpec, Reading } from "@pitwall/core";

export const ID = "kart-7-20240501";
/** 2024-05-01T00:00:00Z */
export const T0 = 1_714_521_600_000_000;
export const field = (name: string, more: Partial<FieldSpec> = {}): FieldSpec => ({
  name,
  unit: "1",
  doc: name,
  ...more,
});

export const SPEED: MessageSpec = {
  name: "test.speed",
  doc: "speed and what goes with it",
  fields: [
    field("gnss.speed", { unit: "m/s", resolution: 0.01, offset: 0 }),
    field("engine.waterTemp", { unit: "degC", resolution: 0.5, offset: -40 }),
    field("imu.ax", { unit: "m/s^2", float32: true }),
    field("odd", {}),
    field("gnss.lat", { unit: "deg", resolution: 1e-7 }),
  ],
};
export const OTHER: MessageSpec = {
  name: "test.other",
  doc: "the same channel",
  fields: [field("gnss.speed", { unit: "m/s" })],
};

/** Rows as a batch; undefined is "no sample". */
export function batchOf(
  message: MessageSpec,
  rows: readonly (readonly [us: number, ...values: (number | undefined)[]])[],
  source = "udp",
): Batch {
  const builder = new BatchBuilder(source, message, 1);
  const reading = new Reading(message);
  for (const [us, ...values] of rows) {
    reading.clear();
    for (const [i, v] of values.entries()) reading.values[i] = v ?? Number.NaN;
    builder.add(reading, T0 + us);
  }
  return builder.take();
}

/** The digest as it is defined: name and fields of each group, its times, then each field's values; fields in order of their names. */
export function digestByHand(rows: readonly (readonly [number, number, number])[]): string {
  const none = rows.map(() => Number.NaN);
  const columns: Record<string, [unit: string, values: number[]]> = {
    "engine.waterTemp": ["degC", rows.map(([, , v]) => Math.round((v + 40) * 2) / 2 - 40)],
    "gnss.lat": ["deg", none],
    "gnss.speed": ["m/s", rows.map(([, v]) => Math.round(v * 100) / 100)],
    "imu.ax": ["m/s^2", none],
    odd: ["1", none],
  };
  const hash = createHash("sha256");
  hash.update(JSON.stringify(["udp/test.speed", Object.entries(columns).map(([n, [unit]]) => [n, unit])]));
  hash.update(Float64Array.from(rows, ([us]) => T0 + us));
  for (const [, values] of Object.values(columns)) hash.update(Float64Array.from(values));
  return hash.digest("hex");
}
