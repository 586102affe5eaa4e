import { describe, expect, it } from "vitest";
import { ageText, Cadence, DataClock, staleAfterUs } from "./age.ts";

describe("data clock", () => {
  it("takes the smallest delay, and goes on in silence", () => {
    const clock = new DataClock();
    expect(clock.nowUs(0)).toBeNaN();
    expect(clock.silenceMs(0)).toBe(Number.POSITIVE_INFINITY);
    clock.observe(1000e6, 500);
    clock.observe(1000.1e6, 580);
    clock.observe(1000.2e6, 900);
    expect(clock.nowUs(580)).toBe(1000.1e6);
    expect(clock.nowUs(1580)).toBe(1001.1e6);
    expect(clock.silenceMs(4900)).toBe(4000);
  });

  it("forgets a time that lay too far ahead", () => {
    const clock = new DataClock();
    clock.observe(2000e6, 0);
    for (let ms = 100; ms <= 25_000; ms += 100) clock.observe(1000e6 + ms * 1000, ms);
    expect(clock.nowUs(25_000)).toBe(1025e6);
  });

  it("knows the age of what was there before the page", () => {
    const clock = new DataClock();
    clock.observe(1000e6, 100, 60_000);
    expect(clock.nowUs(100)).toBe(1060e6);
  });
});

describe("stale rule", () => {
  it("gives slow channels time", () => {
    expect(staleAfterUs(40_000)).toBe(2.5e6);
    expect(staleAfterUs(2e6)).toBe(10e6);
    expect(staleAfterUs(Number.NaN)).toBe(2.5e6);
  });

  it("learns the rate from the changes alone", () => {
    const cadence = new Cadence();
    for (const t of [0, 0, 5, 5, 5, 10, 15]) cadence.observe(t);
    expect(cadence.usualUs).toBe(5);
  });

  it("says ages shortly", () => {
    expect([0.42e6, 9.96e6, 99e6, 150e6, 3 * 3600e6, 72 * 3600e6].map(ageText)).toEqual([
      "0.4 s",
      "10 s",
      "99 s",
      "3 min",
      "3 h",
      "3 d",
    ]);
  });
});
