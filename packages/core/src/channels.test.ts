import { describe, expect, it } from "vitest";
import { CHANNELS, findChannel } from "./channels.ts";

describe("channel catalogue", () => {
  it("has a range and a step that make sense for every channel", () => {
    for (const c of CHANNELS.values()) {
      expect(c.max, c.id).toBeGreaterThan(c.min);
      expect(c.resolution, c.id).toBeGreaterThan(0);
      expect(c.resolution, c.id).toBeLessThanOrEqual(c.max - c.min);
      expect(c.label, c.id).toMatch(/^\S.*\S$/);
    }
  });

  it.each([
    ["battery.cell.14.voltage", "V", "Cell 14 voltage"],
    ["obd.o2.8.lambda", "lambda", "Oxygen sensor 8 lambda"],
    ["obd.longTrim2", "1", "Long term fuel trim, bank 2"],
  ])("knows %s", (id, unit, label) => {
    expect(findChannel(id)).toMatchObject({ id, unit, label });
  });

  it.each(["battery.cell.0.voltage", "obd.o2.9.lambda", "gear", ""])("does not know %j", (id) => {
    expect(findChannel(id)).toBeUndefined();
  });
});
