import type { FieldSpec, Unit } from "@pitwall/core";

/**
 * One value of a PID: big-endian raw of `size` bytes at `at`; physical = raw * scale / per + bias.
 * Formulae: SAE J1979 (ISO 15031-5), percentages as ratios, angles in radians, distances in metres, times in seconds.
 */
export type PidField = {
  readonly name: string;
  readonly unit: Unit;
  readonly doc: string;
  readonly at: number;
  readonly size: 1 | 2 | 4;
  readonly scale?: number;
  readonly per?: number;
  readonly bias?: number;
  readonly signed?: true;
  /** The value is these bits of the raw: from the lowest, how many. */
  readonly bitsAt?: readonly [low: number, count: number];
  /** The control unit has this sensor if this bit of the first byte is set. */
  readonly ifBit?: number;
  /** Raw that means "not used". */
  readonly missing?: number;
  readonly labels?: FieldSpec["labels"];
  readonly bits?: FieldSpec["bits"];
};

export type PidRow = {
  readonly pid: number;
  /** Data bytes. */
  readonly length: number;
  /** Data bytes that some control units make do with: values past them are absent. */
  readonly least?: number;
  readonly doc: string;
  readonly fields: readonly PidField[];
};

type Extra = Partial<PidField>;
const field = (name: string, unit: Unit, doc: string, size: 1 | 2 | 4, extra: Extra): PidField => ({
  name,
  unit,
  doc,
  at: 0,
  size,
  ...extra,
});
const one = (pid: number, doc: string, f: PidField): PidRow => ({
  pid,
  length: f.at + f.size,
  doc,
  fields: [f],
});

const ratio = (name: string, extra: Extra = {}) => field(name, "1", "", 1, { per: 255, ...extra });
/** -1 to 0.992, 0 in the middle. */
const trim = (name: string, extra: Extra = {}) => field(name, "1", "", 1, { per: 128, bias: -1, ...extra });
const celsius = (name: string, extra: Extra = {}) => field(name, "degC", "", 1, { bias: -40, ...extra });
const celsius16 = (name: string, extra: Extra = {}) =>
  field(name, "degC", "", 2, { per: 10, bias: -40, ...extra });
const kPa = (name: string, scale: number, size: 1 | 2, extra: Extra = {}) =>
  field(name, "kPa", "", size, { scale, ...extra });
const torque = (name: string, extra: Extra = {}) =>
  field(name, "1", "", 1, { per: 100, bias: -1.25, ...extra });
const byte = (name: string, extra: Extra = {}) => field(name, "1", "", 1, extra);
const flag = (name: string, at: number, bit: number, extra: Extra = {}) =>
  field(name, "1", "", 1, { at, bitsAt: [bit, 1], ...extra });

const FUEL_SYSTEM = {
  0: "off",
  1: "open loop, engine cold",
  2: "closed loop",
  4: "open loop, load or fuel cut",
  8: "open loop, fault",
  16: "closed loop with a fault",
};
const SECONDARY_AIR = {
  1: "upstream of the catalyst",
  2: "downstream of the catalyst",
  4: "to the atmosphere or off",
  8: "on for diagnosis",
};
const STANDARDS = {
  1: "OBD-II (California)",
  2: "OBD (EPA)",
  3: "OBD and OBD-II",
  4: "OBD-I",
  5: "none",
  6: "EOBD",
  7: "EOBD and OBD-II",
  8: "EOBD and OBD",
  9: "EOBD, OBD and OBD-II",
  10: "JOBD",
  11: "JOBD and OBD-II",
  12: "JOBD and EOBD",
  13: "JOBD, EOBD and OBD-II",
  17: "EMD",
  18: "EMD+",
  19: "HD OBD-C",
  20: "HD OBD",
  21: "WWH OBD",
  23: "HD EOBD-I",
  24: "HD EOBD-I N",
  25: "HD EOBD-II",
  26: "HD EOBD-II N",
  28: "OBDBr-1",
  29: "OBDBr-2",
  30: "KOBD",
  31: "IOBD I",
  32: "IOBD II",
  33: "HD EOBD-VI",
};
const FUEL_TYPES = {
  1: "petrol",
  2: "methanol",
  3: "ethanol",
  4: "diesel",
  5: "LPG",
  6: "CNG",
  7: "propane",
  8: "electric",
  9: "bi-fuel on petrol",
  10: "bi-fuel on methanol",
  11: "bi-fuel on ethanol",
  12: "bi-fuel on LPG",
  13: "bi-fuel on CNG",
  14: "bi-fuel on propane",
  15: "bi-fuel on electricity",
  16: "bi-fuel on electricity and combustion",
  17: "hybrid petrol",
  18: "hybrid ethanol",
  19: "hybrid diesel",
  20: "hybrid electric",
  21: "hybrid, electric and combustion",
  22: "hybrid, regenerating",
  23: "bi-fuel on diesel",
};
/** Bytes B, C, D of PIDs 01 and 41 as one number. */
const MONITORS = {
  23: "B7",
  22: "components incomplete",
  21: "fuel system incomplete",
  20: "misfire incomplete",
  19: "diesel engine",
  18: "components",
  17: "fuel system",
  16: "misfire",
  15: "egr",
  14: "oxygen sensor heater",
  13: "oxygen sensor",
  12: "air conditioning refrigerant",
  11: "secondary air",
  10: "evaporative system",
  9: "heated catalyst",
  8: "catalyst",
  7: "egr incomplete",
  6: "oxygen sensor heater incomplete",
  5: "oxygen sensor incomplete",
  4: "air conditioning refrigerant incomplete",
  3: "secondary air incomplete",
  2: "evaporative system incomplete",
  1: "heated catalyst incomplete",
  0: "catalyst incomplete",
};

