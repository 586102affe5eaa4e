import { describe, expect, it } from "vitest";
import { CanTable, canRecord, createCanFrame, fromHex, layout, readCanRecord } from "./index.ts";

const LAYOUT = layout("test.state", "", [
  { name: "temp", wire: "u16", per: 10, zero: 2731, unit: "degC", doc: "" },
  { name: "current", wire: "i16", scale: -1, per: 10, bias: 0, unit: "A", doc: "" },
  { name: "_spare", wire: "u8", unit: "1", doc: "" },
  { name: "count", wire: "u8", missing: 0xff, unit: "1", doc: "" },
]);
const table = new CanTable([{ id: 0x123, layout: LAYOUT, least: 2 }]);
const read = (record: Uint8Array) => {
  const frame = readCanRecord(record, 0, record.length, createCanFrame());
  return table.read(frame, new DataView(frame.data.buffer))?.values;
};
const can = (hex: string, extended = false) => canRecord(0x123, extended, fromHex(hex));

describe("CanTable", () => {
  it("reads a frame by its identifier", () => {
    expect([...read(can("b00b 83ff 00 07"))!]).toEqual([26.1, 12.5, 7]);
    expect([...read(can("b00b 0000 00 ff"))!]).toEqual([26.1, 0, Number.NaN]);
    expect(read(can("b00b 83ff 00 07", true))).toBeUndefined();
  });

  it("reads shorter frames as far as they go, down to the least", () => {
    expect([...read(can("b00b 83"))!]).toEqual([26.1, Number.NaN, Number.NaN]);
    expect(() => read(can("b0"))).toThrow(/bad-length/);
  });

  it("writes what it reads, leaving off what is absent at the end", () => {
    const encode = (values: Record<string, number>) =>
      table.encode({ tUs: null, message: "test.state", values });
    expect([...encode({ temp: 26.1, current: 12.5, count: 7 })!]).toEqual([...can("b00b 83ff 00 07")]);
    expect([...encode({ temp: 26.1 })!].slice(5)).toEqual([...fromHex("b00b 0000 00 ff")]);
    expect(() => encode({ temp: 26.1, current: 4000 })).toThrow(/out-of-range/);
    expect(table.encode({ tUs: null, message: "other", values: {} })).toBeUndefined();
  });
});

describe("layout with a raw zero", () => {
  it("is exact where an added bias is not, in compiled and interpreted form", () => {
    const view = new DataView(fromHex("b00b 83ff 00 07").buffer);
    const columns = LAYOUT.spec.fields.map(() => new Float64Array(1));
    LAYOUT.readColumns(view, 0, columns, 0);
    expect(columns.map((c) => c[0])).toEqual([26.1, 12.5, 7]);
    expect(LAYOUT.spec.fields[0]).toMatchObject({ resolution: 0.1, offset: -273.1 });
  });
});
