import type { PlainMessage } from "@pitwall/core";
import { LIVE_PIDS } from "../index.ts";
import { readPid } from "../pids.ts";

/** One message of every PID, with raws that are not the same anywhere. */
function livePlain(): PlainMessage[] {
  return LIVE_PIDS.map((pid) => {
    const data = Uint8Array.from({ length: pid.length }, (_, i) => (pid.pid * 7 + i * 29 + 3) & 0x7f);
    if (pid.fields.some((f) => f.ifBit !== undefined)) data[0] = 2 ** pid.fields.length - 1;
    const row = new Float64Array(pid.fields.length);
    readPid(pid, data, 0, data.length, row, 0);
    const values: Record<string, number> = { ecu: 0 };
    pid.fields.forEach((f, i) => {
      if (Number.isFinite(row[i]!)) values[f.name] = row[i]!;
    });
    return { tUs: null, message: pid.spec.name, values };
  });
}

export const others: PlainMessage[] = [
  { tUs: null, message: "obd2.request", values: { service: 1, data: "0c0d" } },
  { tUs: null, message: "obd2.request", values: { ecu: 0x10, service: 9, data: "02" } },
  {
    tUs: null,
    message: "obd2.negative",
    values: { ecu: 1, service: 4, responseCode: 0x22, reason: "conditions not correct" },
  },
  { tUs: null, message: "obd2.supported", values: { ecu: 0, service: 1, first: 0x20, mask: 0x80000001 } },
  {
    tUs: null,
    message: "obd2.freeze",
    values: { ecu: 0, frame: 0, pid: 0x0c, "freeze.engine.rpm": 3000.25 },
  },
  {
    tUs: null,
    message: "obd2.dtcs",
    values: {
      ecu: 0,
      service: 3,
      count: 2,
      codes: "P0301 U1FFF",
      meanings: "Misfire: cylinder 1; the maker's own code",
    },
  },
  { tUs: null, message: "obd2.cleared", values: { ecu: 7 } },
  {
    tUs: null,
    message: "obd2.test",
    values: {
      ecu: 0,
      monitor: 1,
      test: 5,
      scaling: 0x0a,
      value: 12.2,
      least: 0,
      most: 24.4,
      passed: 1,
      unit: "mV",
    },
  },
  { tUs: null, message: "obd2.vin", values: { ecu: 0, checkDigit: 1, vin: "1M8GDM9AXKP042788" } },
  { tUs: null, message: "obd2.calibration", values: { ecu: 0, ids: "JMB*36761500,JMB*47872611" } },
  { tUs: null, message: "obd2.verification", values: { ecu: 0, numbers: "1791bc82" } },
  { tUs: null, message: "obd2.ecu-name", values: { ecu: 0, name: "ECM-EngineControl" } },
  { tUs: null, message: "obd2.performance", values: { ecu: 0, infoType: 8, counts: "1024 3337 824 945" } },
];

/** One message of every kind. */
export const everything = [...livePlain(), ...others];
