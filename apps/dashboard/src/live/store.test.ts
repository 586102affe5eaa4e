import { describe, expect, it } from "vitest";
import { SampleStore } from "./store.ts";

const at = (...s: number[]) => Float64Array.from(s, (x) => x * 1e6);

describe("sample store", () => {
  it("keeps groups of one channel apart", () => {
    const store = new SampleStore("s");
    store.series("gnss.speed", "a/x", "m/s").live(at(1), Float64Array.of(10));
    store.series("gnss.speed", "b/y", "m/s").live(at(1), Float64Array.of(20));
    expect(store.of("gnss.speed").map((s) => s.lastValue)).toEqual([10, 20]);
  });

  it("prefers what is derived to what a device says, whichever came first, until it falls silent", () => {
    const store = new SampleStore("s");
    const unit = store.series("lap.time", "tcp/blackbox.v4", "s");
    unit.live(at(1, 2), Float64Array.of(0, 0));
    expect(store.best(["lap.time"])).toBe(unit);
    const timed = store.series("lap.time", "derived/lap", "s");
    timed.live(at(1, 2), Float64Array.of(30, 31));
    expect(store.best(["lap.time"])).toBe(timed);
    unit.live(at(5), Float64Array.of(0));
    expect(store.best(["lap.time"])).toBe(unit);
  });

  it("prefers the first channel until it falls silent", () => {
    const store = new SampleStore("s");
    const fused = store.series("vehicle.speed", "a", "m/s");
    const gnss = store.series("gnss.speed", "a", "m/s");
    gnss.live(at(1, 2), Float64Array.of(1, 2));
    expect(store.best(["vehicle.speed", "gnss.speed"])).toBe(gnss);
    fused.live(at(1), Float64Array.of(1));
    expect(store.best(["vehicle.speed", "gnss.speed"])).toBe(fused);
    gnss.live(at(4), Float64Array.of(4));
    expect(store.best(["vehicle.speed", "gnss.speed"])).toBe(gnss);
    expect(store.best(["wheel.speed"])).toBeUndefined();
  });
});
