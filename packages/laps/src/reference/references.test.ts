import { describe, expect, it } from "vitest";
import type { ReferenceLap } from "./reference-lap.ts";
import { referenceLap, timeAt } from "./reference-lap.ts";
import { References } from "./references.ts";

const lap = (name: string, lapTimeS: number) => ({ name, lapTimeS }) as ReferenceLap;

describe("references", () => {
  it("keep best of session, best ever, previous, chosen and imported apart", () => {
    const r = new References("session-best", { "best-ever": lap("old", 50), imported: lap("friend", 49) });
    expect(r.current).toBeUndefined();
    r.lap(lap("1", 55));
    r.lap(lap("2", 52));
    r.lap(lap("3", 53));
    const named = () => r.current?.name;
    expect(named()).toBe("2");
    r.choose("previous");
    expect(named()).toBe("3");
    r.choose("best-ever");
    expect(named()).toBe("old");
    r.lap(lap("4", 48));
    expect(named()).toBe("4");
    r.choose("imported");
    expect(named()).toBe("friend");
    r.choose("chosen");
    expect(named()).toBeUndefined();
    r.set("chosen", lap("that one", 60));
    expect(named()).toBe("that one");
  });
});

describe("reference lap", () => {
  it("runs as the speeds between the fixes say", () => {
    // from 10 m/s with 2 m/s^2 along x, fixes once a second: x = 10 t + t^2
    const t = [0, 1, 2, 3, 4, 5, 6];
    const rows = {
      count: t.length,
      tS: t,
      x: t.map((s) => 10 * s + s * s),
      y: t.map(() => 0),
      speedMps: t.map((s) => 10 + 2 * s),
    };
    const made = referenceLap("r", rows, 0.5, 5.5)!;
    expect(made.lapTimeS).toBe(5);
    const x0 = rows.x[0]! + 0.5 * (rows.x[1]! - rows.x[0]!);
    for (let s = 10; s < 70; s += 5) {
      // the first fix is cut on the chord; from the second on the truth is known
      const truth = Math.sqrt(25 + x0 + s) - 5 - 0.5;
      if (x0 + s > rows.x[1]!) expect(timeAt(made, s)).toBeCloseTo(truth, 2);
    }
    expect(timeAt(made, -5)).toBe(0);
    expect(timeAt(made, 1e6)).toBe(5);
    expect(referenceLap("none", { ...rows, count: 2 }, 0, 1)).toBeUndefined();
  });
});
