import { CodecError, type ProtocolOptions } from "@pitwall/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeAll, describeProtocol } from "../testing/protocol.contract.ts";
import { createJsonMapping, json, MAX_JSON_BYTES, MAX_JSON_DEPTH } from "./index.ts";
import { formatIsoUs, parseIsoUs } from "./iso-time.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const kart = `{"rpm":4210,"motor_temp":61.5,"voltage":51.8,"current":-12.25,"lat":-12.0464,"lng":-77.0428,"speed":72}`;
const decode = (text: string, options?: ProtocolOptions) => decodeAll(json, [bytesOf(text)], options);

const nested = {
  name: "boat",
  fields: {
    "motor.t": { channel: "motor.temp", scale: 5 / 9, offset: -160 / 9 },
    "cells.0": "battery.cell.1.voltage",
    "cells.1": "battery.cell.2.voltage",
    depth: { channel: "boat.depth", unit: "m" },
  },
  time: { path: "at", unit: "ms" },
};
const boat: ProtocolOptions = { mapping: JSON.stringify(nested) };

describeProtocol(json, { samples: () => [bytesOf(kart), bytesOf(`{"rpm":0,"lat":1e-7}`)] });

describe("mapped JSON", () => {
  it("reads the kart's object into channels and SI units", () => {
    const { messages, problems } = decode(kart);
    expect(problems).toEqual([]);
    expect(messages).toEqual([
      {
        tUs: null,
        message: "json.kart",
        values: {
          "motor.rpm": 4210,
          "motor.temp": 61.5,
          "battery.voltage": 51.8,
          "battery.current": -12.25,
          "gnss.lat": -12.0464,
          "gnss.lon": -77.0428,
          "gnss.speed": 20,
        },
      },
    ]);
    expect(decode(`{"speed":10}`, { speedUnit: "kn" }).messages[0]!.values["gnss.speed"]).toBeCloseTo(
      5.1444,
      4,
    );
  });

  it("leaves out what is null, missing, or a position of 0, 0, and keeps the equator", () => {
    expect(decode(`{"rpm":null,"voltage":48}`).messages[0]!.values).toEqual({ "battery.voltage": 48 });
    expect(decode(`{"rpm":1,"lat":0,"lng":0.0}`).messages[0]!.values).toEqual({ "motor.rpm": 1 });
    expect(decode(`{"lat":0,"lng":32.5}`).messages[0]!.values).toEqual({ "gnss.lat": 0, "gnss.lon": 32.5 });
  });

  it.each([
    ["text in place of a number", `{"rpm":"NaN","voltage":48}`, "malformed", { "battery.voltage": 48 }],
    ["a number as text", `{"rpm":"4210","voltage":48}`, "malformed", { "battery.voltage": 48 }],
    ["a truth value", `{"rpm":true,"voltage":48}`, "malformed", { "battery.voltage": 48 }],
    ["an object", `{"rpm":{},"voltage":48}`, "malformed", { "battery.voltage": 48 }],
    ["a number past any float", `{"rpm":1e999,"voltage":48}`, "out-of-range", { "battery.voltage": 48 }],
    ["a latitude over the pole", `{"lat":91,"lng":4,"rpm":7}`, "out-of-range", { "motor.rpm": 7 }],
  ])("counts %s and keeps the rest", (_name, text, code, values) => {
    const { messages, problems } = decode(text);
    expect(problems.map((p) => p.code)).toEqual([code]);
    expect(messages[0]!.values).toEqual(values);
  });

  it.each([
    ["nan of a printf", `{"rpm":nan}`, "malformed", 0],
    ["a cut message", `{"rpm":42`, "malformed", 0],
    ["nothing", "", "malformed", 0],
    ["a list", `[{"rpm":1}]`, "malformed", 0],
    ["a bare number", "42", "malformed", 0],
    ["an object of other things", `{"hello":1}`, "unsupported", 0],
    ["keys of the language", `{"__proto__":{"rpm":4},"constructor":1}`, "unsupported", 0],
    ["one level too many", `{"rpm":${"[".repeat(MAX_JSON_DEPTH)}`, "malformed", 7 + MAX_JSON_DEPTH - 1],
    ["endless nesting", "[".repeat(MAX_JSON_BYTES), "malformed", MAX_JSON_DEPTH],
    ["too much of it", `{"rpm":1${" ".repeat(MAX_JSON_BYTES)}}`, "bad-length", 0],
  ])("refuses %s", (_name, text, code, offset) => {
    const { messages, problems } = decode(text);
    expect(messages).toEqual([]);
    expect(problems).toMatchObject([{ code, offset }]);
  });

  it("does not count brackets in texts as nesting", () => {
    expect(decode(`{"note":"\\"${"[".repeat(100)}","rpm":3}`).messages[0]!.values).toEqual({
      "motor.rpm": 3,
    });
  });

  it("refuses bytes that are no UTF-8 at their place", () => {
    const bytes = bytesOf(kart);
    bytes[2] = 0xff;
    expect(decodeAll(json, [bytes]).problems).toMatchObject([{ code: "malformed", offset: 2 }]);
  });

  it("follows paths into objects and lists, scales, and takes the time", () => {
    const { messages, problems } = decode(
      `{"at":1700000000123,"motor":{"t":212},"cells":[3.31,3.3,9],"depth":2.5}`,
      boat,
    );
    expect(problems).toEqual([]);
    expect(messages[0]).toMatchObject({
      tUs: 1_700_000_000_123_000,
      message: "json.boat",
      values: { "battery.cell.1.voltage": 3.31, "battery.cell.2.voltage": 3.3, "boat.depth": 2.5 },
    });
    expect(messages[0]!.values["motor.temp"]).toBeCloseTo(100, 10);
  });

  it("writes what it reads, time included", () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });
    const encoder = json.createEncoder!(boat);
    fc.assert(
      fc.property(number, number, fc.nat(2 ** 31), (t, cell, seconds) => {
        const message = {
          tUs: seconds * 1e6 + 1000,
          message: "json.boat",
          values: { "motor.temp": t, "battery.cell.1.voltage": cell },
        };
        const [again] = decodeAll(json, [encoder.encode(message)], boat).messages;
        expect(again!.tUs).toBe(message.tUs);
        expect(again!.values["battery.cell.1.voltage"]).toBe(cell + 0);
        expect(again!.values["motor.temp"]).toBeCloseTo(t, 6);
      }),
    );
  });

  it.each([
    ["s", "1700000000.25", 1_700_000_000_250_000],
    ["us", "1700000000000001", 1_700_000_000_000_001],
    ["iso", `"2023-11-14T22:13:20.5Z"`, 1_700_000_000_500_000],
    ["iso", `"2023-11-15 00:13:20+02:00"`, 1_700_000_000_000_000],
    ["iso", `"2023-11-14T22:13:20"`, null],
    ["iso", `"2023-02-29T00:00:00Z"`, null],
    ["iso", "5", null],
    ["ms", `"5"`, null],
    ["ms", "-5", null],
  ])("reads a time in %s: %s", (unit, text, expected) => {
    const mapping = JSON.stringify({ fields: { v: "battery.voltage" }, time: { path: "t", unit } });
    const { messages, problems } = decode(`{"t":${text},"v":1}`, { mapping });
    expect(messages[0]!.tUs).toBe(expected);
    expect(problems).toHaveLength(expected === null ? 1 : 0);
  });

  it("reads a time since boot as one", () => {
    const mapping = JSON.stringify({
      fields: { v: "battery.voltage" },
      time: { path: "t", unit: "ms", since: "boot" },
    });
    expect(decode(`{"t":12,"v":1}`, { mapping }).messages[0]).toMatchObject({ tUs: null, bootUs: 12_000 });
  });

  it("reads ISO times as the host does", () => {
    const time = fc.date({ noInvalidDate: true, min: new Date("1970-01-01"), max: new Date("2200-01-01") });
    fc.assert(
      fc.property(time, fc.nat(999), (date, us) => {
        expect(parseIsoUs(date.toISOString())).toBe(date.getTime() * 1000);
        const t = date.getTime() * 1000 + us;
        expect(parseIsoUs(formatIsoUs(t))).toBe(t);
      }),
    );
  });

  it.each<[unknown, RegExp]>([
    [null, /mapping: must be an object/],
    [{ fields: {} }, /mapping\.fields: needs 1/],
    [{ fields: { a: 4 } }, /fields\.a: must be an object/],
    [{ fields: { a: { chanel: "motor.rpm" } } }, /fields\.a\.chanel: is no setting/],
    [{ fields: { a: { channel: "motor.rpm", scale: 0 } } }, /fields\.a\.scale/],
    [{ fields: { a: { channel: "motor.rpm", unit: "Hz" } } }, /fields\.a\.unit: motor\.rpm is in rpm/],
    [{ fields: { "a..b": "motor.rpm" } }, /no dotted path/],
    [{ fields: { a: "motor.rpm", b: "motor.rpm" } }, /fields\.b: motor\.rpm comes twice/],
    [{ fields: { a: "motor.rpm", "a.b": "motor.temp" } }, /fields\.a\.b: lies inside a/],
    [{ fields: { a: "motor.rpm" }, time: { path: "t", unit: "h" } }, /mapping\.time\.unit/],
    [{ fields: { a: "motor.rpm" }, speed: 1 }, /mapping\.speed: is no setting/],
  ])("refuses the mapping %j", (config, reason) => {
    expect(() => createJsonMapping(config)).toThrow(reason);
    expect(() => createJsonMapping(config)).toThrow(CodecError);
  });
});
