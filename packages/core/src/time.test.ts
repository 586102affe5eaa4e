import { describe, expect, it } from "vitest";
import { civilFromDays, daysFromCivil } from "./time.ts";

describe("calendar", () => {
  it("agrees with the host's Date for every day of three centuries", () => {
    for (let days = -36_525; days < 73_050; days++) {
      const date = new Date(days * 86_400_000);
      const civil = civilFromDays(days);
      const wanted = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
      if (civil.year !== wanted.year || civil.month !== wanted.month || civil.day !== wanted.day)
        expect(civil, `day ${days}`).toEqual(wanted);
      if (daysFromCivil(civil.year, civil.month, civil.day) !== days)
        expect(daysFromCivil(civil.year, civil.month, civil.day)).toBe(days);
    }
    expect(civilFromDays(0)).toEqual({ year: 1970, month: 1, day: 1 });
  });
});
