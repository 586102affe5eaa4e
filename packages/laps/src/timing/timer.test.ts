import { describe, expect, it } from "vitest";
import { type Circuit, placeAt } from "../testing/circuit.ts";
import { clubCircuit } from "../testing/circuits.ts";
import { drive, lineOf, metresPerDegree } from "../testing/drive.ts";
import { type PlainFix, ring, ringGate } from "../testing/ring.ts";
import type { Layout } from "../track/track.ts";
import type { Incident, Lap } from "./lap.ts";
import { timeLaps } from "./time-laps.ts";
import { LapTimer } from "./timer.ts";
import type { LapTimerOptions } from "./timer-options.ts";

const layout: Layout = { name: "ring", closed: true, start: ringGate(), splits: [] };

function run(fixes: readonly PlainFix[], options: Partial<LapTimerOptions> = {}) {
  const laps: Lap[] = [];
  const incidents: Incident[] = [];
  const timer = new LapTimer({
    layout,
    onLap: (l) => laps.push(l),
    onIncident: (i) => incidents.push(i),
    ...options,
  });
  for (const f of fixes) timer.fix(...f, Number.NaN);
  return { timer, laps, incidents, timed: laps.filter((l) => l.kind === "lap") };
}

const seconds = (laps: readonly Lap[]) => laps.map((l) => l.timeS);

