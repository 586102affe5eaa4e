import { readFileSync } from "node:fs";
import { canRecord, fromHex, type PlainMessage } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { concat, decodeAll, describeProtocol } from "../testing/protocol.contract.ts";
import { checkReadme, protocolTables } from "../testing/readme.ts";
import { jk, jkCan } from "./index.ts";
import { STATUS_24, STATUS_32 } from "./status.ts";

const CAPTURES = Object.fromEntries(
  readFileSync(new URL("./captures/replies.hex", import.meta.url), "utf8")
    .split("\n")
    .filter((l) => l !== "" && !l.startsWith("#"))
    .map((l) => [l.slice(0, l.indexOf(":")), fromHex(l.slice(l.indexOf(":") + 1))]),
) as Record<"device10" | "status10" | "device11" | "status11" | "status15" | "ack", Uint8Array>;
const MODULE = fromHex("41540d0a");
const ASK_STATUS = fromHex("aa5590eb96000000000000000000000000000010");

describeProtocol(jk, {
  samples: () => [
    ASK_STATUS,
    MODULE,
    CAPTURES.device10,
    CAPTURES.ack,
    CAPTURES.status10,
    CAPTURES.device11,
    CAPTURES.status11,
    CAPTURES.status15,
  ],
});

const one = (bytes: Uint8Array, options = {}): PlainMessage => {
  const { messages, problems } = decodeAll(jk, [bytes], options);
  expect(problems).toEqual([]);
  expect(messages).toHaveLength(1);
  return messages[0]!;
};
const cellsOf = ({ values }: PlainMessage) =>
  Object.entries(values)
    .filter(([name]) => /^battery\.cell\.\d+\.voltage$/.test(name))
    .map(([, v]) => v);
const resealed = (bytes: Uint8Array) => {
  bytes[299] = bytes.subarray(0, 299).reduce((s, x) => s + x, 0);
  return bytes;
};

