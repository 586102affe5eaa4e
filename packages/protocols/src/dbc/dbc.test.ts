import { existsSync, readFileSync } from "node:fs";
import {
  type CanFrame,
  canRecord,
  createCanFrame,
  fromHex,
  type PlainMessage,
  readCanRecord,
  writeCanRecord,
} from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { decodeAll, describeProtocol } from "../testing/protocol.contract.ts";
import { checkReadme, protocolTables } from "../testing/readme.ts";
import { createDbcProtocol, DBC_PROFILES, dbc, parseDbc } from "./index.ts";

const capture = (name: string) => readFileSync(new URL(`./captures/${name}`, import.meta.url), "utf8");
const SHARED = "../shared/data";
const FEATURES = createDbcProtocol(capture("features.dbc"));

/** Frames of a candump log file, read here without the parser of the candump protocol. */
function framesOf(
  log: string,
): { readonly record: Uint8Array; readonly timeS: number; readonly id: number }[] {
  return log
    .trim()
    .split("\n")
    .map((line) => {
      const [, time, id, data] = /^\(([\d.]+)\) \S+ ([0-9A-F]+)#([0-9A-F]*)$/.exec(line)!;
      const number = Number.parseInt(id!, 16);
      return { record: canRecord(number, id!.length === 8, fromHex(data!)), timeS: Number(time), id: number };
    });
}
const can = (id: number, hex: string, extended = false) => canRecord(id, extended, fromHex(hex));
const values = (protocol: typeof FEATURES, record: Uint8Array, options = {}): PlainMessage["values"] =>
  decodeAll(protocol, [record], options).messages[0]!.values;

const SAMPLES = [
  can(0x18fef0fe & 0x1fff_ffff, "ff0a7d401f000000", true),
  can(256, "00 38ff 0000000055"),
  can(256, "01 e02e 0000000055"),
  can(257, "31 fff0 0000000000"),
  can(257, "10 12345678 000000"),
  can(258, "0000c03f c0200000"),
].slice(1);
describeProtocol(FEATURES, { samples: () => SAMPLES });
describeProtocol(
  createDbcProtocol(capture("toyota-part.dbc"), "WHEEL_SPEED_FR=wheel.speed\nSTEER_ANGLE=driver.steering"),
  {
    samples: () => framesOf(capture("rav4-part.log")).map((f) => f.record),
  },
);

