import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesOf } from "../testing/shared.ts";
import { CELL_EMPTY, CELL_NUMBER, CELL_TEXT, RowParser, type RowRule } from "./row.ts";

function parse(line: string, rule: RowRule = { delimiter: "," }) {
  const row = new RowParser(rule);
  const bytes = bytesOf(line);
  const n = row.parse(bytes, 0, bytes.length);
  return { values: [...row.values.subarray(0, n)], states: [...row.states.subarray(0, n)], row };
}

describe("RowParser", () => {
  it("tells numbers, nothing and text apart", () => {
    expect(parse('1,,-2.5, 3 ,"4.0","",abc,NaN,+.5,5.').values).toEqual([
      1,
      Number.NaN,
      -2.5,
      3,
      4,
      Number.NaN,
      Number.NaN,
      Number.NaN,
      0.5,
      5,
    ]);
    expect(parse("1,,x,null,-").states).toEqual([CELL_NUMBER, CELL_EMPTY, CELL_TEXT, CELL_EMPTY, CELL_EMPTY]);
    expect(parse("1,").values).toEqual([1, Number.NaN]);
    expect(parse("1;2,5", { delimiter: ";", decimal: "," }).values).toEqual([1, 2.5]);
    expect(parse("  1   2.5 -3", { delimiter: " ", runs: true }).values).toEqual([1, 2.5, -3]);
    for (const odd of ["1e", "1e+", "1-2", "--1", "1.2.3", "0x10", "1 2"])
      expect(parse(odd).states).toEqual([CELL_TEXT]);
  });

  it("reads every decimal as Number does, to the last bit", () => {
    const digits = fc.stringMatching(/^\d{1,20}(\.\d{0,20})?$/);
    const exponent = fc.oneof(fc.constant(""), fc.stringMatching(/^[eE][-+]?\d{1,3}$/));
    const number = fc.tuple(fc.constantFrom("", "-", "+"), digits, exponent).map((p) => p.join(""));
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 8 }), fc.boolean(), (cells, quoted) => {
        const line = cells.map((c) => (quoted ? `"${c}"` : c)).join(",");
        parse(line).values.forEach((v, i) => {
          const x = Number(cells[i]);
          const expected = Number.isFinite(x) ? x + 0 : Number.NaN;
          expect(Object.is(v + 0, expected), `${cells[i]} gives ${v}`).toBe(true);
        });
      }),
      { numRuns: 500 },
    );
  });

  it("reads either decimal point where the delimiter leaves the comma free", () => {
    expect(parse("1,5;2.5;-3", { delimiter: ";" }).values).toEqual([1.5, 2.5, -3]);
    expect(parse("1,5\t,5", { delimiter: "\t" }).values).toEqual([1.5, 0.5]);
    expect(parse("1.234.5;1,234,5", { delimiter: ";" }).states).toEqual([CELL_TEXT, CELL_TEXT]);
  });

  it("reads thousands that are set apart, where nothing else can be meant", () => {
    const point: RowRule = { delimiter: ";", decimal: "." };
    expect(parse("4,120;-17,082.5;1,234,567;0,5;12,34", point).values).toEqual([
      4120,
      -17082.5,
      1234567,
      Number.NaN,
      Number.NaN,
    ]);
    expect(parse("4,120;1.234,5;-1.234.567,25;1 234,5;1'234", { delimiter: ";" }).values).toEqual([
      4.12, 1234.5, -1234567.25, 1234.5, 1234,
    ]);
    expect(parse("1\u00a0234,5\t1\u202f234.5", { delimiter: "\t" }).values).toEqual([1234.5, 1234.5]);
  });

  it("takes a comma in quotes between commas for the decimal sign, unless the point is known to be it", () => {
    expect(parse('"0,050","36,5","101",2.5').values).toEqual([0.05, 36.5, 101, 2.5]);
    expect(parse('"0,050","-36,5",1,2', { delimiter: ",", decimal: "," }).values).toEqual([
      0.05, -36.5, 1, 2,
    ]);
    expect(parse('"4,120",7.5', { delimiter: ",", decimal: "." }).values).toEqual([4120, 7.5]);
  });

  it("takes a number beyond the largest double for text", () => {
    expect(parse("1e308,1e309,-1e400").states).toEqual([CELL_NUMBER, CELL_TEXT, CELL_TEXT]);
    expect(parse("1e309").values).toEqual([Number.NaN]);
  });

  it("remembers how many decimals a column has", () => {
    const row = new RowParser({ delimiter: "," });
    for (const line of ["1.25,3,1e3,0.1234567890123456789", "1.5,4,1,1"])
      row.parse(bytesOf(line), 0, line.length);
    expect([...row.decimals.subarray(0, 4)]).toEqual([2, 0, 255, 255]);
  });

  it("reads more columns than it has room for at first", () => {
    const cells = Array.from({ length: 300 }, (_, i) => i / 4);
    expect(parse(cells.join(",")).values).toEqual(cells);
  });
});
