import { readFileSync } from "node:fs";
import { fromHex, type PlainMessage, toHex } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { concat, decodeAll } from "../testing/protocol.contract.ts";
import { ubxFrame } from "../ubx-frame.ts";
import { ubx } from "./index.ts";

const capture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`./captures/pygpsdata-${name}.log`, import.meta.url)));
const named = (messages: readonly PlainMessage[], name: string) => messages.filter((m) => m.message === name);
const RAD = Math.PI / 180;

/** A NAV-PVT payload laid out by hand from the table of offsets in the receiver's description. */
function navPvt(change: (v: DataView) => void = () => {}): Uint8Array {
  const v = new DataView(new ArrayBuffer(92));
  v.setUint32(0, 396_000_250, true);
  v.setUint16(4, 2024, true);
  [2, 29, 13, 59, 42].forEach((x, i) => {
    v.setUint8(6 + i, x);
  });
  v.setUint8(11, 0x0f);
  v.setUint32(12, 25, true);
  v.setInt32(16, 250_000_400, true);
  v.setUint8(20, 3);
  v.setUint8(21, 0x21);
  v.setUint8(23, 17);
  v.setInt32(24, -1_212_345_678, true);
  v.setInt32(28, 374_219_999, true);
  v.setInt32(32, -5_250, true);
  v.setInt32(36, 26_750, true);
  v.setUint32(40, 1_200, true);
  v.setUint32(44, 2_400, true);
  v.setInt32(48, 3_000, true);
  v.setInt32(52, -4_000, true);
  v.setInt32(56, 500, true);
  v.setInt32(60, 5_000, true);
  v.setInt32(64, 30_686_990, true);
  v.setUint32(68, 150, true);
  v.setUint32(72, 250_000, true);
  v.setUint16(76, 145, true);
  v.setInt32(84, -9_000_000, true);
  v.setInt16(88, 1_350, true);
  v.setUint16(90, 100, true);
  change(v);
  return ubxFrame(0x01, 0x07, new Uint8Array(v.buffer));
}
const one = (bytes: Uint8Array): PlainMessage => decodeAll(ubx, [bytes]).messages[0]!;

describe("ubx: frames", () => {
  it("has the checksum of the published example", () => {
    expect(toHex(ubxFrame(0x06, 0x01, [1, 1]))).toBe("b5620601020001010b34");
  });

  it("refuses a damaged length at once and finds the frame behind it", () => {
    const damaged = navPvt();
    damaged[5] = 0x0f;
    const seen: number[] = [];
    const decoder = ubx.createDecoder({
      onReading: () => seen.push(1),
      onProblem: (p) => seen.push(-p.offset),
    });
    decoder.push(damaged);
    decoder.push(navPvt());
    // nothing waits for the four thousand bytes of the false length
    expect(seen).toContain(1);
    decoder.end();
    expect(decoder.stats).toMatchObject({
      frames: 1,
      bad: 1,
      skippedBytes: 100,
      reasons: { "bad-length": 1 },
    });
  });

  it("finds a frame that starts inside a false one", () => {
    const { messages, stats } = decodeAll(ubx, [concat([fromHex("b5 62 27 03 20 00"), navPvt(), navPvt()])]);
    expect(messages).toHaveLength(2);
    expect(stats).toMatchObject({ bad: 1, skippedBytes: 6 });
  });
});

