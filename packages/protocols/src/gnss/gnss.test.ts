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
describeProtocol(gnss, { samples: () => [...everySentence, ...ubxOnly, bare("neo-m8n.log", 2000)] });
checkReadme(new URL("./README.md", import.meta.url), protocolTables([nmea, ubx, gnss]));

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
