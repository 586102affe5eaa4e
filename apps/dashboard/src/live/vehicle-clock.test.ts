import type { VehicleState } from "@pitwall/api";
import { describe, expect, it } from "vitest";
import { VehicleClock } from "./vehicle-clock.ts";
import { wantsOf } from "./wants.ts";

const state = (kind: VehicleState["state"], tS: number, lastSeenS: number): VehicleState => ({
  id: "v",
  state: kind,
  replay: false,
  session: "s",
  sessionStartUs: 0,
  lastSeenUs: lastSeenS * 1e6,
  framesPerS: 0,
  missingFrames: 0,
  badFrames: 0,
  values: { "vehicle.speed": { tUs: tS * 1e6, value: 1, unit: "m/s" } },
});

describe("vehicle clock", () => {
  it("takes a live vehicle's newest sample for now, whatever the clocks of server and page say", () => {
    const clock = new VehicleClock("v");
    clock.observeState(state("live", 100, 5000), 1000, 6_000_000);
    expect(clock.nowUs(3000)).toBe(102e6);
  });

  it("does not grow younger in silence when the list says the same again", () => {
    const clock = new VehicleClock("v");
    clock.observeRows(Float64Array.of(99e6, 100e6), 1000);
    for (let ms = 2000; ms <= 61_000; ms += 1000)
      clock.observeState(state("quiet", 100, 5000), ms, undefined);
    expect(clock.nowUs(61_000)).toBe(160e6);
    expect(clock.newestUs).toBe(100e6);
  });

  it("knows from the server how old the last sample of a vehicle is that was silent before the page came", () => {
    const clock = new VehicleClock("v");
    clock.observeState(state("offline", 100, 5000), 1000, undefined);
    expect(clock.nowUs(1000)).toBeNaN();
    clock.observeState(state("offline", 100, 5000), 2000, 5_030_000);
    expect(clock.nowUs(2000)).toBe(130e6);
  });

  it("learns the rate of each channel", () => {
    const clock = new VehicleClock("v");
    for (const t of [100, 105, 110]) clock.observeState(state("live", t, t), t * 1000, undefined);
    expect(clock.usualUs("vehicle.speed")).toBe(5e6);
    expect(clock.usualUs("gnss.lat")).toBeNaN();
  });
});

describe("what history the page asks for", () => {
  const shown = {
    edgeUs: 2000e6,
    sessionStartUs: 500e6,
    viewport: { spanUs: 60e6, endUs: null },
    chartChannels: ["a"],
    chartWidthPx: 600,
    maximaSinceUs: 0,
  };

  it("begins with what is on show, at the step of a pixel, and never before the session", () => {
    const [first, , maxima, scrollBack] = wantsOf(shown);
    expect(first).toEqual({ channels: ["a"], fromUs: 1940e6, toUs: 2000e6, stepUs: 100_000 });
    expect(maxima!.fromUs).toBe(490e6);
    expect(scrollBack!.fromUs).toBe(1400e6);
    const [back] = wantsOf({ ...shown, viewport: { spanUs: 60e6, endUs: 1000e6 } });
    expect(back).toMatchObject({ fromUs: 910e6, toUs: 1030e6 });
  });

  it("asks for nothing while no time is known, and for no channels where there is no chart", () => {
    expect(wantsOf({ ...shown, edgeUs: Number.NaN })).toEqual([]);
    expect(wantsOf({ ...shown, chartChannels: [] }).every((w) => w.channels.length > 0)).toBe(true);
  });
});