describe("lap timer on a circle", () => {
  it("is idle until the line is crossed, then times lap 1", () => {
    const { timer } = run(ring([60]).slice(0, 25));
    expect(timer.timing).toBe(false);
    expect(timer.lapNumber).toBe(0);
    const { timer: after } = run(ring([60]).slice(0, 60));
    expect(after.timing).toBe(true);
    expect(after.lapNumber).toBe(1);
    expect(after.elapsedS).toBeCloseTo(2.9, 3);
  });

  it("gives out lap, laps and in lap with their numbers", () => {
    const { timer, laps } = run(ring([60, 55, 58]));
    timer.end();
    expect(laps.map((l) => [l.number, l.kind, l.valid])).toEqual([
      [0, "out", false],
      [1, "lap", true],
      [2, "lap", true],
      [3, "lap", true],
      [4, "in", false],
    ]);
    const times = seconds(laps);
    for (const [i, s] of [3, 60, 55, 58, 3].entries()) expect(times[i]).toBeCloseTo(s, 3);
  });

  it.each([1, 2, 5, 10, 25])("interpolates between fixes at %i Hz", (hz) => {
    const { timed } = run(ring([61.237, 58.113, 59.871], { hz, before: 3.3 }));
    expect(timed.map((l) => Math.round(l.timeS * 1000) / 1000)).toEqual(
      [61.237, 58.113, 59.871].map((s) => expect.closeTo(s, hz === 1 ? 1 : 2)),
    );
  });

  it("starts and ends on device time, whole microseconds", () => {
    const { timed } = run(ring([60]), {});
    expect(timed[0]!.startUs).toBe(1_700_000_000_000_000);
    expect(timed[0]!.endUs).toBe(1_700_000_060_000_000);
    expect(Number.isInteger(timed[0]!.endUs)).toBe(true);
  });

  it("does not count a line driven against its direction", () => {
    const { laps } = run(ring([30, 30]), { layout: { ...layout, start: ringGate(0, 10, true) } });
    expect(laps).toEqual([]);
  });

  it("ignores a line beside the way", () => {
    const { laps } = run(ring([30, 30]), { layout: { ...layout, start: ringGate(0, 4) } });
    expect(laps.length).toBe(3);
    const beside = ringGate(0, 4);
    const [lat1, lon1, lat2, lon2] = beside.ends;
    const shift = 3 * (lon2 - lon1);
    const off: Layout = { ...layout, start: { ...beside, ends: [lat1, lon1 + shift, lat2, lon2 + shift] } };
    expect(run(ring([30, 30]), { layout: off }).laps).toEqual([]);
  });

  it("takes a lap under the minimum for none, and lets timing begin anew where it is the first", () => {
    const { timed, incidents } = run(ring([8, 60]));
    expect(timed.map((l) => l.timeS)).toEqual([expect.closeTo(60, 2)]);
    expect(incidents.map((i) => i.kind)).toEqual(["ignored-crossing"]);
    // once a lap was timed, the one under way is not broken off
    const later = run(ring([60, 8, 52]));
    expect(seconds(later.timed)).toEqual([expect.closeTo(60, 2), expect.closeTo(60, 2)]);
    expect(run(ring([8, 8]), { minLapTimeS: 4 }).timed.length).toBe(2);
  });

  it("times sectors, and says which was missed", () => {
    const split = (angle: number, minor?: true) => ({ ...ringGate(angle), ...(minor && { minor }) });
    const splits = [split(Math.PI / 2), split(Math.PI, true), split((3 * Math.PI) / 2)];
    const seen: number[][] = [];
    const { timed } = run(ring([60, 60]), {
      layout: { ...layout, splits },
      onSplit: (k, s, lap) => seen.push([lap, k, Math.round(s * 1000) / 1000]),
    });
    // an even lap of 60 s, the next begins as fast: quarters of 15 s
    expect(timed[0]!.sectorsS).toEqual([15, 30, 15].map((s) => expect.closeTo(s, 2)));
    expect(timed[0]!.splitsS).toEqual([15, 30, 45].map((s) => expect.closeTo(s, 2)));
    expect(timed[1]!.sectorsS.length).toBe(3);
    expect(timed[1]!.sectorsS.reduce((a, b) => a + b)).toBeCloseTo(timed[1]!.timeS, 5);
    expect(seen.filter((s) => s[0] === 2).map((s) => s[1])).toEqual([0, 1, 2]);

    const hidden = ring([60, 52]).filter((f) => Math.abs(f[0] - 1_700_000_000_000_000 - 75e6 + 2e6) > 1.5e6);
    const gap = run(hidden, { layout: { ...layout, splits: [split(Math.PI / 2)] } });
    expect(gap.timed.map((l) => l.valid)).toEqual([true, true]);
    expect(gap.timed[1]!.sectorsS).toEqual([Number.NaN, Number.NaN]);
    expect(gap.incidents.map((i) => i.kind)).toEqual(["gap", "missed-split"]);
  });

  it("tells a start line missed in a gap from a lap of twice the time", () => {
    // laps of 40 s; no fixes for 8 s about the second crossing
    const start = 1_700_000_000_000_000;
    const fixes = ring([40, 40, 40, 40, 40]).filter((f) => Math.abs(f[0] - start - 121e6) > 4e6);
    const { laps, incidents } = run(fixes);
    expect(laps.map((l) => [l.kind, l.valid, Math.round(l.timeS)])).toEqual([
      ["out", false, 3],
      ["lap", true, 40],
      ["lap", true, 40],
      ["lap", false, 40],
      ["lap", false, 40],
      ["lap", true, 40],
    ]);
    expect(laps[3]!.flags).toEqual(["end-estimated"]);
    expect(laps[4]!.flags).toEqual(["start-estimated"]);
    expect(Math.abs(laps[3]!.timeS - 40)).toBeLessThan(laps[3]!.uncertaintyS);
    expect(incidents.map((i) => i.kind)).toContain("missed-gate");
  });

  it("doubts a lap with a gap in which the line may have been passed, before the way is known", () => {
    const start = 1_700_000_000_000_000;
    // 30 of 40 s hidden, the line among them: a chord through the circle says nothing
    const fixes = ring([40, 40]).filter((f) => Math.abs(f[0] - start - 45e6) > 15e6);
    const { laps } = run(fixes);
    expect(laps.filter((l) => l.valid)).toEqual([]);
  });

  it("takes a gap of many minutes for a break, and begins anew behind it", () => {
    const first = ring([40, 40]);
    const second = ring([40, 40], { startUs: 1_700_000_000_000_000 + 1800e6 });
    const { laps } = run([...first, ...second]);
    expect(laps.map((l) => [l.number, l.kind, l.valid, Math.round(l.timeS)])).toEqual([
      [0, "out", false, 3],
      [1, "lap", true, 40],
      [2, "lap", true, 40],
      [3, "in", false, 3],
      [4, "out", false, 3],
      [5, "lap", true, 40],
      [6, "lap", true, 40],
    ]);
    expect(laps[3]!.flags).toEqual(["gap"]);
  });

  it("goes on through midnight of a device that counts from midnight", () => {
    const day = 86_400e6;
    const fixes = ring([60, 55, 58], { startUs: day - 80e6 }).map(
      ([t, ...rest]) => [t >= day ? t - day : t, ...rest] as PlainFix,
    );
    expect(seconds(run(fixes).timed)).toEqual([60, 55, 58].map((s) => expect.closeTo(s, 3)));
  });

  it("goes on through a leap second", () => {
    // 2017-01-01T00:00:00Z followed the leap second 2016-12-31T23:59:60Z
    const midnight = Date.UTC(2017, 0, 1) * 1000;
    // true time runs 1 s ahead of UTC after it; 23:59:60.x is mapped onto 00:00:00.x
    const fixes = ring([60, 55, 58], { startUs: midnight - 80e6 }).map(
      ([t, ...rest]) => [t >= midnight + 1e6 ? t - 1e6 : t, ...rest] as PlainFix,
    );
    const { timed } = run(fixes);
    expect(seconds(timed)).toEqual([60, 55, 58].map((s) => expect.closeTo(s, 3)));
    // UTC itself shows a second less
    expect((timed[1]!.endUs - timed[1]!.startUs) / 1e6).toBeCloseTo(54, 2);
  });

  it.each([
    ["forward", 18e6],
    ["back", -18e6],
  ])("times on over a clock set %s, and takes the lap out of the running", (_, step) => {
    const start = 1_700_000_000_000_000;
    const fixes = ring([60, 55, 58]).map(
      ([t, ...rest]) => [t > start + 80e6 ? t + step : t, ...rest] as PlainFix,
    );
    const { timed } = run(fixes);
    expect(timed.map((l) => l.valid)).toEqual([true, false, true]);
    expect(timed[1]!.flags).toEqual(["clock-set"]);
    expect(timed[1]!.timeS).toBeCloseTo(55, 0);
    expect(timed[2]!.timeS).toBeCloseTo(58, 3);
  });

  it("takes a batch that was overtaken on its way for late, not for a clock that was set back", () => {
    const clean = ring([60, 55, 58]);
    const batches = Array.from({ length: Math.ceil(clean.length / 6) }, (_, i) =>
      clean.slice(6 * i, 6 * i + 6),
    );
    for (let i = 3; i + 1 < batches.length; i += 9)
      [batches[i], batches[i + 1]] = [batches[i + 1]!, batches[i]!];
    const { timed, timer } = run(batches.flat());
    expect(timer.counts.late).toBeGreaterThan(100);
    expect(timed.map((l) => l.flags)).not.toContainEqual(["clock-set"]);
    expect(seconds(timed)).toEqual([60, 55, 58].map((s) => expect.closeTo(s, 1)));
  });

  it("leaves out what is no fix, what is late and what is held", () => {
    const clean = ring([60, 55]);
    const dirty: PlainFix[] = [];
    for (const [i, f] of clean.entries()) {
      dirty.push(f);
      if (i % 7 === 0) dirty.push([f[0] + 10_000, f[1], f[2], f[3], f[4]]);
      if (i % 11 === 0) dirty.push([f[0] + 20_000, 0, 0, 0, 0]);
      if (i % 13 === 0) dirty.push([f[0] + 30_000, Number.NaN, f[2], f[3], f[4]]);
      if (i % 17 === 0 && i > 40) dirty.push(clean[i - 20]!);
      if (i % 101 === 0) dirty.push([f[0] + 40_000, f[1] + 0.01, f[2], f[3], f[4]]);
    }
    const a = run(clean);
    const b = run(dirty);
    expect(b.timed).toEqual(a.timed);
    expect(b.timer.counts.used).toBe(clean.length);
    expect(b.timer.counts.held).toBeGreaterThan(90);
    expect(b.timer.counts.invalid).toBeGreaterThan(90);
    expect(b.timer.counts.late).toBeGreaterThan(60);
    expect(b.timer.counts.jumps).toBeGreaterThan(10);
  });

  it("counts no crossing at a standstill on the line, and the departure right", () => {
    // drives up to 0.4 m before the line, stands there for a minute in 1 m of noise, then goes
    const { north, east } = { north: 110_608, east: 109_640 };
    const fixes: PlainFix[] = [];
    let wobble = 1;
    for (let k = 0; k < 1200; k++) {
      const t = k / 10;
      const y = t < 20 ? -0.4 - 2 * (20 - t) : t < 80 ? -0.4 : -0.4 + (t - 80) ** 2;
      const speed = t < 20 ? 2 : t < 80 ? 0 : 2 * (t - 80);
      wobble = (wobble * 16_807) % 2_147_483_647;
      const noise = t >= 20 && t < 80 ? (wobble / 2_147_483_647 - 0.5) * 2 : 0;
      if (t < 90) fixes.push([Math.round(t * 1e6), (y + noise) / north, 100 / east, speed, 0]);
    }
    const line = { name: "start", ends: [0, 90 / east, 0, 110 / east] as const, course: 0 };
    const starts: number[] = [];
    const { laps } = run(fixes, {
      layout: { ...layout, start: line },
      onStart: (_, us) => starts.push(us / 1e6),
    });
    expect(laps.map((l) => l.kind)).toEqual(["out"]);
    expect(starts.length).toBe(1);
    expect(starts[0]).toBeCloseTo(80 + Math.sqrt(0.4), 0);
  });
});