const monitors = (name: string): PidField =>
  field(name, "bits", "names of a petrol engine", 4, { bitsAt: [0, 24], bits: MONITORS });

/** Eight sensors from `first` on; which bank they sit at says PID 13 or 1D. */
const oxygen = (first: number, doc: string, fields: (n: number) => readonly PidField[]): PidRow[] =>
  Array.from({ length: 8 }, (_, i) => ({
    pid: first + i,
    length: fields(i + 1).reduce((n, f) => Math.max(n, f.at + f.size), 0),
    doc: `Oxygen sensor ${i + 1}: ${doc}.`,
    fields: fields(i + 1),
  }));
const lambda = (n: number) => field(`obd.o2.${n}.lambda`, "lambda", "", 2, { scale: 2, per: 65_536 });

export const PIDS: readonly PidRow[] = [
  {
    pid: 0x01,
    length: 4,
    doc: "State of the monitors since the codes were cleared.",
    fields: [
      flag("obd.milOn", 0, 7),
      field("obd.dtcCount", "1", "", 1, { bitsAt: [0, 7] }),
      monitors("monitors"),
    ],
  },
  one(0x02, "Code that stored the freeze frame.", field("freezeDtc", "code", "0 for none", 2, {})),
  {
    pid: 0x03,
    length: 2,
    doc: "State of the fuel systems.",
    fields: [
      field("fuelSystem1", "code", "", 1, { labels: FUEL_SYSTEM }),
      field("fuelSystem2", "code", "", 1, { at: 1, labels: FUEL_SYSTEM }),
    ],
  },
  one(0x04, "Calculated load.", ratio("engine.load")),
  one(0x05, "Coolant temperature.", celsius("engine.waterTemp")),
  one(0x06, "Short term fuel trim, bank 1.", trim("obd.shortTrim1")),
  one(0x07, "Long term fuel trim, bank 1.", trim("obd.longTrim1")),
  one(0x08, "Short term fuel trim, bank 2.", trim("obd.shortTrim2")),
  one(0x09, "Long term fuel trim, bank 2.", trim("obd.longTrim2")),
  one(0x0a, "Fuel pressure.", kPa("obd.fuelPressure", 3, 1)),
  one(0x0b, "Intake manifold pressure, absolute.", kPa("obd.intakePressure", 1, 1)),
  one(0x0c, "Engine speed.", field("engine.rpm", "rpm", "", 2, { per: 4 })),
  one(0x0d, "Vehicle speed.", field("obd.speed", "m/s", "", 1, { per: 3.6 })),
  one(
    0x0e,
    "Ignition advance of cylinder 1.",
    field("obd.timingAdvance", "rad", "before top dead centre", 1, {
      scale: Math.PI,
      per: 360,
      bias: (-64 * Math.PI) / 180,
    }),
  ),
  one(0x0f, "Intake air temperature.", celsius("obd.intakeTemp")),
  one(0x10, "Mass air flow.", field("obd.maf", "g/s", "", 2, { per: 100 })),
  one(0x11, "Throttle position, absolute.", ratio("driver.throttle")),
  one(0x12, "Commanded secondary air.", field("secondaryAir", "code", "", 1, { labels: SECONDARY_AIR })),
  one(
    0x13,
    "Oxygen sensors that are there.",
    field("oxygenSensors", "bits", "", 1, {
      bits: { 0: "b1s1", 1: "b1s2", 2: "b1s3", 3: "b1s4", 4: "b2s1", 5: "b2s2", 6: "b2s3", 7: "b2s4" },
    }),
  ),
  ...oxygen(0x14, "voltage, and its trim where it takes part", (n) => [
    field(`obd.o2.${n}.voltage`, "V", "", 1, { per: 200 }),
    trim(`obd.o2.${n}.trim`, { at: 1, missing: 0xff }),
  ]),
  one(0x1c, "Rules the vehicle was built to.", field("standard", "code", "", 1, { labels: STANDARDS })),
  one(
    0x1d,
    "Oxygen sensors that are there, four banks.",
    field("oxygenSensors4", "bits", "", 1, {
      bits: { 0: "b1s1", 1: "b1s2", 2: "b2s1", 3: "b2s2", 4: "b3s1", 5: "b3s2", 6: "b4s1", 7: "b4s2" },
    }),
  ),
  one(0x1e, "Power take-off.", flag("powerTakeOff", 0, 0)),
  one(0x1f, "Time since engine start.", field("obd.runTime", "s", "", 2, {})),
  one(0x21, "Distance with the fault lamp on.", field("obd.distanceWithMil", "m", "", 2, { scale: 1000 })),
  one(0x22, "Fuel rail pressure over the manifold's.", kPa("obd.fuelRailPressureVac", 0.079, 2)),
  one(0x23, "Fuel rail pressure, direct injection.", kPa("obd.fuelRailPressureDirect", 10, 2)),
  ...oxygen(0x24, "lambda and voltage (wide band)", (n) => [
    lambda(n),
    field(`obd.o2.${n}.voltage`, "V", "", 2, { at: 2, scale: 8, per: 65_536 }),
  ]),
  one(0x2c, "Commanded exhaust gas recirculation.", ratio("obd.commandedEgr")),
  one(0x2d, "Exhaust gas recirculation error.", trim("obd.egrError")),
  one(0x2e, "Commanded tank purge.", ratio("obd.commandedPurge")),
  one(0x2f, "Fuel level.", ratio("obd.fuelLevel")),
  one(0x30, "Warm-ups since the codes were cleared.", byte("obd.warmUpsSinceClear")),
  one(
    0x31,
    "Distance since the codes were cleared.",
    field("obd.distanceSinceClear", "m", "", 2, { scale: 1000 }),
  ),
  one(0x32, "Tank vapour pressure.", field("obd.vaporPressure", "Pa", "", 2, { signed: true, per: 4 })),
  one(0x33, "Barometric pressure.", kPa("obd.baroPressure", 1, 1)),
  ...oxygen(0x34, "lambda and current (wide band)", (n) => [
    lambda(n),
    field(`obd.o2.${n}.current`, "A", "", 2, { at: 2, per: 256_000, bias: -0.128 }),
  ]),
  one(0x3c, "Catalyst temperature, bank 1, sensor 1.", celsius16("obd.catalystTemp11")),
  one(0x3d, "Catalyst temperature, bank 2, sensor 1.", celsius16("obd.catalystTemp21")),
  one(0x3e, "Catalyst temperature, bank 1, sensor 2.", celsius16("obd.catalystTemp12")),
  one(0x3f, "Catalyst temperature, bank 2, sensor 2.", celsius16("obd.catalystTemp22")),
  { pid: 0x41, length: 4, doc: "State of the monitors in this drive.", fields: [monitors("monitorsNow")] },
  one(0x42, "Voltage at the control unit.", field("obd.moduleVoltage", "V", "", 2, { per: 1000 })),
  one(0x43, "Absolute load.", field("obd.absoluteLoad", "1", "", 2, { per: 255 })),
  one(0x44, "Commanded lambda.", field("obd.commandedLambda", "lambda", "", 2, { scale: 2, per: 65_536 })),
  one(0x45, "Relative throttle position.", ratio("obd.relativeThrottle")),
  one(0x46, "Ambient temperature.", celsius("obd.ambientTemp")),
  one(0x47, "Throttle position B.", ratio("obd.throttleB")),
  one(0x48, "Throttle position C.", ratio("obd.throttleC")),
  one(0x49, "Accelerator pedal D.", ratio("driver.accelerator")),
  one(0x4a, "Accelerator pedal E.", ratio("obd.acceleratorE")),
  one(0x4b, "Accelerator pedal F.", ratio("obd.acceleratorF")),
  one(0x4c, "Commanded throttle actuator.", ratio("obd.commandedThrottle")),
  one(0x4d, "Run time with the fault lamp on.", field("obd.timeWithMil", "s", "", 2, { scale: 60 })),
  one(0x4e, "Time since the codes were cleared.", field("obd.timeSinceClear", "s", "", 2, { scale: 60 })),
  {
    pid: 0x4f,
    length: 4,
    doc: "Largest values of other PIDs.",
    fields: [
      field("maxLambda", "lambda", "", 1, {}),
      field("maxOxygenVoltage", "V", "", 1, { at: 1 }),
      field("maxOxygenCurrent", "A", "", 1, { at: 2, per: 1000 }),
      kPa("maxIntakePressure", 10, 1, { at: 3 }),
    ],
  },
  {
    pid: 0x50,
    length: 4,
    doc: "Largest mass air flow.",
    fields: [field("maxMaf", "g/s", "", 1, { scale: 10 })],
  },
  one(0x51, "Fuel in use.", field("fuelType", "code", "", 1, { labels: FUEL_TYPES })),
  one(0x52, "Alcohol in the fuel.", ratio("obd.ethanol")),
  one(
    0x53,
    "Tank vapour pressure, absolute.",
    field("obd.vaporPressureAbsolute", "kPa", "", 2, { per: 200 }),
  ),
  one(0x54, "Tank vapour pressure, wide.", field("obd.vaporPressureWide", "Pa", "", 2, { signed: true })),
  ...[
    [0x55, "shortTrimAfter", "Short term trim behind the catalyst", 1],
    [0x56, "longTrimAfter", "Long term trim behind the catalyst", 1],
    [0x57, "shortTrimAfter", "Short term trim behind the catalyst", 2],
    [0x58, "longTrimAfter", "Long term trim behind the catalyst", 2],
  ].map(([pid, name, doc, bank]) => ({
    pid: Number(pid),
    length: 2,
    least: 1,
    doc: `${doc}, banks ${bank} and ${Number(bank) + 2}.`,
    fields: [trim(`${name}${bank}`), trim(`${name}${Number(bank) + 2}`, { at: 1 })],
  })),
  one(0x59, "Fuel rail pressure, absolute.", kPa("obd.fuelRailPressureAbsolute", 10, 2)),
  one(0x5a, "Relative accelerator pedal.", ratio("obd.relativeAccelerator")),
  one(0x5b, "Charge left in the hybrid battery.", ratio("battery.soc")),
  one(0x5c, "Oil temperature.", celsius("engine.oilTemp")),
  one(
    0x5d,
    "Injection timing.",
    field("obd.injectionTiming", "rad", "before top dead centre", 2, {
      scale: Math.PI,
      per: 128 * 180,
      bias: (-210 * Math.PI) / 180,
    }),
  ),
  one(0x5e, "Fuel rate.", field("obd.fuelRate", "L/h", "", 2, { per: 20 })),
  one(
    0x5f,
    "Emission rules the vehicle was built to.",
    field("emissionRules", "code", "", 1, {
      labels: { 14: "Euro IV B1", 15: "Euro V B2", 16: "Euro EEV C" },
    }),
  ),
  one(0x61, "Torque the driver asks for, of the reference.", torque("obd.demandedTorque")),
  one(0x62, "Actual torque, of the reference.", torque("obd.actualTorque")),
  one(0x63, "Reference torque.", field("obd.referenceTorque", "N*m", "", 2, {})),
  {
    pid: 0x64,
    length: 5,
    doc: "Torque at idle and at four points of the engine's map.",
    fields: [0, 1, 2, 3, 4].map((i) => torque(i === 0 ? "torqueIdle" : `torquePoint${i}`, { at: i })),
  },
  {
    pid: 0x66,
    length: 5,
    doc: "Mass air flow of two sensors.",
    fields: [
      field("obd.maf", "g/s", "sensor A", 2, { at: 1, per: 32, ifBit: 0 }),
      field("mafB", "g/s", "sensor B", 2, { at: 3, per: 32, ifBit: 1 }),
    ],
  },
  {
    pid: 0x67,
    length: 3,
    doc: "Coolant temperature of two sensors.",
    fields: [celsius("engine.waterTemp", { at: 1, ifBit: 0 }), celsius("waterTemp2", { at: 2, ifBit: 1 })],
  },
  {
    pid: 0x69,
    length: 7,
    doc: "Commanded and actual exhaust gas recirculation, A and B, and their errors.",
    fields: [
      ratio("obd.commandedEgr", { at: 1, ifBit: 0 }),
      ratio("actualEgr", { at: 2, ifBit: 1 }),
      trim("obd.egrError", { at: 3, ifBit: 2 }),
      ratio("commandedEgrB", { at: 4, ifBit: 3 }),
      ratio("actualEgrB", { at: 5, ifBit: 4 }),
      trim("egrErrorB", { at: 6, ifBit: 5 }),
    ],
  },
  {
    pid: 0x6c,
    length: 5,
    doc: "Commanded and relative throttle, A and B.",
    fields: [
      ratio("obd.commandedThrottle", { at: 1, ifBit: 0 }),
      ratio("obd.relativeThrottle", { at: 2, ifBit: 1 }),
      ratio("commandedThrottleB", { at: 3, ifBit: 2 }),
      ratio("relativeThrottleB", { at: 4, ifBit: 3 }),
    ],
  },
  {
    pid: 0x6d,
    length: 11,
    doc: "Commanded and actual fuel rail pressure, fuel temperature, A and B.",
    fields: [
      kPa("commandedRailPressure", 10, 2, { at: 1, ifBit: 0 }),
      kPa("railPressure", 10, 2, { at: 3, ifBit: 1 }),
      celsius("fuelTemp", { at: 5, ifBit: 2 }),
      kPa("commandedRailPressureB", 10, 2, { at: 6, ifBit: 3 }),
      kPa("railPressureB", 10, 2, { at: 8, ifBit: 4 }),
      celsius("fuelTempB", { at: 10, ifBit: 5 }),
    ],
  },
  ...[1, 2].map((bank) => ({
    pid: 0x77 + bank,
    length: 9,
    doc: `Exhaust temperatures of bank ${bank}.`,
    fields: [0, 1, 2, 3].map((i) =>
      celsius16(i === 0 ? `obd.exhaustTemp${bank}` : `exhaustTemp${bank}Sensor${i + 1}`, {
        at: 1 + 2 * i,
        ifBit: i,
      }),
    ),
  })),
  {
    pid: 0x7f,
    length: 13,
    doc: "Run time of the engine: in all, idling, with power take-off.",
    fields: ["engineTime", "idleTime", "powerTakeOffTime"].map((name, i) =>
      field(name, "s", "", 4, { at: 1 + 4 * i, ifBit: i }),
    ),
  },
  one(0x84, "Surface temperature of the manifold.", celsius("manifoldTemp")),
  one(0x8d, "Throttle position G.", ratio("throttleG")),
  one(0x8e, "Friction torque, of the reference.", torque("obd.frictionTorque")),
  {
    pid: 0x9d,
    length: 4,
    doc: "Fuel rate of the engine and of the vehicle, by mass.",
    fields: [
      field("obd.fuelMassRate", "g/s", "", 2, { per: 50 }),
      field("vehicleFuelMassRate", "g/s", "", 2, { at: 2, per: 50 }),
    ],
  },
  one(0x9e, "Exhaust mass flow.", field("exhaustMassFlow", "g/s", "sent in kg/h", 2, { per: 18 })),
  {
    pid: 0xa4,
    length: 4,
    doc: "Gear ratio of the transmission.",
    fields: [field("obd.gearRatio", "1", "", 2, { at: 2, per: 1000, ifBit: 1 })],
  },
  one(0xa6, "Odometer.", field("obd.odometer", "m", "", 4, { scale: 100 })),
];
