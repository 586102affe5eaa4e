import { type CanFrame, encodeUtf8, toHex } from "@pitwall/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeAll, describeProtocol } from "../testing/protocol.contract.ts";
import { checkReadme, protocolTables } from "../testing/readme.ts";
import { createSlcanParser, formatSlcan, slcan, slcanOpening } from "./index.ts";

// the examples of the LAWICEL manual (CAN232, CANUSB), then CAN FD as CANable adapters send it
const ADAPTER = [
  "\r",
  "t10021133\r",
  "T0000010021133\r",
  "t10021133EA5F\r",
  "r1004\r",
  "R000001008\r",
  "z\r",
  "Z\r",
  "\x07",
  "V1013\r",
  "N3215\r",
  "F28\r",
  "d1239000102030405060708090A0B\r",
  "B1ABCDEF0100\r",
];
const COMPUTER = ["C\r", "S6\r", "Z1\r", "O\r", "t12320102\r", "F\r", "V\r", "s031C\r"];

describeProtocol(slcan, { samples: () => [...ADAPTER, ...COMPUTER].map((line) => encodeUtf8(line)) });

const frames = (text: string) => {
  const out: string[] = [];
  const problems: string[] = [];
  const parser = createSlcanParser({
    onFrame: (f) =>
      out.push(
        `${f.id.toString(16)}${f.extended ? "x" : ""}${f.remote ? "r" : ""}${f.fd ? "f" : ""} ${f.length} ${f.remote ? "" : toHex(f.data, 0, f.length)} ${f.tUs}`,
      ),
    onProblem: (p) => problems.push(`${p.code}@${p.offset}`),
  });
  parser.push(encodeUtf8(text));
  parser.end();
  return { out, problems };
};

describe("slcan", () => {
  checkReadme(new URL("./README.md", import.meta.url), protocolTables([slcan]));

  it("reads frames of all kinds", () => {
    const { out, problems } = frames(ADAPTER.join(""));
    expect(problems).toEqual([]);
    expect(out).toEqual([
      "100 2 1133 NaN",
      "100x 2 1133 NaN",
      "100 2 1133 59999000",
      "100r 4  NaN",
      "100xr 8  NaN",
      "123f 12 000102030405060708090a0b NaN",
      "1abcdef0xf 1 00 NaN",
    ]);
  });

  it("reads what the adapter answers and what the computer asks", () => {
    const { messages } = decodeAll(slcan, [
      encodeUtf8(["\r", "z\r", "\x07", "F28\r", "V1013\r", "S6\r", "F\r"].join("")),
    ]);
    expect(messages.map((m) => [m.message, ...Object.values(m.values)])).toEqual([
      ["slcan.reply", 0],
      ["slcan.reply", 2],
      ["slcan.reply", 1],
      ["slcan.status", 0x28],
      ["slcan.version", "V1013"],
      ["slcan.command", "S6"],
      ["slcan.command", "F"],
    ]);
  });

  it("carries the adapter's time over the minute", () => {
    const { messages } = decodeAll(slcan, [encodeUtf8("t1000EA5F\rt10000005\r")]);
    expect(messages.map((m) => m.bootUs)).toEqual([59_999_000, 60_005_000]);
    expect(frames("t1000EA60\r").problems).toEqual(["malformed@0"]);
  });

  it("leaves a damaged line out whole, though its digits hold letters that start frames", () => {
    const { out, problems } = frames("t12381122D10011b2330000\rt10021133\r");
    expect(out).toEqual(["100 2 1133 NaN"]);
    expect(problems).toEqual(["malformed@0"]);
  });

  it.each(["t8001AA\r", "t1009112233445566778899\r", "t10021 33\r", "T20000000111\r", "q\r", "t1002113\r"])(
    "refuses %j",
    (line) => {
      expect(frames(`${line}t10021133\r`)).toEqual({ out: ["100 2 1133 NaN"], problems: ["malformed@0"] });
    },
  );

  it("goes on behind bytes that are no text, and takes line feeds for nothing", () => {
    expect(frames("\u0001t1\u0002t10021133\r\nt10021144\r\n").out).toEqual([
      "100 2 1133 NaN",
      "100 2 1144 NaN",
    ]);
  });

  it("writes what it reads", () => {
    const anyFrame = fc.record({
      id: fc.nat(0x7ff),
      extended: fc.boolean(),
      remote: fc.boolean(),
      data: fc.uint8Array({ maxLength: 8 }),
      ms: fc.nat(59_999),
    });
    fc.assert(
      fc.property(anyFrame, fc.boolean(), (f, withTime) => {
        const frame: CanFrame = {
          ...f,
          id: f.extended ? f.id * 1000 : f.id,
          error: false,
          fd: false,
          length: f.data.length,
          tUs: f.ms * 1000,
        };
        const data = f.remote ? "" : toHex(f.data);
        const flags = `${f.extended ? "x" : ""}${f.remote ? "r" : ""}`;
        expect(frames(`${formatSlcan(frame, withTime)}\r`).out).toEqual([
          `${frame.id.toString(16)}${flags} ${frame.length} ${data} ${withTime ? frame.tUs : Number.NaN}`,
        ]);
      }),
    );
  });

  it("opens an adapter for listening unless asked to take part", () => {
    expect(slcanOpening(500_000)).toEqual(["C", "S6", "L"]);
    expect(slcanOpening(250_000, false, true)).toEqual(["C", "S5", "Z1", "O"]);
    expect(() => slcanOpening(123)).toThrow(/bit\/s/);
  });
});
