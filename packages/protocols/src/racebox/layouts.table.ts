import { type FieldSpec, type Layout, type LayoutField, layout, type MessageSpec } from "@pitwall/core";

// RaceBox BLE protocol description, revision 8 (RaceBox Mini, Mini S, Micro). Payloads of UBX frames of class FF, little-endian.

const DEG = Math.PI / 180;
const G = 9.80665;

const f = (
  name: string,
  wire: LayoutField["wire"],
  unit: LayoutField["unit"],
  doc = "",
  more: Partial<LayoutField> = {},
): LayoutField => ({ name, wire, unit, doc, ...more });
const milli = (name: string, wire: "i32" | "u32", unit: "m" | "m/s", doc = ""): LayoutField =>
  f(name, wire, unit, doc, { per: 1000 });

const LIVE: readonly LayoutField[] = [
  f("iTOW", "u32", "ms", "GPS time of week"),
  f("_year", "u16", "1"),
  f("_month", "u8", "1"),
  f("_day", "u8", "1"),
  f("_hour", "u8", "1"),
  f("_minute", "u8", "1"),
  f("_second", "u8", "1"),
  f("valid", "u8", "bits", "", {
    bits: { 0: "date", 1: "time", 2: "fully resolved", 3: "magnetic declination" },
  }),
  f("tAcc", "u32", "s", "accuracy of the time", { per: 1e9 }),
  f("_nano", "i32", "1", "fraction of the second, ns, may be negative"),
  f("fixStatus", "u8", "code", "as the device has it", { labels: { 0: "none", 2: "2D", 3: "3D" } }),
  f("flags", "u8", "bits", "bits 2 to 4: power state, 6 and 7: carrier phase", {
    bits: { 0: "fix valid", 1: "differential", 5: "heading valid" },
  }),
  f("timeFlags", "u8", "bits", "", {
    bits: { 5: "confirmation available", 6: "date confirmed", 7: "time confirmed" },
  }),
  f("gnss.sats", "u8", "1", "satellites used"),
  f("gnss.lon", "i32", "deg", "WGS 84, absent without a fix", { per: 1e7 }),
  f("gnss.lat", "i32", "deg", "WGS 84, absent without a fix", { per: 1e7 }),
  milli("height", "i32", "m", "above the ellipsoid"),
  milli("gnss.alt", "i32", "m", "above mean sea level"),
  milli("gnss.hAcc", "u32", "m"),
  milli("gnss.vAcc", "u32", "m"),
  milli("gnss.speed", "i32", "m/s", "over ground, or 3D where so configured"),
  f("gnss.course", "i32", "rad", "of motion; absent where its accuracy is half a turn", {
    scale: DEG,
    per: 1e5,
  }),
  milli("gnss.sAcc", "u32", "m/s"),
  f("courseAcc", "u32", "rad", "", { scale: DEG, per: 1e5 }),
  f("gnss.pdop", "u16", "1", "", { per: 100, missing: 9999 }),
  f("positionFlags", "u8", "bits", "bits 1 to 4: age of the corrections", {
    bits: { 0: "position invalid" },
  }),
  f("_battery", "u8", "1", "Mini: bit 7 charging, bits 0 to 6 percent; Micro: tenths of a volt"),
  f("imu.ax", "i16", "m/s^2", "forward, sent in thousandths of g", { scale: G, per: 1000 }),
  f("imu.ay", "i16", "m/s^2", "sideways", { scale: G, per: 1000 }),
  f("imu.az", "i16", "m/s^2", "up, +g at rest", { scale: G, per: 1000 }),
  f("imu.gx", "i16", "rad/s", "roll, sent in hundredths of a degree a second", { scale: DEG, per: 100 }),
  f("imu.gy", "i16", "rad/s", "pitch", { scale: DEG, per: 100 }),
  f("imu.gz", "i16", "rad/s", "yaw", { scale: DEG, per: 100 }),
];

