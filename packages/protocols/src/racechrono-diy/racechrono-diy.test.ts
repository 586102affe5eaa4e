import { fromHex, type PlainMessage, toHex } from "@pitwall/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeAll, describeProtocol } from "../testing/protocol.contract.ts";
import { checkReadme, protocolTables } from "../testing/readme.ts";
import { RACECHRONO_GATT, RaceChronoFilter, racechronoDiy } from "./index.ts";

const encode = (m: PlainMessage): Uint8Array[] => racechronoDiy.createEncoder!().encodeFrames!(m);
const plain = (
  message: string,
  values: Record<string, number | string>,
  tUs: number | null = null,
): PlainMessage => ({
  tUs,
  message: `racechrono-diy.${message}`,
  values,
});
const one = (...packets: Uint8Array[]): PlainMessage => decodeAll(racechronoDiy, packets).messages.at(-1)!;

// 29 February 2024, 13:59:42.250 UTC. Date and hour: 24 * 8928 + 1 * 744 + 28 * 24 + 13 = 215,701 = 0x034A95.
// Within the hour: 59 * 30,000 + 42 * 500 + 125 = 1,791,125 = 0x1B5495. Sync bits 5: 0xA0 on top of the first byte.
const T = Date.UTC(2024, 1, 29, 13, 59, 42, 250) * 1000;
const TIME = fromHex("0004 a34a95");
// quality 1, 12 satellites; 48.1173, -11.5166667; (545.4 + 500) * 10 = 10454; 41.47 km/h; 84.40 deg; 0.9; 1.3
const GPS = fromHex("0003 bb5495 4c 1cae1e08 f922b235 28d6 1033 20f8 09 0d");

const VALUES = {
  "gnss.fix": 3,
  "gnss.sats": 12,
  "gnss.lat": 48.1173,
  "gnss.lon": -11.5166667,
  "gnss.hdop": 0.9,
  "gnss.vdop": 1.3,
};

describeProtocol(racechronoDiy, {
  samples: () => [
    TIME,
    GPS,
    fromHex("0001 23010000 0102030405060708"),
    fromHex("0102 00"),
    fromHex("0102 01 0032"),
    fromHex("0102 02 0064 00000123"),
    fromHex("0005 00"),
    fromHex("0005 01 07"),
    fromHex("0005 03 07 00 6368616e"),
    fromHex("0105 00 07"),
    fromHex("0105 02 07 0001 0002 0003"),
    fromHex("0106 07 fffffff6 08 00000014"),
  ],
});
checkReadme(new URL("./README.md", import.meta.url), protocolTables([racechronoDiy]));

describe("racechrono-diy: position", () => {
  it("reads packets written by hand from the published table", () => {
    const { messages, problems } = decodeAll(racechronoDiy, [TIME, GPS]);
    expect(problems).toEqual([]);
    expect(messages[0]).toMatchObject({ tUs: Date.UTC(2024, 1, 29, 13) * 1000, values: { sync: 5 } });
    expect(messages[1]).toMatchObject({
      tUs: T,
      values: { ...VALUES, quality: 1, sync: 5, timeOfHour: 3582.25 },
    });
    expect(messages[1]!.values["gnss.alt"]).toBeCloseTo(545.4, 9);
    expect(messages[1]!.values["gnss.speed"]).toBeCloseTo(41.47 / 3.6, 9);
    expect(messages[1]!.values["gnss.course"]).toBeCloseTo((84.4 * Math.PI) / 180, 9);
  });

  it("writes the same, with sync bits of its own", () => {
    const [time, gps] = encode(
      plain(
        "gps",
        { ...VALUES, "gnss.alt": 545.4, "gnss.speed": 41.47 / 3.6, "gnss.course": (84.4 * Math.PI) / 180 },
        T,
      ),
    ) as [Uint8Array, Uint8Array];
    expect(toHex(gps, 5)).toBe(toHex(GPS, 5));
    expect(time[2]! >> 5).toBe(gps[2]! >> 5);
    expect([time[2]! & 0x1f, time[3], time[4]]).toEqual([TIME[2]! & 0x1f, TIME[3], TIME[4]]);
    expect([gps[2]! & 0x1f, gps[3], gps[4]]).toEqual([GPS[2]! & 0x1f, GPS[3], GPS[4]]);
    expect(one(time, gps).tUs).toBe(T);
  });

  it("has no time until the hour with the same sync bits has come", () => {
    expect(one(GPS).tUs).toBeNull();
    const other = TIME.slice();
    other[2] = (other[2]! & 0x1f) | 0x40;
    expect(one(other, GPS).tUs).toBeNull();
    expect(one(other, TIME, GPS).tUs).toBe(T);
  });

  it("changes its sync bits with the hour, and keeps the time over it", () => {
    const last = encode(plain("gps", VALUES, Date.UTC(2024, 1, 29, 23, 59, 59, 999) * 1000));
    const first = encode(plain("gps", VALUES, Date.UTC(2024, 2, 1) * 1000));
    expect(last[1]![2]! >> 5).not.toBe(first[1]![2]! >> 5);
    const { messages } = decodeAll(racechronoDiy, [...last, first[1]!, ...first]);
    expect(messages.filter((m) => m.message === "racechrono-diy.gps").map((m) => m.tUs)).toEqual([
      Date.UTC(2024, 1, 29, 23, 59, 59, 998) * 1000,
      null,
      Date.UTC(2024, 2, 1) * 1000,
    ]);
  });

  it("keeps its word at every altitude and speed, also between the limits of 15 and of 16 bits", () => {
    const back = (values: Record<string, number>) =>
      one(...encode(plain("gps", { ...VALUES, ...values }, T))).values;
    for (const [alt, step] of [
      [-500, 0.1],
      [0, 0.1],
      [2776.7, 0.1],
      [2776.8, 1],
      [3000, 1],
      [6053.5, 1],
      [8848, 1],
    ] as const)
      expect(Math.abs((back({ "gnss.alt": alt })["gnss.alt"] as number) - alt)).toBeLessThanOrEqual(
        step / 2 + 1e-9,
      );
    for (const [kmh, step] of [
      [0, 0.01],
      [327.67, 0.01],
      [327.69, 0.1],
      [400, 0.1],
      [655.35, 0.1],
      [1200, 0.1],
    ] as const)
      expect(
        Math.abs((back({ "gnss.speed": kmh / 3.6 })["gnss.speed"] as number) * 3.6 - kmh),
      ).toBeLessThanOrEqual(step / 2 + 1e-9);
    expect(() => encode(plain("gps", { ...VALUES, "gnss.alt": -501 }, T))).toThrow(/altitude/);
    fc.assert(
      fc.property(fc.double({ min: -500, max: 9000, noNaN: true }), (alt) => {
        expect(Math.abs((back({ "gnss.alt": alt })["gnss.alt"] as number) - alt)).toBeLessThanOrEqual(
          0.5 + 1e-9,
        );
      }),
    );
  });

  it("sends and reads what is not there as not there", () => {
    const packets = encode(plain("gps", { "gnss.fix": 0 }, T));
    expect(toHex(packets[1]!, 5)).toBe("3f7fffffff7fffffffffffffffffffffff");
    expect(one(...packets).values).toEqual({
      sync: expect.any(Number),
      timeOfHour: 3582.25,
      quality: 0,
      "gnss.fix": 0,
    });
    const flat = one(...encode(plain("gps", { ...VALUES, "gnss.hdop": 30 }, T))).values;
    expect(flat["gnss.fix"]).toBe(2);
    expect(Object.keys(flat)).not.toContain("gnss.hdop");
  });

  it("refuses a date that is none", () => {
    // 31 February 2024
    const count = 24 * 8928 + 744 + 30 * 24;
    const { problems } = decodeAll(racechronoDiy, [
      Uint8Array.of(0, 4, count >> 16, (count >> 8) & 255, count & 255),
    ]);
    expect(problems).toMatchObject([{ code: "malformed", offset: 0 }]);
  });
});

