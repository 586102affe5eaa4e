import { readFileSync } from "node:fs";
import { canRecord, fromHex } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { concat, decodeAll, describeProtocol } from "../testing/protocol.contract.ts";
import { checkReadme, protocolTables } from "../testing/readme.ts";
import { daly, dalyCan } from "./index.ts";

const R24TS = readFileSync(new URL("./captures/r24ts.hex", import.meta.url), "utf8")
  .split("\n")
  .filter((l) => l !== "" && !l.startsWith("#"))
  .map((l) => fromHex(l));
/** The same replies as they come over CAN: the command in the identifier, the eight bytes as data. */
const ON_CAN = R24TS.map((f) => canRecord(0x1800_4001 + f[2]! * 0x1_0000, true, f.slice(4, 12)));
const QUESTION = fromHex("a5 40 90 08 0000000000000000 7d");

describeProtocol(daly, { samples: () => [QUESTION, ...R24TS] });
describeProtocol(dalyCan, {
  samples: () => [canRecord(0x18900140, true, new Uint8Array(8)), ...ON_CAN],
  options: { currentSign: "charge-positive" },
});

const CELLS = [
  3.79, 3.794, 3.793, 3.791, 3.793, 3.793, 3.793, 3.793, 3.794, 3.794, 3.794, 3.791, 3.793, 3.791,
];

