import { describe, expect, it } from "vitest";
import { twinStraights } from "../testing/circuits.ts";
import { type Deed, type Drive, drive, lineOf, metresPerDegree } from "../testing/drive.ts";
import { createRandom } from "../testing/random.ts";
import type { Layout } from "../track/track.ts";
import type { Lap } from "./lap.ts";
import { timeLaps } from "./time-laps.ts";

const LAPS = 1000;
const circuit = twinStraights();
const { north, east } = metresPerDegree(45);
const layout: Layout = {
  name: "twin",
  closed: true,
  start: { name: "start", ...lineOf(circuit, 0, 10) },
  splits: [],
  centreLine: Array.from(circuit.x, (x, i) => [45 + circuit.y[i]! / north, 7 + x / east] as const).filter(
    (_, i) => i % 10 === 0,
  ),
};

/** Pit stops, spins about the track and on the line, turning back over the line and elsewhere, stops. */
function deeds(seed: number): Deed[] {
  const random = createRandom(seed);
  const L = circuit.lengthM;
  const list: Deed[] = [];
  for (let k = 1; k < LAPS; k++) {
    const u = random();
    if (u < 0.04) list.push({ kind: "pit", atM: k * L - 90, amount: 15 + 30 * random() });
    else if (u < 0.09) list.push({ kind: "spin", atM: (k + random()) * L, amount: 3 + 8 * random() });
    else if (u < 0.11) list.push({ kind: "spin", atM: k * L + 2, amount: 90 });
    else if (u < 0.14) list.push({ kind: "turn-back", atM: (k + random()) * L, amount: 40 + 100 * random() });
    else if (u < 0.16) list.push({ kind: "turn-back", atM: k * L + 40, amount: 200 });
    else if (u < 0.18) list.push({ kind: "stop", atM: (k + random()) * L, amount: 5 + 30 * random() });
  }
  return list;
}

const drives = new Map<number, Drive>();
const driveOf = (seed: number): Drive => {
  const known = drives.get(seed);
  if (known) return known;
  const made = drive({
    circuit,
    laps: LAPS,
    seed,
    rateHz: 10,
    stepS: 0.02,
    whiteM: 0.3,
    slowM: 0.5,
    slowTauS: 60,
    velocityMps: 0.08,
    lineM: 3,
    pace: 0.05,
    runInM: 40,
    deeds: deeds(seed),
    outages: { perS: 1 / 100, longestS: 20 },
  });
  drives.set(seed, made);
  return made;
};

/** Forward passings of each lap's line: `from[k]` of the k-th whole way round. A turn back passes a line more than once. */
function linesOf(d: Drive): number[][] {
  const lines: number[][] = [];
  let net = 0;
  for (const p of d.passings) {
    if (p.forward) {
      lines[net] ??= [];
      lines[net]!.push(p.tUs);
      net++;
    } else net--;
  }
  return lines;
}

const NEAR_US = 0.3e6;

function judge(d: Drive, laps: readonly Lap[]) {
  const lines = linesOf(d);
  const counted = laps.filter((l) => l.kind === "lap" && l.valid);
  const found = new Set<number>();
  const invented: Lap[] = [];
  for (const lap of counted) {
    const k = lines.findIndex(
      (from, i) =>
        from.some((t) => Math.abs(t - lap.startUs) < NEAR_US) &&
        lines[i + 1]?.some((t) => Math.abs(t - lap.endUs) < NEAR_US),
    );
    if (k < 0 || found.has(k)) invented.push(lap);
    else found.add(k);
  }
  const lost: number[] = [];
  for (let k = 0; k + 1 < lines.length; k++) {
    if (found.has(k)) continue;
    const from = lines[k]!.at(-1)!;
    const to = lines[k + 1]![0]!;
    // reported: a lap that covers most of its time and says why it does not count, or is an out or in lap
    const told = laps.some(
      (l) =>
        (!l.valid || l.kind !== "lap") &&
        Math.min(l.endUs, to) - Math.max(l.startUs, from) > 0.3 * (to - from),
    );
    if (!told) lost.push(k);
  }
  return { counted: counted.length, found: found.size, invented, lost, driven: lines.length - 1 };
}

describe("a thousand laps with outages, pit stops, spins, turning back and a straight 12 m beside the line", () => {
  it.each([11, 12])("invents no lap and loses none in silence (drive %i)", (seed) => {
    const d = driveOf(seed);
    const timed = timeLaps(d, { layout });
    const result = judge(d, timed.laps);
    expect(result.driven).toBe(LAPS);
    expect(result.invented).toEqual([]);
    expect(result.lost).toEqual([]);
    // most laps stand in spite of it all
    expect(result.found).toBeGreaterThan(0.7 * LAPS);
    expect(timed.incidents.some((i) => i.kind === "ignored-crossing")).toBe(true);
    expect(timed.incidents.some((i) => i.kind === "wrong-way")).toBe(true);
    expect(timed.incidents.some((i) => i.kind === "missed-gate")).toBe(true);
  });

  it("keeps to the times that an undisturbed receiver gives", () => {
    const d = driveOf(11);
    const lines = linesOf(d);
    for (const lap of timeLaps(d, { layout }).laps.filter((l) => l.valid)) {
      const truth = lines.flatMap((from, i) =>
        from.flatMap((a) => (lines[i + 1] ?? []).map((b) => [a, b] as const)),
      );
      const same = truth.find(
        ([a, b]) => Math.abs(a - lap.startUs) < NEAR_US && Math.abs(b - lap.endUs) < NEAR_US,
      )!;
      expect(Math.abs(lap.timeS - (same[1] - same[0]) / 1e6)).toBeLessThan(0.15 + 2 * lap.uncertaintyS);
    }
  });
});
