import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Recording } from "@pitwall/core";
import { writeRecording } from "@pitwall/formats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clubCircuit } from "../../../../packages/laps/src/testing/circuits.ts";
import { type Drive, type DriveOptions, drive, lineOf } from "../../../../packages/laps/src/testing/drive.ts";
import { column, driveRecording } from "../../../../packages/laps/src/testing/drive-recording.ts";
import type { Io } from "../command.ts";
import { analyse } from "./analyse.ts";

const GRAVITY = 9.80665;
const RECEIVER = { whiteM: 0.05, slowM: 0.1, slowTauS: 120, velocityMps: 0.03 };
const circuit = clubCircuit();
const drives = (o: Partial<DriveOptions>): Drive =>
  drive({ circuit, laps: 4, seed: 3, rateHz: 10, pace: 0.03, runInM: 200, ...RECEIVER, ...o });
const own = drives({});
const friend = drives({ seed: 9, laps: 2 });
/** On neither pedal between 500 and 560 m of each lap. */
const pedals = {
  name: "pedals",
  tUs: own.tUs,
  columns: [
    column(
      "driver.throttle",
      "1",
      own.sM.map((s) => (off(s) ? 0 : 0.9)),
    ),
    column(
      "driver.brake",
      "1",
      own.sM.map(() => 0),
    ),
  ],
};
function off(s: number): boolean {
  const m = ((s % circuit.lengthM) + circuit.lengthM) % circuit.lengthM;
  return m > 500 && m < 560;
}
/** 50 V and 20 A all the time: 1 kW. */
const battery = {
  name: "bms",
  tUs: own.tUs,
  columns: [
    column("battery.current", "A", new Float64Array(own.length).fill(20)),
    column("battery.voltage", "V", new Float64Array(own.length).fill(50)),
  ],
};
const truth = (d: Drive): number[] => d.passings.slice(1).map((p, i) => (p.tUs - d.passings[i]!.tUs) / 1e6);

/** The line that `passings` are counted on. */
const GATE = ["--gate", lineOf(circuit, 0, 12).ends.join(",")];

let folder: string;
const at = (name: string): string => join(folder, name);
async function save(name: string, recording: Recording): Promise<void> {
  const pieces: (string | Uint8Array)[] = [];
  for await (const piece of writeRecording(recording, "pitwall-json")) pieces.push(piece);
  await writeFile(at(name), Buffer.concat(pieces.map((p) => Buffer.from(p))));
}
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pitwall-analyse-"));
  await save("own.json", driveRecording(own, [battery]));
  await save("pedals.json", driveRecording(own, [pedals]));
  await save("friend.json", driveRecording(friend));
  await save("away.json", driveRecording(drives({ latDeg: 30, laps: 2 })));
  await save("short.json", driveRecording(drives({ laps: 0, runOutM: 300 })));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(argv: readonly string[], columns?: number) {
  let out = "";
  const err: string[] = [];
  const io: Io = {
    out: async (chunk) => {
      out += chunk;
    },
    err: (line) => void err.push(line),
    stdin: async function* () {},
    interactive: false,
    ...(columns === undefined ? {} : { columns }),
    signal: new AbortController().signal,
  };
  const code = await analyse.run(argv, io);
  return { code, out, err: err.join("\n") };
}
const json = async (...argv: string[]) => JSON.parse((await run([...argv, ...GATE, "--json"])).out);
const failure = (...argv: string[]): Promise<string> =>
  run(argv).then(
    () => "",
    (e: Error) => `${e.name}: ${e.message}`,
  );

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