describe("daly", () => {
  checkReadme(new URL("./README.md", import.meta.url), protocolTables([daly, dalyCan]));

  it.each([
    ["on a serial line", daly, R24TS],
    ["on CAN", dalyCan, ON_CAN],
  ] as const)("reads the replies of a real BMS %s", (_, protocol, frames) => {
    const { messages, problems } = decodeAll(protocol, frames);
    expect(problems).toEqual([]);
    const of = (name: string) => messages.find((m) => m.message === `daly.${name}`)!.values;
    expect(of("pack")).toEqual({
      address: 1,
      "battery.voltage": 53,
      gatherVoltage: 0,
      "battery.current": 0,
      "battery.soc": 0.512,
    });
    expect(of("cell-range")).toMatchObject({
      "battery.cell.max": 3.794,
      highestCell: 2,
      "battery.cell.min": 3.79,
    });
    expect(of("temp-range")).toMatchObject({ "battery.temp": 16, lowestTemp: 16 });
    expect(of("state")).toMatchObject({
      state: 0,
      chargeSwitch: 1,
      dischargeSwitch: 1,
      "battery.charge": 40.96,
    });
    expect(of("status")).toMatchObject({ cells: 14, sensors: 2 });
    expect(Object.entries(of("cells")).slice(1)).toEqual(
      CELLS.map((v, i) => [`battery.cell.${i + 1}.voltage`, v]),
    );
    expect(of("temps")).toEqual({ address: 1, temp1: 16, temp2: 16 });
    expect(of("balance")).toEqual({ address: 1, balancing: 0 });
    expect(of("faults")).toEqual({
      address: 1,
      "battery.fault": 0,
      hardwareFaults: 0,
      moduleFaults: 0,
      faultCode: 0,
    });
  });

  it("reads the maker's own example: 76.4 V, 11.3 A", () => {
    const example = fromHex("a5 01 90 08 02fc 0000 75a1 0000 52");
    const current = (options = {}) => decodeAll(daly, [example], options).messages[0]!.values;
    expect(current()).toMatchObject({ "battery.voltage": 76.4, "battery.current": 11.3, "battery.soc": 0 });
    expect(current({ currentSign: "charge-positive" })).toMatchObject({ "battery.current": -11.3 });
  });

  it("reads replies cut into notifications of 20 bytes", () => {
    const stream = concat(R24TS);
    const pieces = Array.from({ length: Math.ceil(stream.length / 20) }, (_, i) =>
      stream.subarray(20 * i, 20 * i + 20),
    );
    expect(decodeAll(daly, pieces).messages).toEqual(decodeAll(daly, R24TS).messages);
  });

  it("leaves out what stands behind the last cell, and does not know it before the BMS has said how many there are", () => {
    // 12 cells; the frames behind them hold 5 V, as some firmwares send it
    const cells = (frame: number, hex: string) =>
      canRecord(0x1895_4001, true, fromHex(`0${frame} ${hex} 98`));
    const status = canRecord(0x1894_4001, true, fromHex("02 01 00 00 02 0000 98"));
    const list = [cells(1, "0cc0 0dd2 1388")];
    expect(Object.keys(decodeAll(dalyCan, list).messages[0]!.values)).toHaveLength(4);
    expect(decodeAll(dalyCan, [status, ...list]).messages[1]!.values).toEqual({
      address: 1,
      "battery.cell.1.voltage": 3.264,
      "battery.cell.2.voltage": 3.538,
    });
  });

  it("gives out a list whose end was lost when the next reply or the next round comes", () => {
    const cells = R24TS.filter((f) => f[2] === 0x95);
    const { messages } = decodeAll(daly, [cells[0]!, cells[1]!, cells[0]!, R24TS[0]!]);
    expect(messages.map((m) => m.message)).toEqual(["daly.cells", "daly.cells", "daly.pack"]);
    expect(messages.slice(0, 2).map((m) => Object.keys(m.values).length)).toEqual([7, 4]);
  });

  it("names alarms and faults by their bits", () => {
    const { values } = decodeAll(dalyCan, [canRecord(0x1898_4001, true, fromHex("02 00 00 01 20 02 04 07"))])
      .messages[0]!;
    expect(values).toEqual({
      address: 1,
      "battery.fault": 0x0100_0002,
      hardwareFaults: 0x0220,
      moduleFaults: 4,
      faultCode: 7,
    });
    const spec = daly.messages.find((m) => m.name === "daly.faults")!;
    expect(spec.fields[1]!.bits![1]).toBe("cell over-voltage, level 2");
    expect(spec.fields[1]!.bits![24]).toBe("cell difference, level 1");
    expect(spec.fields[2]!.bits![5]).toBe("discharge switch stuck closed");
    expect(spec.fields[3]!.bits![2]).toBe("short circuit protection");
  });

  it("asks as the maker writes it, and only to read", () => {
    const ask = (command: number) =>
      daly.createEncoder!().encode({ tUs: null, message: "daly.request", values: { command } });
    expect([...ask(0x90)]).toEqual([...QUESTION]);
    expect(() => ask(0xd9)).toThrow(/more than read/);
    const onCan = dalyCan.createEncoder!().encode({
      tUs: null,
      message: "daly.request",
      values: { command: 0x95, address: 2 },
    });
    expect([...onCan.subarray(0, 4)]).toEqual([0x40, 0x02, 0x95, 0x98]);
  });

  it("takes start bytes inside a reply for data, and finds the next reply after a damaged one", () => {
    const tricky = fromHex("a5 01 95 08 01 a501 9508 a540 00 de");
    tricky[12] = tricky.subarray(0, 12).reduce((s, x) => s + x, 0);
    expect(decodeAll(daly, [tricky, tricky]).stats).toMatchObject({ frames: 2, bad: 0 });
    const bad = R24TS[0]!.slice();
    bad[5]! ^= 1;
    const { messages, stats } = decodeAll(daly, [bad, R24TS[3]!]);
    expect(messages.map((m) => m.message)).toEqual(["daly.state"]);
    expect(stats.reasons).toMatchObject({ "bad-checksum": 1 });
  });

  it("refuses a frame number that no list has", () => {
    const { problems } = decodeAll(dalyCan, [canRecord(0x1895_4001, true, fromHex("00 0cc0 0dd2 1388 00"))]);
    expect(problems).toMatchObject([{ code: "malformed" }]);
    expect(decodeAll(dalyCan, [canRecord(0x1890_4001, true, fromHex("0212"))]).problems).toMatchObject([
      { code: "bad-length" },
    ]);
  });
});
