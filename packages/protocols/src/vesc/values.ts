import { type FieldSpec, type Layout, type LayoutField, layout, type MessageSpec } from "@pitwall/core";
import { CONTROLLER, MOTOR_RPM, WHEEL_SPEED } from "./can-packets.ts";
import { VESC_FAULTS } from "./faults.table.ts";

/** COMM_PACKET_ID of the VESC firmware: the first byte of a payload. */
export const COMM = {
  firmware: 0,
  values: 4,
  forwardCan: 34,
  setupValues: 47,
  valuesSelective: 50,
  setupValuesSelective: 51,
  bmsValues: 96,
} as const;

/** What one bit of a selective request's mask stands for. Replies hold the segments in order, each whole. */
export type Segment = { readonly layout: Layout; readonly first: number };

/** A reply of values: older firmware ends it sooner, a selective one has a mask and only what the mask names. */
export type ValueSet = {
  readonly segments: readonly Segment[];
  /** The whole reply behind its first byte, for documentation. */
  readonly layout: Layout;
  readonly spec: MessageSpec;
  readonly selectiveSpec: MessageSpec;
  readonly command: number;
  readonly selectiveCommand: number;
  /** Segments that every firmware sends. */
  readonly least: number;
};

const big = { endian: "big" } as const;
const temp = (name: string, doc: string): LayoutField => ({ name, wire: "i16", per: 10, unit: "degC", doc });
const amps = (name: string, doc = ""): LayoutField => ({ name, wire: "i32", per: 100, unit: "A", doc });
const count = (name: string, unit: "Ah" | "Wh", doc: string): LayoutField => ({
  name,
  wire: "i32",
  per: 1e4,
  unit,
  doc,
});
const counters = [
  count("ampHours", "Ah", "drawn since start"),
  count("ampHoursCharged", "Ah", "regenerated since start"),
  count("wattHours", "Wh", "drawn since start"),
  count("wattHoursCharged", "Wh", "regenerated since start"),
];
const controllerTemp = temp("controller.temp", "power transistors");
const motorTemp = temp("motor.temp", "absent without a working sensor");
const duty: LayoutField = { name: "motor.duty", wire: "i16", per: 1000, unit: "1", doc: "" };
const erpm: LayoutField = {
  name: "motor.erpm",
  wire: "i32",
  unit: "rpm",
  doc: "electrical: mechanical times pole pairs",
};
const voltage: LayoutField = { name: "battery.voltage", wire: "i16", per: 10, unit: "V", doc: "input" };
const position: LayoutField = {
  name: "position",
  wire: "i32",
  per: 1e6,
  unit: "deg",
  doc: "of the position controller",
};
const fault: LayoutField = {
  name: "controller.fault",
  wire: "u8",
  unit: "code",
  doc: "",
  labels: VESC_FAULTS,
};
const id: LayoutField = { name: CONTROLLER.name, wire: "u8", unit: "code", doc: "CAN id of the controller" };

function valueSet(
  names: readonly [whole: string, selective: string],
  commands: readonly [whole: number, selective: number],
  doc: string,
  least: number,
  bits: readonly (readonly LayoutField[])[],
  derived: readonly FieldSpec[],
): ValueSet {
  const segments: Segment[] = [];
  let first = 0;
  for (const fields of bits) {
    segments.push({ layout: layout("segment", "", fields, big), first });
    first += fields.length;
  }
  const whole = layout(
    names[0],
    `${doc} Behind the command byte ${commands[0]}; older firmware sends less.`,
    bits.flat(),
    big,
  );
  const fields = [...whole.spec.fields, ...derived];
  return {
    segments,
    layout: whole,
    spec: { ...whole.spec, fields },
    selectiveSpec: {
      name: names[1],
      doc: `The same, behind the command byte ${commands[1]} and a u32 mask: bit n = the n-th line, counted from 0.`,
      fields,
    },
    command: commands[0],
    selectiveCommand: commands[1],
    least,
  };
}

