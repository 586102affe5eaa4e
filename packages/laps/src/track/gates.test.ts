import { describe, expect, it } from "vitest";
import { LapsError } from "../errors.ts";
import { Plane } from "../plane.ts";
import { clubCircuit } from "../testing/circuits.ts";
import { drive, lineOf } from "../testing/drive.ts";
import { gateFromLaps } from "./gate-from-laps.ts";
import { gateAcross, middleOf, placeGate } from "./placed-gate.ts";
import { placeLayout } from "./placed-layout.ts";
import { resolveGate } from "./resolve-gate.ts";

const code = (run: () => unknown): string | undefined => {
  try {
    run();
  } catch (e) {
    if (e instanceof LapsError) return e.code;
  }
  return undefined;
};

describe("gates", () => {
  const plane = new Plane(47, 9);

  it("lie across their course, negative before and positive behind", () => {
    const g = placeGate(plane, gateAcross("g", 47, 9, Math.PI / 2, 20));
    expect([g.nx, g.ny, g.halfM].map((v) => Math.round(v * 1e6) / 1e6)).toEqual([1, 0, 10]);
    const back = placeGate(plane, gateAcross("g", 47, 9, -Math.PI / 2, 20));
    expect(back.nx).toBeCloseTo(-1, 6);
    // a course need not be square to the line
    expect(placeGate(plane, { ...gateAcross("g", 47, 9, 0, 20), course: 1.2 }).ny).toBeCloseTo(1, 6);
  });

  it("are refused with a reason", () => {
    const g = gateAcross("g", 47, 9, 0, 20);
    expect(code(() => placeGate(plane, { name: "g", ends: g.ends }))).toBe("undirected");
    expect(code(() => placeGate(plane, { ...g, course: Math.PI / 2 }))).toBe("out-of-range");
    expect(code(() => placeGate(plane, { ...g, ends: [47, 9, 47, 9] }))).toBe("out-of-range");
    expect(code(() => placeGate(plane, { ...g, ends: [147, 9, 47, 9] }))).toBe("out-of-range");
    const elsewhere = [
      [46, 9],
      [46.01, 9],
      [46.01, 9.01],
      [46, 9.01],
    ] as const;
    expect(
      code(() => placeLayout({ name: "x", closed: true, start: g, splits: [], centreLine: elsewhere })),
    ).toBe("malformed");
    expect(code(() => placeLayout({ name: "x", closed: false, start: g, splits: [] }))).toBe("missing");
  });

  it("work across the date line", () => {
    const g = gateAcross("g", -17, 179.99999, 0, 20);
    expect(g.ends[1] * g.ends[3]).toBeLessThan(0);
    const [lat, lon] = middleOf(g.ends);
    expect(lat).toBeCloseTo(-17, 9);
    expect(lon).toBeCloseTo(179.99999, 9);
    expect(placeGate(new Plane(-17, -179.9999), g).halfM).toBeCloseTo(10, 3);
  });
});

describe("gates from a drive", () => {
  const circuit = clubCircuit();
  const d = drive({ circuit, laps: 3, seed: 1, rateHz: 10, whiteM: 0.2, runInM: 100 });
  const line = lineOf(circuit, 0, 10);
  const apart = (a: number, b: number) => Math.abs(((a - b + 3 * Math.PI) % (2 * Math.PI)) - Math.PI);

  it("get the direction they are crossed in, whichever way their ends are given", () => {
    for (const ends of [line.ends, [line.ends[2], line.ends[3], line.ends[0], line.ends[1]] as const])
      expect(apart(resolveGate({ name: "g", ends }, d)!.course, line.course)).toBeLessThan(0.1);
    expect(resolveGate({ name: "g", ends: lineOf(circuit, 0, 10, 45.1).ends }, d)).toBeUndefined();
  });

  it("are laid square across the way at a single place", () => {
    const [lat, lon] = middleOf(line.ends);
    const gate = resolveGate({ name: "g", ends: [lat, lon, lat, lon] }, d)!;
    expect(apart(gate.course, line.course)).toBeLessThan(0.1);
    expect(middleOf(gate.ends)[0]).toBeCloseTo(lat, 9);
  });

  it("are where the file changes its lap number", () => {
    const laps = d.passings
      .slice(1)
      .map((p, i) => ({ number: i, startUs: d.passings[i]!.tUs, endUs: p.tUs }));
    const gate = gateFromLaps(laps, d)!;
    const [lat, lon] = middleOf(gate.ends);
    const [lat0, lon0] = middleOf(line.ends);
    const plane = new Plane(lat0, lon0);
    expect(Math.hypot(plane.x(lon), plane.y(lat))).toBeLessThan(0.5);
    expect(apart(gate.course, line.course)).toBeLessThan(0.1);
    // a change at the file's very end is only where the file ends
    expect(gateFromLaps([{ number: 1, startUs: d.tUs[0]!, endUs: d.tUs[d.length - 1]! }], d)).toBeUndefined();
  });
});
