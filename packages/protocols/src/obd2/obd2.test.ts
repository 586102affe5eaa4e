import { CodecError, createCanFrame, fromHex, type PlainMessage, writeCanRecord } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { decodeAll, describeProtocol } from "../testing/protocol.contract.ts";
import { checkReadme, protocolTables } from "../testing/readme.ts";
import { elm327, LIVE_PIDS, obd2, obdFrames } from "./index.ts";
import type { PidField } from "./pids.table.ts";
import { readPid, writePid } from "./pids.ts";
import { everything } from "./testing/samples.ts";

const record = (id: number, hex: string, extended = id > 0x7ff): Uint8Array => {
  const frame = createCanFrame();
  const data = fromHex(hex);
  Object.assign(frame, { id, extended, length: data.length });
  frame.data.set(data);
  const out = new Uint8Array(5 + data.length);
  writeCanRecord(frame, out);
  return out;
};
const decode = (...frames: [id: number, hex: string][]) =>
  decodeAll(
    obd2,
    frames.map(([id, hex]) => record(id, hex)),
  );

/** The many PIDs as one table, the freeze frame by its first values. */
function generatedReadme(): string {
  const formula = (f: PidField): string => {
    const factor = (f.scale ?? 1) / (f.per ?? 1);
    const bias = f.bias ? ` ${f.bias < 0 ? "−" : "+"} ${Number(Math.abs(f.bias).toPrecision(7))}` : "";
    const raw = f.bitsAt ? `bits ${f.bitsAt[0]} to ${f.bitsAt[0] + f.bitsAt[1] - 1}` : "raw";
    return `${factor === 1 ? raw : `${raw} × ${Number(factor.toPrecision(7))}`}${bias}`;
  };
  const rows = LIVE_PIDS.flatMap((p) =>
    p.fields.map((f, i) => {
      const place = `${f.at}${f.size > 1 ? `–${f.at + f.size - 1}` : ""}${f.signed ? " signed" : ""}`;
      const head = i === 0 ? `${p.pid.toString(16).padStart(2, "0").toUpperCase()} | ${p.doc}` : " | ";
      return `| ${head} | ${place} | \`${f.name}\` | ${formula(f)} | ${f.unit} |`;
    }),
  );
  const rest = elm327.messages
    .filter((m) => !LIVE_PIDS.some((p) => p.spec === m))
    .map((m) => (m.name === "obd2.freeze" ? { ...m, fields: m.fields.slice(0, 3) } : m));
  return [
    "### PIDs of service 01",
    "",
    "The message of PID 0C is `obd2.pid-0c`; every message has the control unit in `ecu` besides.",
    "",
    "| PID | about | bytes | value | formula | unit |",
    "|---|---|---|---|---|---|",
    ...rows,
    "",
    protocolTables([{ ...obd2, messages: rest }]),
  ].join("\n");
}

checkReadme(new URL("./README.md", import.meta.url), generatedReadme());

describeProtocol(obd2, { samples: () => everything.flatMap((m) => obdFrames(m)) });