export const VALUES = valueSet(
  ["vesc.values", "vesc.values-selective"],
  [COMM.values, COMM.valuesSelective],
  "Values of one controller.",
  16,
  [
    [controllerTemp],
    [motorTemp],
    [amps("motor.current")],
    [amps("battery.current", "input, positive when drawn")],
    [amps("directCurrent", "d axis")],
    [amps("quadratureCurrent", "q axis")],
    [duty],
    [erpm],
    [voltage],
    ...counters.map((c) => [c]),
    [{ name: "tachometer", wire: "i32", unit: "1", doc: "steps, six an electrical turn" }],
    [{ name: "tachometerAbs", wire: "i32", unit: "1", doc: "the same, always counting up" }],
    [fault],
    [position],
    [id],
    [
      temp("transistorTemp1", "mask bit 18, with the two below; absent for an open sensor"),
      temp("transistorTemp2", ""),
      temp("transistorTemp3", ""),
    ],
    [{ name: "directVoltage", wire: "i32", per: 1000, unit: "V", doc: "d axis" }],
    [{ name: "quadratureVoltage", wire: "i32", per: 1000, unit: "V", doc: "q axis" }],
    [{ name: "status", wire: "u8", unit: "bits", doc: "", bits: { 0: "timed out", 1: "kill switch" } }],
  ],
  [MOTOR_RPM, WHEEL_SPEED],
);

export const SETUP_VALUES = valueSet(
  ["vesc.setup-values", "vesc.setup-values-selective"],
  [COMM.setupValues, COMM.setupValuesSelective],
  "Values of all controllers of the vehicle together, with the speed by the settings of the controller.",
  17,
  [
    [controllerTemp],
    [motorTemp],
    [amps("motor.current", "of all controllers")],
    [amps("battery.current", "of all controllers, positive when drawn")],
    [duty],
    [erpm],
    [
      {
        name: "speed",
        wire: "i32",
        per: 1000,
        unit: "m/s",
        doc: "by the controller's own settings; negative backwards",
      },
    ],
    [voltage],
    [{ name: "battery.soc", wire: "i16", per: 1000, unit: "1", doc: "by the voltage" }],
    ...counters.map((c) => [c]),
    [{ name: "distance", wire: "i32", per: 1000, unit: "m", doc: "forwards minus backwards, since start" }],
    [{ name: "trip.distance", wire: "i32", per: 1000, unit: "m", doc: "since start" }],
    [position],
    [fault],
    [id],
    [{ name: "controllers", wire: "u8", unit: "1", doc: "on the bus" }],
    [{ name: "energyLeft", wire: "i32", per: 1000, unit: "Wh", doc: "by the voltage" }],
    [{ name: "odometer", wire: "u32", unit: "m", doc: "" }],
    [{ name: "uptime", wire: "u32", unit: "ms", doc: "" }],
  ],
  [MOTOR_RPM, { ...WHEEL_SPEED, doc: `${WHEEL_SPEED.doc}; else the controller's own speed` }],
);

export const REQUEST: MessageSpec = {
  name: "vesc.request",
  doc: "A question of the computer. The telemetry never encodes commands that move a motor.",
  fields: [
    {
      name: "command",
      unit: "code",
      resolution: 1,
      doc: "first byte of the payload",
      labels: {
        [COMM.firmware]: "firmware",
        [COMM.values]: "values",
        [COMM.setupValues]: "setup values",
        [COMM.valuesSelective]: "values, selective",
        [COMM.setupValuesSelective]: "setup values, selective",
        [COMM.bmsValues]: "BMS values",
      },
    },
    { name: "mask", unit: "bits", resolution: 1, doc: "u32, of selective requests" },
    {
      name: CONTROLLER.name,
      unit: "code",
      resolution: 1,
      doc: "to be forwarded on the CAN bus (behind byte 34 on UART); absent: the controller that is asked itself",
    },
  ],
};

export const FIRMWARE: MessageSpec = {
  name: "vesc.firmware",
  doc: "Reply to command 0: u8 major, u8 minor, hardware name ended by 0, 12 bytes of identity.",
  fields: [
    { name: "major", unit: "1", resolution: 1, doc: "" },
    { name: "minor", unit: "1", resolution: 1, doc: "" },
    CONTROLLER,
  ],
  texts: ["hardware", "uuid"],
};
