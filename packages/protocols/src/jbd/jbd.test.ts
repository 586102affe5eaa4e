import { existsSync, readFileSync } from "node:fs";
import { canRecord, fromHex } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { concat, decodeAll, describeProtocol } from "../testing/protocol.contract.ts";
import { checkReadme, protocolTables } from "../testing/readme.ts";
import { jbd, jbdCan, jbdRead, jbdReply } from "./index.ts";

/** Frames of the captures: one a line, `name: hex`. */
const CAPTURES = Object.fromEntries(
  readFileSync(new URL("./captures/replies.hex", import.meta.url), "utf8")
    .split("\n")
    .filter((l) => l !== "" && !l.startsWith("#"))
    .map((l) => [l.slice(0, l.indexOf(":")), fromHex(l.slice(l.indexOf(":") + 1))]),
) as Record<"basic" | "cells" | "hardware" | "cellOverVoltage", Uint8Array>;

const notifications = (bytes: Uint8Array): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / 20) }, (_, i) => bytes.subarray(20 * i, 20 * i + 20));

describeProtocol(jbd, {
  samples: () => [jbdRead(3), CAPTURES.basic, jbdRead(4), CAPTURES.cells, jbdRead(5), CAPTURES.hardware],
});

describe("jbd", () => {
  checkReadme(new URL("./README.md", import.meta.url), protocolTables([jbd, jbdCan]));

  it("reads replies that come in notifications of 20 bytes", () => {
    const pieces = [CAPTURES.basic, CAPTURES.cells].flatMap(notifications);
    expect(pieces.map((p) => p.length)).toEqual([20, 16, 15]);
    const { messages, problems } = decodeAll(jbd, pieces);
    expect(problems).toEqual([]);
    // the source's values; it counts charging positive
    expect(messages[0]!.values).toEqual({
      "battery.voltage": 15.6,
      "battery.current": 2.87,
      "battery.charge": 4.98,
      capacity: 5,
      "battery.cycles": 42,
      productionDate: 0x2c7c,
      balancingLow: 0,
      balancingHigh: 0,
      "battery.fault": 0,
      version: 0x80,
      "battery.soc": 1,
      switches: 3,
      cells: 4,
      sensors: 3,
      "battery.temp": 22.4,
      temp1: 22.4,
      temp2: 22.3,
      temp3: 21.7,
    });
    expect(messages[1]!.values).toEqual({
      "battery.cell.1.voltage": 3.43,
      "battery.cell.2.voltage": 3.425,
      "battery.cell.3.voltage": 3.432,
      "battery.cell.4.voltage": 3.417,
    });
  });

  it.skipIf(!existsSync("../shared/data/vectors/vectors.json"))("agrees with the shared vectors", () => {
    const vectors = JSON.parse(readFileSync("../shared/data/vectors/vectors.json", "utf8")) as Record<
      string,
      { hex: string }
    >;
    const read = (register: number, name: string) =>
      decodeAll(jbd, [jbdReply(register, fromHex(vectors[name]!.hex))]).messages[0]!.values;
    expect(read(3, "jbd-basic-info")).toMatchObject({
      "battery.voltage": 15.6,
      "battery.current": 0,
      "battery.charge": 4.98,
      capacity: 5,
      "battery.cycles": 0,
      "battery.soc": 1,
      "battery.fault": 0,
      switches: 3,
      cells: 4,
      temp1: 22.4,
      temp2: 22.3,
      temp3: 21.7,
    });
    expect(Object.values(read(4, "jbd-cells"))).toEqual([3.909, 3.901, 3.895, 3.901]);
  });

  it("asks as the manual writes it", () => {
    expect([3, 4, 5].map((r) => [...jbdRead(r)])).toEqual([
      [0xdd, 0xa5, 3, 0, 0xff, 0xfd, 0x77],
      [0xdd, 0xa5, 4, 0, 0xff, 0xfc, 0x77],
      [0xdd, 0xa5, 5, 0, 0xff, 0xfb, 0x77],
    ]);
    const write = fromHex("dd 5a e1 02 0002 ff1b 77");
    expect(decodeAll(jbd, [write]).messages[0]!.values).toEqual({ register: 0xe1, write: 1 });
    const message = { tUs: null, message: "jbd.request", values: { register: 0xe1, write: 1 } };
    expect(() => jbd.createEncoder!().encode(message)).toThrow(/not written/);
  });

  it("names an active protection by its bit", () => {
    const { values } = decodeAll(jbd, [CAPTURES.cellOverVoltage]).messages[0]!;
    expect(values["battery.fault"]).toBe(1);
    const bits = jbd.messages[0]!.fields.find((f) => f.name === "battery.fault")!.bits!;
    expect([bits[0], bits[10], bits[12]]).toEqual([
      "cell over-voltage",
      "short circuit",
      "switches locked by software",
    ]);
  });

  it("takes start and end bytes inside a reply for data", () => {
    // 56.75 V is 0x162B, but a cell of 56.693 V would be DD 75: put both marks into the cells
    const cells = jbdReply(4, fromHex("dd04 0008 7777 dd77"));
    const { messages, stats } = decodeAll(jbd, [concat([cells, cells])]);
    expect(messages).toHaveLength(2);
    expect(stats).toMatchObject({ bad: 0, skippedBytes: 0 });
  });

  it("finds the reply behind a false start and behind a lost notification", () => {
    const [first, second] = notifications(CAPTURES.basic) as [Uint8Array, Uint8Array];
    const falseStart = fromHex("dd 03 00 08 11 22");
    const { messages, problems } = decodeAll(jbd, [
      falseStart,
      CAPTURES.cells,
      first,
      CAPTURES.basic,
      second,
    ]);
    expect(messages.map((m) => m.message)).toEqual(["jbd.cells", "jbd.basic"]);
    expect(problems.some((p) => p.code === "malformed" || p.code === "bad-checksum")).toBe(true);
  });

  it("leaves an open sensor out, reports a refusal and a reply that is too short", () => {
    const open = CAPTURES.basic.slice(4, -3);
    open.set([0, 0], 23);
    const { values } = decodeAll(jbd, [jbdReply(3, open)]).messages[0]!;
    expect(values).toMatchObject({ sensors: 3, temp2: 22.3, "battery.temp": 22.3 });
    expect(values).not.toHaveProperty("temp1");
    const again = jbd.createEncoder!().encode({ tUs: null, message: "jbd.basic", values });
    expect(decodeAll(jbd, [again]).messages[0]!.values).toEqual(values);
    expect(decodeAll(jbd, [fromHex("dd 03 80 00 ff80 77")]).problems).toMatchObject([
      { code: "unsupported" },
    ]);
    expect(decodeAll(jbd, [jbdReply(3, open.subarray(0, 22))]).problems).toMatchObject([
      { code: "truncated" },
    ]);
    expect(decodeAll(jbd, [jbdReply(3, open.subarray(0, 27))]).problems).toMatchObject([
      { code: "malformed" },
    ]);
  });
});

