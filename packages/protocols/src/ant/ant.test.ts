import { readFileSync } from "node:fs";
import { fromHex, type PlainMessage } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { concat, decodeAll, describeProtocol } from "../testing/protocol.contract.ts";
import { checkReadme, protocolTables } from "../testing/readme.ts";
import { ant } from "./index.ts";

const CAPTURES = Object.fromEntries(
  readFileSync(new URL("./captures/replies.hex", import.meta.url), "utf8")
    .split("\n")
    .filter((l) => l !== "" && !l.startsWith("#"))
    .map((l) => [l.slice(0, l.indexOf(":")), fromHex(l.slice(l.indexOf(":") + 1))]),
) as Record<"status22" | "status14" | "status16" | "device22" | "old16" | "old14", Uint8Array>;
const ASK_STATUS = fromHex("7ea1010000be1855aa55");
const ASK_DEVICE = fromHex("7ea1026c022058c4aa55");

describeProtocol(ant, {
  samples: () => [
    ASK_STATUS,
    CAPTURES.status22,
    CAPTURES.status14,
    ASK_DEVICE,
    CAPTURES.device22,
    fromHex("dbdb00000000"),
    CAPTURES.old16,
    fromHex("5a5a00000000"),
    CAPTURES.old14,
  ],
});

const one = (bytes: Uint8Array, options = {}): PlainMessage["values"] => {
  const { messages, problems } = decodeAll(ant, [bytes], options);
  expect(problems).toEqual([]);
  return messages[0]!.values;
};
const cellsOf = (values: PlainMessage["values"]) =>
  Object.entries(values)
    .filter(([name]) => /^battery\.cell\.\d+\.voltage$/.test(name))
    .map(([, v]) => v);

