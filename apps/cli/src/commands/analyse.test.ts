import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  at,
  circuit,
  failure,
  friend,
  GATE,
  json,
  own,
  picture,
  run,
  truth,
  withDrives,
} from "../analyse/testing/drives.ts";

withDrives();

describe("pitwall analyse summary", () => {
  it("gives each lap, and how they compare, as they were driven", async () => {
    const s = await json("summary", at("own.json"));
    const times = truth(own);
    expect(s.laps.length).toBe(times.length);
    const best = Math.min(...s.laps.map((l: { timeS: number }) => l.timeS));
    for (const [i, l] of s.laps.entries()) {
      expect(Math.abs(l.timeS - times[i]!)).toBeLessThan(0.03);
      expect(l.deltaS).toBeCloseTo(l.timeS - best, 9);
      expect(l.maximumMps).toBeLessThan(36 * 1.08);
      expect(l.energyWh).toBeCloseTo(l.timeS / 3.6, 1);
      expect(l.fullThrottleShare).toBeNull();
    }
    expect(s.bestS).toBe(best);
    expect(s.theoreticalBestS).toBeLessThanOrEqual(best);
    expect(s.rollingBestS).toBeLessThanOrEqual(best);
    const mean = times.reduce((a, b) => a + b) / times.length;
    expect(s.consistency.meanS).toBeCloseTo(mean, 1);
  });

  it("is a table for people, with what was assumed on stderr", async () => {
    const { out, err, code } = await run(["summary", at("own.json"), "--speed-unit", "mph"]);
    expect(code).toBe(0);
    expect(out).toMatch(/lap +time +delta +v max/);
    expect(out).toMatch(/ mph/);
    expect(out).toMatch(/best/);
    expect(out).toMatch(/consistency +9\d\.\d\d %/);
    expect(err).toContain("vehicle.aLong and vehicle.aLat: not recorded, derived");
    expect(err).toContain("coasting: no pedal was recorded");
  });
});

describe("pitwall analyse corners", () => {
  it("shares out the whole difference of two laps", async () => {
    const c = await json("corners", at("own.json"), "--lap", "1", "--against", "3");
    const lost = c.sections.reduce((sum: number, s: { lostS: number }) => sum + s.lostS, 0);
    expect(lost).toBeCloseTo(c.differenceS, 9);
    const times = truth(own);
    expect(Math.abs(c.differenceS - (times[0]! - times[2]!))).toBeLessThan(0.03);
    expect(c.sections.filter((s: { kind: string }) => s.kind === "corner").length).toBeGreaterThan(4);
  });

  it("takes the best lap as the reference, and the next best beside it", async () => {
    const { out, err } = await run(["corners", at("own.json"), "--svg", at("corners.svg"), ...GATE]);
    const order = truth(own)
      .map((t, i) => [t, i + 1] as const)
      .sort((a, b) => a[0] - b[0]);
    expect(out).toMatch(
      new RegExp(`^lap ${order[1]![1]} .* against lap ${order[0]![1]} .*: \\+\\d\\.\\d+ s ± `),
    );
    expect(out).toContain("most lost: ");
    expect(err).toContain("wrote ");
    expect(await picture("corners.svg")).toContain("T1");
  });

  it("holds a lap against one of another recording, on the first one's line", async () => {
    const c = await json("corners", at("own.json"), "--lap", "2", "--against", `${at("friend.json")}#1`);
    expect(c.reference.name).toBe("friend.json lap 1");
    expect(Math.abs(c.differenceS - (truth(own)[1]! - truth(friend)[0]!))).toBeLessThan(0.03);
    expect(await failure("corners", at("own.json"), "--against", at("away.json"))).toMatch(
      /CommandError: .*away\.json: it has no whole lap on the start line of .*own\.json/,
    );
  });

  it("says which laps there are, and refuses a lap against itself", async () => {
    expect(await failure("corners", at("own.json"), "--lap", "12")).toMatch(
      /no whole lap 12; there are 1 2 3 4$/,
    );
    expect((await run(["corners", at("own.json"), "--lap", "2", "--against", "2"])).code).toBe(2);
  });
});

