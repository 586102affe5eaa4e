import type { FieldSpec, MessageSpec } from "@pitwall/core";

// Field by field: README of aollin/racechrono-ble-diy-device.

const field = (
  name: string,
  unit: FieldSpec["unit"],
  doc: string,
  resolution: number,
  more: Partial<FieldSpec> = {},
): FieldSpec => ({ name, unit, doc, resolution, offset: 0, ...more });

/** Characteristics by their number, the last four digits of their UUID. */
export const CHARACTERISTIC = {
  can: 0x0001,
  filter: 0x0002,
  gps: 0x0003,
  time: 0x0004,
  monitorConfig: 0x0005,
  monitorValues: 0x0006,
} as const;

export const GPS: MessageSpec = {
  name: "racechrono-diy.gps",
  doc: "Characteristic 3. Its time is known once a characteristic 4 with the same sync bits has come.",
  fields: [
    field("sync", "1", "counts the hours, 0 to 7", 1),
    field("timeOfHour", "s", "since the start of the hour", 0.002),
    field("quality", "code", "0 none, else as a GGA sentence has it, 3 at most", 1),
    field("gnss.fix", "1", "0 none, 3 with an altitude, else 2", 1),
    field("gnss.sats", "1", "satellites used", 1),
    field("gnss.lat", "deg", "WGS 84", 1e-7),
    field("gnss.lon", "deg", "WGS 84", 1e-7),
    field("gnss.alt", "m", "steps of 0.1 up to 2776.7, of 1 above", 0.1),
    field("gnss.speed", "m/s", "steps of 0.01 km/h up to 327.67, of 0.1 above", 0.01 / 3.6),
    field("gnss.course", "rad", "steps of 0.01 deg", (0.01 * Math.PI) / 180),
    field("gnss.hdop", "1", "", 0.1),
    field("gnss.vdop", "1", "", 0.1),
  ],
};
export const TIME: MessageSpec = {
  name: "racechrono-diy.time",
  doc: "Characteristic 4: date and hour; its time is the start of the hour.",
  fields: [field("sync", "1", "counts the hours, 0 to 7", 1)],
};
export const CAN_BYTES = 16;
export const CAN: MessageSpec = {
  name: "racechrono-diy.can",
  doc: "Characteristic 1: a CAN frame, or any packet of up to 16 bytes under a number.",
  fields: [
    field("id", "code", "32 bits, the one little-endian field of the protocol", 1),
    ...Array.from({ length: CAN_BYTES }, (_, i) =>
      field(`b${i}`, "1", i === 0 ? "bytes, as many as there are" : "", 1),
    ),
  ],
};
export const FILTER: MessageSpec = {
  name: "racechrono-diy.filter",
  doc: "Characteristic 2, written by the app: which packets it wants.",
  fields: [
    field("command", "code", "", 1, { labels: { 0: "deny all", 1: "allow all", 2: "allow one" } }),
    field("interval", "ms", "between two packets of one id", 1),
    field("id", "code", "of the packets wanted", 1),
  ],
};
export const MONITOR_CONFIG: MessageSpec = {
  name: "racechrono-diy.monitor-config",
  doc: "Characteristic 5, indicated by the device: which values of the app it wants.",
  fields: [
    field("command", "code", "", 1, {
      labels: {
        0: "remove all",
        1: "remove",
        2: "add, more follows",
        3: "add, complete",
        4: "update all",
        5: "update",
      },
    }),
    field("monitor", "1", "number by which the value is known", 1),
    field("sequence", "1", "number of the piece of an equation, from 0", 1),
  ],
  texts: ["equation"],
};
export const MONITOR_REPLY: MessageSpec = {
  name: "racechrono-diy.monitor-reply",
  doc: "Characteristic 5, written by the app: answer to a configuration.",
  fields: [
    field("result", "code", "", 1, { labels: { 0: "ok", 1: "out of sequence", 2: "error in the equation" } }),
    field("monitor", "1", "number by which the value is known", 1),
    field("error", "code", "kind of error in the equation", 1),
    field("position", "1", "of the error in the equation", 1),
    field("length", "1", "of the error in the equation", 1),
  ],
};
export const MONITOR_VALUE: MessageSpec = {
  name: "racechrono-diy.monitor-value",
  doc: "Characteristic 6, written by the app: one value; up to four come in one packet.",
  fields: [
    field("monitor", "1", "number by which the value is known", 1),
    field("value", "1", "as its equation scales it", 1),
  ],
};