describe("ubx: NAV-PVT", () => {
  it("reads a payload laid out by hand", () => {
    const m = one(navPvt());
    expect(m).toMatchObject({ message: "ubx.nav-pvt", tUs: Date.UTC(2024, 1, 29, 13, 59, 42, 250) * 1000 });
    expect(m.values).toMatchObject({
      iTOW: 396_000_250,
      "gnss.fix": 3,
      "gnss.sats": 17,
      "gnss.lon": -121.2345678,
      "gnss.lat": 37.4219999,
      height: -5.25,
      "gnss.alt": 26.75,
      "gnss.hAcc": 1.2,
      "gnss.vAcc": 2.4,
      velN: 3,
      velE: -4,
      "gnss.vUp": -0.5,
      "gnss.speed": 5,
      "gnss.sAcc": 0.15,
      "gnss.pdop": 1.45,
    });
    expect(m.values["gnss.course"]).toBeCloseTo(306.8699 * RAD, 9);
    expect(m.values["headingOfVehicle"]).toBeCloseTo(270 * RAD, 9);
    expect(m.values["magneticDeclination"]).toBeCloseTo(13.5 * RAD, 9);
  });

  it("takes a fraction below zero off the second before", () => {
    const m = one(navPvt((v) => v.setInt32(16, -231_600, true)));
    expect(m.tUs).toBe(Date.UTC(2024, 1, 29, 13, 59, 41, 999) * 1000 + 768);
  });

  it.each([
    ["the date is not valid", (v: DataView) => v.setUint8(11, 2)],
    ["the time is not valid", (v: DataView) => v.setUint8(11, 1)],
    ["there is no month 0", (v: DataView) => v.setUint8(6, 0)],
  ])("has no time where %s", (_what, change) => {
    expect(one(navPvt(change)).tUs).toBeNull();
  });

  it.each([
    ["no fix", (v: DataView) => v.setUint8(20, 0)],
    ["a fix outside its limits", (v: DataView) => v.setUint8(21, 0)],
    ["time only", (v: DataView) => v.setUint8(20, 5)],
    ["a position flagged invalid", (v: DataView) => v.setUint16(78, 1, true)],
  ])("leaves out place, speed and course with %s", (_what, change) => {
    const m = one(navPvt(change));
    expect(m.values["gnss.fix"]).toBe(0);
    for (const name of ["gnss.lat", "gnss.lon", "gnss.alt", "gnss.speed", "gnss.course", "gnss.hAcc"])
      expect(Object.keys(m.values)).not.toContain(name);
    expect(m.values["gnss.sats"]).toBe(17);
  });

  it("leaves out the course when any direction is as good, and headings that are not valid", () => {
    const m = one(
      navPvt((v) => {
        v.setUint32(72, 18_000_000, true);
        v.setUint8(21, 1);
        v.setUint8(11, 7);
        v.setUint16(76, 9999, true);
      }),
    );
    for (const name of ["gnss.course", "headingOfVehicle", "magneticDeclination", "gnss.pdop"])
      expect(Object.keys(m.values)).not.toContain(name);
    expect(m.values["gnss.speed"]).toBe(5);
  });

  it("reads the shorter message of generation 7", () => {
    const long = navPvt((v) => v.setUint8(11, 7));
    const m = one(ubxFrame(0x01, 0x07, long.subarray(6, 90)));
    expect(m.values).toMatchObject({ "gnss.lat": 37.4219999, "gnss.pdop": 1.45 });
  });

  it("writes one from channels alone, so that a unit can speak as a receiver", () => {
    const tUs = Date.UTC(2024, 1, 29, 13, 59, 42, 250) * 1000;
    const bytes = ubx.createEncoder!().encode({
      tUs,
      message: "ubx.nav-pvt",
      values: { "gnss.lat": 48.1173, "gnss.lon": -11.5166667, "gnss.fix": 3, "gnss.speed": 11.52 },
    });
    const m = one(bytes);
    expect(m.tUs).toBe(tUs);
    expect(m.values).toMatchObject({
      "gnss.lat": 48.1173,
      "gnss.lon": -11.5166667,
      "gnss.fix": 3,
      "gnss.speed": 11.52,
      valid: 7,
    });
    // Thursday 13:59:42.25 UTC, 18 s of leap seconds, weeks start on Sunday
    expect(m.values["iTOW"]).toBe(((4 * 24 + 13) * 3600 + 59 * 60 + 42 + 18) * 1000 + 250);
    expect(() =>
      ubx.createEncoder!().encode({ tUs, message: "ubx.nav-pvt", values: { "gnss.lat": 300 } }),
    ).toThrow(/gnss.lat=300/);
  });
});