describe("pitwall analyse compare", () => {
  it("lays channels of both laps over the same way", async () => {
    const args = ["compare", at("own.json"), "--lap", "1", "--against", "2"];
    const c = await json(
      ...args,
      "--channel",
      "battery.current",
      "--math",
      "kmh = gnss.speed * 3.6",
      "--channel",
      "kmh",
    );
    const n = c.distanceM.length;
    expect(c.deltaS.length).toBe(n);
    expect(c.deltaS.at(-1)).toBeCloseTo(c.differenceS, 9);
    expect(c.distanceM.at(-1)).toBeCloseTo(circuit.lengthM, -1);
    expect(c.units).toEqual({ "battery.current": "A", kmh: "m/s" });
    for (const lap of [c.lap, c.reference]) {
      expect(lap.channels["battery.current"].every((a: number) => Math.abs(a - 20) < 1e-9)).toBe(true);
      for (const i of [10, n >> 1]) expect(lap.channels.kmh[i]).toBeCloseTo(3.6 * lap.speedMps[i], 1);
    }
  });

  it("draws on a terminal as wide as it is, and a picture", async () => {
    const args = ["compare", at("own.json"), "--channel", "battery.voltage", "--svg", at("compare.svg")];
    const { out } = await run(args, 72);
    const dots = out.split("\n").filter((l) => /[\u2801-\u28ff]/.test(l));
    expect(dots.length).toBeGreaterThan(8);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the codes that dim are no width
    for (const l of dots) expect([...l.replace(/\x1b\[\d*m/g, "")].length).toBeLessThanOrEqual(72);
    expect((await run(args)).out).not.toMatch(/[\u2801-\u28ff]/);
    expect(await picture("compare.svg")).toContain("battery.voltage, V");
  });

  it("needs two laps", async () => {
    expect(await failure("compare", at("short.json"))).toMatch(/CommandError: .*it has no whole lap/);
  });
});

describe("pitwall analyse consistency", () => {
  it("has the best, the middle and the spread of each section, over whole laps", async () => {
    const c = await json("consistency", at("own.json"));
    expect(c.laps).toEqual([1, 2, 3, 4]);
    const { laps } = await json("summary", at("own.json"));
    for (const [k, lap] of laps.entries()) {
      const sum = c.sections.reduce((a: number, s: { timesS: number[] }) => a + s.timesS[k]!, 0);
      expect(sum).toBeCloseTo(lap.timeS, 9);
    }
    for (const s of c.sections) {
      const sorted = [...s.timesS].sort((a: number, b: number) => a - b);
      expect(s.bestS).toBe(sorted[0]);
      expect(s.timesS[c.laps.indexOf(s.bestLap)]).toBe(s.bestS);
      expect(s.medianS).toBeCloseTo((sorted[1]! + sorted[2]!) / 2, 9);
      const mean = (sorted[0]! + sorted[1]! + sorted[2]! + sorted[3]!) / 4;
      const squares = sorted.reduce((a: number, t: number) => a + (t - mean) ** 2, 0);
      expect(s.spreadS).toBeCloseTo(Math.sqrt(squares / 3), 9);
    }
    expect(c.sumOfBestS).toBeLessThanOrEqual(Math.min(...laps.map((l: { timeS: number }) => l.timeS)));
    expect((await run(["consistency", at("own.json")])).out).toContain("least even: ");
  });
});

describe("wrong usage of pitwall analyse", () => {
  it.each([
    [[]],
    [["weather", "x"]],
    [["summary"]],
    [["summary", "a", "b"]],
    [["summary", "x", "--lap", "2"]],
    [["gg", "x", "--speed-unit", "furlong"]],
    [["histogram", "x"]],
    [["histogram", "x", "--channel", "a", "--math", "1=2"]],
  ])("%j ends with 2 and says how it is used", async (argv) => {
    const { code, err, out } = await run(argv);
    expect(code).toBe(2);
    expect(err).toContain("usage: pitwall analyse");
    expect(out).toBe("");
  });

  it("help is data", async () => {
    expect((await run(["--help"])).out).toContain("corners");
    expect((await run(["corners", "--help"])).out).toContain("--against");
  });
});

const TIANMA = join(import.meta.dirname, "../../../../../shared/data/laps/racechrono-tianma-lap9.csv");
describe.skipIf(!existsSync(TIANMA))("a real lap (skipped where ../shared is absent)", () => {
  it("keeps its number and time, and is drawn by speed", async () => {
    const s = JSON.parse((await run(["summary", TIANMA, "--json"])).out);
    expect(s.laps.map((l: { number: number }) => l.number)).toEqual([9]);
    expect(Math.abs(s.bestS - 76.329)).toBeLessThan(0.02);
    const { out, err } = await run(["corners", TIANMA, "--svg", at("tianma.svg")]);
    expect(out).toMatch(/^lap 9 1:16\.3/);
    expect(err).toContain("there is no other lap");
    expect(await picture("tianma.svg")).toContain("lap 9");
  });
});
