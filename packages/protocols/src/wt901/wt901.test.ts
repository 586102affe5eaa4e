import { fromHex, type PlainMessage, toHex } from "@pitwall/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, decodeAll, describeProtocol } from "../testing/protocol.contract.ts";
import { checkReadme, protocolTables } from "../testing/readme.ts";
import {
  wt901,
  wt901Baud,
  wt901Calibrate,
  wt901Rate,
  wt901Read,
  wt901Save,
  wt901SendOnly,
  wt901Setup,
  wt901Unlock,
} from "./index.ts";

/** A serial packet by hand: type, eight bytes, sum. */
function serial(type: number, data: readonly number[]): Uint8Array {
  const b = Uint8Array.of(0x55, type, ...data, 0);
  b[10] = b.reduce((s, x) => s + x, 0) & 0xff;
  return b;
}
const words = (...w: number[]): number[] => w.flatMap((x) => [x & 0xff, (x >> 8) & 0xff]);
const longs = (...w: number[]): number[] =>
  w.flatMap((x) => [x & 0xff, (x >> 8) & 0xff, (x >> 16) & 0xff, (x >> 24) & 0xff]);
const one = (bytes: Uint8Array): PlainMessage => decodeAll(wt901, [bytes]).messages[0]!;

const acceleration = serial(0x51, words(2048, -1024, 4096, 2650));
const rate = serial(0x52, words(16_384, -8192, 1, 3300));
const bluetooth = Uint8Array.of(0x55, 0x61, ...words(2048, 0, 2048, 16_384, 0, 0, 8192, -8192, 16_384));
const registers = Uint8Array.of(0x55, 0x71, ...words(0x3a, 1, -2, 3, 4, 5, 6, 7, 8));
const everything = [
  serial(0x50, [24, 2, 29, 13, 59, 42, ...words(250)]),
  acceleration,
  rate,
  serial(0x53, words(8192, -8192, 16_384, 1234)),
  serial(0x54, words(100, -200, 300, 2650)),
  serial(0x55, words(1, 2, 3, 4)),
  serial(0x56, longs(101_325, -1234)),
  serial(0x57, longs(-1_215_834_161, 372_324_750)),
  serial(0x58, [...words(1472, 2700), ...longs(36_000)]),
  serial(0x59, words(32_767, 0, -16_384, 0)),
  serial(0x5a, words(11, 150, 90, 120)),
  serial(0x5f, words(6, 0, 0, 0)),
];

describeProtocol(wt901, { samples: () => everything });
describeProtocol(wt901, { samples: () => [bluetooth, registers, bluetooth] });
checkReadme(new URL("./README.md", import.meta.url), protocolTables([wt901]));

