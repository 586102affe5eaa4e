import { readFileSync } from "node:fs";
import { encodeUtf8, fromHex } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { concat, decodeAll, describeProtocol } from "../testing/protocol.contract.ts";
import { checkReadme, protocolTables } from "../testing/readme.ts";
import { gnss, nmea, ubx, withChecksum } from "./index.ts";

const capture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`./captures/${name}`, import.meta.url)));
/** A recording without the comment lines in front of it. */
const bare = (name: string, atMost = Number.POSITIVE_INFINITY): Uint8Array => {
  const bytes = capture(name);
  let at = 0;
  while (bytes[at] === 0x23) at = bytes.indexOf(0x0a, at) + 1;
  return bytes.subarray(at, bytes.lastIndexOf(0x0a, at + atMost) + 1);
};
const line = (text: string): Uint8Array => withChecksum(text);
const ubxOnly = ["pygpsdata-NAV.log", "pygpsdata-ESF.log"].map(capture);

/** One sentence of each kind with most of its fields, from several receivers and ages. */
const everySentence = [
  line("GNRMC,120000.25,A,0000.0000,N,00000.0001,W,022.4,359.999,290224,003.1,W,A,V"),
  line("GNVTG,359.999,T,3.1,M,022.4,N,41.5,K,A"),
  line("GNGGA,120000.25,0000.0000,N,00000.0001,W,4,12,0.91,-1.5,M,47.0,M,1.5,0123"),
  line("GNGNS,120000.25,0000.0000,N,00000.0001,W,AAND,12,0.91,-1.5,47.0,1.5,0123,V"),
  line("GNGSA,A,3,01,11,31,14,,,,,,,,,1.56,0.91,1.27,1"),
  line("GPGSV,2,2,05,01,53,280,36,8"),
  line("GNGLL,0000.0000,N,00000.0001,W,120000.25,A,A"),
  line("GNZDA,120000.25,29,02,2024,-03,30"),
];

describeProtocol(nmea, { samples: () => [...everySentence, bare("nmea-fuzzy-cases.log", 1000)] });
describeProtocol(nmea, {
  samples: () => [encodeUtf8("$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W\n")],
  options: { checksum: "optional", notBefore: "2019-04-07" },
});
describeProtocol(ubx, { samples: () => ubxOnly });
describeProtocol(gnss, { samples: () => [...everySentence, ubxOnly[1]!, bare("neo-m8n.log", 800)] });
checkReadme(new URL("./README.md", import.meta.url), protocolTables([nmea, ubx, gnss]));

/** A SiRF message 41 by hand from the reference's table of offsets. */
function sirf(change: (v: DataView) => void = () => {}): Uint8Array {
  const b = new Uint8Array(99);
  const v = new DataView(b.buffer);
  b.set([0xa0, 0xa2, 0, 91, 41]);
  v.setUint16(4 + 3, 4);
  v.setUint32(4 + 7, 123_456_789);
  v.setUint16(4 + 11, 2024);
  b.set([2, 29, 13, 59], 4 + 13);
  v.setUint16(4 + 17, 42_250);
  v.setInt32(4 + 23, -349_062_266);
  v.setInt32(4 + 27, 1_386_081_199);
  v.setInt32(4 + 35, 2885);
  v.setUint16(4 + 40, 1152);
  v.setUint16(4 + 42, 27_000);
  v.setUint32(4 + 50, 250);
  b[4 + 88] = 9;
  b[4 + 89] = 6;
  change(v);
  v.setUint16(95, b.subarray(4, 95).reduce((s, x) => s + x, 0) & 0x7fff);
  b.set([0xb0, 0xb3], 97);
  return b;
}
describeProtocol(gnss, { samples: () => [sirf(), sirf((v) => v.setUint16(7, 0)), ubxOnly[1]!, sirf()] });

describe("gnss: SiRF", () => {
  it("reads a message laid out by hand", () => {
    const { messages } = decodeAll(gnss, [sirf()]);
    expect(messages[0]).toMatchObject({
      message: "sirf.geodetic",
      tUs: Date.UTC(2024, 1, 29, 13, 59, 42, 250) * 1000,
      values: {
        "gnss.fix": 3,
        "gnss.lat": -34.9062266,
        "gnss.lon": 138.6081199,
        "gnss.alt": 28.85,
        "gnss.speed": 11.52,
        "gnss.hAcc": 2.5,
        "gnss.sats": 9,
        "gnss.hdop": 1.2,
      },
    });
    expect(messages[0]!.values["gnss.course"]).toBeCloseTo(1.5 * Math.PI, 9);
  });

  it("refuses damage and goes on", () => {
    const bad = sirf();
    bad[40]! ^= 1;
    expect(decodeAll(gnss, [bad, sirf()])).toMatchObject({
      messages: [{ message: "sirf.geodetic" }],
      stats: { frames: 1, bad: 1, skippedBytes: 99 },
    });
  });
});