describe("racechrono-diy: the rest", () => {
  it("carries CAN frames with their little-endian id", () => {
    const [bytes] = encode(plain("can", { id: 0x18fe_f100, b0: 1, b1: 255 }));
    expect(toHex(bytes!)).toBe("000100f1fe1801ff");
    expect(one(bytes!).values).toEqual({ id: 0x18fe_f100, b0: 1, b1: 255 });
  });

  it("writes and reads filter requests", () => {
    expect(toHex(encode(plain("filter", { command: 2, interval: 100, id: 0x123 }))[0]!)).toBe(
      "010202006400000123",
    );
    expect(one(fromHex("0102 01 0032")).values).toEqual({ command: 1, interval: 50 });
  });

  it("tells a configuration from its reply by who sent it", () => {
    expect(one(fromHex("0005 02 07 01 2b31"))).toMatchObject({
      message: "racechrono-diy.monitor-config",
      values: { command: 2, monitor: 7, sequence: 1, equation: "+1" },
    });
    expect(one(fromHex("0105 02 07 0001 0002 0003"))).toMatchObject({
      message: "racechrono-diy.monitor-reply",
      values: { result: 2, monitor: 7, error: 1, position: 2, length: 3 },
    });
    expect(
      decodeAll(racechronoDiy, [fromHex("0106 07 fffffff6 08 00000014")]).messages.map((m) => m.values),
    ).toEqual([
      { monitor: 7, value: -10 },
      { monitor: 8, value: 20 },
    ]);
  });

  it.each([
    "",
    "00",
    "0003",
    "0003 00",
    "0009 00",
    "0001 00000000",
    "0102 03",
    "0102 02 0064",
    "0106 01 0000",
    "0205 00",
    "0005 03 07 00 ff",
  ])("counts %j as no packet of this protocol", (hex) => {
    const { messages, stats } = decodeAll(racechronoDiy, [fromHex(hex)]);
    expect(messages).toEqual([]);
    expect(stats.bad).toBe(1);
  });

  it("sends what the app asks for, as often as it asks for it", () => {
    const filter = new RaceChronoFilter();
    expect(filter.wants(0x123, 0)).toBe(false);
    expect(filter.write(fromHex("00"))).toBe(true);
    expect(filter.write(fromHex("02 0064 00000123"))).toBe(true);
    expect([0, 50_000, 100_000, 150_000, 200_000].map((t) => filter.wants(0x123, t))).toEqual([
      true,
      false,
      true,
      false,
      true,
    ]);
    expect(filter.wants(0x124, 0)).toBe(false);
    filter.write(fromHex("01 0000"));
    expect([filter.wants(0x124, 0), filter.wants(0x124, 0)]).toEqual([true, true]);
    filter.write(fromHex("00"));
    expect(filter.wants(0x123, 1e9)).toBe(false);
    expect(filter.write(fromHex("02 00"))).toBe(false);
  });

  it("names its characteristics", () => {
    expect(RACECHRONO_GATT.characteristic(3)).toBe("00000003-0000-1000-8000-00805f9b34fb");
  });
});
