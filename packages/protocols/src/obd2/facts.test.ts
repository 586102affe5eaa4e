import { findChannel } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { dtcName, dtcRaw, dtcText, dtcTexts } from "./dtc.ts";
import { findPid, LIVE_PIDS, supportedPids, supportMask } from "./pids.ts";
import { checkVin, vinCheckDigit } from "./vin.ts";

describe("trouble codes", () => {
  it.each([
    [0x0133, "P0133"],
    [0xc123, "U0123"],
    [0x0000, "P0000"],
    [0x3fff, "P3FFF"],
    [0x4123, "C0123"],
    [0x9234, "B1234"],
    [0xffff, "U3FFF"],
  ])("names 0x%s", (raw, name) => {
    expect(dtcName(raw)).toBe(name);
    expect(dtcRaw(name)).toBe(raw);
  });

  it.each(["P4000", "X0123", "P013", "p0133", "P01G3", ""])("refuses %j", (name) => {
    expect(() => dtcRaw(name)).toThrow(/malformed/);
  });

  // what SAE J2012 says of them, checked one by one; the last of a family shows that none slipped
  it.each([
    ["P0004", "fuel volume regulator", "high"],
    ["P0019", "crankshaft", "bank 2"],
    ["P0038", "oxygen sensor, bank 1, sensor 2", "heater circuit high"],
    ["P0064", "oxygen sensor, bank 2, sensor 3", "heater circuit high"],
    ["P0104", "air flow", "intermittent"],
    ["P0119", "coolant temperature", "intermittent"],
    ["P0128", "coolant", "thermostat"],
    ["P0135", "bank 1, sensor 1", "heater"],
    ["P0141", "bank 1, sensor 2", "heater"],
    ["P0167", "bank 2, sensor 3", "heater"],
    ["P0172", "bank 1", "rich"],
    ["P0174", "bank 2", "lean"],
    ["P0199", "oil temperature", "intermittent"],
    ["P0212", "injector", "cylinder 12"],
    ["P0219", "overspeed", ""],
    ["P0233", "fuel pump", "intermittent"],
    ["P0263", "cylinder 1,", "contribution"],
    ["P0296", "cylinder 12", "contribution"],
    ["P0299", "boost", "low"],
    ["P0304", "misfire", "cylinder 4"],
    ["P0314", "misfire", "one cylinder"],
    ["P0329", "knock sensor 1", "intermittent"],
    ["P0349", "camshaft sensor a, bank 2", "intermittent"],
    ["P0362", "ignition coil", "l,"],
    ["P0394", "camshaft sensor b, bank 2", "intermittent"],
    ["P0409", "exhaust gas recirculation sensor", "a, circuit"],
    ["P0419", "secondary air", "control b"],
    ["P0420", "catalyst, bank 1", "weak"],
    ["P0439", "catalyst heater, bank 2", ""],
    ["P0442", "vapour", "small leak"],
    ["P0457", "vapour", "cap"],
    ["P0485", "fan", "supply"],
    ["P0499", "vent valve", "high"],
    ["P0507", "idle", "high"],
    ["P0563", "supply voltage", "high"],
    ["P0570", "cruise", "accelerate"],
    ["P0596", "servo", "high"],
    ["P0609", "control unit", "speed output b"],
    ["P0682", "glow plug", "cylinder 12"],
    ["P0690", "relay sense", "high"],
    ["P0736", "ratio", "reverse"],
    ["P0744", "converter clutch", "intermittent"],
    ["P0774", "shift solenoid e", "intermittent"],
    ["P0799", "pressure solenoid c", "intermittent"],
    ["P0825", "gear lever", "push-pull"],
    ["P0971", "pressure solenoid c", "high"],
    ["P0986", "shift solenoid e", "high"],
    ["P0A29", "battery disconnect", "high"],
    ["P2023", "runner position sensor, bank 2", "intermittent"],
    ["P2106", "throttle", "power limited"],
    ["P2112", "throttle", "stuck closed"],
    ["P2140", "pedal sensors", "e and f"],
    ["P2157", "group d", "high"],
    ["P2168", "upper stop", "f"],
    ["P2194", "higher load", "rich, bank 2"],
    ["P2212", "nox sensor, bank 1", "heater sense intermittent"],
    ["P2256", "negative current, bank 2", "high"],
    ["P2292", "injector pressure", "erratic"],
    ["P2335", "ignition coil", "l, secondary"],
    ["P2347", "knock", "cylinder 12"],
    ["P2407", "leak detection pump", "sense intermittent"],
    ["P2447", "secondary air pump", "stuck off, bank 2"],
    ["P2566", "boost actuator", "intermittent"],
    ["P2644", "torque feedback b", "high"],
    ["P2664", "rocker arm actuator b, bank 2", "high"],
    ["P2705", "friction element", "f"],
    ["P2721", "pressure solenoid d", "high"],
    ["U0009", "high speed can", "shorted"],
    ["U0072", "bus e", "shorted"],
    ["U0073", "off the bus", ""],
    ["U0115", "no communication", "engine control unit b"],
    ["U0121", "no communication", "anti-lock"],
    ["U0132", "no communication", "ride level"],
    ["U0140", "no communication", "body control"],
    ["U0155", "no communication", "instrument"],
    ["U0169", "no communication", "sunroof"],
    ["U0184", "no communication", "radio"],
    ["U0199", "no communication", "door control a"],
    ["U0214", "no communication", "remote"],
  ])("knows %s", (code, subject, fault) => {
    expect(dtcText(code)?.toLowerCase()).toContain(subject);
    expect(dtcText(code)?.toLowerCase()).toContain(fault);
  });

  it("has well-formed generic codes only, each once, with a text", () => {
    for (const [code, text] of dtcTexts()) {
      expect(code).toMatch(/^(P[02]|U0)[0-9A-F]{3}$/);
      expect(text).toMatch(/^[A-Z].*\S$/);
    }
    expect(dtcText("P1234")).toBeUndefined();
    expect(dtcText("U0074")).toBeUndefined();
  });
});

