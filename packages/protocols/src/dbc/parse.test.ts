import { readFileSync } from "node:fs";
import { canRecord, fromHex } from "@pitwall/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeAll } from "../testing/protocol.contract.ts";
import { dbc, parseDbc } from "./index.ts";

const capture = (name: string) => readFileSync(new URL(`./captures/${name}`, import.meta.url), "utf8");
const can = (id: number, hex: string, extended = false) => canRecord(id, extended, fromHex(hex));

describe("parseDbc", () => {
  it("reads messages, signals, tables and comments", () => {
    const { messages, problems } = parseDbc(capture("features.dbc"));
    expect(problems).toEqual([]);
    expect(messages.map((m) => [m.name, m.id, m.extended, m.length])).toEqual([
      ["Engine", 2566844926 - 0x8000_0000, true, 8],
      ["Plain", 256, false, 8],
      ["Nested", 257, false, 8],
      ["Floats", 258, false, 8],
      ["Doubles", 259, false, 64],
    ]);
    const plain = messages[1]!;
    expect(plain.comment).toBe("What the plain one is for");
    expect(plain.signals[0]).toMatchObject({
      isSwitch: true,
      labels: { 0: "temperature", 1: "voltage", [-1]: "never" },
    });
    expect(plain.signals[1]).toMatchObject({
      comment: "of the\nsecond line",
      factor: 1,
      offset: 0,
      divisor: 10,
    });
    expect(messages[2]!.signals[0]!.labels).toEqual({ 1: "on", 0: "off" });
    expect(messages[2]!.signals.map((s) => s.when)).toEqual([
      undefined,
      { switch: "Top", ranges: [[3, 3]] },
      {
        switch: "Sub",
        ranges: [
          [1, 2],
          [5, 5],
        ],
      },
      { switch: "Top", ranges: [[0, 2]] },
    ]);
  });

  it("reports what breaks the rules with its line, and reads the rest", () => {
    const text = `BO_ 1 Good: 8 X
 SG_ A : 0|8@1+ (1,0) [0|0] "" X
 SG_ B : 0|8@1 (1,0) [0|0] "" X
 SG_ Outside : 60|8@1+ (1,0) [0|0] "" X
 SG_ BigOutside : 56|16@0+ (1,0) [0|0] "" X
 SG_ A : 8|8@1+ (1,0) [0|0] "" X
 SG_ C : 8|8@1+ (1,0) [0|0] "" X
BO_ 1 Twice: 8 X
BO_ 4096 TooFar: 8 X
VAL_ 1 Missing 0 "a";
SIG_VALTYPE_ 1 C : 1;
WHAT is this
BO_ 2 Last: 2 X
 SG_ D : 7|16@0+ (1,0) [0|0] "" X
`;
    const { messages, problems } = parseDbc(text);
    expect(problems.map((p) => p.line)).toEqual([3, 4, 5, 6, 8, 9, 10, 11]);
    expect(messages.map((m) => [m.name, m.signals.map((s) => s.name)])).toEqual([
      ["Good", ["A", "C"]],
      ["Last", ["D"]],
    ]);
    const reported = decodeAll(dbc, [can(2, "0102")], { dbc: text });
    expect(reported.problems[0]).toMatchObject({
      code: "malformed",
      reason: expect.stringContaining("line 3"),
    });
    expect(reported.messages).toEqual([{ tUs: null, message: "dbc.last", values: { D: 258 } }]);
  });

  it("never throws, whatever the text", () => {
    const words = [
      "BO_",
      "SG_",
      "VAL_",
      "CM_",
      "NS_",
      "1",
      "-",
      ":",
      "|",
      "@",
      "(",
      ")",
      ",",
      ";",
      '"a"',
      '"',
      "M",
      "m0",
      "\n",
      " ",
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 60 }), (parts) => {
        parseDbc(parts.join(" "));
        parseDbc(`BO_ 1 M: 8 X\n SG_ ${parts.join("")}`);
      }),
    );
  });
});