describe("nmea: every sentence there and back", () => {
  const encoder = nmea.createEncoder!();
  const all = [...everySentence, bare("neo-m8n.log", 2000)];
  it("reads what it has written as it was, talker and time included", () => {
    const { messages } = decodeAll(nmea, [...all, line("GNRMC,,V,,,,,,,,,,N"), line("GPGSV,1,1,00")]);
    const parts = messages.filter((m) => m.message !== "nmea.epoch");
    expect(new Set(parts.map((m) => m.message)).size).toBe(8);
    for (const m of parts) {
      const bytes = encoder.encode(m);
      const again = decodeAll(nmea, [bytes]).messages[0]!;
      expect(Object.keys(again.values).sort()).toEqual(Object.keys(m.values).sort());
      const spec = nmea.messages.find((s) => s.name === m.message)!;
      for (const f of spec.fields) {
        const before = m.values[f.name];
        if (before === undefined) continue;
        const off = Math.abs((again.values[f.name] as number) - (before as number));
        expect(off, `${m.message} ${f.name}`).toBeLessThanOrEqual((f.resolution ?? 0) / 2 + 1e-12);
      }
      expect(again.values["talker"]).toBe(m.values["talker"]);
      if (m.message === "nmea.rmc" || m.message === "nmea.zda") expect(again.tUs).toBe(m.tUs);
    }
  });

  it("refuses values that no sentence can hold", () => {
    const rmc = (values: Record<string, number>) => () =>
      encoder.encode({ tUs: null, message: "nmea.rmc", values });
    expect(rmc({ "gnss.lat": 91 })).toThrow(/gnss.lat=91/);
    expect(rmc({ "gnss.lon": 181 })).toThrow(/gnss.lon=181/);
    expect(rmc({ timeOfDay: 86_401 })).toThrow(/timeOfDay/);
    expect(rmc({ mode: 42 })).toThrow(/mode=42/);
    expect(() => encoder.encode({ tUs: null, message: "nmea.xyz", values: {} })).toThrow(/nmea.xyz/);
  });

  it("writes 60 minutes as the next degree", () => {
    const bytes = encoder.encode({
      tUs: null,
      message: "nmea.gll",
      values: { "gnss.lat": 47.99999999999, "gnss.lon": -0.00000000001 },
    });
    expect(String.fromCharCode(...bytes)).toContain("GLL,4800.0000000,N,00000.0000000,W,");
  });
});

describe("gnss: both on one line", () => {
  it("takes frames that a sentence was cut for, and the other way round", () => {
    const pvt = ubxOnly[0]!.subarray(0, 100);
    const cut = encodeUtf8("$GNRMC,1200");
    const { messages, stats } = decodeAll(gnss, [concat([cut, pvt, everySentence[0]!, pvt.subarray(0, 50)])]);
    expect(messages.map((m) => m.message)).toEqual(["ubx.nav-pvt", "nmea.rmc", "nmea.epoch"]);
    expect(stats.reasons).toEqual({ truncated: 2, skipped: 2 });
    expect(stats.skippedBytes).toBe(cut.length + 50);
  });

  it("does not see sentences in the payload of a good frame, nor frames in a sentence", () => {
    const inside = line("GNGGA,120000.25,,,,,0,00,,,M,,M,,");
    const poll = fromHex("b5 62 0a 04 00 00 0e 34");
    const { messages, stats } = decodeAll(ubx, [inside, poll]);
    expect(messages).toEqual([]);
    expect(stats).toMatchObject({ frames: 1, skippedBytes: inside.length });
  });

  it("dates sentences without a date from UBX", () => {
    const pvt = ubxOnly[0]!.subarray(0, 100);
    const { messages } = decodeAll(gnss, [
      pvt,
      line("GNGGA,113500.00,5327.0,N,00214.4,W,1,12,0.9,42.7,M,48.5,M,,"),
    ]);
    expect(messages.at(-1)).toMatchObject({
      message: "nmea.epoch",
      tUs: Date.UTC(2021, 11, 4, 11, 35) * 1000,
    });
  });
});
