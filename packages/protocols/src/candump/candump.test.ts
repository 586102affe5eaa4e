import { existsSync, readFileSync } from "node:fs";
import { type CanFrame, encodeUtf8, toHex } from "@pitwall/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeAll, describeProtocol } from "../testing/protocol.contract.ts";
import { checkReadme, protocolTables } from "../testing/readme.ts";
import { CANDUMP_FORMS, candump, createCandumpParser, formatCandump } from "./index.ts";

const capture = (name: string) => readFileSync(new URL(`./captures/${name}`, import.meta.url));
const SHARED = "../shared/data/can";

describeProtocol(candump, { samples: () => [capture("forms.log"), capture("rav4.log")] });

/** Frames as plain lines, made by another reading of the log than the parser's. */
const plain = (f: CanFrame, name: string) =>
  `${Number.isNaN(f.tUs) ? "-" : f.tUs} ${name} ${f.id.toString(16)}${f.extended ? "x" : ""}${f.remote ? "r" : ""}${f.error ? "e" : ""}${f.fd ? "f" : ""} ${f.length} ${f.remote ? "" : toHex(f.data, 0, f.length)}`;
function parse(text: string | Uint8Array) {
  const frames: string[] = [];
  const problems: { readonly reason: string; readonly offset: number }[] = [];
  const parser = createCandumpParser(
    (f) => frames.push(plain(f, parser.interface)),
    (p) => problems.push(p),
  );
  parser.push(typeof text === "string" ? encodeUtf8(text) : text);
  parser.end();
  return { frames, problems };
}

describe("candump", () => {
  checkReadme(new URL("./README.md", import.meta.url), protocolTables([candump]));

  it("reads log files and both console forms, with CAN FD, remote and error frames", () => {
    const { frames, problems } = parse(capture("forms.log"));
    expect(problems).toEqual([]);
    expect(frames).toEqual([
      "1436509052249713 vcan0 44 5 2a366c2bba",
      "1436509052449847 vcan0 f6 6 7adfe07bd5c5",
      "1436509052650004 can1 12345678x 4 00112233",
      "1436509053650004 can0 123r 0 ",
      "1436509053750004 can0 123r 5 ",
      "1436509053850004 can0 80e 8 0004000000000000",
      "1436509054000001 can0 af 12 000102030405060708090a0b",
      "1436509054000002 can0 1abcdef0xf 0 ",
      "1436509055000000 can0 321 0 ",
      "1436509055000001 can0 321 1 11",
      "- vcan0 44 5 2a366c2bba",
      "- vcan0 12345678x 3 112233",
      "- vcan0 123r 0 ",
      "- can0 80e 8 0004000000000000",
      "- can0 af 12 000102030405060708090a0b",
      "- can0 44 2 0102",
      "1436509052249713 vcan0 44 5 2a366c2bba",
      "1436509052249713 vcan0 44 1 2a",
      "200011 vcan0 f6 0 ",
    ]);
  });

  it("gives each frame as a message, with its time where the log has the calendar's", () => {
    const { messages } = decodeAll(candump, [
      encodeUtf8("(1436509052.249713) vcan0 044#2A36\n(12.5) can0 1FF#\n"),
    ]);
    expect(messages).toEqual([
      {
        tUs: 1_436_509_052_249_713,
        message: "can.frame",
        values: {
          id: 0x44,
          extended: 0,
          remote: 0,
          error: 0,
          fd: 0,
          length: 2,
          data: "2a36",
          interface: "vcan0",
        },
      },
      {
        tUs: null,
        bootUs: 12_500_000,
        message: "can.frame",
        values: {
          id: 0x1ff,
          extended: 0,
          remote: 0,
          error: 0,
          fd: 0,
          length: 0,
          data: "",
          interface: "can0",
        },
      },
    ]);
  });

  it.skipIf(!existsSync(SHARED)).each(["comma2k19-rav4-first-28s.candump.log", "savvycan-candump.log"])(
    "reads every line of %s",
    (name) => {
      const text = readFileSync(`${SHARED}/${name}`, "latin1");
      const expected = text
        .trim()
        .split("\n")
        .map((line) => {
          const [, s, us, iface, id, data] = /^\((\d+)\.(\d{6})\) (\S+) ([0-9A-F]+)#([0-9A-F]*)$/.exec(line)!;
          const extended = id!.length === 8 ? "x" : "";
          const tUs = Number(s) * 1e6 + Number(us);
          return `${tUs} ${iface} ${Number.parseInt(id!, 16).toString(16)}${extended} ${data!.length / 2} ${data!.toLowerCase()}`;
        });
      const { frames, problems } = parse(readFileSync(`${SHARED}/${name}`));
      expect(problems).toEqual([]);
      expect(frames).toEqual(expected);
    },
  );

  it("says which line is wrong, and why", () => {
    const { frames, problems } = parse(
      "(1.5) can0 123#11\nrubbish\r\n(1.5) can0 123#1\n(x) can0 1#\n(1.6) can0 123#22",
    );
    expect(frames).toHaveLength(2);
    expect(problems).toMatchObject([
      { code: "malformed", offset: 18, reason: expect.stringContaining("line 2") },
      { code: "malformed", offset: 27, reason: expect.stringContaining("second digit") },
      { code: "malformed", reason: expect.stringContaining("time") },
    ]);
  });

  it.each(["(1.5) can0 123#112233445566778899", "  can0  123   [9]  11 22", "  can0  123   [3]  11 22"])(
    "refuses a length that is none: %s",
    (line) => {
      expect(parse(line)).toMatchObject({ frames: [], problems: [{ code: "bad-length" }] });
    },
  );

  it.each(["(1.5) can0 800#11", "(1.5) can0 1234#11", "(1.5) can0 123#11 rest"])("refuses %s", (line) => {
    expect(parse(line)).toMatchObject({ frames: [], problems: [{ code: "malformed" }] });
  });

  it("writes what it reads, in every form", () => {
    const anyFrame = fc.record({
      id: fc.nat(0x7ff),
      extended: fc.boolean(),
      remote: fc.boolean(),
      fd: fc.boolean(),
      data: fc.uint8Array({ maxLength: 8 }),
      us: fc.nat(1e9),
    });
    fc.assert(
      fc.property(anyFrame, fc.constantFrom(...CANDUMP_FORMS), (f, form) => {
        const frame: CanFrame = {
          id: f.extended ? f.id * 1000 : f.id,
          extended: f.extended,
          remote: f.remote && !f.fd,
          error: false,
          fd: f.fd,
          length: f.data.length,
          data: f.data,
          tUs: 1.7e15 + f.us,
        };
        const { frames, problems } = parse(formatCandump(frame, "can7", form));
        expect(problems).toEqual([]);
        expect(frames).toEqual([
          plain({ ...frame, tUs: form === "console" ? Number.NaN : frame.tUs }, "can7"),
        ]);
      }),
    );
  });
});