describe("vehicle identification number", () => {
  it.each([
    ["1M8GDM9AXKP042788", "ok"], // the worked example of 49 CFR 565 descriptions
    ["11111111111111111", "ok"],
    ["5GZCZ43D13S812715", "ok"],
    ["1M8GDM9A0KP042788", "bad-check-digit"],
    ["WVWZZZ1JZXW000001", "bad-check-digit"],
    ["1M8GDM9AXKP04278", "malformed"],
    ["1M8GDM9AXKP04278O", "malformed"],
    ["1m8gdm9axkp042788", "malformed"],
  ])("checks %s", (vin, expected) => {
    expect(checkVin(vin)).toBe(expected);
  });

  it("computes X for ten", () => {
    expect(vinCheckDigit("1M8GDM9A0KP042788")).toBe("X");
  });
});

describe("PIDs", () => {
  it("has each PID once, fields within its bytes, units of the catalogue", () => {
    expect(new Set(LIVE_PIDS.map((p) => p.pid)).size).toBe(LIVE_PIDS.length);
    expect(LIVE_PIDS.length).toBeGreaterThanOrEqual(80);
    for (const pid of LIVE_PIDS) {
      expect(new Set(pid.fields.map((f) => f.name)).size, pid.spec.name).toBe(pid.fields.length);
      for (const f of pid.fields) {
        expect(f.at + f.size, `${pid.spec.name} ${f.name}`).toBeLessThanOrEqual(pid.length);
        const channel = findChannel(f.name);
        if (channel) expect(f.unit, f.name).toBe(channel.unit);
        else expect(f.name).not.toContain(".");
      }
    }
  });

  it("reads the bitmap that every description of OBD-II shows", () => {
    // BE 1F A8 13
    expect(supportedPids(0, 0xbe1fa813)).toEqual([
      0x01, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x13, 0x15, 0x1c, 0x1f, 0x20,
    ]);
  });

  it("makes bitmaps that name the next one only where there is something in it", () => {
    const pids = new Set([0x01, 0x0c, 0x1f, 0x42]);
    expect(supportedPids(0, supportMask(0, pids))).toEqual([0x01, 0x0c, 0x1f, 0x20]);
    expect(supportedPids(0x20, supportMask(0x20, pids))).toEqual([0x40]);
    expect(supportedPids(0x40, supportMask(0x40, pids))).toEqual([0x42]);
  });

  it("is asked for a channel's plainest PID first", () => {
    expect(findPid(0x05)!.fields[0]!.name).toBe("engine.waterTemp");
  });
});
