import { describe, expect, it } from "vitest";
import { ClockModel } from "./clock.ts";

const UTC_US = 1_790_000_000_000_000;

/** Fixes ten times a second from one second of boot time to another; `utc` gives what the fix says at a boot time. */
function fixes(clock: ClockModel, fromS: number, toS: number, utc: (bootUs: number) => number): void {
  for (let i = Math.round(fromS * 10); i < Math.round(toS * 10); i++) {
    clock.observeUtc(i * 1e5, utc(i * 1e5), "gnss");
    clock.toEpoch(i * 1e5);
  }
}

describe("a device clock by fixes", () => {
  it.each([0.3, -0.3])("that jumps by %f s is followed within a second", (jumpS) => {
    const clock = new ClockModel();
    fixes(clock, 0, 10, (boot) => UTC_US + boot);
    fixes(clock, 10, 11, (boot) => UTC_US + boot - jumpS * 1e6);
    expect(clock.toEpoch(11e6)).toBeCloseTo(UTC_US + 11e6 - jumpS * 1e6, -1);
    expect(clock.state.steps).toBe(1);
  });

  it("does not jump after single fixes that are late, nor after late ones that disagree", () => {
    const clock = new ClockModel();
    const lateUs = [0, 0, 400_000, 0, 180_000, 300_000, 420_000, 200_000, 350_000, 0];
    fixes(clock, 0, 60, (boot) => UTC_US + boot - lateUs[(boot / 1e5) % 10]!);
    expect(clock.state.steps).toBe(0);
    expect(Math.abs(clock.toEpoch(60e6) - (UTC_US + 60e6))).toBeLessThan(20_000);
  });

  it("whose first fixes were held up longer than the others is right as soon as one came through", () => {
    const clock = new ClockModel();
    fixes(clock, 0, 1, (boot) => UTC_US + boot - (boot < 300_000 ? 100_000 : 0));
    expect(clock.toEpoch(1e6)).toBe(UTC_US + 1e6);
    expect(clock.state.steps).toBe(0);
  });

  it("that drifts by 100 ppm is followed smoothly: no two instants change places", () => {
    const clock = new ClockModel();
    let last = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < 6000; i++) {
      const bootUs = i * 1e5;
      clock.observeUtc(bootUs, Math.round(UTC_US + bootUs * (1 - 100e-6)), "gnss");
      const utc = clock.toEpoch(bootUs);
      expect(utc).toBeGreaterThan(last);
      expect(Math.abs(utc - (UTC_US + bootUs * (1 - 100e-6)))).toBeLessThan(100);
      last = utc;
    }
    expect(clock.state.steps).toBe(0);
  });

  it("that jumps by more than a second is followed at once", () => {
    const clock = new ClockModel();
    fixes(clock, 0, 10, (boot) => UTC_US + boot);
    clock.observeUtc(10e6, UTC_US + 5e6, "gnss");
    expect(clock.toEpoch(10e6)).toBe(UTC_US + 5e6);
  });
});
