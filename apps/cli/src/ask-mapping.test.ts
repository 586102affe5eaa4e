import { type CsvMapping, proposeMapping } from "@pitwall/formats";
import { parseMapping } from "@pitwall/server/archive";
import { describe, expect, it } from "vitest";
import { askMapping } from "./ask-mapping.ts";
import { mappingTemplate } from "./mapping-words.ts";

const TEXT = "t0;foo;bar;lt;lg\n0;36;2;50.3;4.65\n1;72;4;50.3001;4.65\n2;72;4;50.3002;4.65\n";
const { mapping: PROPOSAL, table: TABLE, complete } = proposeMapping(new TextEncoder().encode(TEXT))!;

/** Somebody at the terminal who types these lines, and then closes it. */
async function typed(...lines: string[]) {
  const shown: string[] = [];
  const left = [...lines];
  const mapping = await askMapping(
    {
      err: (line) => void shown.push(line),
      ask: async (question) => {
        shown.push(question);
        return left.shift();
      },
    },
    "strange.csv",
    PROPOSAL,
    TABLE,
  );
  return { mapping, shown: shown.join("\n"), left };
}

describe("asking what the columns of a table are", () => {
  it("shows titles, first values and meanings; Enter takes the proposal", async () => {
    const { mapping, shown, left } = await typed("");
    expect(mapping).toEqual(PROPOSAL);
    expect(left).toEqual([]);
    expect(shown).toMatch(/2 +foo +own name foo +36 {2}72 {2}72/);
    expect(shown).toMatch(/1 +t0 +time in s +0 {2}1 {2}2/);
    expect(complete).toBe(false);
  });

  it("takes time, position and speed by number, others one by one, and asks again what it cannot take", async () => {
    const { mapping, shown, left } = await typed(
      ...["n", "1 ms", "9", "4", "lg", "2 bar", "2 km/h", "3 engine.rpm", "8 engine.rpm", "", "y"],
    );
    expect(left).toEqual([]);
    expect(mapping).toMatchObject({ time: { column: "t0", kind: "ms" }, delimiter: ";", dataLine: 2 });
    expect(new Map(mapping!.columns.map((c) => [c.column, [c.channel, c.unit]]))).toEqual(
      new Map([
        ["foo", ["gnss.speed", "km/h"]],
        ["bar", ["engine.rpm", ""]],
        ["lt", ["gnss.lat", ""]],
        ["lg", ["gnss.lon", ""]],
      ]),
    );
    expect(shown).toContain("there is no column 9; they are numbered from 1 to 5");
    expect(shown).toContain("bar does not measure gnss.speed, which is in m/s");
    expect(shown).toContain("there is no column 8");
  });

  it("leaves out what is not wanted, and keeps rows at a rate", async () => {
    const { mapping } = await typed("n", "20 Hz", "-", "-", "-", "1 -", "2 -", "", "");
    expect(mapping).toMatchObject({ time: { rateHz: 20 } });
    expect(mapping!.columns.map((c) => c.column)).toEqual(["bar", "lt", "lg"]);
  });

  it.each([[[]], [["n"]], [["n", "", "", "", ""]]])("gives up where input ends after %j", async (lines) => {
    expect((await typed(...lines)).mapping).toBeUndefined();
  });

  it("writes a template that is read as the proposal, with the first values beside", () => {
    const text = mappingTemplate(PROPOSAL, TABLE);
    expect(text).toContain('{"column":"foo","channel":"foo","unit":"","first":["36","72","72"]}');
    const read: CsvMapping = parseMapping(text, "strange.json");
    expect(read).toMatchObject(PROPOSAL);
  });

  it.each([
    ["{", /^m\.json: is no JSON/],
    ["{}", /^m\.json: delimiter: /],
    [
      mappingTemplate(PROPOSAL, TABLE).replace('"channel":"foo"', '"chanel":"foo"'),
      /^m\.json: columns\.\d\.channel: /,
    ],
  ])("says where a file is no mapping: %s", (text, reason) => {
    expect(() => parseMapping(text, "m.json")).toThrow(reason);
  });
});