describe("pitwall analyse gg, histogram, braking, coasting, energy", () => {
  it("gives the grip that was there", async () => {
    const g = await json("gg", at("own.json"), "--svg", at("gg.svg"));
    const widest = Math.max(...g.envelopeMps2[2].filter((r: number | null) => r !== null));
    expect(g.shares).toEqual([0.5, 0.9, 0.98]);
    expect(widest).toBeGreaterThan(0.5 * GRAVITY);
    expect((await run(["gg", at("own.json"), "--lap", "best"])).out).toMatch(/braking, left/);
    expect(await picture("gg.svg")).toContain("accelerating");
    // without laps it is over all there is
    expect((await run(["gg", at("short.json")])).out).toContain("the whole recording");
  });

  it("counts the time of the laps, all of it", async () => {
    const h = await json(
      "histogram",
      at("own.json"),
      "--channel",
      "gnss.speed",
      "--svg",
      at("histogram.svg"),
    );
    const whole = truth(own).reduce((a, b) => a + b);
    const counted = h.seconds.reduce((a: number, b: number) => a + b, 0);
    expect(Math.abs(counted - whole)).toBeLessThan(0.5);
    expect(h.unit).toBe("m/s");
    // edges are round numbers of the unit shown
    expect(h.edges[1] * 3.6 - h.edges[0] * 3.6).toBeCloseTo(5, 6);
    expect((await run(["histogram", at("own.json"), "--channel", "gnss.speed"])).out).toMatch(/█/);
    const cut = await json(
      "histogram",
      at("own.json"),
      "--channel",
      "gnss.speed",
      "--min",
      "0",
      "--max",
      "144",
      "--bins",
      "4",
    );
    expect(cut.edges.map((e: number) => Math.round(e))).toEqual([0, 10, 20, 30, 40]);
    await picture("histogram.svg");
  });

  it("finds braking, and says so where there is none", async () => {
    const { zones } = await json("braking", at("own.json"));
    expect(zones.length).toBeGreaterThan(2);
    for (const z of zones) expect(z.fromMps).toBeGreaterThan(z.toMps);
    const { out, err } = await run(["braking", at("own.json"), "--least", "3"]);
    expect(out).toMatch(/into +at/);
    expect(err).toContain("never braked with 3 g");
  });

  it("says who braked later", async () => {
    const both = await json("braking", at("own.json"), "--lap", "1", "--against", "2");
    const [one, two] = [
      await json("braking", at("own.json"), "--lap", "1"),
      await json("braking", at("own.json"), "--lap", "2"),
    ];
    type Zone = { startM: number; laterM: number | null; peakMps2: number; harderMps2: number | null };
    expect(both.reference).toBe("lap 2");
    for (const [i, z] of (both.zones as Zone[]).entries()) {
      expect(z.startM).toBe(one.zones[i].startM);
      if (z.laterM === null) continue;
      const other = two.zones.find((o: Zone) => Math.abs(z.startM - z.laterM! - o.startM) < 1e-6);
      expect(z.harderMps2).toBeCloseTo(z.peakMps2 - other.peakMps2, 9);
    }
    expect(one.zones[0].laterM).toBeNull();
    const { out } = await run(["braking", at("own.json"), "--lap", "1", "--against", "2"]);
    expect(out).toMatch(/later +harder/);
  });

  it("finds the stretch on neither pedal", async () => {
    const { out, err } = await run(["coasting", at("pedals.json"), "--lap", "2", ...GATE]);
    const [, from, to] = /where, on lap 2\n.*m +m +s\n +(\d+) +(\d+)/s.exec(out)!;
    expect(Math.abs(Number(from) - 500)).toBeLessThan(8);
    expect(Math.abs(Number(to) - 560)).toBeLessThan(8);
    expect(err).toContain("by the accelerator");
    const s = await json("summary", at("pedals.json"));
    for (const l of s.laps) {
      expect(l.coastingBy).toBe("pedals");
      expect(l.brakingShare).toBe(0);
      expect(l.fullThrottleShare + l.coastingShare).toBeCloseTo(1, 1);
    }
  });

  it("measures energy by hand: 1 kW", async () => {
    const { laps } = await json("energy", at("own.json"));
    for (const l of laps) expect(l.usedWh).toBeCloseTo(l.timeS / 3.6, 1);
    expect(await failure("energy", at("friend.json"))).toMatch(
      /the recording has no battery\.current\nchannels there are: gnss\.course /,
    );
    const { laps: coasts } = await json("coasting", at("own.json"));
    for (const l of coasts) expect(l.share).toBeCloseTo(l.seconds / l.timeS, 6);
  });
});

describe("pitwall analyse channel", () => {
  it("checks an expression, and gives it lap by lap with its unit", async () => {
    const c = await json("channel", at("own.json"), "abs(vehicle.aLat) / 9.80665");
    expect(c.unit).toBe("1");
    expect(c.laps.map((l: { lap: number }) => l.lap)).toEqual([1, 2, 3, 4]);
    const power = await json("channel", at("own.json"), "battery.voltage * battery.current");
    expect(power.unit).toBe("W");
    for (const l of power.laps) expect([l.minimum, l.mean, l.maximum]).toEqual([1000, 1000, 1000]);
    const spent = await json(
      "channel",
      at("own.json"),
      "integral(p, lap.number)",
      "--math",
      "p=battery.voltage*battery.current",
    );
    expect(spent.unit).toBe("Wh");
    for (const [i, l] of spent.laps.entries())
      expect(Math.abs(3.6 * l.last - truth(own)[i]!)).toBeLessThan(0.3);
  });

  it("shows where it is wrong, and which channels there are", async () => {
    expect(await failure("channel", at("own.json"), "gnss.speed / (2")).toBe(
      `CommandError: ${at("own.json")}: ` +
        'channel, column 16: ")" expected, not the end\n  gnss.speed / (2\n                 ^',
    );
    const wrong = await failure("channel", at("own.json"), "2 * gnss.spead");
    expect(wrong).toContain('column 5: there is no channel "gnss.spead"; did you mean gnss.speed?');
    expect(wrong).toContain("\n  2 * gnss.spead\n      ^\nchannels there are: ");
    expect(
      await failure("histogram", at("own.json"), "--channel", "x", "--math", "x = gnss.speed + gnss.lat"),
    ).toContain("x, column 12: m/s and rad cannot be put together");
    expect(await failure("histogram", at("own.json"), "--channel", "driver.brake")).toContain(
      "no driver.brake\n",
    );
  });

  it("looks at what fusion makes of the whole drive, where it is told to, and says so", async () => {
    const drive = join(import.meta.dirname, "../../../../packages/fusion/src/captures/comma2k19.csv");
    expect(await failure("channel", drive, "vehicle.speed")).toContain("no vehicle.speed");
    const { out, err } = await run(["channel", drive, "vehicle.speed - wheel.speed", "--smooth", "--json"]);
    const { laps } = JSON.parse(out);
    expect(laps).toHaveLength(1);
    expect(Math.abs(laps[0].mean)).toBeLessThan(0.2);
    expect(err).toContain("smoothed with what came later");
  });

  it("lists the channels, and the functions", async () => {
    const { out } = await run(["channel", at("own.json")]);
    expect(out).toMatch(/^battery\.current +A +\d+ +10\.0 +20 +20$/m);
    expect((await run(["channel", "--functions"])).out).toMatch(/^derivative +change a second$/m);
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

/** A picture that was written: every element closed, no number that is none, nothing from elsewhere. */
async function picture(name: string): Promise<string> {
  const svg = await readFile(at(name), "utf8");
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 760 \d/);
  expect(svg).not.toMatch(/NaN|undefined|Infinity|href|<script/);
  const open: string[] = [];
  for (const [, close, tag, self] of svg.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/g)) {
    if (close) expect(open.pop()).toBe(tag);
    else if (!self) open.push(tag!);
  }
  expect(open).toEqual([]);
  return svg;
}