describe("jk", () => {
  checkReadme(new URL("./README.md", import.meta.url), protocolTables([jk, jkCan]));

  it("fills its frames of 300 bytes to the last", () => {
    expect([STATUS_24.byteLength, STATUS_32.byteLength]).toEqual([300, 300]);
    const offset = (l: typeof STATUS_32, name: string) => l.fields.find((f) => f.name === name)!.offset;
    expect(["switchTemp", "temp5", "temp3", "phase"].map((n) => offset(STATUS_32, n))).toEqual([
      144, 254, 258, 280,
    ]);
    expect(["battery.voltage", "battery.fault"].map((n) => offset(STATUS_24, n))).toEqual([118, 136]);
  });

  it("reads a BMS with software 15, charging", () => {
    const m = one(CAPTURES.status15);
    expect(m.message).toBe("jk.status");
    expect(m.values).toMatchObject({
      "battery.voltage": 53.224,
      "battery.current": -31.881,
      "battery.power": -1696.842,
      "battery.soc": 0.25,
      "battery.soh": 1,
      "battery.cycles": 9,
      capacity: 200,
      "battery.charge": 49.286,
      "battery.fault": 0,
      chargeSwitch: 1,
      dischargeSwitch: 1,
      phase: 2,
      phaseTime: 677,
      switchTemp: 12.9,
      temp1: 13.4,
      temp2: 12.8,
      temp3: 19.1,
      temp4: 19.5,
      temp5: 20.5,
      "battery.temp": 20.5,
      cellDifference: 0.016,
      highestCell: 16,
      lowestCell: 13,
    });
    expect(cellsOf(m)).toEqual([
      3.333, 3.326, 3.326, 3.329, 3.329, 3.325, 3.323, 3.329, 3.324, 3.323, 3.326, 3.323, 3.32, 3.323, 3.323,
      3.337,
    ]);
  });

  it("reads a BMS with software 11, discharging, without the sensors it does not have", () => {
    const m = one(CAPTURES.status11);
    expect(m.values).toMatchObject({
      "battery.voltage": 26.509,
      "battery.current": 7.063,
      "battery.soc": 0.68,
      temp1: 28.4,
      temp2: 29.2,
      switchTemp: 31,
      "battery.temp": 29.2,
    });
    for (const name of ["temp3", "temp4", "temp5"]) expect(m.values).not.toHaveProperty(name);
    expect(cellsOf(m)).toHaveLength(8);
  });

  it("tells the layout for 24 cells by its content, without having seen the device", () => {
    const m = one(CAPTURES.status10);
    expect(m.message).toBe("jk.status-24");
    expect(m.values).toMatchObject({
      "battery.voltage": 52.971,
      "battery.current": -2.329,
      "battery.soc": 0.56,
      "battery.charge": 113.245,
      capacity: 202,
      "battery.cycles": 60,
      temp1: 18.1,
      temp2: 18.6,
      switchTemp: 22.8,
      chargeSwitch: 1,
      dischargeSwitch: 1,
      "battery.fault": 0,
    });
    expect(cellsOf(m)).toHaveLength(16);
    expect(cellsOf(m)[0]).toBe(3.31);
  });

  it("falls back on the software version, and on the option", () => {
    const empty = CAPTURES.status10.slice();
    empty.fill(0, 6, 64);
    resealed(empty);
    expect(one(empty).message).toBe("jk.status");
    expect(one(empty, { layout: "24" }).message).toBe("jk.status-24");
    const { messages } = decodeAll(jk, [CAPTURES.device10, empty, CAPTURES.device11, empty]);
    expect(messages.map((m) => m.message)).toEqual(["jk.device", "jk.status-24", "jk.device", "jk.status"]);
  });

  it("reads what the device says of itself, but not its passwords", () => {
    expect(one(CAPTURES.device11).values).toMatchObject({
      model: "JK_B2A8S20P",
      hardware: "11.XA",
      software: "11.48",
      name: "12v420a",
      starts: 7,
      serial: "404092C2262",
    });
    expect(JSON.stringify(one(CAPTURES.device10))).not.toContain('"1234"');
  });

  it("leaves a sensor out that is not fitted", () => {
    const masked = CAPTURES.status15.slice();
    masked[214] = 0xfb;
    expect(one(resealed(masked)).values).not.toHaveProperty("temp2");
    const marked = CAPTURES.status15.slice();
    marked.set([0x30, 0xf8], 162);
    expect(one(resealed(marked)).values).not.toHaveProperty("temp1");
  });

  it("names alarms by their bits", () => {
    const alarmed = CAPTURES.status15.slice();
    alarmed.set([0x10, 0x08], 166);
    const v = one(resealed(alarmed)).values["battery.fault"] as number;
    const bits = jk.messages[0]!.fields.find((f) => f.name === "battery.fault")!.bits!;
    const names = Object.entries(bits).filter(([bit]) => (v >>> Number(bit)) & 1);
    expect(names.map(([, name]) => name)).toEqual(["cell over-voltage", "cell under-voltage"]);
  });

  it("reads frames cut into notifications, with what the Bluetooth module says between them", () => {
    const stream = concat([
      CAPTURES.device11,
      MODULE,
      CAPTURES.ack,
      CAPTURES.status11,
      MODULE,
      CAPTURES.status11,
    ]);
    const pieces = Array.from({ length: Math.ceil(stream.length / 20) }, (_, i) =>
      stream.subarray(20 * i, 20 * i + 20),
    );
    const { messages, stats } = decodeAll(jk, pieces);
    expect(messages.map((m) => m.message)).toEqual(["jk.device", "jk.status", "jk.status"]);
    expect(stats).toMatchObject({ bad: 0, skippedBytes: 0 });
  });

  it("finds the next frame where a notification was lost, and where one is longer than it should be", () => {
    const lost = concat([
      CAPTURES.status11.subarray(0, 140),
      CAPTURES.status11.subarray(160),
      CAPTURES.status11,
    ]);
    const { messages, stats } = decodeAll(jk, [lost, new Uint8Array(6), CAPTURES.status15]);
    expect(messages.map((m) => m.values["battery.soc"])).toEqual([0.68, 0.25]);
    expect(stats.reasons["bad-checksum"]).toBe(1);
  });

  it("asks as real programs do, and only to read", () => {
    const ask = (command: number) =>
      jk.createEncoder!().encode({ tUs: null, message: "jk.request", values: { command } });
    expect([...ask(0x96)]).toEqual([...ASK_STATUS]);
    expect(() => ask(0x1d)).toThrow(/more than read/);
  });
});

