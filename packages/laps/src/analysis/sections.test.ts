import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clubCircuit } from "../testing/circuits.ts";
import { type Drive, drive, lineOf } from "../testing/drive.ts";
import { driveRecording, timeAtPlace } from "../testing/drive-recording.ts";
import type { Layout } from "../track/track.ts";
import { type Corner, findCorners } from "./corners.ts";
import { driven } from "./driven.ts";
import { type LapView, viewLap } from "./lap-view.ts";
import { sectionsOf, sectionTimes } from "./sections.ts";

const circuit = clubCircuit();
const layout: Layout = {
  name: "club",
  closed: true,
  start: { name: "start", ...lineOf(circuit, 0, 12) },
  splits: [],
};
const RECEIVER = { whiteM: 0.1, slowM: 0.25, slowTauS: 120, velocityMps: 0.05 };

function viewsOf(d: Drive): LapView[] {
  const all = driven(driveRecording(d), layout);
  return all.laps.filter((l) => l.kind === "lap" && l.valid).map((l) => viewLap(all, l));
}
const noisy = drive({
  circuit,
  laps: 16,
  seed: 5,
  rateHz: 10,
  lineM: 2,
  pace: 0.05,
  runInM: 200,
  ...RECEIVER,
});
const views = viewsOf(noisy);

/** Any way to cut a lap: corners that begin behind each other and do not overlap. */
const cornersWithin = (lengthM: number) =>
  fc
    .uniqueArray(fc.double({ min: 0, max: lengthM, noNaN: true }), { maxLength: 24 })
    .map((cuts): Corner[] => {
      const at = cuts.sort((a, b) => a - b);
      return Array.from({ length: at.length >> 1 }, (_, i) => ({
        number: i + 1,
        side: "left",
        startM: at[2 * i]!,
        apexM: at[2 * i]!,
        endM: at[2 * i + 1]!,
        turnRad: 1,
        fromM: at[2 * i]!,
        toM: at[2 * i + 1]!,
      }));
    });

describe("sections of a lap", () => {
  it("are the lap: times add up to it, losses to the difference of the laps, wherever it is cut", () => {
    const pair = fc.tuple(fc.nat(views.length - 1), fc.nat(views.length - 1));
    fc.assert(
      fc.property(pair, cornersWithin(views[0]!.lengthM), ([i, j], corners) => {
        const [reference, lap] = [views[i]!, views[j]!];
        const times = sectionTimes(sectionsOf(corners, lap.lengthM), reference, lap);
        const sum = (pick: (t: (typeof times)[number]) => number) => times.reduce((s, t) => s + pick(t), 0);
        expect(sum((t) => t.timeS)).toBeCloseTo(lap.lap.timeS, 9);
        expect(sum((t) => t.lostS)).toBeCloseTo(lap.lap.timeS - reference.lap.timeS, 9);
      }),
    );
  });

  it("are named, and cover the way without holes", () => {
    const sections = sectionsOf(findCorners(views[0]!), views[0]!.lengthM);
    expect(sections[0]!.name).toBe("start-T1");
    expect(sections.at(-1)!.name).toMatch(/^T\d+-finish$/);
    for (const [i, s] of sections.entries()) {
      if (i > 0) expect(s.fromM).toBe(sections[i - 1]!.toM);
      expect(s.corner !== undefined).toBe(/^T\d+$/.test(s.name));
    }
    expect(sectionsOf([], 500)).toEqual([{ name: "start-finish", corner: undefined, fromM: 0, toM: 500 }]);
  });

  it("lose what was truly lost, within the uncertainty stated", () => {
    const reference = views[0]!;
    const sections = sectionsOf(findCorners(reference), reference.lengthM);
    const perM = circuit.lengthM / reference.lengthM;
    const truth = (k: number, m: number) => timeAtPlace(noisy, k * circuit.lengthM + m * perM);
    let within = 0;
    let all = 0;
    for (const [k, lap] of views.entries()) {
      if (k === 0) continue;
      for (const { section, lostS, uncertaintyS } of sectionTimes(sections, reference, lap)) {
        const { fromM, toM } = section;
        const lost = truth(k, toM) - truth(k, fromM) - (truth(0, toM) - truth(0, fromM));
        all++;
        if (Math.abs(lostS - lost) <= uncertaintyS) within++;
        // 10 Hz fixes of 0.27 m at 19 to 36 m/s
        expect(Math.abs(lostS - lost)).toBeLessThan(0.1);
      }
    }
    expect(all).toBeGreaterThan(100);
    expect(within / all).toBeGreaterThan(0.9);
  });

  it("begin at the line, also where fixes are a second apart", () => {
    const [slow] = viewsOf(drive({ circuit, laps: 2, seed: 2, rateHz: 1, runInM: 200 }));
    const [lat1, lon1, lat2, lon2] = layout.start.ends;
    expect(lat1 + lat2 + lon1 + lon2).toBeGreaterThan(0);
    // the plane's origin is the middle of the start line
    expect(Math.hypot(slow!.x[0]!, slow!.y[0]!)).toBeLessThan(1.5);
    expect(Math.hypot(slow!.x.at(-1)!, slow!.y.at(-1)!)).toBeLessThan(1.5);
  });
});
