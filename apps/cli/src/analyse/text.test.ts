import { describe, expect, it } from "vitest";
import { lapTime } from "../lap-time.ts";
import { brailleChart } from "./braille.ts";
import { G, PERCENT, SECONDS, show, speedShown } from "./shown.ts";
import { bar, table } from "./table.ts";

describe("what people read", () => {
  it("tables line up under titles and units", () => {
    const columns = [{ title: "lap" }, { title: "max", unit: "km/h" }, { title: "why", left: true }];
    expect(
      table(columns, [
        ["1", "99.5", "pit"],
        ["12", "101.25", ""],
      ]),
    ).toEqual(["lap     max  why", "       km/h", "  1    99.5  pit", " 12  101.25"]);
  });

  it("bars are as long as their share, to an eighth of a letter", () => {
    expect(bar(0.5, 4)).toBe("██");
    expect(bar(0.53125, 4)).toBe("██▏");
    expect(bar(2, 3)).toBe("███");
    expect(bar(0, 3)).toBe("");
  });

  it("numbers have their unit, and no minus before nothing", () => {
    expect(show(10, speedShown(undefined))).toBe("36.0");
    expect(show(1852 / 3600, speedShown("kn"))).toBe("1.00");
    expect(show(-9.80665, G)).toBe("-1.00");
    expect(show(0.126, PERCENT)).toBe("13");
    expect(show(-0.0001, SECONDS, true)).toBe("0.000");
    expect(show(0.25, SECONDS, true)).toBe("+0.250");
    expect(show(Number.NaN, G)).toBe("-");
    expect([lapTime(76.3294), lapTime(59.9996), lapTime(600)]).toEqual(["1:16.329", "1:00.000", "10:00.000"]);
  });

  it("a straight line in braille runs from corner to corner", () => {
    const lines = brailleChart([{ values: [0, 1] }], { width: 13, rows: 2, digits: 0 });
    // 8 rows of dots over 20 columns: 2.5 columns a row, the highest row at the right
    expect(lines.map((l) => l.slice(0, 2))).toEqual(["1 ", "0 "]);
    expect(lines[0]!.endsWith("\u2809")).toBe(true);
    expect(lines[1]![2]).toBe("\u28c0");
    expect(brailleChart([{ values: [] }], { width: 40, rows: 4, digits: 1 })).toEqual([]);
    expect(brailleChart([{ values: [2, Number.NaN, 2] }], { width: 40, rows: 1, digits: 1 }).length).toBe(1);
  });
});