describe("lap timer and pit lane", () => {
  const circuit = clubCircuit();
  const across = (sM: number, from: number, to: number) => {
    const { north, east } = metresPerDegree(45);
    const [a, b] = [new Float64Array(2), new Float64Array(2)];
    placeAt(circuit, sM, from, a);
    placeAt(circuit, sM, to, b);
    const { course } = lineOf(circuit, sM, 5);
    return {
      name: "pit",
      ends: [45 + a[1]! / north, 7 + a[0]! / east, 45 + b[1]! / north, 7 + b[0]! / east] as const,
      course,
    };
  };
  const d = drive({
    circuit,
    laps: 6,
    seed: 3,
    rateHz: 10,
    whiteM: 0.2,
    slowM: 0.3,
    velocityMps: 0.05,
    lineM: 2,
    runInM: 100,
    deeds: [{ kind: "pit", atM: 3 * circuit.lengthM - 255, amount: 30 }],
  });
  const kinds = (laps: readonly Lap[]) => laps.map((l) => `${l.number} ${l.kind}${l.valid ? "" : " -"}`);
  const expected = ["0 out -", "1 lap", "2 lap", "3 in -", "4 out -", "5 lap", "6 lap", "7 in -"];
  const wide: Layout = {
    name: "club",
    closed: true,
    start: { name: "start", ...lineOf(circuit, 0, 25) },
    splits: [],
  };

  it("knows in and out laps by the gates of the pit lane, which the line crosses too", () => {
    const pitEntry = across(-120, 10, 22);
    const pitExit = across(130, 10, 22);
    const { laps } = timeLaps(d, { layout: { ...wide, pitEntry, pitExit } });
    expect(kinds(laps)).toEqual(expected);
    expect(laps[3]!.flags).toContain("pit");
  });

  it("knows them by the way round where the line ends before the pit lane", () => {
    const path = timeLaps(d, { layout: wide }).path!;
    expect(path).toBeDefined();
    const plane = new LapTimer({ layout: wide }).plane;
    const centreLine = Array.from(path.x, (x, i) => [plane.lat(path.y[i]!), plane.lon(x)] as const);
    const narrow: Layout = { ...wide, start: { name: "start", ...lineOf(circuit, 0, 9) }, centreLine };
    const { laps, incidents } = timeLaps(d, { layout: narrow });
    expect(kinds(laps)).toEqual(expected);
    expect(laps[3]!.flags).toContain("beside-gate");
    expect(incidents.map((i) => i.kind)).toContain("missed-gate");
    // the time beside the line is still the time beside the line
    const truth = (d.passings[3]!.tUs - d.passings[2]!.tUs) / 1e6;
    expect(Math.abs(laps[3]!.timeS - truth)).toBeLessThan(0.5);
  });

  it("knows a long stop beside the way from one on the track", () => {
    const stopped = drive({
      circuit,
      laps: 3,
      seed: 3,
      rateHz: 10,
      runInM: 100,
      deeds: [{ kind: "stop", atM: 1500, amount: 40 }],
    });
    const lap = timeLaps(stopped, { layout: { ...wide, centreLine: line(circuit) } }).laps[2]!;
    expect([lap.kind, lap.valid]).toEqual(["lap", true]);
    expect(lap.timeS).toBeGreaterThan(70);
  });
});