const can = (id: number, hex: string) => canRecord(id, id > 0x7ff, fromHex(hex));
// By hand from the layout: 52.3 V, raw 4125 = 12.5 A charging, 87 %; cells 3.350 (no. 5) and 3.320 (no. 2); 28 and 24 degC ...
const BUS = [
  can(0x2f4, "0b02 1d10 57 00 0000"),
  can(0x4f4, "160d 05 f80c 02"),
  can(0x5f4, "4e 01 4a 02 4c"),
  can(0x7f4, "0801 0000"),
  can(0x18f128f4, "c006 d007 3075 1100"),
  can(0x18f228f4, "03 4c 4b 50 00 00"),
  can(0x18f528f4, "03"),
  can(0x18e028f4, "160d f80c 000d 010d"),
  can(0x18e328f4, "160d f80c 0000 0000"),
  can(0x1806e5f4, "0240 03e8 00"),
];
describeProtocol(jkCan, { samples: () => BUS });

describe("jk-can", () => {
  it("reads both versions of the protocol", () => {
    const { messages } = decodeAll(jkCan, BUS);
    const of = (name: string) => messages.find((m) => m.message === `jk-can.${name}`)!.values;
    expect(of("state")).toMatchObject({
      "battery.voltage": 52.3,
      "battery.current": -12.5,
      "battery.soc": 0.87,
    });
    expect(of("cell-range")).toEqual({
      "battery.cell.max": 3.35,
      highestCell: 5,
      "battery.cell.min": 3.32,
      lowestCell: 2,
    });
    expect(of("temp-range")).toEqual({
      "battery.temp": 28,
      hottestSensor: 1,
      lowestTemp: 24,
      coldestSensor: 2,
      meanTemp: 26,
    });
    expect(of("charge")).toEqual({
      "battery.charge": 172.8,
      capacity: 200,
      totalCharge: 3000,
      "battery.cycles": 17,
    });
    expect(of("temps")).toEqual({ sensors: 3, temp1: 26, temp2: 25, switchTemp: 30 });
    expect(of("switches")).toEqual({ switches: 3 });
    expect(of("cells-1")).toMatchObject({ "battery.cell.1.voltage": 3.35, "battery.cell.4.voltage": 3.329 });
    expect(of("cells-13")).toEqual({ "battery.cell.13.voltage": 3.35, "battery.cell.14.voltage": 3.32 });
    expect(of("charger")).toEqual({ chargeVoltageLimit: 57.6, chargeCurrentLimit: 100, charger: 0 });
  });

  it("turns levels into one bit an alarm", () => {
    // 0x0108: two bits each: alarm 1 at level 2, alarm 4 at level 1
    const { values } = decodeAll(jkCan, [can(0x7f4, "0801 0000")]).messages[0]!;
    expect(values).toEqual({ "battery.fault": 0b1_0010, levels: 0x108 });
    const bits = jkCan.messages.find((m) => m.name === "jk-can.alarms")!.fields[0]!.bits!;
    expect([bits[1], bits[4]]).toEqual(["cell under-voltage", "cell difference"]);
  });

  it("turns the current round and follows another address", () => {
    const options = { currentSign: "discharge-positive", idOffset: 1 };
    expect(decodeAll(jkCan, [can(0x2f5, "0b02 1d10 57 00 0000")], options).messages[0]!.values).toMatchObject(
      {
        "battery.current": 12.5,
      },
    );
    expect(decodeAll(jkCan, [BUS[0]!], options).messages).toEqual([]);
    expect(decodeAll(jkCan, [can(0x2f4, "0b02")]).problems).toMatchObject([{ code: "bad-length" }]);
  });
});
