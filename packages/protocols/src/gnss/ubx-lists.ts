import { type FieldSpec, layout, type MessageSpec } from "@pitwall/core";

// Messages that are lists: one reading an entry. Payloads: u-blox M8 receiver description (UBX-13003221), chapter 32,
// and the interface description of generation 9 (UBX-18010854) for CFG-VALSET.

const RAD = Math.PI / 180;
const named = (name: string, unit: FieldSpec["unit"], doc: string, resolution: number): FieldSpec => ({
  name,
  unit,
  doc,
  resolution,
  offset: 0,
});
const iTOW = named("iTOW", "ms", "GPS time of week", 1);

/** One satellite of NAV-SAT; the list's head is iTOW, version, count and two reserved bytes. */
export const SATELLITE = layout("ubx.nav-sat", "One satellite in view.", [
  {
    name: "gnssId",
    wire: "u8",
    unit: "code",
    doc: "",
    labels: { 0: "GPS", 1: "SBAS", 2: "Galileo", 3: "BeiDou", 4: "IMES", 5: "QZSS", 6: "GLONASS" },
  },
  { name: "svId", wire: "u8", unit: "1", doc: "satellite" },
  { name: "cn0", wire: "u8", unit: "1", doc: "carrier to noise, dB-Hz" },
  { name: "elevation", wire: "i8", scale: RAD, unit: "rad", doc: "above the horizon" },
  { name: "azimuth", wire: "i16", scale: RAD, unit: "rad", doc: "clockwise from north" },
  { name: "residual", wire: "i16", per: 10, unit: "m", doc: "of the pseudorange" },
  {
    name: "flags",
    wire: "u32",
    unit: "bits",
    doc: "bits 0 to 2: signal quality, 4 and 5: health",
    bits: { 3: "used" },
  },
]);
export const SAT_HEAD = 8;

export const NAV_SAT: MessageSpec = {
  name: SATELLITE.name,
  doc: "One satellite in view; the message on the wire lists them all.",
  fields: [iTOW, ...SATELLITE.spec.fields],
};

/** A sensor of the ESF messages: 24 bits of data behind a type. */
export type Sensor = {
  readonly type: number;
  readonly field: FieldSpec;
  readonly scale: number;
  readonly ticks: boolean;
};

const sensor = (type: number, name: string, unit: FieldSpec["unit"], doc: string, scale: number): Sensor => ({
  type,
  scale,
  ticks: false,
  field: named(name, unit, doc, scale),
});
const wheel = (type: number, name: string, doc: string): Sensor => ({
  type,
  scale: 1,
  ticks: true,
  field: named(name, "1", `${doc}, negative backwards`, 1),
});
const GYRO = (2 ** -12 * Math.PI) / 180;
const ACCEL = 2 ** -10;

export const SENSORS: readonly Sensor[] = [
  sensor(14, "imu.gx", "rad/s", "", GYRO),
  sensor(13, "imu.gy", "rad/s", "", GYRO),
  sensor(5, "imu.gz", "rad/s", "", GYRO),
  sensor(16, "imu.ax", "m/s^2", "axes as the receiver is mounted", ACCEL),
  sensor(17, "imu.ay", "m/s^2", "", ACCEL),
  sensor(18, "imu.az", "m/s^2", "", ACCEL),
  sensor(12, "imu.temp", "degC", "of the gyroscope", 0.01),
  sensor(11, "wheel.speed", "m/s", "", 0.001),
  wheel(6, "ticks.frontLeft", "wheel ticks"),
  wheel(7, "ticks.frontRight", "wheel ticks"),
  wheel(8, "ticks.rearLeft", "wheel ticks"),
  wheel(9, "ticks.rearRight", "wheel ticks"),
  wheel(10, "ticks.single", "ticks of the one wheel or shaft measured"),
];
const timeTag = named("timeTag", "1", "the sensor's own time, wraps", 1);

export const ESF_MEAS: MessageSpec = {
  name: "ubx.esf-meas",
  doc: "Sensor measurements as the fusion takes them.",
  fields: [
    timeTag,
    named("flags", "bits", "bits 0 and 1: time mark, 3: calibrated time tag, 11 to 15: count", 1),
    named("id", "1", "who supplied the data", 1),
    ...SENSORS.map((s) => s.field),
  ],
};
export const ESF_MEAS_SENSORS_AT = 3;

export const ESF_RAW: MessageSpec = {
  name: "ubx.esf-raw",
  doc: "Raw sensor samples: one reading for each time tag of the message on the wire.",
  fields: [timeTag, ...SENSORS.map((s) => s.field)],
};
export const ESF_RAW_SENSORS_AT = 1;

export const MON_VER: MessageSpec = {
  name: "ubx.mon-ver",
  doc: "Versions of the receiver's software and hardware; extensions one a line.",
  fields: [],
  texts: ["software", "hardware", "extensions"],
};

export const CFG_VALSET: MessageSpec = {
  name: "ubx.cfg-valset",
  doc: "One configuration item of receivers since generation 9; the message on the wire may set up to 64.",
  fields: [
    { ...named("layers", "bits", "", 1), bits: { 0: "RAM", 1: "battery-backed RAM", 2: "flash" } },
    named("key", "code", "bits 28 to 30 tell the size of the value", 1),
    named("value", "1", "as an unsigned number", 1),
  ],
};

/** Bytes of a configuration item's value, from bits 28 to 30 of its key; 0 for a key that is none. */
export function valueSize(key: number): number {
  const code = (key >>> 28) & 7;
  return code === 1 || code === 2 ? 1 : code === 3 ? 2 : code === 4 ? 4 : code === 5 ? 8 : 0;
}
