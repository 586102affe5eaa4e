import { canRecord, fromHex } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { decodeAll, describeProtocol } from "../testing/protocol.contract.ts";
import { vescBms } from "./index.ts";

const can = (command: number, controller: number, hex: string) =>
  canRecord((command << 8) | controller, true, fromHex(hex));

// By hand from comm_can.c of the BMS firmware: 50.4 = 0x4249999A, 0 = 0, and so on.
const BMS = [
  can(38, 10, "4249999a 00000000"),
  can(39, 10, "c0a00000 41280000"),
  can(40, 10, "3fc00000 42700000"),
  can(41, 10, "00 05 0e10 0e11 0e12"),
  can(41, 10, "03 05 0e13 0e14"),
  can(42, 10, "05 00000000000012"),
  can(43, 10, "00 02 09c4 d8f0"),
  can(44, 10, "0a28 11c6 0b54 2794"),
  can(45, 10, "0e10 0e14 cc ff 1c 05"),
  can(53, 10, "447a0000 47435000"),
  can(54, 10, "447a0000 47435000"),
  can(64, 10, "4f4b203132333435"),
  can(65, 10, "3637380000000000"),
  can(66, 10, "0000000000000000"),
  can(67, 10, "0000000000000000"),
  can(68, 10, "0000000000000000"),
];
describeProtocol(vescBms, { samples: () => BMS });

describe("vesc-bms", () => {
  it("reads every message", () => {
    const { messages } = decodeAll(vescBms, BMS);
    const of = (name: string) => messages.find((m) => m.message === `vesc-bms.${name}`)!.values;
    expect(of("voltage")["battery.voltage"]).toBeCloseTo(50.4, 5);
    expect(of("current")).toEqual({ controller: 10, inputCurrent: -5, "battery.current": 10.5 });
    expect(of("counters")).toEqual({ controller: 10, ampHours: 1.5, wattHours: 60 });
    expect(of("cells")).toEqual({
      controller: 10,
      "battery.cell.1.voltage": 3.6,
      "battery.cell.2.voltage": 3.601,
      "battery.cell.3.voltage": 3.602,
      "battery.cell.4.voltage": 3.603,
      "battery.cell.5.voltage": 3.604,
    });
    expect(of("balance")).toEqual({ controller: 10, cells: 5, balancing: 0b10010 });
    expect(of("temps")).toEqual({ controller: 10, temp1: 25 });
    expect(of("humidity")).toEqual({
      controller: 10,
      boardTemp: 26,
      humidity: 0.455,
      circuitTemp: 29,
      pressure: 101_320,
    });
    expect(of("state")).toEqual({
      controller: 10,
      "battery.cell.min": 3.6,
      "battery.cell.max": 3.604,
      "battery.soc": 0.8,
      "battery.soh": 1,
      "battery.temp": 28,
      flags: 5,
    });
    expect(of("discharged")).toEqual({ controller: 10, totalAmpHours: 1000, totalWattHours: 50_000 });
    expect(of("status")).toEqual({ controller: 10, status: "OK 12345678" });
  });

  it("gives out cells that came when a round starts over, and refuses a piece beyond its list", () => {
    const { messages } = decodeAll(vescBms, [BMS[3]!, BMS[3]!, BMS[4]!]);
    expect(messages.map((m) => Object.keys(m.values).length)).toEqual([4, 6]);
    expect(decodeAll(vescBms, [can(41, 10, "04 05 0e10 0e11")]).problems).toMatchObject([
      { code: "malformed" },
    ]);
  });

  it("reads a frame of six bytes without pressure", () => {
    const { messages } = decodeAll(vescBms, [can(44, 10, "0a28 11c6 0b54")]);
    expect(messages[0]!.values).not.toHaveProperty("pressure");
  });

  it("counts an infinite value and leaves it out", () => {
    const { messages, problems } = decodeAll(vescBms, [can(38, 10, "7f800000 41000000")]);
    expect(messages[0]!.values).toEqual({ controller: 10, chargerVoltage: 8 });
    expect(problems).toMatchObject([{ code: "out-of-range" }]);
  });
});
