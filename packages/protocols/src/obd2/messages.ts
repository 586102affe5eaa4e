import type { FieldSpec, MessageSpec } from "@pitwall/core";
import { ECU, LIVE_PIDS } from "./pids.ts";

const count = (name: string, doc: string): FieldSpec => ({ name, unit: "1", doc, resolution: 1 });
const code = (name: string, doc: string, labels?: FieldSpec["labels"]): FieldSpec => ({
  name,
  unit: "code",
  doc,
  resolution: 1,
  ...(labels ? { labels } : {}),
});

export const REQUEST: MessageSpec = {
  name: "obd2.request",
  doc: "A tester asks. Without `ecu` everyone is asked.",
  fields: [ECU, code("service", "")],
  texts: ["data"],
};
export const NEGATIVE: MessageSpec = {
  name: "obd2.negative",
  doc: "A control unit says no, or not yet.",
  fields: [ECU, code("service", "service that was asked for"), code("responseCode", "ISO 14229-1")],
  texts: ["reason"],
};
export const SUPPORTED: MessageSpec = {
  name: "obd2.supported",
  doc: "Which of the 32 identifiers after `first` a control unit knows.",
  fields: [
    ECU,
    code("service", ""),
    count("first", "identifier of the bitmap"),
    { name: "mask", unit: "bits", doc: "highest bit: first + 1", resolution: 1 },
  ],
};
export const UNKNOWN: MessageSpec = {
  name: "obd2.unknown",
  doc: "An identifier that has no entry in the tables.",
  fields: [ECU, code("service", ""), code("identifier", "")],
  texts: ["data"],
};
/** Frozen values are not live ones: their names say so. */
export const FREEZE: MessageSpec = {
  name: "obd2.freeze",
  doc: "Values at the moment a code was stored, one identifier a message.",
  fields: [
    ECU,
    count("frame", "number of the freeze frame"),
    code("pid", ""),
    ...new Map(
      LIVE_PIDS.flatMap((p) => p.spec.fields.slice(1)).map((f) => [
        f.name,
        { ...f, name: `freeze.${f.name}` },
      ]),
    ).values(),
  ],
};
export const DTCS: MessageSpec = {
  name: "obd2.dtcs",
  doc: "Trouble codes of one kind.",
  fields: [
    ECU,
    code("service", "", { 3: "stored", 7: "pending", 10: "permanent" }),
    count("count", "as the control unit states it"),
  ],
  texts: ["codes", "meanings"],
};
export const CLEARED: MessageSpec = {
  name: "obd2.cleared",
  doc: "A control unit has cleared its codes.",
  fields: [ECU],
};
export const TEST: MessageSpec = {
  name: "obd2.test",
  doc: "Result of one test of a monitor (service 06), scaled by the standard's unit and scaling identifier.",
  fields: [
    ECU,
    code("monitor", ""),
    code("test", ""),
    code("scaling", "unit and scaling identifier"),
    { name: "value", unit: "1", doc: "in the unit of `unit`" },
    { name: "least", unit: "1", doc: "smallest value that passes" },
    { name: "most", unit: "1", doc: "largest value that passes" },
    count("passed", "1 if the value lies within the limits"),
  ],
  texts: ["unit"],
};
export const VIN: MessageSpec = {
  name: "obd2.vin",
  doc: "Vehicle identification number.",
  fields: [ECU, count("checkDigit", "1 if position 9 is its check digit, as North America has it")],
  texts: ["vin"],
};
export const CALIBRATION: MessageSpec = {
  name: "obd2.calibration",
  doc: "Calibration identifications, by commas.",
  fields: [ECU],
  texts: ["ids"],
};
export const VERIFICATION: MessageSpec = {
  name: "obd2.verification",
  doc: "Calibration verification numbers, by blanks.",
  fields: [ECU],
  texts: ["numbers"],
};
export const ECU_NAME: MessageSpec = {
  name: "obd2.ecu-name",
  doc: "Name of the control unit.",
  fields: [ECU],
  texts: ["name"],
};
export const PERFORMANCE: MessageSpec = {
  name: "obd2.performance",
  doc: "How often the monitors ran (service 09, spark 08, compression 0B), by blanks.",
  fields: [ECU, code("infoType", "")],
  texts: ["counts"],
};

export const OBD_MESSAGES: readonly MessageSpec[] = [
  ...LIVE_PIDS.map((p) => p.spec),
  REQUEST,
  NEGATIVE,
  SUPPORTED,
  UNKNOWN,
  FREEZE,
  DTCS,
  CLEARED,
  TEST,
  VIN,
  CALIBRATION,
  VERIFICATION,
  ECU_NAME,
  PERFORMANCE,
];