describe("obd2", () => {
  // frames as published descriptions of the protocol show them
  it.each<[string, [number, string], string, Record<string, number>]>([
    ["engine speed", [0x7e8, "04410C1AF8AAAAAA"], "obd2.pid-0c", { "engine.rpm": 1726 }],
    ["vehicle speed", [0x7e8, "03410D32AAAAAAAA"], "obd2.pid-0d", { "obd.speed": 50 / 3.6 }],
    ["coolant", [0x7e9, "0341057B00000000"], "obd2.pid-05", { ecu: 1, "engine.waterTemp": 83 }],
    ["29 bit", [0x18daf110, "0441108000000000"], "obd2.pid-10", { ecu: 0x10, "obd.maf": 327.68 }],
    ["advance", [0x7e8, "03410E8000000000"], "obd2.pid-0e", { "obd.timingAdvance": 0 }],
    ["trim", [0x7e8, "0341068000000000"], "obd2.pid-06", { "obd.shortTrim1": 0 }],
    ["full throttle", [0x7e8, "034111FF00000000"], "obd2.pid-11", { "driver.throttle": 1 }],
    ["oxygen", [0x7e8, "044114B4FF000000"], "obd2.pid-14", { "obd.o2.1.voltage": 0.9 }],
    ["lambda 1", [0x7e8, "0641248000800000"], "obd2.pid-24", { "obd.o2.1.lambda": 1, "obd.o2.1.voltage": 4 }],
    ["current 0", [0x7e8, "0641348000800000"], "obd2.pid-34", { "obd.o2.1.current": 0 }],
    ["catalyst", [0x7e8, "04413C11B8000000"], "obd2.pid-3c", { "obd.catalystTemp11": 413.6 }],
    ["vapour", [0x7e8, "044132FFFC000000"], "obd2.pid-32", { "obd.vaporPressure": -1 }],
    ["voltage", [0x7e8, "04414236B0000000"], "obd2.pid-42", { "obd.moduleVoltage": 14 }],
    ["injection", [0x7e8, "04415D6900000000"], "obd2.pid-5d", { "obd.injectionTiming": 0 }],
    ["fuel rate", [0x7e8, "04415E0064000000"], "obd2.pid-5e", { "obd.fuelRate": 5 }],
    ["torque", [0x7e8, "0341627D00000000"], "obd2.pid-62", { "obd.actualTorque": 0 }],
    ["odometer", [0x7e8, "0641A600098968AA"], "obd2.pid-a6", { "obd.odometer": 62_500_000 }],
    [
      "monitors",
      [0x7e8, "0641018307FF0000"],
      "obd2.pid-01",
      { "obd.milOn": 1, "obd.dtcCount": 3, monitors: 0x07ff00 },
    ],
  ])("reads %s", (_name, frame, message, values) => {
    const { messages, problems } = decode(frame);
    expect(problems).toEqual([]);
    expect(messages.map((m) => m.message)).toEqual([message]);
    for (const [name, value] of Object.entries(values))
      expect(messages[0]!.values[name], name).toBeCloseTo(value, 9);
  });

  it("leaves out a sensor that does not take part, and one that is not there", () => {
    expect(decode([0x7e8, "044114B4FF000000"]).messages[0]!.values).not.toHaveProperty("obd.o2.1.trim");
    const [two] = decode([0x7e8, "054167017B400000"]).messages;
    expect(two!.values).toEqual({ ecu: 0, "engine.waterTemp": 83 });
  });

  it("reads several identifiers out of one long answer", () => {
    // 41 0C 1A F8 0D 32 05 7B 11 80: ten bytes
    const { messages, problems } = decode(
      [0x7df, "05010C0D05110000"],
      [0x7e8, "100A410C1AF80D32"],
      [0x7e0, "3000000000000000"],
      [0x7e8, "21057B1180AAAAAA"],
    );
    expect(problems).toEqual([]);
    expect(messages.map((m) => m.message)).toEqual([
      "obd2.request",
      "obd2.pid-0c",
      "obd2.pid-0d",
      "obd2.pid-05",
      "obd2.pid-11",
    ]);
    expect(messages[0]!.values).toEqual({ service: 1, data: "0c0d0511" });
    expect(messages[3]!.values["engine.waterTemp"]).toBe(83);
  });

  it("keeps control units apart that answer at the same time", () => {
    const { messages, problems } = decode(
      [0x7e8, "1014490201314D38"],
      [0x7e9, "1014490201313131"],
      [0x7e8, "2147444D3941584B"],
      [0x7e9, "2131313131313131"],
      [0x7e9, "2231313131313131"],
      [0x7e8, "2250303432373838"],
    );
    expect(problems).toEqual([]);
    expect(messages.map((m) => [m.values["ecu"], m.values["vin"]])).toEqual([
      [1, "11111111111111111"],
      [0, "1M8GDM9AXKP042788"],
    ]);
  });

  it("reads the VIN over three frames", () => {
    const [first, ...rest] = obdFrames({
      tUs: null,
      message: "obd2.vin",
      values: { ecu: 0, vin: "1M8GDM9AXKP042788" },
    });
    // the frames as the standard lays them out, put together by hand
    expect([first!, ...rest].map((r) => Buffer.from(r.subarray(5)).toString("hex"))).toEqual([
      "10144902013" + "14d38",
      "2147444d3941584b",
      "2250303432373838",
    ]);
    const { messages } = decodeAll(obd2, [first!, ...rest]);
    expect(messages[0]).toMatchObject({
      message: "obd2.vin",
      values: { vin: "1M8GDM9AXKP042788", checkDigit: 1 },
    });
  });

  it.each<[string, string, Record<string, unknown>]>([
    ["stored codes", "0643020301 C123".replace(" ", ""), { service: 3, count: 2, codes: "P0301 U0123" }],
    ["no codes", "024300AAAAAAAAAA", { service: 3, count: 0, codes: "" }],
    ["pending codes", "0447010420", { service: 7, codes: "P0420", meanings: "Catalyst, bank 1: weak" }],
    ["permanent codes", "044A011234", { service: 10, codes: "P1234", meanings: "the maker's own code" }],
  ])("reads %s", (_name, hex, values) => {
    const { messages, problems } = decode([0x7e8, hex]);
    expect(problems).toEqual([]);
    expect(messages[0]).toMatchObject({ message: "obd2.dtcs", values });
  });

  it("reads tests of service 06 in their units, with limits and verdict", () => {
    const { messages, problems } = decode(
      [0x7e8, "101346010B0B0BB8"],
      [0x7e8, "2100000FA0018396"],
      [0x7e8, "22FFF6FFFBFFFFAA"],
    );
    expect(problems).toEqual([]);
    expect(messages.map((m) => m.values)).toEqual([
      { ecu: 0, monitor: 1, test: 11, scaling: 11, value: 3, least: 0, most: 4, passed: 1, unit: "V" },
      {
        ecu: 0,
        monitor: 1,
        test: 131,
        scaling: 150,
        value: -1,
        least: -0.5,
        most: -0.1,
        passed: 0,
        unit: "degC",
      },
    ]);
  });

  it("names negative answers", () => {
    expect(decode([0x7e8, "037F0478AAAAAAAA"]).messages[0]).toMatchObject({
      message: "obd2.negative",
      values: { service: 4, responseCode: 0x78, reason: "received, the answer is pending" },
    });
  });

  it("keeps freeze frames apart from live values", () => {
    const [m] = decode([0x7e8, "05420C001AF80000"]).messages;
    expect(m).toMatchObject({
      message: "obd2.freeze",
      values: { frame: 0, pid: 12, "freeze.engine.rpm": 1726 },
    });
    expect(m!.values).not.toHaveProperty("engine.rpm");
  });

  it.each<[string, [number, string][], string]>([
    ["an answer too short for its PID", [[0x7e8, "03410C1A00000000"]], "truncated"],
    ["a PID without a table", [[0x7e8, "0441F11234000000"]], "unsupported"],
    ["a service of another standard", [[0x7e8, "0462F19012000000"]], "unsupported"],
    ["more codes stated than sent", [[0x7e8, "0443020301000000"]], "malformed"],
    [
      "a VIN of nonsense",
      [
        [0x7e8, "1014490201010203"],
        [0x7e8, "2104050607080900"],
        [0x7e8, "2200000000000000"],
      ],
      "malformed",
    ],
    ["a bitmap cut off", [[0x7e8, "034100BE00000000"]], "truncated"],
  ])("counts %s", (_name, frames, code) => {
    const { problems } = decode(...frames);
    expect(problems.map((p) => p.code)).toEqual([code]);
  });

  it("leaves the rest of the bus alone", () => {
    const { messages, problems } = decode(
      [0x123, "04410C1AF8"],
      [0x18ff1234, "04410C1AF8"],
      [0x7f0, "02010C"],
    );
    expect([messages, problems]).toEqual([[], []]);
  });

  it("gives up a message whose rest comes too late, by the capture's clock", () => {
    const codes: string[] = [];
    const decoder = obd2.createDecoder({ onReading: () => {}, onProblem: (p) => codes.push(p.code) });
    decoder.push(record(0x7e8, "1014490201314D38"), 0);
    decoder.push(record(0x7e8, "2147444D3941584B"), 1_500_000);
    expect(codes).toEqual(["timeout", "out-of-sequence"]);
  });

  it("encodes with the identifiers that are asked for, and refuses what does not fit", () => {
    const m: PlainMessage = { tUs: null, message: "obd2.request", values: { service: 1, data: "0c" } };
    const idOf = (r: Uint8Array) => new DataView(r.buffer).getUint32(0, true);
    expect(idOf(obdFrames(m)[0]!)).toBe(0x7df);
    expect(idOf(obd2.createEncoder!({ addressing: "29" }).encode(m))).toBe(0x98db33f1);
    expect(idOf(obdFrames({ ...m, values: { ...m.values, ecu: 2 } })[0]!)).toBe(0x7e2);
    const hot = { tUs: null, message: "obd2.pid-05", values: { ecu: 0, "engine.waterTemp": 400 } };
    expect(() => obdFrames(hot)).toThrow(CodecError);
    expect(() =>
      obdFrames({ ...hot, values: { ecu: 8, "engine.waterTemp": 80 } }, { addressing: "11" }),
    ).toThrow(/out-of-range/);
  });

  it("writes every PID's bytes as it read them", () => {
    for (const pid of LIVE_PIDS) {
      const data = Uint8Array.from({ length: pid.length }, (_, i) => (pid.pid * 11 + i * 37 + 5) & 0xff);
      if (pid.fields.some((f) => f.ifBit !== undefined)) data[0] = 2 ** pid.fields.length - 1;
      const row = new Float64Array(pid.fields.length);
      readPid(pid, data, 0, data.length, row, 0);
      const again = new Float64Array(pid.fields.length);
      const bytes = writePid(pid, row, 0);
      readPid(pid, bytes, 0, bytes.length, again, 0);
      expect([...again], pid.spec.name).toEqual([...row]);
    }
  });
});