describe("the Toyota log through its DBC", () => {
  const compare = (log: string, file: string, csv: string) => {
    const rows = csv
      .trim()
      .split("\n")
      .slice(1)
      .map((l) => l.split(",").map(Number) as [number, number, number, number, number]);
    const protocol = createDbcProtocol(file);
    const frames = framesOf(log).filter((f) => f.id === 0xaa);
    const { messages, problems } = decodeAll(
      protocol,
      frames.map((f) => f.record),
    );
    expect(problems).toEqual([]);
    expect(messages.length).toBe(frames.length);
    let squares = 0;
    messages.forEach(({ message, values: v }, i) => {
      expect(message).toBe("dbc.wheel_speeds");
      const [timeS, fl, fr, rl, rr] = rows[i]!;
      expect(timeS).toBeCloseTo(frames[i]!.timeS, 5);
      const pairs = [
        [v["WHEEL_SPEED_FL"], fl],
        [v["WHEEL_SPEED_FR"], fr],
        [v["WHEEL_SPEED_RL"], rl],
        [v["WHEEL_SPEED_RR"], rr],
      ] as const;
      for (const [kmh, mps] of pairs) {
        const error = (kmh as number) / 3.6 - mps;
        expect(Math.abs(error)).toBeLessThan(1e-4);
        squares += error ** 2;
      }
    });
    return Math.sqrt(squares / (4 * messages.length));
  };

  it("gives the recorded wheel speeds, line by line", () => {
    const rms = compare(
      capture("rav4-part.log"),
      capture("toyota-part.dbc"),
      capture("rav4-part-wheels.csv"),
    );
    expect(rms).toBeLessThan(1e-5);
  });

  it.skipIf(!existsSync(SHARED))("gives them over the whole recording, by the whole file", () => {
    const rms = compare(
      readFileSync(`${SHARED}/can/comma2k19-rav4-first-28s.candump.log`, "utf8"),
      readFileSync(`${SHARED}/can/opendbc_toyota_2017.dbc`, "utf8"),
      readFileSync(`${SHARED}/imu-gnss/comma2k19-first-30s/can_wheel_speed.csv`, "utf8"),
    );
    expect(rms).toBeLessThan(1e-5);
  });

  it.skipIf(!existsSync(SHARED))("gives the recorded steering angles", () => {
    const file = readFileSync(`${SHARED}/can/opendbc_toyota_2017.dbc`, "utf8");
    const log = framesOf(readFileSync(`${SHARED}/can/comma2k19-rav4-first-28s.candump.log`, "utf8"));
    const csv = (name: string) =>
      readFileSync(`${SHARED}/imu-gnss/comma2k19-first-30s/${name}`, "utf8")
        .trim()
        .split("\n")
        .slice(1)
        .map((l) => Number(l.split(",")[1]));
    const protocol = createDbcProtocol(file);
    const of = (id: number, value: (v: Record<string, number>) => number) =>
      decodeAll(
        protocol,
        log.filter((f) => f.id === id).map((f) => f.record),
      ).messages.map((m) => value(m.values as Record<string, number>));
    const angles = of(0x25, (v) => v["STEER_ANGLE"]! + v["STEER_FRACTION"]!);
    const wanted = csv("can_steering.csv");
    expect(angles.length).toBeGreaterThan(1000);
    angles.forEach((x, i) => {
      expect(Math.abs(x - wanted[i]!)).toBeLessThan(1e-3);
    });
  });
});

describe("SavvyCAN's files", () => {
  it.skipIf(!existsSync(SHARED))("read without a problem, and decode a log", () => {
    for (const name of ["bms", "leaf"]) {
      const file = parseDbc(readFileSync(`${SHARED}/can/savvycan-${name}.dbc`, "utf8"));
      expect(file.problems).toEqual([]);
      expect(file.messages.length).toBeGreaterThan(5);
    }
    const log = framesOf(readFileSync(`${SHARED}/can/savvycan-candump.log`, "utf8")).map((f) => f.record);
    for (const name of ["bms", "leaf"]) {
      const protocol = createDbcProtocol(readFileSync(`${SHARED}/can/savvycan-${name}.dbc`, "utf8"));
      const { stats } = decodeAll(protocol, log);
      expect(stats.frames).toBe(log.length);
      expect(stats.bad).toBe(0);
    }
    const bms = createDbcProtocol(readFileSync(`${SHARED}/can/savvycan-bms.dbc`, "utf8"));
    // PACKVOLTS 0|16@1+ 0.01, PACKAMPS 16|16@1- 0.01, STATEOFCHARGE 39|8@0+ 0.392, CHARGE_OK at bit 41
    expect(values(bms as typeof FEATURES, can(1542, "a00f 9cff ff 02 0000"))).toMatchObject({
      PACKVOLTS: 40,
      PACKAMPS: -1,
      STATEOFCHARGE: 99.96,
      CHARGE_OK: 1,
      FAULTED: 0,
    });
  });
});

