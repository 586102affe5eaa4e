import { fromHex } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { decodeAll, describeProtocol } from "../testing/protocol.contract.ts";
import { checkReadme, protocolTables } from "../testing/readme.ts";
import { bean, kart } from "./index.ts";

/** A Kart GPS packet laid out by hand from the published table of bytes. */
function gpsPacket(fixAt: 38 | 39, quality: number): Uint8Array {
  const b = new Uint8Array(80);
  const v = new DataView(b.buffer);
  b[0] = 0x11;
  v.setUint32(1, 1_568_443_193, true);
  v.setUint16(5, 350, true);
  v.setFloat64(7, 123.12345678, true);
  v.setFloat64(15, -23.45678912, true);
  v.setFloat32(23, 72, true);
  v.setFloat32(27, 90, true);
  v.setFloat32(31, 1.25, true);
  v.setInt16(35, -12, true);
  b[37] = 11;
  b[fixAt] = quality;
  if (fixAt === 39) b[38] = 17;
  return b;
}
function rpmPacket(values: readonly number[], intervalMs: number, count = values.length): Uint8Array {
  const b = new Uint8Array(80);
  const v = new DataView(b.buffer);
  b[0] = 0x21;
  v.setUint32(1, 1_568_443_193, true);
  v.setUint16(5, 100, true);
  v.setUint16(7, intervalMs, true);
  v.setUint16(9, count, true);
  values.forEach((x, i) => {
    v.setUint16(11 + 2 * i, x, true);
  });
  return b;
}
function temperaturePacket(water: number, head: number, exhaust: number): Uint8Array {
  const b = new Uint8Array(80);
  const v = new DataView(b.buffer);
  b[0] = 0x22;
  v.setUint32(1, 1_568_443_193, true);
  [water, head, exhaust].forEach((x, i) => {
    v.setFloat32(7 + 4 * i, x, true);
  });
  return b;
}
const batteryPacket = (percent: number): Uint8Array => {
  const b = new Uint8Array(80);
  b[0] = 0xa1;
  new DataView(b.buffer).setInt8(1, percent);
  return b;
};

describeProtocol(kart, {
  samples: () => [
    gpsPacket(38, 2),
    gpsPacket(39, 4),
    rpmPacket([9000], 100),
    temperaturePacket(55, 120, 480),
    batteryPacket(87),
  ],
  decodeOnly: { "racehf-kart.reply": "an answer; requests are not sent" },
});

/** The published example: a fix of two packets. */
const EXAMPLE = [
  fromHex("10 72 24 44 B7 E6 C7 5E 40 91 91 BB 21 F0 74 37 C0 7B 00 03"),
  fromHex("11 39 8B 7C 5D 5E 01 14 AE E0 42 FA 3E F6 42 52 B8 9E 3F 12"),
];
describeProtocol(bean, { samples: () => EXAMPLE });

checkReadme(new URL("./README.md", import.meta.url), protocolTables([kart, bean]));

