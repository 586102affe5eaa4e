import type { PlainMessage } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { concat, decodeAll, describeProtocol } from "../testing/protocol.contract.ts";
import { elm327 } from "./index.ts";
import { everything, others } from "./testing/samples.ts";

describeProtocol(elm327, {
  samples: () => {
    const encoder = elm327.createEncoder!();
    const talk: PlainMessage[] = [
      { tUs: null, message: "elm327.command", values: { command: "ATZ" } },
      { tUs: null, message: "elm327.status", values: { status: 1, text: "ELM327 V1.5" } },
      { tUs: null, message: "elm327.status", values: { status: 7, text: "NO DATA" } },
    ];
    const spoken = [...talk, ...everything].filter((m) => m.message !== "obd2.request");
    return [...spoken, others[0]!].map((m) => encoder.encode(m));
  },
});

describe("elm327", () => {
  const read = (text: string) => decodeAll(elm327, [concat([new TextEncoder().encode(text)])]);

  it("reads the VIN of the adapter's own data sheet, headers off", () => {
    const { messages, problems } = read(
      "0902\r014 \r0: 49 02 01 31 44 34 \r1: 47 50 30 30 52 35 35 \r2: 42 31 32 33 34 35 36 \r\r>",
    );
    expect(problems).toEqual([]);
    expect(messages.map((m) => m.message)).toEqual(["obd2.request", "obd2.vin"]);
    expect(messages[1]!.values).toEqual({ vin: "1D4GP00R55B123456", checkDigit: 0 });
  });

  it.each([
    ["blanks and headers off", "41 0C 1A F8 \r\r>"],
    ["no blanks", "410C1AF8\r>"],
    ["with its echo and line feeds", "010C\r\n41 0C 1A F8 \r\n\r\n>"],
    ["the number of answers in the request", "010C1\r41 0C 1A F8 \r\r>"],
    ["behind a search", "SEARCHING...41 0C 1A F8 \r\r>"],
    ["headers on, 11 bits", "7E8 04 41 0C 1A F8 \r\r>"],
    ["headers on, no blanks", "7E804410C1AF8\r\r>"],
    ["headers on, 29 bits", "18 DA F1 10 04 41 0C 1A F8 \r\r>"],
    ["ISO 9141 with headers", "48 6B 10 41 0C 1A F8 22 \r\r>"],
    ["J1850 VPW with headers", "48 6B 10 41 0C 1A F8 B2 \r\r>"],
    ["KWP 2000 with headers", "84 F1 11 41 0C 1A F8 E5 \r\r>"],
  ])("reads engine speed with %s", (_name, text) => {
    const { messages, problems } = read(text);
    expect(problems).toEqual([]);
    expect(messages.find((m) => m.message === "obd2.pid-0c")?.values["engine.rpm"]).toBe(1726);
  });

  it("reads a bitmap on J1850 PWM", () => {
    expect(read("41 6B 10 41 00 BE 3E B8 11 90 \r>").messages[0]!.values).toEqual({
      ecu: 0x10,
      service: 1,
      first: 0,
      mask: 0xbe3eb811,
    });
  });

  it("reads codes and the VIN of buses before CAN", () => {
    const { messages } = read(
      "43 01 33 00 00 00 00 \r>49 02 01 00 00 00 31 \r49 02 02 44 34 47 50 \r49 02 03 30 30 52 35 \r49 02 04 35 42 31 32 \r49 02 05 33 34 35 36 \r>",
    );
    expect(messages[0]!.values).toMatchObject({ count: 1, codes: "P0133" });
    expect(messages[1]!.values["vin"]).toBe("1D4GP00R55B123456");
  });

  it.each([
    ["a question mark", "XYZZY\r?\r>", ["elm327.status"], ["malformed"]],
    ["NO DATA", "NO DATA\r>", ["elm327.status"], []],
    ["a marked error", "41 0C 1A <DATA ERROR\r>", [], ["bad-checksum"]],
    ["a checksum of a bus before CAN", "48 6B 10 41 0C 1A F8 00\r>", [], ["bad-checksum"]],
    ["numbered lines without a length", "1: 47 50 30\r>", [], ["out-of-sequence"]],
    [
      "a numbered line that is missing",
      "014\r0: 49 02 01 31 44 34\r2: 42 31 32 33 34 35 36\r>",
      [],
      ["out-of-sequence"],
    ],
    ["an answer that ends too early", "014\r0: 49 02 01 31 44 34\r>", [], ["truncated"]],
    ["bytes that are no text", "\xff\xfe41 0C 1A F8\r>", ["obd2.pid-0c"], ["skipped"]],
  ])("meets %s", (_name, text, messages, codes) => {
    const got = decodeAll(elm327, [Uint8Array.from(text, (c) => c.charCodeAt(0))]);
    expect(got.messages.map((m) => m.message)).toEqual(messages);
    expect(got.problems.map((p) => p.code)).toEqual(codes);
  });
});
