import { toHex } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { decodeAll } from "../testing/protocol.contract.ts";
import {
  configureDynamicModel,
  configurePort,
  configureRate,
  m9Setup,
  neo6Setup,
  UBX_KEYS,
  ubx,
  valset,
} from "./index.ts";

describe("ubx: configuration", () => {
  // 10 Hz, 4 Hz and 115,200 as they stand in the vendors' examples and set-up programs
  it("writes the old messages byte for byte", () => {
    expect(toHex(configureRate(100))).toBe("b5620608060064000100 01007a12".replaceAll(" ", ""));
    expect(toHex(configureRate(200))).toBe("b562060806 00c80001000100de6a".replaceAll(" ", ""));
    expect(toHex(configurePort(115_200, 7, 3))).toBe(
      "b562060014000100 0000d008000000c201000700030000000000c07e".replaceAll(" ", ""),
    );
    const nav5 = configureDynamicModel(4);
    expect(nav5.length).toBe(44);
    expect(toHex(nav5, 0, 10)).toBe("b56206242400010004 00".replaceAll(" ", ""));
  });

  it("writes settings of generation 9 at the published places", () => {
    const rate = valset([{ key: UBX_KEYS.measurementPeriodMs, value: 100 }], 7);
    expect(rate.length).toBe(18);
    expect([rate[7], rate[14], rate[15]]).toEqual([7, 100, 0]);
    expect(toHex(rate, 10, 14)).toBe("01002130");
    const model = valset([{ key: UBX_KEYS.dynamicModel, value: 4 }], 7);
    expect([model.length, model[14]]).toEqual([17, 4]);
    const baud = valset([{ key: UBX_KEYS.uart1Baud, value: 115_200 }], 7);
    expect(toHex(baud, 14, 18)).toBe("00c20100");
  });

  it("refuses what does not fit a key", () => {
    expect(() => valset([{ key: UBX_KEYS.dynamicModel, value: 256 }], 1)).toThrow(/does not take 256/);
    expect(() => valset([{ key: 7, value: 0 }], 1)).toThrow(/key 7/);
    expect(() => valset(new Array(65).fill({ key: UBX_KEYS.dynamicModel, value: 1 }), 1)).toThrow(
      /at most 64/,
    );
  });

  it("sets up both kinds of receiver; what it sends reads back", () => {
    const old = decodeAll(ubx, neo6Setup());
    expect(old.problems).toEqual([]);
    expect(old.messages.map((m) => m.message)).toEqual([
      "ubx.cfg-msg",
      "ubx.cfg-msg",
      "ubx.cfg-msg",
      "ubx.cfg-rate",
      "ubx.cfg-nav5",
      "ubx.cfg-prt",
    ]);
    expect(old.messages[3]!.values).toEqual({ period: 200, ratio: 1, timeRef: 1 });
    expect(old.messages[5]!.values["baud"]).toBe(115_200);
    const items = decodeAll(ubx, m9Setup({ rateHz: 25 })).messages.map((m) => [
      m.values["key"],
      m.values["value"],
    ]);
    expect(items).toContainEqual([UBX_KEYS.measurementPeriodMs, 40]);
    expect(items.at(-1)).toEqual([UBX_KEYS.uart1Baud, 115_200]);
  });
});
