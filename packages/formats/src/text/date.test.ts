import { describe, expect, it } from "vitest";
import { dateTimeUs, parseDate } from "./date.ts";
import { isoUs, namesZone } from "./iso-time.ts";

const day = (year: number, month: number, d: number) => ({ year, month, day: d });
const utc = (...parts: [number, number, number, number, number, number]) =>
  Date.UTC(parts[0], parts[1] - 1, ...(parts.slice(2) as [number, number, number, number])) * 1000;

describe("dates of loggers", () => {
  it.each([
    ["2026-06-03", day(2026, 6, 3)],
    // Race Studio in Japanese
    ["2026/06/03", day(2026, 6, 3)],
    ["2026.6.3", day(2026, 6, 3)],
    ["03/06/2026", day(2026, 6, 3)],
    ["6/13/26", day(2026, 6, 13)],
    ["05.12.2018", day(2018, 12, 5)],
    // Harry's LapTimer, MoTeC
    ["14-AUG-16", day(2016, 8, 14)],
    ["3-Sep-2025", day(2025, 9, 3)],
    ["Monday, May 5, 2025", day(2025, 5, 5)],
    // weekdays that begin as a month does
    ["martedì 12 aprile 2016", day(2016, 4, 12)],
    ["mardi 12 avril 2016", day(2016, 4, 12)],
    ["martes, 12 de abril de 2016", day(2016, 4, 12)],
    ["Samstag, 12. März 2016", day(2016, 3, 12)],
    ["sabato 3 dicembre 2022", day(2022, 12, 3)],
    ["1 août 2020", day(2020, 8, 1)],
  ])("%s", (text, expected) => {
    expect(parseDate(text)).toEqual(expected);
  });

  it.each(["", "lap 3", "2026/13/40", "14-XYZ-16", "Marcel 12, 2016"])("%s is none", (text) => {
    expect(parseDate(text)).toBeUndefined();
  });
});

describe("dates with times of day", () => {
  it.each([
    ["28.05.2026 13:34:00.5", utc(2026, 5, 28, 13, 34, 0) + 500_000],
    ["05/28/26, 1:34:07 PM", Number.NaN],
    // Torque
    ["29-Jun-2013 14:06:53.123", utc(2013, 6, 29, 14, 6, 53) + 123_000],
    ["29-juin-2013 14:06:53.123", utc(2013, 6, 29, 14, 6, 53) + 123_000],
    ["9 May 2014 00:00:01", utc(2014, 5, 9, 0, 0, 1)],
    ["May 9, 2014 12:00:01 AM", utc(2014, 5, 9, 0, 0, 1)],
    ["2026.05.28 13:34", utc(2026, 5, 28, 13, 34, 0)],
    ["13:34:00", Number.NaN],
    ["tomorrow 13:34:00", Number.NaN],
  ])("%s", (text, expected) => {
    expect(dateTimeUs(text, "d/m/y")).toBe(expected);
  });
});

describe("ISO times", () => {
  it.each([
    ["2026-05-28T13:34:00.040Z", utc(2026, 5, 28, 13, 34, 0) + 40_000, true],
    ["2026-05-28T15:34:00+02:00", utc(2026, 5, 28, 13, 34, 0), true],
    ["2026-05-28 08:04:00-0530", utc(2026, 5, 28, 13, 34, 0), true],
    // loggers without leading zeros
    ["2026-5-8T3:4:5Z", utc(2026, 5, 8, 3, 4, 5), true],
    ["2026/05/28 13:34:00 UTC", utc(2026, 5, 28, 13, 34, 0), true],
    ["2026-05-28 13:34", utc(2026, 5, 28, 13, 34, 0), false],
  ])("%s", (text, expected, zone) => {
    expect([isoUs(text), namesZone(text)]).toEqual([expected, zone]);
  });

  it.each(["2026-05/28 13:34:00", "2026-05-28", "28-05-2026 13:34:00", "2026-05-28 13:34:00 EST"])(
    "%s is none",
    (text) => {
      expect(isoUs(text)).toBeNaN();
    },
  );
});