describe("ant", () => {
  checkReadme(new URL("./README.md", import.meta.url), protocolTables([ant]));

  it("reads a reply with 22 cells", () => {
    const v = one(CAPTURES.status22);
    expect(v).toMatchObject({
      state: 4,
      sensors: 4,
      cells: 22,
      "battery.voltage": 50.88,
      "battery.current": 2.1,
      "battery.soc": 0.1,
      "battery.soh": 1,
      chargeSwitch: 1,
      dischargeSwitch: 1,
      balancer: 0,
      capacity: 80,
      "battery.charge": 9.957766,
      "battery.power": 106,
      cellDifference: 0.148,
      temp1: 29,
      temp4: 29,
      switchTemp: 30,
      balancerTemp: 30,
      "battery.temp": 29,
      "battery.fault": 0,
    });
    expect(v["totalCharge"]).toBeCloseTo(15_265.082, 3);
    expect(cellsOf(v)).toEqual([
      2.334, 2.331, 2.334, 2.333, 2.333, 2.334, 2.336, 2.334, 2.191, 2.19, 2.192, 2.338, 2.283, 2.336, 2.336,
      2.335, 2.334, 2.335, 2.334, 2.335, 2.337, 2.335,
    ]);
  });

  it("reads a reply with two sensors and 16 cells", () => {
    const v = one(CAPTURES.status16);
    expect(v).toMatchObject({
      cells: 16,
      sensors: 2,
      "battery.voltage": 52.84,
      "battery.current": 0.3,
      "battery.soc": 0.91,
      capacity: 280,
      "battery.power": 15,
      uptime: 36_591_632,
      temp1: 1,
      temp2: 2,
      switchTemp: 2,
      balancerTemp: 7,
      "battery.cell.max": 3.305,
      highestCell: 16,
      "battery.cell.min": 3.3,
      lowestCell: 1,
      cellDifference: 0.005,
      meanCell: 3.302,
      cellType: 64_242,
    });
    expect(v["battery.charge"]).toBeCloseTo(252.602, 3);
    expect(v["totalCharge"]).toBeCloseTo(4862.65, 3);
    expect(v).not.toHaveProperty("temp3");
  });

  it("leaves out an open sensor, and names why a switch is off", () => {
    const v = one(CAPTURES.status14);
    expect(v).toMatchObject({ cells: 14, sensors: 4, temp1: 28, temp2: 28, temp4: 28, protections: 2 });
    expect(v).not.toHaveProperty("temp3");
    const spec = ant.messages.find((m) => m.name === "ant.status")!;
    const field = (name: string) => spec.fields.find((f) => f.name === name)!;
    expect(field("dischargeSwitch").labels![v["dischargeSwitch"] as number]).toBe("cell under-voltage");
    expect(v["battery.fault"]).toBe(0b10);
    expect(field("battery.fault").bits![1]).toBe("under-voltage");
  });

  it("reads the old form, its current positive while discharging", () => {
    const v = one(CAPTURES.old14);
    expect(v).toMatchObject({
      "battery.voltage": 48.8,
      "battery.current": 8,
      "battery.power": 390,
      "battery.soc": 0.41,
      "battery.charge": 68.769939,
      uptime: 16_386_097,
      cells: 14,
      temp1: 22,
      temp2: 21,
      chargeSwitch: 1,
      dischargeSwitch: 1,
      highestCell: 9,
      "battery.cell.max": 3.509,
      lowestCell: 14,
      "battery.cell.min": 3.468,
    });
    expect(v["capacity"]).toBeCloseTo(170, 0);
    expect(cellsOf(v)).toEqual([
      3.498, 3.484, 3.492, 3.47, 3.484, 3.472, 3.508, 3.479, 3.509, 3.509, 3.496, 3.473, 3.486, 3.468,
    ]);
    expect(one(CAPTURES.old14, { currentSign: "charge-positive" })).toMatchObject({
      "battery.current": -8,
      "battery.power": -390,
    });
  });

  it("reads the old form with a protection and a capacity that is not known", () => {
    const v = one(CAPTURES.old16);
    expect(v).toMatchObject({
      "battery.voltage": 54.2,
      "battery.current": 0,
      "battery.soc": 1,
      cells: 16,
      temp3: -5,
    });
    expect(v["battery.charge"]).toBeCloseTo(139.992578, 6);
    expect(v).not.toHaveProperty("capacity");
    expect(v).toMatchObject({ chargeSwitch: 2, dischargeSwitch: 1, "battery.fault": 1 });
    expect(cellsOf(v)).toHaveLength(16);
  });

  it("reads the device's texts, though its length is not true", () => {
    const { messages, stats } = decodeAll(ant, [CAPTURES.device22, CAPTURES.status16]);
    expect(messages[0]!.values).toEqual({ hardware: "24BH", software: "24BHUB00-211026A" });
    expect(stats).toMatchObject({ frames: 2, bad: 0, skippedBytes: 0 });
  });

  it("reads replies cut into notifications of 20 bytes, with the old form between", () => {
    const stream = concat([CAPTURES.status22, CAPTURES.old14, CAPTURES.status16]);
    const pieces = Array.from({ length: Math.ceil(stream.length / 20) }, (_, i) =>
      stream.subarray(20 * i, 20 * i + 20),
    );
    expect(decodeAll(ant, pieces).messages.map((m) => m.message)).toEqual([
      "ant.status",
      "ant.status-old",
      "ant.status",
    ]);
  });

  it("asks as real programs do, and only to read", () => {
    const ask = (values: Record<string, number>) => [
      ...ant.createEncoder!().encode({ tUs: null, message: "ant.request", values }),
    ];
    expect(ask({ function: 1 })).toEqual([...ASK_STATUS]);
    expect(ask({ function: 2 })).toEqual([...ASK_DEVICE]);
    expect(ask({ function: 0xdb })).toEqual([0xdb, 0xdb, 0, 0, 0, 0]);
    expect(() => ask({ function: 0x51 })).toThrow(/more than read/);
  });

  it("finds the reply behind a false start and refuses lists that do not fit", () => {
    const { messages, problems } = decodeAll(ant, [fromHex("7ea11100008e0501"), CAPTURES.status16]);
    expect(messages).toHaveLength(1);
    expect(problems.map((p) => p.code)).toContain("malformed");
    const old = CAPTURES.old14.slice();
    old[123] = 40;
    const sum = old.subarray(4, 138).reduce((s, x) => s + x, 0);
    old.set([sum >> 8, sum & 0xff], 138);
    expect(decodeAll(ant, [old]).problems).toMatchObject([{ code: "malformed", offset: 123 }]);
  });
});
