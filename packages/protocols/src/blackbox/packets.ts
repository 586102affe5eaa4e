import { type Layout, type LayoutField, layout } from "@pitwall/core";

/** Blackbox telemetry packets, little-endian, packed. Byte offsets: docs of jctoledo/blackbox; the first byte is the version. */
const HEAD: readonly LayoutField[] = [
  { name: "timestampMs", wire: "u32", unit: "ms", doc: "since boot, wraps after 49.7 days" },
  { name: "vehicle.aLong", wire: "f32", scale: -1, unit: "m/s^2", doc: "sent as minus longitudinal" },
  {
    name: "vehicle.aLat",
    wire: "f32",
    scale: -1,
    unit: "m/s^2",
    doc: "sent as minus lateral (right positive)",
  },
  { name: "vehicle.aUp", wire: "f32", unit: "m/s^2", doc: "vertical, as the device corrects it" },
  { name: "vehicle.yawRate", wire: "f32", unit: "rad/s", doc: "body z rate" },
  { name: "imu.roll", wire: "f32", unit: "rad", doc: "" },
  { name: "imu.pitch", wire: "f32", unit: "rad", doc: "" },
];
const YAW: LayoutField = {
  name: "vehicle.yaw",
  wire: "f32",
  unit: "rad",
  doc: "filter yaw, counter-clockwise from east",
};
const HEADING: LayoutField = {
  name: "vehicle.course",
  wire: "f32",
  unit: "rad",
  doc: "aligned heading, 0 = north; sent within -pi to pi",
};
const MOTION: readonly LayoutField[] = [
  { name: "vehicle.x", wire: "f32", unit: "m", doc: "east of the device's reference" },
  { name: "vehicle.y", wire: "f32", unit: "m", doc: "north of the device's reference" },
  { name: "vehicle.vx", wire: "f32", unit: "m/s", doc: "" },
  { name: "vehicle.vy", wire: "f32", unit: "m/s", doc: "" },
  { name: "vehicle.speed", wire: "f32", per: 3.6, unit: "m/s", doc: "sent in km/h, 0 below 1" },
];
const SIGMA: LayoutField = { name: "vehicle.sigma", wire: "f32", unit: "m", doc: "position, 1 sigma" };
const PLACE: readonly LayoutField[] = [
  {
    name: "vehicle.mode",
    wire: "u8",
    unit: "bits",
    doc: "driving mode",
    bits: { 0: "accelerating", 1: "braking", 2: "cornering" },
  },
  {
    name: "gnss.lat",
    wire: "f32",
    unit: "deg",
    doc: "absent while gpsValid is 0; a 32-bit float steps by up to 0.8 m",
  },
  { name: "gnss.lon", wire: "f32", unit: "deg", doc: "absent while gpsValid is 0" },
  { name: "gpsValid", wire: "u8", unit: "1", doc: "1 = the fix is valid" },
];
const COURSE: LayoutField = { name: "gnss.course", wire: "f32", unit: "rad", doc: "NaN at 1 m/s and below" };
const LAP: readonly LayoutField[] = [
  { name: "lap.time", wire: "u32", per: 1000, unit: "s", doc: "running lap, sent in ms" },
  { name: "lap.number", wire: "u16", unit: "1", doc: "laps completed" },
  {
    name: "lapFlags",
    wire: "u8",
    unit: "bits",
    doc: "",
    bits: { 0: "start", 1: "finish", 2: "new lap", 3: "best", 4: "invalid" },
  },
];
const VERSION: LayoutField = { name: "_version", wire: "u8", unit: "1", doc: "" };
const MAGIC: LayoutField = { name: "_magic", wire: "u16", unit: "1", doc: "0xAA55, on the wire 55 AA" };
const SUM: LayoutField = {
  name: "_checksum",
  wire: "u16",
  unit: "1",
  doc: "sum of all bytes before it, mod 65536",
};

export type BlackboxPacket = Layout & { readonly version: number };

const packet = (version: number, doc: string, fields: readonly LayoutField[]): BlackboxPacket => ({
  ...layout(`blackbox.v${version}`, doc, fields),
  version,
});

/** Version 0 is the form of the first public description: no version byte. Index = version. */
export const PACKETS: readonly BlackboxPacket[] = [
  packet(0, "Without a version byte, as first described.", [MAGIC, ...HEAD, YAW, ...MOTION, ...PLACE, SUM]),
  packet(1, "", [VERSION, MAGIC, ...HEAD, YAW, ...MOTION, ...PLACE, SUM]),
  packet(2, "Adds the lap block.", [VERSION, MAGIC, ...HEAD, YAW, ...MOTION, ...PLACE, ...LAP, SUM]),
  packet(3, "Adds the position's sigma.", [
    VERSION,
    MAGIC,
    ...HEAD,
    YAW,
    ...MOTION,
    SIGMA,
    ...PLACE,
    ...LAP,
    SUM,
  ]),
  packet(4, "Adds the course; the heading is aligned to north.", [
    VERSION,
    MAGIC,
    ...HEAD,
    HEADING,
    ...MOTION,
    SIGMA,
    ...PLACE,
    COURSE,
    ...LAP,
    SUM,
  ]),
];
