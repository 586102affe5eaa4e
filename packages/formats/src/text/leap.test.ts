import { findColumn } from "@pitwall/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readRecording } from "../registry.ts";
import { bytesOf } from "../testing/shared.ts";
import { DayClock } from "./day-time.ts";
import { IsoClock } from "./iso-time.ts";

/** The last leap second so far: 2016-12-31T23:59:60Z. */
const NEW_YEAR_US = Date.UTC(2017, 0, 1) * 1000;

/** Every half second from 23:59:58 on, as clocks that show UTC write it. */
const SHOWN = ["23:59:58", "23:59:59", "23:59:60", "00:00:00", "00:00:01"].flatMap((s) => [
  `${s}.0`,
  `${s}.5`,
]);
const EVEN = SHOWN.map((_, i) => NEW_YEAR_US - 2e6 + i * 5e5);
const dated = (clock: string) => `${clock.startsWith("23") ? "2016-12-31" : "2017-01-01"}T${clock}Z`;

const checksum = (body: string): string =>
  [...body]
    .reduce((sum, c) => sum ^ c.charCodeAt(0), 0)
    .toString(16)
    .toUpperCase()
    .padStart(2, "0");
const rmc = (clock: string): string => {
  const date = clock.startsWith("23") ? "311216" : "010117";
  const body = `GPRMC,${clock.replaceAll(":", "")}0,A,5223.0000,N,00432.0000,E,20.0,90.0,${date},,,A`;
  return `$${body}*${checksum(body)}\r\n`;
};

const FILES: Readonly<Record<string, string>> = {
  "a table": `time,lat,lon,rpm\n${SHOWN.map((c, i) => `${dated(c)},52.1,4.5,${i}`).join("\n")}\n`,
  "a GPX file": `<gpx version="1.1" creator="t"><trk><trkseg>${SHOWN.map(
    (c) => `<trkpt lat="52.1" lon="4.5"><time>${dated(c)}</time></trkpt>`,
  ).join("")}</trkseg></trk></gpx>`,
  "an NMEA log": SHOWN.map(rmc).join(""),
};

describe("a leap second", () => {
  it.each(Object.keys(FILES))("is a second like any other in %s", async (name) => {
    const r = await readRecording(bytesOf(FILES[name]!));
    expect([...findColumn(r, "gnss.lat")!.group.tUs]).toEqual(EVEN);
    expect(r.notes.join()).toContain("leap second");
  });

  it("is one on a clock without a date", () => {
    const clock = new DayClock();
    const day = (text: string) => {
      const [h, m, s] = text.split(":").map(Number);
      return (h! * 3600 + m! * 60 + s!) * 1e6;
    };
    const us = SHOWN.map((c) => clock.next(day(c)));
    expect(us.map((t) => t - us[0]!)).toEqual(SHOWN.map((_, i) => i * 5e5));
  });

  it("changes nothing where there is none: midnight is passed, a late sample stays in its day", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3_600_000 }), { minLength: 1 }), (steps) => {
        const days = new DayClock();
        const iso = new IsoClock();
        let ms = Date.UTC(2026, 4, 28, 23, 30);
        const first = ms;
        for (const step of [0, ...steps]) {
          ms += step;
          const text = new Date(ms).toISOString();
          expect(iso.next(text)).toBe(ms * 1000);
          expect(days.next((ms % 86_400_000) * 1000)).toBe((ms - first + (first % 86_400_000)) * 1000);
        }
        expect(iso.leap.seen || days.leap.seen).toBe(false);
      }),
    );
  });
});