const can = (id: number, hex: string) => canRecord(id, false, fromHex(hex));
// By hand from the layout: 57.6 V, 100 A, 120 A, 44 V; 86 %, 100 %, 85.67 %; 52.31 V, -12.5 A (drawn), 23.4 degC, 17 cycles ...
const BUS = [
  can(0x351, "4002 e803 b004 b801"),
  can(0x355, "5600 6400 7721"),
  can(0x356, "6f14 83ff ea00 1100"),
  can(0x35a, "a4aaaa02 0600000000"),
  can(0x35e, "4a42442020202020"),
  can(0x35f, "4c69 1500 0000 0100"),
  can(0x370, "4a42442d55503136"),
  can(0x371, "5330313500000000"),
  can(0x372, "0100 0000 0000 0000"),
  can(0x373, "b90c c10c 2801 2a01"),
  can(0x375, "49443a30312e3032"),
  can(0x378, "0a000000 0b000000"),
  can(0x379, "6400"),
].map((r) => r.subarray(0, 13));
describeProtocol(jbdCan, { samples: () => BUS });

describe("jbd-can", () => {
  it("reads what inverters are told", () => {
    const { messages } = decodeAll(jbdCan, BUS);
    const of = (name: string) => messages.find((m) => m.message === `jbd-can.${name}`)!.values;
    expect(of("limits")).toEqual({
      chargeVoltageLimit: 57.6,
      chargeCurrentLimit: 100,
      dischargeCurrentLimit: 120,
      dischargeVoltageLimit: 44,
    });
    expect(of("soc")).toEqual({ socRounded: 0.86, "battery.soh": 1, "battery.soc": 0.8567 });
    expect(of("state")).toEqual({
      "battery.voltage": 52.31,
      "battery.current": 12.5,
      "battery.temp": 23.4,
      "battery.cycles": 17,
    });
    expect(of("info")).toEqual({ type: 0x694c, version: 21, product: 1 });
    expect(of("model")).toEqual({ model: "JBD-UP16S015" });
    expect(of("range")).toEqual({
      "battery.cell.min": 3.257,
      "battery.cell.max": 3.265,
      lowestTemp: 23,
      "battery.temp": 25,
    });
    expect(of("highest-cell")).toEqual({ highestCell: "ID:01.02" });
    expect(of("energy")).toEqual({ energyCharged: 1000, energyDischarged: 1100 });
    expect(of("capacity")).toEqual({ capacity: 100 });
  });

  it("reads two bits an alarm: 01 active, 10 inactive, 00 not supported", () => {
    // byte 0 = A4: pairs 00 (general), 01 (over-voltage), 10, 10; warnings byte 0 = 06: 10, 01
    const alarms = decodeAll(jbdCan, [can(0x35a, "a4aaaa02 06000000")]).messages[0]!.values;
    expect(alarms).toEqual({ "battery.fault": 0b10, warnings: 0b10 });
  });

  it("takes the rounded state of charge where there is no other, and needs the first half of a text", () => {
    expect(decodeAll(jbdCan, [can(0x355, "5600 6400")]).messages[0]!.values).toEqual({
      socRounded: 0.86,
      "battery.soh": 1,
      "battery.soc": 0.86,
    });
    expect(decodeAll(jbdCan, [can(0x371, "5330313500000000")]).problems).toMatchObject([
      { code: "out-of-sequence" },
    ]);
    expect(decodeAll(jbdCan, [can(0x356, "6f14")]).problems).toMatchObject([{ code: "bad-length" }]);
  });
});
