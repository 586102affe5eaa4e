import { findColumn, Reading } from "@pitwall/core";
import { BLACKBOX_PACKETS, encodeBlackbox, findProtocol } from "@pitwall/protocols";
import { describe, expect, it } from "vitest";
import { readRecording, recognise } from "../registry.ts";
import { joined } from "../source.ts";
import { bytesOf, hasShared, shared } from "../testing/shared.ts";
import { readProtocolLog } from "./read.ts";

const sentence = (body: string): string => {
  let sum = 0;
  for (const c of body) sum ^= c.charCodeAt(0);
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, "0")}\r\n`;
};

/** Two epochs: the first has no sentence with a date. */
const NMEA = [
  "# Name: a receiver\r\n",
  sentence("GPGGA,235959.90,5018.00000,N,00439.00000,E,1,09,0.9,200.0,M,47.0,M,,"),
  sentence("GPRMC,000000.00,A,5018.06000,N,00439.00000,E,19.4384449,090.0,290526,,"),
  sentence("GPGGA,000000.00,5018.06000,N,00439.00000,E,1,09,0.9,200.5,M,47.0,M,,"),
  sentence("GPRMC,000000.10,A,5018.12000,N,00439.00000,E,19.4384449,090.0,290526,,"),
  sentence("GPGGA,000000.10,5018.12000,N,00439.00000,E,1,09,0.9,200.5,M,47.0,M,,").replace(
    "5018.12",
    "5019.12",
  ),
].join("");
const MIDNIGHT = Date.UTC(2026, 4, 29) * 1000;

describe("NMEA and UBX logs", () => {
  it("reads NMEA without checksums where no sentence has one, and says so; where one has, it asks for all", async () => {
    // the third sentence's checksum was wrong, and is gone too
    const bare = NMEA.replace(/\*[0-9A-F]{2}/g, "").replace("5019.12", "5018.12");
    expect(recognise(bytesOf(bare))?.format.id).toBe("gnss-log");
    const r = await readRecording(bytesOf(bare));
    expect([...findColumn(r, "gnss.lat")!.column.values]).toEqual(
      [50.3, 50.301, 50.302].map((x) => expect.closeTo(x, 9)),
    );
    expect(findColumn(r, "gnss.lat")!.group.tUs[1]).toBe(MIDNIGHT);
    expect(r.notes[0]).toContain("no checksums");
    const mixed = await readRecording(bytesOf(`${NMEA}${NMEA}${bare}`));
    expect(mixed.notes.join()).not.toContain("no checksums");
    expect(mixed.problems!.count).toBeGreaterThanOrEqual(5);
  });

  it("gives joined epochs; one before the first date takes its day, across midnight", async () => {
    expect(recognise(bytesOf(NMEA))?.format.id).toBe("gnss-log");
    const r = await readRecording(bytesOf(NMEA));
    const { group, column } = findColumn(r, "gnss.lat")!;
    expect([...group.tUs]).toEqual([MIDNIGHT - 100_000, MIDNIGHT, MIDNIGHT + 100_000]);
    expect([...column.values]).toEqual([50.3, 50.301, 50.302].map((x) => expect.closeTo(x, 9)));
    expect(findColumn(r, "gnss.speed")!.column.values.at(-1)).toBeCloseTo(10, 6);
    expect(r.absoluteTime).toBe(true);
    expect(r.groups.map((g) => g.name)).toEqual(["nmea.epoch"]);
    expect(r.problems?.list[0]?.code).toBe("bad-checksum");
  });

  it.skipIf(!hasShared)("reads recorded receivers as gpsd does", async () => {
    const r = await readRecording(shared("nmea-ubx/ublox-neo-m8n.log"));
    const pvt = r.groups.find((g) => g.name === "ubx.nav-pvt")!;
    const tpv = new TextDecoder()
      .decode(shared("nmea-ubx/ublox-neo-m8n.log.chk"))
      .split("\n")
      .filter((l) => l.includes('"class":"TPV"') && l.includes('"lat"'))
      .map((l) => JSON.parse(l) as { time: string; lat: number; lon: number });
    const lat = pvt.columns.find((c) => c.field.name === "gnss.lat")!.values;
    let matched = 0;
    for (const fix of tpv) {
      const at = pvt.tUs.findIndex((t) => Math.abs(t / 1000 - Date.parse(fix.time)) <= 1);
      if (at < 0) continue;
      matched++;
      expect(lat[at]).toBeCloseTo(fix.lat, 7);
    }
    expect(matched).toBeGreaterThan(10);
  });

  it.skipIf(!hasShared)("recognises every recorded receiver, and says what it cannot read", async () => {
    for (const name of [
      "bu303-nofix",
      "neo-m8n",
      "nmea-fuzzy-cases",
      "nmea-rtk",
      "pygpsdata-ESF",
      "pygpsdata-NAV",
      "pygpsdata-NMEA",
      "ublox-neo-m8n",
    ])
      expect(recognise(shared(`nmea-ubx/${name}.log`))?.format.id, name).toBe("gnss-log");
    await expect(readRecording(shared("nmea-ubx/pygpsdata-ESF.log"))).rejects.toMatchObject({
      code: "empty",
    });
  });
});

describe("logs of other protocols", () => {
  const packet = BLACKBOX_PACKETS.at(-1)!;
  const rows = [0, 1, 2].map((i) => {
    const row = new Reading(packet.spec).values.fill(0);
    packet.spec.fields.forEach((f, k) => {
      if (f.name === "timestampMs") row[k] = 5000 + i * 100;
      else if (f.name === "gpsValid") row[k] = 1;
      else if (f.name === "gnss.lat") row[k] = 31.25 + i;
      else if (f.name === "gnss.lon") row[k] = 121.5;
    });
    return encodeBlackbox(packet, row);
  });

  it("reads packets laid end to end by the device's own clock, with noise between them", async () => {
    const noise = new Uint8Array(5).fill(0x33);
    const bytes = joined([noise, rows[0]!, rows[1]!, noise, rows[2]!]);
    expect(recognise(bytes)?.format.id).toBe("blackbox-log");
    const r = await readRecording(bytes);
    const { group, column } = findColumn(r, "gnss.lat")!;
    expect([...group.tUs]).toEqual([5_000_000, 5_100_000, 5_200_000]);
    expect([...column.values]).toEqual([31.25, 32.25, 33.25]);
    expect(r.absoluteTime).toBe(false);
    expect(r.notes).toContain("10 bytes belong to no frame");
  });

  it("reads a log of any protocol that is named", async () => {
    const r = await readProtocolLog(findProtocol("blackbox")!, joined(rows), {});
    expect(r.groups).toHaveLength(1);
    await expect(readProtocolLog(findProtocol("obd2")!, joined(rows), {})).rejects.toMatchObject({
      code: "unsupported",
    });
  });
});

describe("a log of a protocol that somebody names", () => {
  it("is read as such, whatever it looks like", async () => {
    const r = await readRecording(bytesOf(NMEA), { protocol: "nmea" });
    expect([...findColumn(r, "gnss.lat")!.column.values]).toEqual(
      [50.3, 50.301, 50.302].map((x) => expect.closeTo(x, 9)),
    );
    await expect(
      readRecording(bytesOf(NMEA), { protocol: "racebox", name: "run.bin" }),
    ).rejects.toMatchObject({
      code: "empty",
    });
  });

  it("is refused for a protocol that is not there, or is spoken on a CAN bus", async () => {
    await expect(readRecording(bytesOf(NMEA), { protocol: "morse" })).rejects.toMatchObject({
      code: "needs-mapping",
      reason: expect.stringContaining('"morse"'),
    });
    await expect(readRecording(bytesOf(NMEA), { protocol: "vesc-can", name: "x.log" })).rejects.toMatchObject(
      {
        code: "unsupported",
        place: "x.log",
      },
    );
  });
});
