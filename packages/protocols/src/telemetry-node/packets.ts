import { type Layout, type LayoutField, layout } from "@pitwall/core";
import type { NodeOptions } from "./options.ts";

/** Telemetry-Node device numbers (telemetryNode.h of the SDK). */
export const DEVICE = {
  alltrax: 0,
  vesc: 1,
  motor: 2,
  battery: 3,
  gpsImu: 4,
  throttle: 5,
  solar: 6,
} as const;
export const LAST_DEVICE = DEVICE.solar;
export const PACKET_BYTES = 16;

/** One 16-byte packet: lead byte, 13 bytes of data, device and packet number, checksum. Little-endian. */
export type NodePacket = Layout & { readonly device: number; readonly number: number };

const ADC_PER_DEGC = 2.048;
const DATA_BYTES = 13;
const SIZE: Readonly<Record<string, number>> = { u8: 1, u16: 2, u32: 4, f32: 4 };
const KNOT_MPS: Pick<LayoutField, "scale" | "per"> = { scale: 1852, per: 3600 };

function packet(
  name: string,
  device: number,
  number: number,
  doc: string,
  data: readonly LayoutField[],
): NodePacket {
  const used = data.reduce((n, f) => n + SIZE[f.wire]!, 0);
  const unused: LayoutField = {
    name: "_unused",
    wire: "u8",
    unit: "1",
    doc: "0, or whatever was there before",
  };
  const fields: LayoutField[] = [
    { name: "_lead", wire: "u8", unit: "1", doc: "0xF0; 0x50 in commands of the stateful dialect" },
    ...data,
    ...Array.from({ length: DATA_BYTES - used }, () => unused),
    { name: "_meta", wire: "u8", unit: "1", doc: `device ${device} << 4 | packet ${number}` },
    { name: "_checksum", wire: "u8", unit: "1", doc: "0xFF minus the sum of the 15 bytes before it" },
  ];
  return { ...layout(`telemetry-node.${name}`, doc, fields), device, number };
}

const ALLTRAX_ERRORS: LayoutField["bits"] = {
  0: "over-throttle",
  1: "under-temperature",
  2: "high pedal disable",
  3: "over-temperature",
  5: "under-voltage",
  6: "over-voltage",
  7: "starting",
};
const VESC_FAULTS: LayoutField["bits"] = {
  0: "over-voltage",
  1: "under-voltage",
  2: "driver",
  3: "over-current",
  4: "controller over-temperature",
  5: "motor over-temperature",
};

const controller = (tempZero: number, bits: LayoutField["bits"], faultDoc: string): LayoutField[] => [
  {
    name: "controller.temp",
    wire: "u16",
    per: ADC_PER_DEGC,
    zero: tempZero,
    missing: 0,
    unit: "degC",
    doc: `(raw - ${tempZero}) / 2.048; raw 0 = nothing read from the controller yet`,
  },
  { name: "battery.voltage", wire: "u16", scale: 0.1025, unit: "V", doc: "input voltage" },
  { name: "motor.current", wire: "u16", unit: "A", doc: "controller to motor" },
  { name: "battery.current", wire: "u16", unit: "A", doc: "battery to controller, never negative" },
  { name: "motor.duty", wire: "u8", per: 255, unit: "1", doc: "" },
  { name: "controller.fault", wire: "u8", unit: "code", doc: faultDoc, ...(bits ? { bits } : {}) },
];

const f32 = (name: string, unit: LayoutField["unit"], doc: string, more: Partial<LayoutField> = {}) =>
  ({ name, wire: "f32", unit, doc, ...more }) as const;

const attitude: readonly LayoutField[] = [
  f32("imu.pitch", "rad", "sent in degrees", { scale: Math.PI, per: 180 }),
  f32("imu.roll", "rad", "sent in degrees", { scale: Math.PI, per: 180 }),
  {
    name: "fix",
    wire: "u8",
    unit: "1",
    doc: "whether the receiver has a fix, 2D and 3D alike",
    labels: { 0: "none", 1: "fix" },
  },
];
const place: readonly LayoutField[] = [
  f32("gnss.lat", "deg", "absent while there is no fix"),
  f32("gnss.lon", "deg", "absent while there is no fix"),
];
const speed = f32("gnss.speed", "m/s", "sent in knots; absent while there is no fix", KNOT_MPS);
const course: LayoutField = {
  name: "gnss.course",
  wire: "u8",
  scale: 2 * Math.PI,
  per: 255,
  unit: "rad",
  doc: "0 to 360 deg as 0 to 255; absent while there is no fix",
};
const sats: LayoutField = { name: "gnss.sats", wire: "u8", unit: "1", doc: "" };