describe("wt901", () => {
  it("reads every type by the formulae of the data sheet", () => {
    const g = 9.80665;
    const rad = Math.PI / 180;
    expect(one(acceleration).values).toEqual({
      "imu.ax": g,
      "imu.ay": -g / 2,
      "imu.az": 2 * g,
      "imu.temp": 26.5,
    });
    expect(one(rate).values["imu.gx"]).toBeCloseTo(1000 * rad, 9);
    expect(one(rate).values["imu.gy"]).toBeCloseTo(-500 * rad, 9);
    expect(one(rate).values["tempOrVoltage"]).toBe(33);
    expect(one(everything[3]!).values).toMatchObject({
      "imu.roll": Math.PI / 4,
      "imu.pitch": -Math.PI / 4,
      "imu.yaw": Math.PI / 2,
      version: 1234,
    });
    expect(one(everything[6]!).values).toEqual({ pressure: 101_325, height: -12.34 });
    expect(one(everything[0]!).values).toEqual({ clock: Date.UTC(2024, 1, 29, 13, 59, 42, 250) * 1000 });
    // 12158.34161 W, 3723.24750 N
    expect(one(everything[7]!).values["gnss.lon"]).toBeCloseTo(-121.97236017, 8);
    expect(one(everything[7]!).values["gnss.lat"]).toBeCloseTo(37.3874583, 7);
    expect(one(everything[8]!).values).toMatchObject({ "gnss.alt": 147.2, "gnss.speed": 10 });
    expect(one(everything[8]!).values["gnss.course"]).toBeCloseTo(270 * rad, 9);
    expect(one(everything[9]!).values).toMatchObject({ q2: -0.5 });
    expect(one(everything[10]!).values).toEqual({
      "gnss.sats": 11,
      "gnss.pdop": 1.5,
      "gnss.hdop": 0.9,
      "gnss.vdop": 1.2,
    });
    expect(one(bluetooth).values).toMatchObject({ "imu.ax": g, "imu.az": g, "imu.pitch": -Math.PI / 4 });
    expect(one(bluetooth).values["imu.gx"]).toBeCloseTo(1000 * rad, 9);
    expect(one(registers).values).toMatchObject({ start: 0x3a, r1: -2, r7: 8 });
  });

  it("has no time of its own, and no position or clock where the module has none", () => {
    for (const p of everything) expect(one(p).tUs).toBeNull();
    expect(one(serial(0x57, longs(0, 0))).values).toEqual({});
    expect(one(serial(0x50, [0, 0, 0, 0, 0, 0, 0, 0])).values).toEqual({});
    const bad = decodeAll(wt901, [serial(0x57, longs(1_216_100_000, 372_324_750))]);
    expect(bad.problems).toMatchObject([{ code: "out-of-range", offset: 2 }]);
    expect(bad.messages[0]!.values).toEqual({});
  });

  it("loses no good packet to a false header inside a payload", () => {
    // data that look like the start of packets of every kind, cut at every byte
    const decoy = serial(0x53, [0x55, 0x51, 0x55, 0x52, 0x55, 0x61, 0x55, 0x71]);
    for (let cut = 1; cut < 11; cut++) {
      const { messages, stats } = decodeAll(wt901, [
        concat([decoy.subarray(cut), decoy, acceleration, decoy, rate]),
      ]);
      expect(messages.map((m) => m.message)).toEqual([
        "wt901.angle",
        "wt901.acceleration",
        "wt901.angle",
        "wt901.rate",
      ]);
      expect(stats).toMatchObject({ frames: 4, skippedBytes: 11 - cut });
    }
  });

  it("finds every packet behind any noise, but for the few that noise can fake", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (noise) => {
        const { messages } = decodeAll(wt901, [
          concat([noise, acceleration, rate, acceleration, rate, acceleration]),
        ]);
        // a header at the end of the noise may claim at most the packet after it
        expect(messages.filter((m) => m.message === "wt901.acceleration").length).toBeGreaterThanOrEqual(2);
      }),
      { numRuns: 300 },
    );
  });

  it("finds its step again in a stream of Bluetooth packets from any byte on", () => {
    const packets = Array.from({ length: 5 }, (_, i) => {
      const p = bluetooth.slice();
      p[2] = i;
      return p;
    });
    for (let cut = 1; cut < 20; cut++) {
      const { messages } = decodeAll(wt901, [concat([packets[0]!.subarray(cut), ...packets.slice(1)])]);
      // the last one has none behind it that could vouch for it, but by then the step is known
      expect(messages).toHaveLength(4);
    }
  });

  it("writes the published commands", () => {
    expect(toHex(wt901Unlock())).toBe("ffaa6988b5");
    expect(toHex(wt901Save())).toBe("ffaa000000");
    expect(toHex(wt901Rate(10))).toBe("ffaa030600");
    expect(toHex(wt901Rate(200))).toBe("ffaa030b00");
    expect(toHex(wt901Baud(9600))).toBe("ffaa040200");
    expect(toHex(wt901Baud(115_200))).toBe("ffaa040600");
    expect(toHex(wt901Baud(230_400))).toBe("ffaa040700");
    expect(toHex(wt901SendOnly(["acceleration", "rate", "angle"]))).toBe("ffaa020e00");
    expect(toHex(wt901SendOnly(["quaternion", "time"]))).toBe("ffaa020102");
    expect(toHex(wt901Calibrate("gyro"))).toBe("ffaa010100");
    // reading the magnetic field, as the Bluetooth data sheet prints it
    expect(wt901Read(0x3a)).toEqual(fromHex("FF AA 27 3A 00"));
  });

  it("sets a module up for both speeds, and refuses what the line cannot carry", () => {
    const content = ["acceleration", "rate", "angle"] as const;
    const { before, after } = wt901Setup({ rateHz: 200, baud: 115_200, content });
    expect(before.map((c) => toHex(c))).toEqual(["ffaa6988b5", "ffaa020e00", "ffaa030b00", "ffaa040600"]);
    expect(after.map((c) => toHex(c))).toEqual(["ffaa6988b5", "ffaa040600", "ffaa000000"]);
    expect(() => wt901Setup({ rateHz: 200, baud: 9600, content })).toThrow(/need 66000 bits/);
    expect(() => wt901Rate(30)).toThrow(/30 Hz/);
    expect(() => wt901Baud(12_345)).toThrow(/12345/);
  });
});