describe("RaceHF Kart", () => {
  it("reads both places of the fix", () => {
    const { messages } = decodeAll(kart, [gpsPacket(38, 2), gpsPacket(39, 4)]);
    expect(messages[0]).toMatchObject({
      tUs: 1_568_443_193_350_000,
      values: {
        "gnss.lon": 123.12345678,
        "gnss.lat": -23.45678912,
        "gnss.speed": 20,
        "gnss.alt": -12,
        "gnss.sats": 11,
        "gnss.fix": 3,
        differential: 0,
      },
    });
    expect(messages[0]!.values["visibleSats"]).toBeUndefined();
    expect(messages[0]!.values["gnss.course"]).toBeCloseTo(Math.PI / 2, 6);
    expect(messages[1]!.values).toMatchObject({ "gnss.fix": 3, differential: 1, visibleSats: 17 });
  });

  it("makes no fix of the satellites that a later device sees before it has one", () => {
    const searching = (tracked: number, visible: number) => {
      const b = gpsPacket(39, 0);
      b[37] = tracked;
      b[38] = visible;
      return b;
    };
    for (const packets of [
      [searching(0, 2)],
      [searching(2, 3)],
      [gpsPacket(39, 2), searching(4, 4)],
      [searching(0, 9), searching(3, 3)],
    ]) {
      const { messages, problems } = decodeAll(kart, packets);
      expect(problems).toEqual([]);
      expect(messages.at(-1)!.values["gnss.fix"]).toBe(0);
      expect(Object.keys(messages.at(-1)!.values)).not.toContain("gnss.speed");
    }
    expect(decodeAll(kart, [searching(4, 3)], { revision: "late" }).messages[0]!.values["gnss.fix"]).toBe(0);
  });

  it("gives each entry of an rpm array its own time", () => {
    const { messages } = decodeAll(kart, [rpmPacket([9000, 9100, 9250], 20)]);
    expect(messages.map((m) => [m.tUs, m.values["engine.rpm"]])).toEqual([
      [1_568_443_193_100_000, 9000],
      [1_568_443_193_120_000, 9100],
      [1_568_443_193_140_000, 9250],
    ]);
  });

  it("takes no more rpm values than a packet holds, and says so", () => {
    const { messages, problems } = decodeAll(kart, [rpmPacket(new Array<number>(34).fill(7000), 10, 500)]);
    expect(messages).toHaveLength(34);
    expect(problems).toMatchObject([{ code: "malformed", offset: 9 }]);
  });

  it("leaves out what is not there", () => {
    const { messages } = decodeAll(kart, [
      batteryPacket(-1),
      temperaturePacket(55, Number.NaN, 480),
      gpsPacket(38, 0),
    ]);
    expect(messages[0]!.values).toEqual({});
    expect(Object.keys(messages[1]!.values)).toEqual(["engine.waterTemp", "engine.exhaustTemp"]);
    expect(Object.keys(messages[2]!.values)).not.toContain("gnss.lat");
  });

  it("passes over the packet without meaning, and decodes replies only when asked to", () => {
    const meaningless = new Uint8Array(80);
    meaningless[0] = 0x80;
    expect(decodeAll(kart, [meaningless])).toMatchObject({ messages: [], problems: [] });
    const reply = new Uint8Array(80);
    reply.set([0xa0, 0x11, 1]);
    expect(decodeAll(kart, [reply]).problems).toMatchObject([{ code: "unsupported" }]);
    expect(decodeAll(kart, [reply], { passive: true }).messages).toMatchObject([
      { values: { class: 0xa0, item: 0x11, set: 1 } },
    ]);
  });

  it("takes packets of one product for no other's: a Bean packet has another length", () => {
    expect(decodeAll(kart, [EXAMPLE[1]!]).problems).toMatchObject([{ code: "bad-length" }]);
  });
});

describe("RaceHF Bean", () => {
  it("joins the two packets of the published example", () => {
    const { messages } = decodeAll(bean, EXAMPLE);
    expect(messages).toHaveLength(1);
    const { tUs, values } = messages[0]!;
    expect(tUs).toBe(1_568_443_193_350_000);
    expect(values).toMatchObject({
      "gnss.lon": 123.12345678,
      "gnss.lat": -23.45678912,
      "gnss.alt": 123,
      "gnss.fix": 3,
      differential: 1,
      "gnss.sats": 18,
    });
    expect((values["gnss.speed"] as number) * 3.6).toBeCloseTo(112.34, 4);
    expect(((values["gnss.course"] as number) * 180) / Math.PI).toBeCloseTo(123.123, 4);
    expect(values["gnss.hdop"]).toBeCloseTo(1.24, 6);
  });

  it("drops a half without its other, and counts it", () => {
    const [position, motion] = EXAMPLE as [Uint8Array, Uint8Array];
    expect(decodeAll(bean, [motion]).problems).toMatchObject([{ code: "out-of-sequence" }]);
    expect(decodeAll(bean, [position, position, motion])).toMatchObject({
      messages: [{}],
      problems: [{ code: "out-of-sequence", offset: 0 }],
    });
    expect(decodeAll(bean, [position]).problems).toMatchObject([{ code: "out-of-sequence" }]);
  });
});