/** Every packet of the devices 0 to 6; which of the GPS pairs a board sends is the option `gps`. */
export function createPackets(o: NodeOptions) {
  const sign = o.chargePositive ? -1 : 1;
  return {
    alltrax: packet(
      "alltrax",
      DEVICE.alltrax,
      0,
      "Alltrax controller.",
      controller(o.tempZero, ALLTRAX_ERRORS, "error bits"),
    ),
    vesc: packet(
      "vesc",
      DEVICE.vesc,
      0,
      "VESC controller.",
      controller(o.tempZero, VESC_FAULTS, "fault bits of the board, not the VESC's own fault number"),
    ),
    motor: packet("motor", DEVICE.motor, 0, "Motor board.", [
      f32("motor.temp", "degC", "NaN without a sensor"),
      { name: "motor.rpm", wire: "u32", unit: "rpm", doc: "motor shaft" },
      { name: "propellerRpm", wire: "u32", unit: "rpm", doc: "from motor rpm and gearing" },
    ]),
    battery: packet("battery", DEVICE.battery, 0, "Battery board, first packet.", [
      f32("battery.voltage", "V", ""),
      f32("battery.current", "A", "sign by option `batterySign`", { scale: sign, bias: 0 }),
      f32("battery.power", "W", "sign by option `batterySign`", { scale: sign, bias: 0 }),
    ]),
    batteryState: packet("battery-state", DEVICE.battery, 1, "Battery board, second packet.", [
      f32("timeRemaining", "min", "to empty, as the battery monitor estimates it"),
      f32("consumed", "Ah", "since full"),
      f32("battery.soc", "1", "sent in percent", { per: 100 }),
    ]),
    attitude: packet(
      "attitude",
      DEVICE.gpsImu,
      0,
      "GPS and IMU board, first packet (`gps` = code).",
      attitude,
    ),
    position: packet(
      "position",
      DEVICE.gpsImu,
      1,
      "GPS and IMU board, second packet (`gps` = code). No fix byte: the last first packet tells.",
      [...place, speed, course],
    ),
    attitudeFix: packet(
      "attitude-fix",
      DEVICE.gpsImu,
      0,
      "GPS and IMU board, first packet as the server and the stateful SDK read it (`gps` = stateful).",
      [...attitude, sats, course],
    ),
    positionFix: packet(
      "position-fix",
      DEVICE.gpsImu,
      1,
      "GPS and IMU board, second packet as the server and the stateful SDK read it (`gps` = stateful).",
      [...place, speed, { name: "fix", wire: "u8", unit: "1", doc: "", labels: { 0: "none", 1: "fix" } }],
    ),
    fix: packet(
      "fix",
      DEVICE.gpsImu,
      0,
      "GPS board, first packet as the README describes it (`gps` = readme). The time becomes the message's time.",
      [...place, { name: "_time", wire: "u32", unit: "s", doc: "Unix time, unit by option `epoch`" }, sats],
    ),
    motion: packet(
      "motion",
      DEVICE.gpsImu,
      1,
      "GPS board, second packet as the README describes it (`gps` = readme).",
      [speed, course],
    ),
    throttle: packet("throttle", DEVICE.throttle, 0, "Throttle board.", [
      {
        name: "driver.throttle",
        wire: "u16",
        per: o.throttleFullScale,
        unit: "1",
        doc: "share of full scale",
      },
      { name: "enable", wire: "u8", unit: "1", doc: "", labels: { 0: "off", 1: "on" } },
      { name: "mode", wire: "u8", unit: "code", doc: "" },
      { name: "config", wire: "u8", unit: "code", doc: "" },
    ]),
    solar: packet("solar", DEVICE.solar, 0, "Solar board.", [
      f32("solarCurrent1", "A", "charger 1"),
      f32("solarCurrent2", "A", "charger 2"),
      f32("solar.current", "A", "total"),
    ]),
    command: packet("command", DEVICE.alltrax, 0, "Server to node.", [
      {
        name: "throttle",
        wire: "u16",
        per: o.throttleFullScale,
        unit: "1",
        doc: "demanded share of full scale",
      },
      { name: "enable", wire: "u8", unit: "1", doc: "0 to a VESC node", labels: { 0: "off", 1: "on" } },
    ]),
  };
}
