import { readFileSync } from "node:fs";
import { fromHex, type PlainMessage, toHex } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { concat, decodeAll, describeProtocol } from "../testing/protocol.contract.ts";
import { checkReadme, protocolTables } from "../testing/readme.ts";
import { ubxFrame } from "../ubx-frame.ts";
import { racebox, raceboxName, raceboxNotifications, raceboxRequest } from "./index.ts";

const capture = (name: string): Uint8Array =>
  fromHex(readFileSync(new URL(`./captures/${name}.hex`, import.meta.url), "latin1"));
const live = capture("live");
const config = capture("recording-config");
const encode = (m: PlainMessage, options?: Record<string, string>): Uint8Array =>
  racebox.createEncoder!(options).encode(m);
const plain = (message: string, values: Record<string, number>): PlainMessage => ({
  tUs: null,
  message,
  values,
});
const RAD = Math.PI / 180;

const samples = (): Uint8Array[] => [
  live,
  config,
  ubxFrame(0xff, 0x21, live.subarray(6, 86)),
  ubxFrame(0xff, 0x02, [0xff, 0x25]),
  ubxFrame(0xff, 0x03, []),
  encode(
    plain("racebox.recording-status", {
      recording: 1,
      memory: 0.42,
      security: 3,
      stored: 70_000,
      capacity: 160_000,
    }),
  ),
  encode(plain("racebox.download", { expected: 70_000 })),
  encode(plain("racebox.erase", { progress: 0.5 })),
  encode(
    plain("racebox.recording-change", {
      state: 2,
      rate: 1,
      filters: 7,
      standstillSpeed: 1.389,
      standstillTimeout: 30,
      noFixTimeout: 30,
      offTimeout: 300,
    }),
  ),
  encode(plain("racebox.gnss-config", { dynamicModel: 4, speed3d: 0, hAccLimit: 5 })),
  encode(plain("racebox.unlock", { code: 123_456 })),
];

describeProtocol(racebox, { samples });
describeProtocol(racebox, { samples: () => [live], options: { model: "micro" } });
checkReadme(new URL("./README.md", import.meta.url), protocolTables([racebox]));

