import { encodeUtf8, type PlainMessage } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { concat, decodeAll } from "../testing/protocol.contract.ts";
import { nmea, withChecksum } from "./index.ts";

const line = (text: string): Uint8Array => withChecksum(text);
const text = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
const raw = (t: string): Uint8Array => encodeUtf8(t);
const utcUs = (...civil: [number, number, number, number?, number?, number?]): number => {
  const [y, mo, d, h = 0, mi = 0, s = 0] = civil;
  return Date.UTC(y, mo - 1, d, h, mi, s) * 1000;
};
const epochs = (pieces: readonly Uint8Array[], options?: Record<string, string>): readonly PlainMessage[] =>
  decodeAll(nmea, pieces, options).messages.filter((m) => m.message === "nmea.epoch");
const VECTOR = "$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A";

describe("nmea: one sentence", () => {
  it("reads the sentence everybody prints", () => {
    const { messages, stats } = decodeAll(nmea, [raw(`${VECTOR}\r\n`)]);
    expect(stats).toMatchObject({ frames: 1, bad: 0, skippedBytes: 0 });
    const rmc = messages[0]!;
    expect(rmc).toMatchObject({ message: "nmea.rmc", tUs: utcUs(1994, 3, 23, 12, 35, 19) });
    expect(rmc.values).toMatchObject({ "gnss.lat": 48.1173, talker: "GP", valid: 1 });
    expect(rmc.values["gnss.lon"]).toBeCloseTo(11.516666667, 9);
    expect(rmc.values["gnss.speed"]).toBeCloseTo(22.4 * 0.5144444444, 8);
    expect(rmc.values["gnss.course"]).toBeCloseTo(1.473057889, 9);
    expect(rmc.values["magneticVariation"]).toBeCloseTo(-0.05410520681, 9);
    expect(Object.keys(rmc.values)).not.toContain("mode");
  });

  it.each(["", "\n", "\r\n", "\r\r\n"])("ends at its checksum, whatever line end follows: %j", (end) => {
    const { stats } = decodeAll(nmea, [raw(VECTOR + end + VECTOR + end)]);
    expect(stats).toMatchObject({ frames: 2, bad: 0, skippedBytes: 0 });
  });

  it("writes it back so that it reads the same", () => {
    const { messages } = decodeAll(nmea, [raw(VECTOR)]);
    const again = text(nmea.createEncoder!().encode(messages[0]!));
    expect(again).toBe(
      "$GPRMC,123519.000,A,4807.0380000,N,01131.0000000,E,22.4000,84.40000,230394,3.1000,W*74\r\n",
    );
  });

  it.each([
    ["a wrong digit", VECTOR.replace("*6A", "*6B"), "bad-checksum"],
    ["a flipped hemisphere", VECTOR.replace(",N,", ",S,"), "bad-checksum"],
    ["no checksum", `${VECTOR.slice(0, -3)}\r\n`, "bad-checksum"],
    ["the end lost", VECTOR.slice(0, 30), "truncated"],
  ])("refuses %s and counts it", (_what, dirty, code) => {
    const { messages, stats } = decodeAll(nmea, [raw(dirty)]);
    expect(messages).toEqual([]);
    expect(stats).toMatchObject({ bad: 1, reasons: { [code]: 1 } });
  });

  it("skips what does not start with $", () => {
    const { messages, stats } = decodeAll(nmea, [raw(`${VECTOR.slice(1)}\r\n`)]);
    expect(messages).toEqual([]);
    expect(stats).toMatchObject({ bad: 0, skippedBytes: VECTOR.length + 1 });
  });

  it("takes whole sentences without a checksum when told to, and only whole ones", () => {
    const whole = `${VECTOR.slice(0, -3)}\r\n`;
    const options = { checksum: "optional" };
    expect(decodeAll(nmea, [raw(whole)], options).messages[0]).toMatchObject({ message: "nmea.rmc" });
    const cut = decodeAll(nmea, [raw("$GPRMC,123519,A,4807.038,N,01131.000,E,022.4\r\n")], options);
    expect(cut.messages).toEqual([]);
    expect(cut.stats.reasons).toEqual({ malformed: 1 });
  });

  it("finds every whole sentence around cut and glued ones", () => {
    const good = line("GPGGA,000001,0000.0,N,00000.0,E,1,05,1.5,10.0,M,0.0,M,,");
    const { messages, stats } = decodeAll(nmea, [
      concat([good.subarray(0, 20), good, good.subarray(0, good.length - 2), good, good.subarray(9), good]),
    ]);
    expect(messages.filter((m) => m.message === "nmea.gga")).toHaveLength(4);
    expect(stats).toMatchObject({ frames: 4, bad: 1, skippedBytes: 20 + good.length - 9 });
  });

  it("loses only the sentence in which bytes were lost", () => {
    const good = text(line("GPGGA,000001,0000.0,N,00000.0,E,1,05,1.5,10.0,M,0.0,M,,"));
    // the overrun took the end of one and the start of the next
    const { messages, stats } = decodeAll(nmea, [raw(good + good.slice(0, 40) + good.slice(30) + good)]);
    expect(messages.filter((m) => m.message === "nmea.gga")).toHaveLength(2);
    expect(stats.bad).toBe(1);
  });

  it("leaves out what is empty", () => {
    const { messages, problems } = decodeAll(nmea, [
      line("GNRMC,,V,,,,,,,,,,N"),
      line("GPGSA,A,1,,,,,,,,,,,,,99.99,99.99,99.99"),
    ]);
    expect(problems).toEqual([]);
    expect(messages[0]).toEqual({
      tUs: null,
      message: "nmea.rmc",
      values: { valid: 0, mode: 0, talker: "GN" },
    });
    expect(messages[1]!.values).toEqual({ selection: 1, "gnss.fix": 0, talker: "GP" });
    expect(messages[2]).toEqual({ tUs: null, message: "nmea.epoch", values: { "gnss.fix": 0, quality: 0 } });
  });

  it("does not pass on the place of a sentence that calls itself void", () => {
    const { messages } = decodeAll(nmea, [
      line("GPRMC,120000,V,4807.038,N,01131.000,E,022.4,084.4,230394,,"),
      line("GPGGA,120000,4807.038,N,01131.000,E,0,03,9.9,545.4,M,46.9,M,,"),
    ]);
    for (const m of messages) expect(Object.keys(m.values)).not.toContain("gnss.lat");
    expect(messages.at(-1)!.values).toEqual({
      timeOfDay: 43_200,
      "gnss.fix": 0,
      "gnss.sats": 3,
      "gnss.hdop": 9.9,
      quality: 0,
      geoidSep: 46.9,
    });
  });

  it("knows the equator and the meridian of Greenwich", () => {
    const at = (ns: string, ew: string) =>
      epochs([line(`GPRMC,120000,A,0000.0000,${ns},00000.0060,${ew},0.0,,230394,,`)])[0]!.values;
    expect(at("N", "E")).toMatchObject({ "gnss.lat": 0, "gnss.lon": 0.0001, "gnss.fix": 2, "gnss.speed": 0 });
    expect(at("S", "W")).toMatchObject({ "gnss.lat": 0, "gnss.lon": -0.0001 });
  });

  it.each([
    ["-12.5", (347.5 * Math.PI) / 180],
    ["360.0", 0],
    ["0.0", 0],
    ["", undefined],
  ])("brings a course of %j into one turn", (deg, rad) => {
    const { messages, problems } = decodeAll(nmea, [
      line(`GPRMC,120000,A,0000.0,N,00000.0,E,1.0,${deg},230394,,`),
    ]);
    expect(problems).toEqual([]);
    if (rad === undefined) expect(Object.keys(messages[0]!.values)).not.toContain("gnss.course");
    else expect(messages[0]!.values["gnss.course"]).toBeCloseTo(rad, 12);
  });

  it.each([
    ["a latitude over 90", "GPRMC,120000,A,9100.0,N,00000.0,E,1.0,1.0,230394,,", "gnss.lat", 16],
    ["61 minutes", "GPRMC,120000,A,4561.0,N,00000.0,E,1.0,1.0,230394,,", "gnss.lat", 16],
    ["no hemisphere", "GPRMC,120000,A,4501.0,,00000.0,E,1.0,1.0,230394,,", "gnss.lat", 16],
    ["letters in a number", "GPRMC,120000,A,4501.0,N,00000.0,E,1.x,1.0,230394,,", "gnss.speed", 35],
    ["a course of 720", "GPRMC,120000,A,4501.0,N,00000.0,E,1.0,720.0,230394,,", "gnss.course", 39],
    ["an unknown letter", "GPRMC,120000,X,4501.0,N,00000.0,E,1.0,1.0,230394,,", "valid", 14],
  ])("counts %s with its place, and keeps the rest", (_what, body, name, offset) => {
    const { messages, problems } = decodeAll(nmea, [line(body)]);
    expect(problems).toMatchObject([{ code: "malformed", offset }]);
    expect(Object.keys(messages[0]!.values)).not.toContain(name);
    expect(messages[0]!.tUs).toBe(utcUs(1994, 3, 23, 12));
  });

  it.each(["300299", "311399", "320199", "12345", "ab0199"])("refuses the date %s", (date) => {
    const { messages, problems } = decodeAll(nmea, [
      line(`GPRMC,120000,A,4501.0,N,00000.0,E,1.0,1.0,${date},,`),
    ]);
    expect(problems).toMatchObject([{ code: "malformed", reason: "date in field 9 of RMC" }]);
    expect(messages[0]!.tUs).toBeNull();
  });

  it("counts sentences it does not decode", () => {
    const { stats } = decodeAll(nmea, [
      line("PUBX,00,1"),
      line("GPBOD,097.0,T,103.2,M,POINTB,POINTA"),
      line("GPTXT,01,01,02,hello"),
    ]);
    expect(stats).toMatchObject({ frames: 3, bad: 0, messages: 0, reasons: { unsupported: 3 } });
  });

  it("takes the speed of VTG in km/h where knots are missing", () => {
    const { messages } = decodeAll(nmea, [line("GPVTG,,T,,M,,N,36.0,K")]);
    expect(messages[0]!.values["gnss.speed"]).toBeCloseTo(10, 12);
  });

  it("does not take the signal of a GSV sentence for a satellite", () => {
    const { messages } = decodeAll(nmea, [line("GBGSV,2,2,06,14,55,175,46,40,29,043,18,B")]);
    expect(messages[0]!.values).toMatchObject({ signalId: 11, "sv.2.id": 40, talker: "GB" });
    expect(Object.keys(messages[0]!.values)).not.toContain("sv.3.id");
  });
});

