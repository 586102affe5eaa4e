import { existsSync, readFileSync } from "node:fs";
import { canRecord, crc16Xmodem, fromHex, type PlainMessage } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { concat, decodeAll, describeProtocol } from "../testing/protocol.contract.ts";
import { checkReadme, protocolTables } from "../testing/readme.ts";
import { frameVescPayload, vescBms, vescCan, vescUart } from "./index.ts";

const capture = (name: string) =>
  fromHex(readFileSync(new URL(`./captures/${name}.hex`, import.meta.url), "utf8").replace(/#.*$/gm, ""));
/** Reply of a standing motor; values and bytes from the tests of the vesc-rs library (see captures/SOURCES.md). */
const ZERO_RPM = capture("get-values-zero-rpm");

/** A CAN frame written out: command, controller, data. */
const can = (command: number, controller: number, hex: string) =>
  canRecord((command << 8) | controller, true, fromHex(hex));

// By hand from comm_can.c: 3000 erpm = 0x0BB8, 12.5 A = 0x007D, duty 0.456 = 0x01C8; and so on.
const STATUS = can(9, 20, "00000bb8 007d 01c8");
const STATUS_2 = can(14, 20, "00003039 00000064");
const STATUS_3 = can(15, 20, "0001e240 000003e8");
const STATUS_4 = can(16, 20, "0159 02a6 ff9c 2328");
const STATUS_5 = can(27, 20, "00002710 0201 0000");
const STATUS_6 = can(58, 20, "0ce4 0000 fed4 01f4");
const STATUSES = [STATUS, STATUS_2, STATUS_3, STATUS_4, STATUS_5, STATUS_6];
// 2024-02-29 12:34:56.789 UTC = 45296789 ms; lat 31.0001 and lon -121.5 in 1e-16 deg; 12.5 m, 8.31 m/s, HDOP 0.87
const GNSS = [
  can(59, 40, "02b32c95 07e8 02 1d"),
  can(60, 40, "044d58445d041000"),
  can(61, 40, "ef2373eff5e68000"),
  can(62, 40, "41480000 033f 0057"),
];

const frames = (message: PlainMessage, options = {}) =>
  vescCan.createEncoder!(options).encodeFrames!(message);
const zeroRpm = () => decodeAll(vescUart, [ZERO_RPM]).messages[0]!;

describeProtocol(vescUart, {
  samples: () => [
    ZERO_RPM,
    fromHex("020104408403"),
    frameVescPayload(fromHex("32 00000181 0113 02a6 00000bb8 0179")),
    frameVescPayload(
      fromHex(
        "2f 0113 0258 000004d2 000001f4 01c8 00000bb8 ffffec78 0201 0352 00002710 00000064 0001e240 000003e8 00001388 00002710 00000000 00 14 02 0001e240 00003039 000f4240",
      ),
    ),
    frameVescPayload(fromHex("00 06 02 37355f313030 00 000102030405060708090a0b 00 00")),
    frameVescPayload(fromHex("22 0a 32 00000181")),
  ],
  options: { polePairs: 7, wheelCircumferenceM: 0.85, gearRatio: 3.2 },
});
describeProtocol(vescCan, {
  samples: () => [...STATUSES, ...GNSS, ...frames(zeroRpm()), ...frames(request(4, 20))],
  options: { polePairs: 4 },
});

const request = (command: number, controller?: number): PlainMessage => ({
  tUs: null,
  message: "vesc.request",
  values: controller === undefined ? { command } : { command, controller },
});
const one = (pieces: readonly Uint8Array[], options = {}): PlainMessage => {
  const { messages, problems } = decodeAll(vescCan, pieces, options);
  expect(problems).toEqual([]);
  expect(messages).toHaveLength(1);
  return messages[0]!;
};

describe("vesc-uart", () => {
  checkReadme(new URL("./README.md", import.meta.url), protocolTables([vescCan, vescUart, vescBms]));

  it("reads a real reply; sensors that are not fitted are absent", () => {
    const { values } = zeroRpm();
    // the source rounds the position to 302.4
    expect(values).toEqual({
      "controller.temp": 27.6,
      "motor.current": 0,
      "battery.current": 0,
      directCurrent: 0,
      quadratureCurrent: 0,
      "motor.duty": 0,
      "motor.erpm": 0,
      "battery.voltage": 37.5,
      ampHours: 0.0009,
      ampHoursCharged: 0,
      wattHours: 0.0372,
      wattHoursCharged: 0,
      tachometer: -31_936,
      tachometerAbs: 174_334,
      "controller.fault": 0,
      position: 302.399968,
      controller: 20,
      transistorTemp1: 27.7,
      directVoltage: 0.008,
      quadratureVoltage: 0.012,
      status: 0,
    });
    // the wire says 0.0 for the motor and -80.8 and -82.2 for transistors without a sensor
    const fitted = decodeAll(vescUart, [ZERO_RPM], { motorTempSensor: "fitted" }).messages[0]!.values;
    expect(fitted).toMatchObject({ "motor.temp": 0 });
  });

  it.skipIf(!existsSync("../shared/data/vectors/vectors.json"))("agrees with the shared vectors", () => {
    const vectors = JSON.parse(readFileSync("../shared/data/vectors/vectors.json", "utf8")) as Record<
      string,
      { hex: string; text: string; expected: Record<string, number | string> }
    >;
    const reply = vectors["vesc-uart-get-values-zero-rpm"]!;
    expect([...fromHex(reply.hex)]).toEqual([...ZERO_RPM]);
    const sent = vescUart.createEncoder!().encode(request(4));
    expect([...sent]).toEqual([...fromHex(vectors["vesc-get-values-request"]!.hex)]);
    const { text, expected } = vectors["vesc-crc16"]!;
    const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
    expect(crc16Xmodem(bytes, 0, bytes.length).toString(16).toUpperCase()).toBe(expected["crc"]);
  });

  it("reads the shorter replies of older firmware", () => {
    const payload = ZERO_RPM.subarray(2, -3);
    const upTo = (n: number) => decodeAll(vescUart, [frameVescPayload(payload.slice(0, n))]);
    expect(Object.keys(upTo(54).messages[0]!.values).at(-1)).toBe("controller.fault");
    expect(Object.keys(upTo(59).messages[0]!.values).at(-1)).toBe("controller");
    expect(Object.keys(upTo(65).messages[0]!.values).at(-1)).toBe("transistorTemp1");
    expect(upTo(53)).toMatchObject({ messages: [], problems: [{ code: "truncated" }] });
  });

  it("reads a selective reply by its mask, and refuses one that lacks what the mask names", () => {
    // bits 0, 7, 8: 27.5 degC, 3000 erpm, 37.7 V
    const good = decodeAll(vescUart, [frameVescPayload(fromHex("32 00000181 0113 00000bb8 0179"))]);
    expect(good.messages[0]).toEqual({
      tUs: null,
      message: "vesc.values-selective",
      values: { "controller.temp": 27.5, "motor.erpm": 3000, "battery.voltage": 37.7 },
    });
    const short = decodeAll(vescUart, [frameVescPayload(fromHex("32 00000181 0113 00000bb8"))]);
    expect(short).toMatchObject({ messages: [], problems: [{ code: "truncated", offset: 2 + 11 }] });
  });

  it("gives motor rpm and wheel speed only where the drive is configured", () => {
    const reply = [frameVescPayload(fromHex("32 00000080 ffffd120"))]; // -12000 erpm
    const values = (options: object) => decodeAll(vescUart, reply, { ...options }).messages[0]!.values;
    expect(values({})).toEqual({ "motor.erpm": -12_000 });
    expect(values({ polePairs: 4 })).toEqual({ "motor.erpm": -12_000, "motor.rpm": -3000 });
    const full = values({ polePairs: 4, gearRatio: 2.5, wheelCircumferenceM: 0.85 });
    // 3000 rpm / 2.5 = 20 turns a second of 0.85 m
    expect(full["wheel.speed"]).toBeCloseTo(17, 12);
  });

  it("takes start bytes inside a payload for data, and finds the next frame after noise", () => {
    const reply = frameVescPayload(fromHex("32 00000181 0203 02030203 0302"));
    const noise = fromHex("0203 ff 0300ff02 0005");
    const { messages, problems } = decodeAll(vescUart, [concat([reply, noise, reply, ZERO_RPM])]);
    expect(messages.map((m) => m.message)).toEqual([
      "vesc.values-selective",
      "vesc.values-selective",
      "vesc.values",
    ]);
    expect(problems.some((p) => p.code === "skipped")).toBe(true);
  });

  it("frames payloads of 255 bytes and more with two bytes of length", () => {
    const payload = new Uint8Array(300).fill(36);
    const framed = frameVescPayload(payload);
    expect([...framed.subarray(0, 3)]).toEqual([3, 1, 44]);
    expect(decodeAll(vescUart, [framed]).stats).toMatchObject({ frames: 1, bad: 0 });
  });

  it("reads what a controller knows of the BMS, with and without the counters of newer firmware", () => {
    // 50.4 V, 0 V, -5 A, 10.5 A, 1.5 Ah, 60 Wh; cells 3.600 and 3.602 V, the second balancing; one sensor 25 degC, one open
    const old =
      "60 03010b00 00000000 ffb3b4c0 00a037a0 000005dc 0000ea60 02 0e10 0e12 00 01 02 09c4 d8f0 0b54 0a28 11c6 0b54 0320 03e8 0a";
    const totals = "447a0000 47435000 447a0000 47435000 2794";
    const read = (hex: string) => decodeAll(vescUart, [frameVescPayload(fromHex(hex))]).messages[0]!.values;
    const expected = {
      "battery.voltage": 50.4,
      chargerVoltage: 0,
      inputCurrent: -5,
      "battery.current": 10.5,
      ampHours: 1.5,
      wattHours: 60,
      balancing: 2,
      circuitTemp: 29,
      boardTemp: 26,
      humidity: 0.455,
      "battery.temp": 29,
      "battery.soc": 0.8,
      "battery.soh": 1,
      controller: 10,
      temp1: 25,
      "battery.cell.1.voltage": 3.6,
      "battery.cell.2.voltage": 3.602,
    };
    expect(read(old)).toEqual(expected);
    expect(read(old + totals)).toEqual({
      ...expected,
      totalAmpHoursCharged: 1000,
      totalWattHoursCharged: 50_000,
      totalAmpHours: 1000,
      totalWattHours: 50_000,
      pressure: 101_320,
    });
    const again = vescUart.createEncoder!().encode({
      tUs: null,
      message: "vesc.bms-values",
      values: read(old + totals),
    });
    expect(decodeAll(vescUart, [again]).messages[0]!.values).toEqual(read(old + totals));
    expect(decodeAll(vescUart, [frameVescPayload(fromHex(old).slice(0, 40))]).problems).toMatchObject([
      { code: "truncated" },
    ]);
  });

  it("names firmware and hardware", () => {
    const { messages } = decodeAll(vescUart, [
      frameVescPayload(fromHex("00 0602 37355f313030 00 000102030405060708090a0b")),
    ]);
    expect(messages[0]!.values).toEqual({
      major: 6,
      minor: 2,
      hardware: "75_100",
      uuid: "000102030405060708090a0b",
    });
  });

  it("never encodes a command that moves a motor", () => {
    for (const command of [5, 6, 7, 8, 9, 10])
      expect(() => vescUart.createEncoder!().encode(request(command))).toThrow(/no question/);
  });
});

describe("vesc-can", () => {
  it("reads the six status messages", () => {
    const { messages } = decodeAll(vescCan, STATUSES);
    expect(messages.map((m) => m.values)).toEqual([
      { controller: 20, "motor.erpm": 3000, "motor.current": 12.5, "motor.duty": 0.456 },
      { controller: 20, ampHours: 1.2345, ampHoursCharged: 0.01 },
      { controller: 20, wattHours: 12.3456, wattHoursCharged: 0.1 },
      { controller: 20, "controller.temp": 34.5, "motor.temp": 67.8, "battery.current": -10, position: 180 },
      { controller: 20, tachometer: 10_000, "battery.voltage": 51.3 },
      { controller: 20, adc1: 3.3, adc2: 0, adc3: -0.3, ppm: 0.5 },
    ]);
  });

  it.each([
    ["no sensor type configured", "0000"],
    ["an open sensor", "fc18"],
    ["the firmware's mark of a failed sensor", "fc18"],
    ["an open sensor of another divider", "fd06"],
  ])("leaves the motor's temperature out: %s", (_, hex) => {
    expect(one([can(16, 20, `0159 ${hex} 0000 0000`)]).values).not.toHaveProperty("motor.temp");
  });

  it("keeps frost, and 0 degC where the sensor is known to be fitted", () => {
    expect(one([can(16, 20, "0159 ffff 0000 0000")]).values).toMatchObject({ "motor.temp": -0.1 });
    const fitted = one([can(16, 20, "0159 0000 0000 0000")], { motorTempSensor: "fitted" });
    expect(fitted.values).toMatchObject({ "motor.temp": 0 });
  });

  it("joins a GNSS fix from its frames", () => {
    const { tUs, values } = one(GNSS);
    expect(tUs).toBe(Date.UTC(2024, 1, 29, 12, 34, 56, 789) * 1000);
    expect(values["gnss.lat"]).toBeCloseTo(31.0001, 13);
    expect(values["gnss.lon"]).toBeCloseTo(-121.5, 12);
    expect(values).toMatchObject({ controller: 40, "gnss.alt": 12.5, "gnss.speed": 8.31, "gnss.hdop": 0.87 });
  });

  it("gives a position that never meets its speed, and no half position", () => {
    const place = [GNSS[1]!, GNSS[2]!];
    const { messages } = decodeAll(vescCan, [...place, ...place, GNSS[1]!]);
    expect(messages).toHaveLength(2);
    expect(Object.keys(messages[0]!.values)).toEqual(["controller", "gnss.lat", "gnss.lon"]);
  });

  it("puts a reply together from fragments, and says whose it is", () => {
    const reply = frames(zeroRpm());
    expect(reply).toHaveLength(Math.ceil(74 / 7) + 1);
    expect(one(reply)).toEqual(zeroRpm());
    const upTo57 = decodeAll(vescUart, [frameVescPayload(ZERO_RPM.slice(2, 56))]).messages[0]!;
    const old = one(frames({ ...upTo57, values: { ...upTo57.values, controller: 9 } }));
    expect(old.values).toMatchObject({ controller: 9, "battery.voltage": 37.5 });
  });

  it("keeps the replies of two controllers apart that answer at once", () => {
    const a = frames(zeroRpm());
    const b = frames({
      ...zeroRpm(),
      values: { ...zeroRpm().values, controller: 21, "battery.voltage": 40.1 },
    });
    const alternating = a.flatMap((frame, i) => [frame, b[i]!]);
    const { messages, problems } = decodeAll(vescCan, alternating);
    // fragments do not name their sender: a mix-up must show as a problem, never as a value
    for (const m of messages) expect([37.5, 40.1]).toContain(m.values["battery.voltage"]);
    expect(messages.length + problems.length).toBe(2);
    const after = decodeAll(vescCan, [...alternating, ...a]);
    expect(after.messages.at(-1)).toEqual(zeroRpm());
  });

  it("keeps the replies to two computers apart", () => {
    const a = frames(zeroRpm());
    const b = frames(zeroRpm(), { hostId: 100 });
    const { messages } = decodeAll(
      vescCan,
      a.flatMap((frame, i) => [frame, b[i]!]),
    );
    expect(messages).toEqual([zeroRpm(), zeroRpm()]);
  });

  it("reports a lost fragment once, and a damaged one by its checksum", () => {
    const reply = frames(zeroRpm());
    const lost = decodeAll(vescCan, [...reply.slice(0, 4), ...reply.slice(5)]);
    expect(lost).toMatchObject({ messages: [], problems: [{ code: "out-of-sequence" }] });
    const damaged = reply.map((f) => f.slice());
    damaged[3]![8]! ^= 4;
    expect(decodeAll(vescCan, damaged)).toMatchObject({ messages: [], problems: [{ code: "bad-checksum" }] });
  });

  it("asks and reads short questions in one frame", () => {
    const question = frames(request(4, 20));
    expect(question.map((f) => [...f])).toEqual([[20, 8, 0, 0x80, 0, 254, 0, 4]]);
    expect(one(question)).toEqual(request(4, 20));
  });

  it("leaves other devices on the bus alone, and reports a status that is too short", () => {
    const others = [
      canRecord(0x914, false, fromHex("00")),
      canRecord(0x18fef100, true, fromHex("0102030405060708")),
      can(1, 20, "00001388"),
    ];
    expect(decodeAll(vescCan, others)).toMatchObject({ messages: [], problems: [] });
    expect(decodeAll(vescCan, [can(9, 20, "00000bb8007d")]).problems).toMatchObject([{ code: "bad-length" }]);
  });
});