describe("decoding by a DBC", () => {
  checkReadme(new URL("./README.md", import.meta.url), protocolTables([dbc]));

  it("reads 29-bit identifiers and signals of both byte orders", () => {
    expect(values(FEATURES, can(2566844926 - 0x8000_0000, "ffff7d 401f 000000", true))).toEqual({
      Speed: 1000,
      Torque: 0,
    });
    expect(decodeAll(FEATURES, [can(0x7e, "00", false)]).messages).toEqual([]);
  });

  it("reads what the switch selects, and leaves the rest out", () => {
    expect(values(FEATURES, can(256, "00 38ff 0000000055"))).toEqual({ Mode: 0, Temp: -20, Always: 0x55 });
    expect(values(FEATURES, can(256, "01 e02e 0000000055"))).toEqual({ Mode: 1, Volts: 12, Always: 0x55 });
    expect(values(FEATURES, can(256, "07 e02e 0000000055"))).toEqual({ Mode: 7, Always: 0x55 });
  });

  it("reads switches below switches, with ranges", () => {
    expect(values(FEATURES, can(257, "31 fff0 0000000000"))).toEqual({ Top: 3, Sub: 1, Deep: -1 });
    expect(values(FEATURES, can(257, "35 7ff0 0000000000"))).toEqual({ Top: 3, Sub: 5, Deep: 2047 });
    expect(values(FEATURES, can(257, "33 fff0 0000000000"))).toEqual({ Top: 3, Sub: 3 });
    expect(values(FEATURES, can(257, "21 12345678 000000"))).toEqual({ Top: 2, Wide: 0x12345678 });
    expect(values(FEATURES, can(257, "41 12345678 000000"))).toEqual({ Top: 4 });
  });

  it("reads floats of both orders and sizes, wherever they lie", () => {
    expect(values(FEATURES, can(258, "0000c03f c0200000"))).toEqual({ Little: 1.5, Big: -2.5 });
    // a float that is not a number is absent
    expect(values(FEATURES, can(258, "0000c07f c0200000"))).toEqual({ Big: -2.5 });
    const data = new Uint8Array(64);
    const view = new DataView(data.buffer);
    view.setFloat64(32, Math.PI, true);
    // 1.5 = 0x3FC00000, three bits up
    view.setUint32(0, (0x3fc0_0000 << 3) >>> 0, true);
    data[4] = 0x3fc0_0000 >>> 29;
    expect(values(FEATURES, canRecord(259, false, data))).toEqual({ Double: Math.PI, Crooked: 1.5 });
  });

  it("leaves out what a short frame does not hold", () => {
    expect(values(FEATURES, can(256, "00 38ff"))).toEqual({ Mode: 0, Temp: -20 });
    expect(values(FEATURES, can(256, "00 38"))).toEqual({ Mode: 0 });
    expect(decodeAll(FEATURES, [can(256, "")]).messages[0]!.values).toEqual({});
  });

  it("turns signals into channels, by their unit or by what the rule says", () => {
    const map = (rules: string) => createDbcProtocol(capture("toyota-part.dbc"), rules);
    const wheel = map("WHEEL_SPEEDS.WHEEL_SPEED_FR = wheel.speed # the driven one");
    const frame = can(0xaa, "25B525B525A0258D");
    expect(values(wheel as typeof FEATURES, frame)["wheel.speed"]).toBeCloseTo(28.86 / 3.6, 12);
    expect(values(wheel as typeof FEATURES, frame)).toMatchObject({ WHEEL_SPEED_FL: 28.86 });
    const steering = map("STEER_ANGLE=driver.steering");
    expect(values(steering as typeof FEATURES, can(0x25, "0FFF000000000000"))["driver.steering"]).toBeCloseTo(
      (-1.5 * Math.PI) / 180,
      12,
    );
    const scaled = map("WHEEL_SPEED_FR=wheel.speed*2/3.6-1");
    expect(values(scaled as typeof FEATURES, frame)["wheel.speed"]).toBeCloseTo((28.86 * 2) / 3.6 - 1, 12);
    expect(steering.messages.find((m) => m.name === "dbc.steer_angle_sensor")!.fields[0]).toMatchObject({
      name: "driver.steering",
      unit: "rad",
    });
  });

  it.each([
    ["WHEEL_SPEED_FR", "no rule"],
    ["WHEEL_SPEED_XX=wheel.speed", "no signal"],
    ["OTHER.WHEEL_SPEED_FR=wheel.speed", "no signal"],
    ["WHEEL_SPEED_FR=wheel.speed;WHEEL_SPEED_FL=wheel.speed", "taken"],
    ["WHEEL_SPEED_FR=battery.voltage", "is to be said"],
    ["WHEEL_SPEED_FR=wheel.speed*0", "no usable number"],
  ])("refuses the mapping %s", (rules, reason) => {
    expect(() => createDbcProtocol(capture("toyota-part.dbc"), rules)).toThrow(reason);
  });

  it("says once that no file is given, and takes profiles", () => {
    const frames = framesOf(capture("orion-we-ev.log")).map((f) => f.record);
    expect(decodeAll(dbc, frames).problems).toMatchObject([{ code: "unsupported" }]);
    const { messages, problems } = decodeAll(dbc, frames, { profile: "orion-we-ev" });
    expect(problems).toEqual([]);
    expect(Object.assign({}, ...messages.map((m) => m.values))).toMatchObject({
      "battery.soc": 0.805,
      Cells: 72,
      "battery.voltage": 282.4,
      High_Cell_ID: 21,
      "battery.current": -11,
      "battery.cell.max": 3.9923,
      "battery.temp": 19,
      Low_Temperature: 16,
      Charge_Relay: 1,
      Discharge_Relay: 0,
      Ready: 1,
      Charging: 0,
      Charge_Current_Limit: 4,
    });
  });

  it.each(Object.entries(DBC_PROFILES))("has a sound profile %s", (_, profile) => {
    expect(parseDbc(profile.dbc).problems).toEqual([]);
    const protocol = createDbcProtocol(profile.dbc, profile.map);
    expect(protocol.messages.flatMap((m) => m.fields.map((f) => f.name))).toContain("battery.voltage");
  });

  it("reads the Orion factory template", () => {
    // 21.5 A, 96.3 V, 87.5 %, relays 3; the checksum is (0x6B0 + 8 + data) & 0xFF
    const { messages } = decodeAll(
      dbc,
      [can(0x6b0, "00d7 03c3 af 0003 00"), can(0x036, "05 8f22 8123 8f50 00")],
      {
        profile: "orion-factory",
      },
    );
    expect(messages[0]!.values).toEqual({
      "battery.current": 21.5,
      "battery.voltage": 96.3,
      "battery.soc": 0.875,
      Relay_State: 3,
    });
    expect(messages[1]!.values).toEqual({
      Cell_ID: 5,
      Cell_Voltage: 3.6642,
      Cell_Resistance: 0.00291,
      Cell_Balancing: 1,
      Cell_Open_Voltage: 3.6688,
    });
  });
});

