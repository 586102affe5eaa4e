import { type CanFrame, createCanFrame } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { SlcanAdapter } from "./slcan-adapter.ts";

function adapter() {
  let said = "";
  const bus: string[] = [];
  const a = new SlcanAdapter({
    write: (text) => {
      said += text;
    },
    onBus: (f) => void bus.push(`${f.id.toString(16)}#${[...f.data.slice(0, f.length)]}`),
  });
  return {
    bus,
    type(text: string): string {
      said = "";
      a.fromHost(Uint8Array.from(text, (c) => c.charCodeAt(0)));
      return said;
    },
    hear(frame: Partial<CanFrame>): string | undefined {
      said = "";
      const data = Uint8Array.of(0x11, 0x33);
      return a.fromBus({ ...createCanFrame(), id: 0x100, length: 2, data, tUs: 0, ...frame })
        ? said
        : undefined;
    },
  };
}

// the examples of the CAN232 manual: commands, answers, and the line of a frame
describe("an SLCAN adapter", () => {
  it("is opened with a bit rate, and passes frames on only while it is open", () => {
    const { hear, type } = adapter();
    expect(hear({})).toBeUndefined();
    expect(type("O\r")).toBe("\x07"); // no bit rate yet
    expect(type("S6\r")).toBe("\r");
    expect(hear({})).toBeUndefined();
    expect(type("O\r")).toBe("\r");
    expect(hear({})).toBe("t10021133\r");
    expect(hear({ extended: true })).toBe("T0000010021133\r");
    expect(type("S5\r")).toBe("\x07"); // not while it is open
    expect(type("O\r")).toBe("\x07");
    expect(type("C\r")).toBe("\r");
    expect(hear({})).toBeUndefined();
    expect(type("C\r")).toBe("\x07");
  });

  it("stamps frames with milliseconds of its minute when asked to", () => {
    const { hear, type } = adapter();
    expect(type("S6\rZ1\rO\r")).toBe("\r\r\r");
    expect(hear({ tUs: 59_999_000 })).toBe("t10021133EA5F\r");
    expect(hear({ tUs: 60_001_000 })).toBe("t100211330001\r");
    expect(type("Z0\r")).toBe("\x07");
    expect(type("C\rZ0\rO\r")).toBe("\r\r\r");
    expect(hear({ tUs: 59_999_000 })).toBe("t10021133\r");
  });

  it("sends what the computer asks it to send, unless it only listens", () => {
    const { bus, type } = adapter();
    expect(type("t7DF80201050000000000\r")).toBe("\x07"); // closed
    type("S6\rO\r");
    expect(type("t7DF80201050000000000\r")).toBe("z\r");
    expect(type("T18DB33F18020105CCCCCCCCCC\r")).toBe("Z\r");
    expect(bus).toEqual(["7df#2,1,5,0,0,0,0,0", "18db33f1#2,1,5,204,204,204,204,204"]);
    type("C\rX0\rO\r");
    expect(type("t7DF0\r")).toBe("\r");
    expect(type("C\rL\r")).toBe("\r\r");
    expect(type("t7DF0\r")).toBe("\x07");
    expect(bus).toHaveLength(3);
  });

  it("says what it is, and refuses what it does not know, in pieces as they come", () => {
    const { type } = adapter();
    expect(type("V\rN\rv\r")).toBe("V1013\rNPW01\rv1013\r");
    expect(type("F\r")).toBe("\x07");
    type("S6\rO\r");
    expect(type("F\r")).toBe("F00\r");
    expect(type("K\r")).toBe("\x07");
    expect(type("S9\r")).toBe("\x07");
    expect(type("t1G\r")).toBe("\x07");
    expect(type("\r\r\r")).toBe("\r\r\r");
    expect(type("t7D")).toBe("");
    expect(type("F0\r")).toBe("z\r");
  });
});