const derived = (name: string, unit: FieldSpec["unit"], doc: string, resolution: number): FieldSpec => ({
  name,
  unit,
  doc,
  resolution,
  offset: 0,
});
/** Values behind those of the layout, in this order. */
const DERIVED: readonly FieldSpec[] = [
  derived("gnss.fix", "1", "0 none, 2 = 2D, 3 = 3D; 0 unless flagged valid", 1),
  derived("device.battery", "1", "Mini and Mini S", 0.01),
  derived("charging", "1", "Mini and Mini S: 1 while charging", 1),
  derived("device.voltage", "V", "Micro: supply", 0.1),
];

const RATES = { 0: "25 Hz", 1: "10 Hz", 2: "5 Hz", 3: "1 Hz", 4: "20 Hz" };
const FILTERS = {
  0: "wait for a fix",
  1: "pause at standstill",
  2: "pause without a fix",
  3: "switch off",
  4: "wait for data before switching off",
};
const recording: readonly LayoutField[] = [
  f("rate", "u8", "code", "", { labels: RATES }),
  f("filters", "u8", "bits", "", { bits: FILTERS }),
  f("_reserved", "u8", "1"),
  f("standstillSpeed", "u16", "m/s", "slower is standstill", { per: 1000 }),
  f("standstillTimeout", "u16", "s", "until the pause"),
  f("noFixTimeout", "u16", "s", "until the pause"),
  f("offTimeout", "u16", "s", "until it switches itself off"),
];
const answered: readonly LayoutField[] = [
  f("class", "u8", "code", "of the command"),
  f("id", "u8", "code", "of the command"),
];

export type RaceBoxMessage = { readonly id: number; readonly layout: Layout; readonly spec: MessageSpec };

const message = (
  id: number,
  name: string,
  doc: string,
  fields: readonly LayoutField[],
  more: readonly FieldSpec[] = [],
): RaceBoxMessage => {
  const l = layout(`racebox.${name}`, doc, fields);
  return { id, layout: l, spec: { ...l.spec, fields: [...l.spec.fields, ...more] } };
};

export const LIVE_DATA = message(
  0x01,
  "live",
  "Position, motion and state, up to 25 times a second.",
  LIVE,
  DERIVED,
);
export const HISTORY = message(0x21, "history", "The same from memory, during a download.", LIVE, DERIVED);

/** Messages that are their layout and nothing else. */
export const PLAIN: readonly RaceBoxMessage[] = [
  message(0x02, "ack", "A command was carried out.", answered),
  message(0x03, "nack", "A command was refused.", answered),
  message(0x22, "recording-status", "State of the device's own recording.", [
    f("recording", "u8", "1", "not 0 while it records"),
    f("memory", "u8", "1", "used, 0 to 1", { per: 100 }),
    f("security", "u8", "bits", "", { bits: { 0: "locked by a code", 1: "unlocked" } }),
    f("_reserved", "u8", "1"),
    f("stored", "u32", "1", "messages in memory"),
    f("capacity", "u32", "1", "messages that fit"),
  ]),
  message(0x23, "download", "Answer to the start of a download.", [
    f("expected", "u32", "1", "messages at most"),
  ]),
  message(0x24, "erase", "Progress of erasing the memory.", [
    f("progress", "u8", "1", "0 to 1", { per: 100 }),
  ]),
  message(0x25, "recording-config", "What the device records by itself.", [
    f("enable", "u8", "1", "1 = on"),
    ...recording,
  ]),
  message(0x26, "recording-change", "A change of the recording, among the messages of a download.", [
    f("state", "u8", "code", "", { labels: { 0: "stopped", 1: "started", 2: "paused" } }),
    ...recording,
  ]),
  message(0x27, "gnss-config", "Settings of the receiver.", [
    f("dynamicModel", "u8", "code", "", {
      labels: { 4: "automotive", 5: "sea", 6: "airborne, slow", 8: "airborne, fast" },
    }),
    f("speed3d", "u8", "1", "1 = the speed is in three dimensions"),
    f("hAccLimit", "u8", "m", "accuracy needed for a fix"),
  ]),
  message(0x30, "unlock", "Command: opens the memory for this connection.", [f("code", "u32", "code", "")]),
];