const gga = (time: string, lat = "4807.038"): Uint8Array =>
  line(`GPGGA,${time},${lat},N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,`);
const rmc = (time: string, date: string, lat = "4807.038"): Uint8Array =>
  line(`GPRMC,${time},A,${lat},N,01131.000,E,10.0,084.4,${date},,`);
const gsa = (fix: number): Uint8Array => line(`GPGSA,A,${fix},04,05,,,,,,,,,,,2.5,1.3,2.1`);

describe("nmea: epochs", () => {
  it.each([
    ["RMC first", [rmc("120000", "230394"), gga("120000"), gsa(3)]],
    ["GGA first", [gga("120000"), gsa(3), rmc("120000.00", "230394")]],
  ])("joins %s", (_what, pieces) => {
    const all = epochs(pieces);
    expect(all).toHaveLength(1);
    expect(all[0]).toMatchObject({
      tUs: utcUs(1994, 3, 23, 12),
      values: {
        "gnss.lat": 48.1173,
        "gnss.alt": 545.4,
        "gnss.fix": 3,
        "gnss.sats": 8,
        "gnss.pdop": 2.5,
        "gnss.vdop": 2.1,
      },
    });
    expect(all[0]!.values["gnss.speed"]).toBeCloseTo(18520 / 3600, 12);
  });

  it("prefers the HDOP of GGA, to which GSA gives the others", () => {
    expect(epochs([gga("120000"), gsa(3)])[0]!.values).toMatchObject({ "gnss.hdop": 0.9, "gnss.pdop": 2.5 });
  });

  it("has no time before a date was seen, and carries the date from then on", () => {
    const all = epochs([
      gga("120000"),
      gga("120001"),
      line("GPZDA,120002.0,23,03,1994,00,00"),
      gga("120002"),
      gga("120003"),
    ]);
    expect(all.map((m) => m.tUs)).toEqual([
      null,
      // still open when the date came
      utcUs(1994, 3, 23, 12, 0, 1),
      utcUs(1994, 3, 23, 12, 0, 2),
      utcUs(1994, 3, 23, 12, 0, 3),
    ]);
  });

  it("goes over midnight, whichever sentence comes first and even without a new date", () => {
    const day1 = utcUs(2024, 2, 28, 23, 59, 59);
    const wanted = [day1, day1 + 1e6, day1 + 2e6];
    const withDate = [
      rmc("235959", "280224"),
      gga("235959"),
      gga("000000"),
      rmc("000000", "290224"),
      gga("000001"),
      rmc("000001", "290224"),
    ];
    expect(epochs(withDate).map((m) => m.tUs)).toEqual(wanted);
    const onlyOnce = [rmc("235959", "280224"), gga("000000"), gga("000001")];
    expect(epochs(onlyOnce).map((m) => m.tUs)).toEqual(wanted);
    const { messages } = decodeAll(nmea, withDate);
    expect(messages.filter((m) => m.message === "nmea.gga").map((m) => m.tUs)).toEqual(wanted);
  });

  it("keeps the leap second apart from the second after it, at one and the same Unix time", () => {
    const all = epochs([
      rmc("235959", "311216"),
      rmc("235960", "311216"),
      rmc("000000", "010117"),
      gga("000001"),
    ]);
    const newYear = utcUs(2017, 1, 1);
    expect(all.map((m) => m.tUs)).toEqual([newYear - 1e6, newYear, newYear, newYear + 1e6]);
    expect(all.map((m) => m.values["timeOfDay"])).toEqual([86_399, 86_400, 0, 1]);
    const again = text(nmea.createEncoder!().encode(all[1]!));
    expect(again).toMatch(/^\$GNRMC,235960\.000,A,.*,311216,/);
  });

  it("moves dates from before a week rollover when told a day that has passed", () => {
    // 22 August 1999 and 7 April 2019 are both week 0 of the 10-bit count
    const pieces = [rmc("120000", "220899"), rmc("120001", "220899")];
    expect(epochs(pieces)[0]!.tUs).toBe(utcUs(1999, 8, 22, 12));
    expect(epochs(pieces, { notBefore: "2019-01-01" })[0]!.tUs).toBe(utcUs(2019, 4, 7, 12));
    expect(epochs(pieces, { notBefore: "1999-08-22" })[0]!.tUs).toBe(utcUs(1999, 8, 22, 12));
    expect(() => epochs(pieces, { notBefore: "yesterday" })).toThrow(/notBefore/);
  });

  it("does not believe the first days of GPS time", () => {
    expect(epochs([rmc("000010", "060180")])[0]!.tUs).toBeNull();
  });

  it("reads years below 80 as 20yy", () => {
    expect(epochs([rmc("000000", "010179")])[0]!.tUs).toBe(utcUs(2079, 1, 1));
    expect(epochs([rmc("000000", "010181")])[0]!.tUs).toBe(utcUs(1981, 1, 1));
  });

  it("has no fix as soon as one sentence says so", () => {
    expect(epochs([rmc("120000", "230394"), gsa(1)])[0]!.values).toEqual({
      timeOfDay: 43_200,
      "gnss.fix": 0,
      "gnss.hdop": 1.3,
      "gnss.pdop": 2.5,
      "gnss.vdop": 2.1,
    });
  });

  it("takes the better of two constellations' words on the dimensions", () => {
    expect(epochs([gga("120000"), gsa(3), gsa(1), gsa(2)])[0]!.values["gnss.fix"]).toBe(3);
  });

  it("gives a new epoch at every round of a receiver that has no time yet", () => {
    const round = [
      line("GPRMC,,V,,,,,,,,,,N"),
      line("GPGGA,,,,,,0,00,99.99,,M,,M,,"),
      line("GPGSA,A,1,,,,,,,,,,,,,,,"),
    ];
    expect(epochs([...round, ...round, ...round])).toHaveLength(3);
  });

  describe("without waiting for the next one", () => {
    const round = (s: number, extra = false): Uint8Array[] => {
      const t = `1200${String(s).padStart(2, "0")}`;
      return [rmc(t, "230394"), gga(t), ...(extra ? [gsa(2)] : [])];
    };
    /** Epochs that have come out after each of the sentences. */
    const counts = (pieces: readonly Uint8Array[]): number[] => {
      let n = 0;
      const decoder = nmea.createDecoder({
        onReading: (r) => (n += r.message.name === "nmea.epoch" ? 1 : 0),
      });
      return pieces.map((p) => {
        decoder.push(p);
        return n;
      });
    };

    it("learns the run of sentences and gives the epoch with its last", () => {
      expect(counts([0, 1, 2, 3, 4, 5].flatMap((s) => round(s)))).toEqual([
        0, 0, 1, 1, 2, 2, 3, 4, 4, 5, 5, 6,
      ]);
    });

    it("waits again when more sentences follow after all, and never gives an epoch twice", () => {
      const pieces = [0, 1, 2, 3, 4]
        .flatMap((s) => round(s))
        .concat(round(5, true), round(6, true), round(7, true));
      const all = epochs(pieces);
      expect(all).toHaveLength(8);
      // the one that came too late is missing from its epoch only
      expect(all.map((m) => m.values["gnss.fix"])).toEqual([3, 3, 3, 3, 3, 3, 2, 2]);
    });
  });
});