const line = (c: Circuit) => {
  const { north, east } = metresPerDegree(45);
  return Array.from(c.x, (x, i) => [45 + c.y[i]! / north, 7 + x / east] as const).filter(
    (_, i) => i % 8 === 0,
  );
};

describe("lap timer on a stage", () => {
  const gate = (y: number) => ({ name: "g", ends: [y, -1e-4, y, 1e-4] as const, course: 0 });
  const stage: Layout = { name: "stage", closed: false, start: gate(0), finish: gate(0.001), splits: [] };
  /** Northward at 10 m/s along the meridian from 20 m before the start; 111 m from line to line. */
  const northward = (t0: number, untilM = 140): PlainFix[] => {
    const fixes: PlainFix[] = [];
    for (let k = 0; k * 1 <= untilM + 20; k++)
      fixes.push([t0 + k * 1e5, (k - 20) / 110_574.27, 0, 10, 0] as PlainFix);
    return fixes;
  };

  it("times from start to finish, and a finish only after a start", () => {
    const { timed, timer } = run([...northward(0)], { layout: stage });
    expect(seconds(timed)).toEqual([expect.closeTo(0.001 * 110_574.27 * 0.1, 3)]);
    expect(timer.timing).toBe(false);
    const finishOnly = run(northward(0).slice(60), { layout: stage });
    expect(finishOnly.laps).toEqual([]);
  });

  it("begins anew at the start, and reports a run without a finish", () => {
    const { laps } = run([...northward(0, 60), ...northward(60e6)], { layout: stage });
    expect(laps.map((l) => [l.number, l.valid, l.flags])).toEqual([
      [1, false, ["gap", "no-finish"].filter((f) => laps[0]!.flags.includes(f as "gap"))],
      [2, true, []],
    ]);
    expect(laps[0]!.flags).toContain("no-finish");
  });

  it("needs a finish", () => {
    const { finish, ...open } = stage;
    expect(() => new LapTimer({ layout: open })).toThrow(/finish/);
  });
});
