import { type FieldSpec, type Layout, type LayoutField, layout, type MessageSpec } from "@pitwall/core";

/** CAN_PACKET_ID of the VESC firmware: bits 8 and up of the 29-bit identifier; the low byte is the controller. */
export const CAN_PACKET = {
  fillBuffer: 5,
  fillBufferLong: 6,
  processBuffer: 7,
  processShort: 8,
  gnssTime: 59,
  gnssLat: 60,
  gnssLon: 61,
  gnssAltSpeed: 62,
} as const;

export const CONTROLLER: FieldSpec = { name: "controller", unit: "code", resolution: 1, doc: "CAN id" };
export const MOTOR_RPM: FieldSpec = {
  name: "motor.rpm",
  unit: "rpm",
  doc: "erpm / `polePairs`, where configured",
};
export const WHEEL_SPEED: FieldSpec = {
  name: "wheel.speed",
  unit: "m/s",
  doc: "from erpm, where `polePairs` and `wheelCircumferenceM` are configured; without direction",
};

export type StatusPacket = {
  readonly command: number;
  readonly layout: Layout;
  readonly spec: MessageSpec;
  /** Shorter frames are refused: the bytes up to the last value. */
  readonly minLength: number;
};

function status(
  command: number,
  name: string,
  doc: string,
  fields: readonly LayoutField[],
  derived: readonly FieldSpec[] = [],
): StatusPacket {
  const l = layout(`vesc.${name}`, `${doc} CAN command ${command}.`, fields, { endian: "big" });
  const spare = l.fields.find((f) => f.name.startsWith("_"));
  return {
    command,
    layout: l,
    spec: { ...l.spec, fields: [CONTROLLER, ...l.spec.fields, ...derived] },
    minLength: spare?.offset ?? l.byteLength,
  };
}

const energy = (name: string, unit: "Ah" | "Wh", doc: string): LayoutField => ({
  name,
  wire: "i32",
  per: 1e4,
  unit,
  doc,
});
const volts = (name: string): LayoutField => ({ name, wire: "i16", per: 1000, unit: "V", doc: "" });

export const STATUSES: readonly StatusPacket[] = [
  status(
    9,
    "status",
    "Speed, current, duty.",
    [
      { name: "motor.erpm", wire: "i32", unit: "rpm", doc: "electrical: mechanical times pole pairs" },
      { name: "motor.current", wire: "i16", per: 10, unit: "A", doc: "" },
      { name: "motor.duty", wire: "i16", per: 1000, unit: "1", doc: "" },
    ],
    [MOTOR_RPM, WHEEL_SPEED],
  ),
  status(14, "status2", "Charge counters.", [
    energy("ampHours", "Ah", "drawn since start"),
    energy("ampHoursCharged", "Ah", "regenerated since start"),
  ]),
  status(15, "status3", "Energy counters.", [
    energy("wattHours", "Wh", "drawn since start"),
    energy("wattHoursCharged", "Wh", "regenerated since start"),
  ]),
  status(16, "status4", "Temperatures and input current.", [
    { name: "controller.temp", wire: "i16", per: 10, unit: "degC", doc: "power transistors" },
    { name: "motor.temp", wire: "i16", per: 10, unit: "degC", doc: "absent without a working sensor" },
    { name: "battery.current", wire: "i16", per: 10, unit: "A", doc: "input, positive when drawn" },
    { name: "position", wire: "i16", per: 50, unit: "deg", doc: "of the position controller" },
  ]),
  status(27, "status5", "Tachometer and input voltage.", [
    { name: "tachometer", wire: "i32", unit: "1", doc: "steps, six an electrical turn" },
    { name: "battery.voltage", wire: "i16", per: 10, unit: "V", doc: "input" },
    { name: "_reserved", wire: "i16", unit: "1", doc: "" },
  ]),
  status(58, "status6", "Analogue inputs and servo input.", [
    volts("adc1"),
    volts("adc2"),
    volts("adc3"),
    { name: "ppm", wire: "i16", per: 1000, unit: "1", doc: "decoded servo input" },
  ]),
];

/** Bytes of the GNSS frames; latitude and longitude are 64-bit integers of 1e-16 degrees. */
export const GNSS_TIME = layout(
  "vesc.gnss-time",
  "CAN command 59.",
  [
    { name: "msToday", wire: "i32", unit: "ms", doc: "since midnight UTC" },
    { name: "year", wire: "i16", unit: "1", doc: "full, or since 2000" },
    { name: "month", wire: "u8", unit: "1", doc: "" },
    { name: "day", wire: "u8", unit: "1", doc: "" },
  ],
  { endian: "big" },
);
export const GNSS_ALT_SPEED = layout(
  "vesc.gnss-altitude-speed",
  "CAN command 62.",
  [
    { name: "gnss.alt", wire: "f32", unit: "m", doc: "" },
    { name: "gnss.speed", wire: "i16", per: 100, unit: "m/s", doc: "" },
    { name: "gnss.hdop", wire: "i16", per: 100, unit: "1", doc: "" },
  ],
  { endian: "big" },
);
export const GNSS: MessageSpec = {
  name: "vesc.gnss",
  doc: "One fix of a GNSS receiver on the bus, joined from the CAN commands 59 (time), 60 (latitude), 61 (longitude) and 62 (altitude as a 32-bit float, speed and HDOP in hundredths as 16-bit integers).",
  fields: [
    CONTROLLER,
    { name: "gnss.lat", unit: "deg", doc: "64-bit integer of 1e-16 deg", resolution: 1e-13 },
    { name: "gnss.lon", unit: "deg", doc: "64-bit integer of 1e-16 deg", resolution: 1e-13 },
    ...GNSS_ALT_SPEED.spec.fields,
  ],
};