describe("encoding by a DBC", () => {
  const roundTrip = (protocol: typeof FEATURES, message: PlainMessage) => {
    const record = protocol.createEncoder!().encode(message);
    const frame: CanFrame = readCanRecord(record, 0, record.length, createCanFrame());
    const out = new Uint8Array(128);
    return decodeAll(protocol, [out.subarray(0, writeCanRecord(frame, out))]).messages[0]!;
  };

  it("writes what it reads, floats and nested switches included", () => {
    for (const v of [
      { Mode: 1, Volts: 12.345, Always: 7 },
      { Mode: 0, Temp: -20.5, Always: 0 },
    ])
      expect(roundTrip(FEATURES, { tUs: null, message: "dbc.plain", values: v }).values).toEqual(v);
    const nested = { Top: 3, Sub: 5, Deep: -2048 };
    expect(roundTrip(FEATURES, { tUs: null, message: "dbc.nested", values: nested }).values).toEqual(nested);
    const floats = { Double: -1e300, Crooked: 0.5 };
    expect(roundTrip(FEATURES, { tUs: null, message: "dbc.doubles", values: floats }).values).toEqual(floats);
  });

  it("refuses what does not fit", () => {
    const encode = (v: Record<string, number>) =>
      FEATURES.createEncoder!().encode({ tUs: null, message: "dbc.plain", values: v });
    expect(() => encode({ Mode: 256 })).toThrow(/out-of-range/);
    expect(() => encode({ Mode: 0, Temp: 3276.8 })).toThrow(/out-of-range/);
    expect(() => encode({ Mood: 1 })).toThrow(/Mood/);
  });
});