describe("racebox", () => {
  it("reads the published example packet", () => {
    const { messages, stats } = decodeAll(racebox, [live]);
    expect(stats).toMatchObject({ frames: 1, messages: 1, bad: 0, skippedBytes: 0 });
    const m = messages[0]!;
    expect(m.message).toBe("racebox.live");
    // 2022-01-10T08:51:08.239971626Z to the nearest microsecond
    expect(m.tUs).toBe(Date.UTC(2022, 0, 10, 8, 51, 8) * 1000 + 239_972);
    expect(m.values).toMatchObject({
      "gnss.fix": 3,
      "gnss.sats": 11,
      "gnss.lon": 23.2887238,
      "gnss.lat": 42.6719035,
      height: 625.761,
      "gnss.alt": 590.095,
      "gnss.hAcc": 0.924,
      "gnss.vAcc": 1.836,
      "gnss.speed": 0.035,
      "gnss.course": 0,
      "gnss.sAcc": 0.208,
      "gnss.pdop": 3,
      "device.battery": 0.89,
      charging: 0,
    });
    const number = (name: string) => m.values[name] as number;
    expect(number("courseAcc")).toBeCloseTo(145.26856 * RAD, 9);
    expect(number("imu.ax") / 9.80665).toBeCloseTo(-0.003, 9);
    expect(number("imu.ay") / 9.80665).toBeCloseTo(0.113, 9);
    expect(number("imu.az") / 9.80665).toBeCloseTo(0.974, 9);
    expect(number("imu.gx")).toBeCloseTo(-2.09 * RAD, 9);
    expect(number("imu.gy")).toBeCloseTo(0.86 * RAD, 9);
    expect(number("imu.gz")).toBeCloseTo(-0.04 * RAD, 9);
  });

  it("reads the published recording configuration", () => {
    expect(decodeAll(racebox, [config]).messages[0]!.values).toEqual({
      enable: 1,
      rate: 0,
      filters: 0x1f,
      standstillSpeed: 1.389,
      standstillTimeout: 30,
      noFixTimeout: 30,
      offTimeout: 300,
    });
  });

  it("writes both back byte for byte", () => {
    for (const bytes of [live, config]) {
      const again = encode(decodeAll(racebox, [bytes]).messages[0]!);
      // the example's nanoseconds end in 626; microseconds are what a time carries
      if (bytes === live) expect(again.subarray(28, 86)).toEqual(live.subarray(28, 86));
      else expect(again).toEqual(config);
    }
  });

  it("puts notifications of any size together again", () => {
    for (const size of [20, 61, 182]) {
      const pieces = samples().flatMap((s) => raceboxNotifications(s, size));
      const { messages, problems } = decodeAll(racebox, pieces);
      expect(problems).toEqual([]);
      expect(messages).toHaveLength(samples().length);
    }
    expect(raceboxNotifications(live)).toHaveLength(5);
  });

  it("loses one packet with one notification, not two", () => {
    const pieces = [live, live, live].flatMap((s) => raceboxNotifications(s));
    pieces.splice(7, 1);
    expect(decodeAll(racebox, pieces).messages).toHaveLength(2);
  });

  it.each([
    ["the fix is not valid", 21, 0],
    ["there is no fix", 20, 0],
    ["the position is flagged", 66, 1],
  ])("leaves out position and speed when %s", (_what, offset, value) => {
    const payload = live.slice(6, 86);
    payload[offset] = value;
    const m = decodeAll(racebox, [ubxFrame(0xff, 1, payload)]).messages[0]!;
    expect(m.values["gnss.fix"]).toBe(0);
    for (const name of ["gnss.lat", "gnss.lon", "gnss.speed", "gnss.hAcc"])
      expect(Object.keys(m.values)).not.toContain(name);
    expect(Object.keys(m.values)).toContain("imu.az");
  });

  it("has no time before the date is known, and no course at standstill", () => {
    const payload = live.slice(6, 86);
    payload[11] = 2;
    new DataView(payload.buffer).setUint32(60, 18_000_000, true);
    const m = decodeAll(racebox, [ubxFrame(0xff, 1, payload)]).messages[0]!;
    expect(m.tUs).toBeNull();
    expect(Object.keys(m.values)).not.toContain("gnss.course");
  });

  it("reads the battery byte as the model has it", () => {
    const payload = live.slice(6, 86);
    payload[67] = 0x79;
    const micro = decodeAll(racebox, [ubxFrame(0xff, 1, payload)], { model: "micro" }).messages[0]!;
    expect(micro.values).toMatchObject({ "device.voltage": 12.1 });
    expect(Object.keys(micro.values)).not.toContain("device.battery");
    payload[67] = 0x80 | 57;
    const mini = decodeAll(racebox, [ubxFrame(0xff, 1, payload)]).messages[0]!;
    expect(mini.values).toMatchObject({ "device.battery": 0.57, charging: 1 });
  });

  it("poses as one from channels alone", () => {
    const tUs = Date.UTC(2024, 1, 29, 13, 59, 42, 240) * 1000;
    const values = {
      "gnss.lat": 48.1173,
      "gnss.lon": -11.5166667,
      "gnss.fix": 3,
      "gnss.speed": 11.52,
      "imu.az": 9.80665,
      "device.battery": 0.5,
    };
    const m = decodeAll(racebox, [encode({ tUs, message: "racebox.live", values })]).messages[0]!;
    expect(m).toMatchObject({ tUs, values });
    expect(Object.keys(m.values)).not.toContain("gnss.course");
  });

  it("counts frames of the receiver behind it, and requests", () => {
    const { stats } = decodeAll(racebox, [
      concat([ubxFrame(1, 7, new Uint8Array(92)), raceboxRequest("recordingStatus")]),
    ]);
    expect(stats).toMatchObject({ frames: 2, messages: 0, bad: 0, reasons: { unsupported: 2 } });
    expect(toHex(raceboxRequest("recordingStatus"))).toBe("b562ff2200002162");
  });

  it("has the names that apps look for", () => {
    expect(raceboxName("RaceBox Mini", "0123456789")).toBe("RaceBox Mini 0123456789");
    expect(() => raceboxName("RaceBox Mini", "12")).toThrow(/ten digits/);
  });
});
