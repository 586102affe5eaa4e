import { type FieldSpec, type Layout, type LayoutField, layout, type MessageSpec } from "@pitwall/core";

// WitMotion WT901 data sheet (v20-0702), chapter 5, and WT901BLECL data sheet (v20-0707), chapter 6. Little-endian.

const G = 9.80665;
const FULL = 32_768;
const DEG = Math.PI / 180;

const f = (
  name: string,
  wire: LayoutField["wire"],
  unit: LayoutField["unit"],
  doc = "",
  more: Partial<LayoutField> = {},
): LayoutField => ({ name, wire, unit, doc, ...more });
const head: readonly LayoutField[] = [f("_header", "u8", "1", "0x55"), f("_type", "u8", "1")];
const sum = f("_sum", "u8", "1", "low byte of the sum of the ten bytes before it");

const accel = (axis: string, doc: string): LayoutField =>
  f(`imu.a${axis}`, "i16", "m/s^2", doc, { scale: 16 * G, per: FULL });
const rate = (axis: string, doc: string): LayoutField =>
  f(`imu.g${axis}`, "i16", "rad/s", doc, { scale: 2000 * DEG, per: FULL });
const angle = (name: string, doc: string): LayoutField =>
  f(`imu.${name}`, "i16", "rad", doc, { scale: Math.PI, per: FULL });
const ACCEL = [accel("x", "full scale 16 g"), accel("y", ""), accel("z", "")];
const RATE = [rate("x", "full scale 2000 deg/s"), rate("y", ""), rate("z", "")];
const ANGLE = [angle("roll", "about x"), angle("pitch", "about y"), angle("yaw", "about z")];
const temp = f("imu.temp", "i16", "degC", "of the module", { per: 100 });
const raw = (name: string, doc = "", wire: "i16" | "u16" = "i16"): LayoutField => f(name, wire, "1", doc);

export type Wt901Packet = { readonly type: number; readonly layout: Layout; readonly spec: MessageSpec };

function packet(
  type: number,
  name: string,
  doc: string,
  fields: readonly LayoutField[],
  derived: readonly FieldSpec[] = [],
): Wt901Packet {
  const l = layout(`wt901.${name}`, doc, fields);
  return { type, layout: l, spec: { ...l.spec, fields: [...l.spec.fields, ...derived] } };
}
const serial = (
  type: number,
  name: string,
  doc: string,
  fields: readonly LayoutField[],
  derived: readonly FieldSpec[] = [],
): Wt901Packet =>
  packet(type, name, `Type 0x${type.toString(16)}. ${doc}`, [...head, ...fields, sum], derived);

export const TIME = serial(
  0x50,
  "time",
  "The module's own clock: it is not set by anything but a command, and so not the message's time.",
  [
    f("_year", "u8", "1", "since 2000"),
    f("_month", "u8", "1"),
    f("_day", "u8", "1"),
    f("_hour", "u8", "1"),
    f("_minute", "u8", "1"),
    f("_second", "u8", "1"),
    f("_ms", "u16", "1"),
  ],
  [
    {
      name: "clock",
      unit: "us",
      doc: "the module's clock, microseconds since 1970",
      resolution: 1000,
      offset: 0,
    },
  ],
);
export const POSITION = serial(
  0x57,
  "position",
  "Of a receiver connected to the module.",
  [
    f("_lon", "i32", "1", "degrees x 1e7 + minutes x 1e5, as one number"),
    f("_lat", "i32", "1", "degrees x 1e7 + minutes x 1e5, as one number"),
  ],
  [
    { name: "gnss.lon", unit: "deg", doc: "absent while both are 0", resolution: 1e-7, offset: 0 },
    { name: "gnss.lat", unit: "deg", doc: "absent while both are 0", resolution: 1e-7, offset: 0 },
  ],
);

/** Serial packets of 11 bytes. */
export const SERIAL: readonly Wt901Packet[] = [
  TIME,
  serial(0x51, "acceleration", "Specific force in the module's axes.", [...ACCEL, temp]),
  serial(0x52, "rate", "Angular rate.", [
    ...RATE,
    f("tempOrVoltage", "i16", "1", "degC of wired modules, V of those with a battery", { per: 100 }),
  ]),
  serial(0x53, "angle", "Angles of the module's own filter.", [
    ...ANGLE,
    raw("version", "of the firmware", "u16"),
  ]),
  serial(0x54, "magnetic", "Raw counts: their size depends on the magnetometer that is fitted.", [
    raw("magX"),
    raw("magY"),
    raw("magZ"),
    temp,
  ]),
  serial(0x55, "ports", "The four extension ports: counts, levels or microseconds as each is set.", [
    raw("d0"),
    raw("d1"),
    raw("d2"),
    raw("d3"),
  ]),
  serial(0x56, "pressure", "Modules with a barometer.", [
    f("pressure", "i32", "Pa"),
    f("height", "i32", "m", "from the pressure", { per: 100 }),
  ]),
  POSITION,
  serial(0x58, "gps", "Of a receiver connected to the module.", [
    f("gnss.alt", "i16", "m", "", { per: 10 }),
    f("gnss.course", "u16", "rad", "", { scale: DEG, per: 10 }),
    f("gnss.speed", "i32", "m/s", "sent in thousandths of km/h", { per: 3600 }),
  ]),
  serial(
    0x59,
    "quaternion",
    "",
    [0, 1, 2, 3].map((i) => f(`q${i}`, "i16", "1", "", { per: FULL })),
  ),
  serial(0x5a, "gps-accuracy", "Of a receiver connected to the module.", [
    f("gnss.sats", "u16", "1"),
    f("gnss.pdop", "u16", "1", "", { per: 100 }),
    f("gnss.hdop", "u16", "1", "", { per: 100 }),
    f("gnss.vdop", "u16", "1", "", { per: 100 }),
  ]),
  serial(
    0x5f,
    "register",
    "Answer to a read command on a serial line: the register asked for and the three after it.",
    [raw("r0"), raw("r1"), raw("r2"), raw("r3")],
  ),
];

/** Bluetooth packets of 20 bytes, without a checksum. */
export const BLUETOOTH: readonly Wt901Packet[] = [
  packet(0x61, "motion", "Type 0x61, Bluetooth: all three at once.", [...head, ...ACCEL, ...RATE, ...ANGLE]),
  packet(0x71, "registers", "Type 0x71, Bluetooth: answer to a read command.", [
    ...head,
    f("start", "u16", "code", "first register"),
    ...[0, 1, 2, 3, 4, 5, 6, 7].map((i) => raw(`r${i}`)),
  ]),
];

export const PACKETS: readonly Wt901Packet[] = [...SERIAL, ...BLUETOOTH];
export const SERIAL_LENGTH = 11;
export const BLUETOOTH_LENGTH = 20;