describe("ubx: the other messages", () => {
  const nav = decodeAll(ubx, [capture("NAV")]);

  it("reads one epoch of a recorded NEO-M9N the same in all its messages", () => {
    expect(nav.problems).toEqual([]);
    const [pvt] = named(nav.messages, "ubx.nav-pvt");
    const [llh] = named(nav.messages, "ubx.nav-posllh");
    const [vel] = named(nav.messages, "ubx.nav-velned");
    const [dop] = named(nav.messages, "ubx.nav-dop");
    const [status] = named(nav.messages, "ubx.nav-status");
    for (const m of [llh, vel, dop, status]) expect(m!.tUs).toBe(pvt!.tUs);
    for (const name of ["gnss.lat", "gnss.lon", "gnss.alt", "height", "gnss.hAcc", "gnss.vAcc"])
      expect(llh!.values[name]).toBe(pvt!.values[name]);
    expect(dop!.values["gnss.pdop"]).toBe(pvt!.values["gnss.pdop"]);
    expect(status!.values["fixType"]).toBe(pvt!.values["fixType"]);
    const sats = named(nav.messages, "ubx.nav-sat");
    expect(sats).toHaveLength(43);
    expect(sats.filter((m) => ((m.values["flags"] as number) & 8) !== 0)).toHaveLength(26);
    expect(pvt!.values["gnss.sats"]).toBe(26);
  });

  it("gives messages without a date the time of their epoch, over the end of the week", () => {
    const dop = (tow: number) => {
      const v = new DataView(new ArrayBuffer(18));
      v.setUint32(0, tow, true);
      return ubxFrame(0x01, 0x04, new Uint8Array(v.buffer));
    };
    // Saturday 2 March 2024, 23:59:41.9 UTC is the last tenth of the GPS week
    const pvt = navPvt((v) => {
      v.setUint32(0, 604_799_900, true);
      [3, 2, 23, 59, 41].forEach((x, i) => {
        v.setUint8(6 + i, x);
      });
      v.setInt32(16, 899_999_977, true);
    });
    const { messages } = decodeAll(ubx, [dop(604_799_900), pvt, dop(604_799_900), dop(0)]);
    const end = Date.UTC(2024, 2, 2, 23, 59, 42) * 1000;
    expect(messages.map((m) => m.tUs)).toEqual([null, end - 100_000, end - 100_000, end]);
  });

  it("adds the fine parts of NAV-HPPOSLLH", () => {
    const v = new DataView(new ArrayBuffer(36));
    v.setInt32(8, 23_288_724, true);
    v.setInt32(12, -426_719_035, true);
    v.setInt32(16, 625_761, true);
    v.setInt32(20, 590_095, true);
    [-45, 67, -9, 8].forEach((x, i) => {
      v.setInt8(24 + i, x);
    });
    v.setUint32(28, 123, true);
    const m = one(ubxFrame(0x01, 0x14, new Uint8Array(v.buffer)));
    expect(m.values).toMatchObject({
      "gnss.lon": 2.328872355,
      "gnss.lat": -42.671903433,
      height: 625.7601,
      "gnss.alt": 590.0958,
      "gnss.hAcc": 0.0123,
    });
    const again = ubx.createEncoder!().encode(m);
    expect(one(again).values).toEqual(m.values);
    v.setUint8(3, 1);
    expect(Object.keys(one(ubxFrame(0x01, 0x14, new Uint8Array(v.buffer))).values)).not.toContain("gnss.lat");
  });

  it("reads sensors of a recorded receiver at rest: gravity is what it weighs", () => {
    const { messages, problems } = decodeAll(ubx, [capture("ESF")]);
    expect(problems).toEqual([]);
    const all = named(messages, "ubx.esf-meas");
    expect(all).toHaveLength(19);
    const accelerations = all
      .filter((m) => "imu.ax" in m.values)
      .map((m) => m.values as Record<string, number>);
    expect(accelerations).toHaveLength(9);
    for (const a of accelerations)
      expect(Math.hypot(a["imu.ax"]!, a["imu.ay"]!, a["imu.az"]!)).toBeGreaterThan(9.9);
    const first = all.find((m) => "imu.gx" in m.values)!.values;
    // words on the wire: 0E 0006CD, 0D FFFEE4, 05 FFFA03, 0C 000B09
    expect(first).toMatchObject({ "imu.temp": 28.25, timeTag: 0x7d86d });
    expect(first["imu.gx"]).toBeCloseTo((1741 / 4096) * RAD, 12);
    expect(first["imu.gy"]).toBeCloseTo((-284 / 4096) * RAD, 12);
    expect(first["imu.gz"]).toBeCloseTo((-1533 / 4096) * RAD, 12);
  });

  it("gives one reading for each time tag of ESF-RAW, and sensor by sensor what the type says", () => {
    const block = (type: number, data: number, tag: number) => {
      const v = new DataView(new ArrayBuffer(8));
      v.setUint32(0, ((type << 24) | (data & 0xff_ffff)) >>> 0, true);
      v.setUint32(4, tag, true);
      return [...new Uint8Array(v.buffer)];
    };
    const payload = [
      0,
      0,
      0,
      0,
      ...block(16, 1024, 7),
      ...block(18, -2048, 7),
      ...block(14, 4096, 8),
      ...block(6, 0x80_0005, 8),
      ...block(99, 1, 8),
    ];
    const { messages } = decodeAll(ubx, [ubxFrame(0x10, 0x03, payload)]);
    expect(messages.map((m) => m.values)).toEqual([
      { timeTag: 7, "imu.ax": 1, "imu.az": -2 },
      { timeTag: 8, "imu.gx": expect.closeTo(RAD, 12), "ticks.frontLeft": -5 },
    ]);
  });

  it("reads versions", () => {
    const payload = new Uint8Array(40 + 60);
    payload.set(
      [..."EXT CORE 3.01"].map((c) => c.charCodeAt(0)),
      0,
    );
    payload.set(
      [..."00080000"].map((c) => c.charCodeAt(0)),
      30,
    );
    payload.set(
      [..."FWVER=SPG 3.01"].map((c) => c.charCodeAt(0)),
      40,
    );
    payload.set(
      [..."PROTVER=18.00"].map((c) => c.charCodeAt(0)),
      70,
    );
    const bytes = ubxFrame(0x0a, 0x04, payload);
    const m = one(bytes);
    expect(m.values).toEqual({
      software: "EXT CORE 3.01",
      hardware: "00080000",
      extensions: "FWVER=SPG 3.01\nPROTVER=18.00",
    });
    expect(ubx.createEncoder!().encode(m)).toEqual(bytes);
  });

  it("reads HNR-PVT", () => {
    const v = new DataView(new ArrayBuffer(72));
    v.setUint16(4, 2024, true);
    v.setUint8(6, 2);
    v.setUint8(7, 29);
    v.setUint8(11, 7);
    v.setInt32(12, -1_000_000, true);
    v.setUint8(16, 4);
    v.setUint8(17, 0x11);
    v.setInt32(20, 1_385_123_456, true);
    v.setInt32(24, -349_062_266, true);
    v.setInt32(36, 11_520, true);
    v.setInt32(44, -9_000_000, true);
    v.setUint32(52, 900, true);
    const m = one(ubxFrame(0x28, 0x00, new Uint8Array(v.buffer)));
    expect(m.tUs).toBe(Date.UTC(2024, 1, 29) * 1000 - 1000);
    expect(m.values).toMatchObject({
      "gnss.fix": 3,
      "gnss.lon": 138.5123456,
      "gnss.lat": -34.9062266,
      "gnss.speed": 11.52,
      "gnss.hAcc": 0.9,
    });
    expect(m.values["gnss.course"]).toBeCloseTo(270 * RAD, 9);
  });

  it("reads answers to configuration", () => {
    expect(one(fromHex("b562 0501 0200 0608 163f")).values).toEqual({ class: 6, id: 8 });
    expect(one(fromHex("b562 0500 0200 0608 153a")).message).toBe("ubx.ack-nak");
  });
});
