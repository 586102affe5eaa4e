import { describe, expect, it } from "vitest";
import { createLiveLaps } from "../live/live-laps.ts";
import { clubCircuit } from "../testing/circuits.ts";
import { type Drive, drive, lineOf } from "../testing/drive.ts";
import { driveRecording } from "../testing/drive-recording.ts";
import type { Layout } from "../track/track.ts";
import { referenceOf } from "./reference-of.ts";

const circuit = clubCircuit();
const layout: Layout = {
  name: "club",
  closed: true,
  start: { name: "start", ...lineOf(circuit, 0, 12) },
  splits: [],
};

/** Time at a true place of a drive, s after its first passing of the line; the motion between fixes by cubics. */
function timeAtPlace(d: Drive, s: number): number {
  let k = 0;
  while (k < d.length - 2 && d.sM[k + 1]! < s) k++;
  const h = d.sM[k + 1]! - d.sM[k]!;
  const u = (s - d.sM[k]!) / h;
  const t0 = d.tUs[k]! / 1e6;
  const t1 = d.tUs[k + 1]! / 1e6;
  return t0 + u * (t1 - t0) - d.passings[0]!.tUs / 1e6;
}

const clean = { circuit, laps: 1, rateHz: 25, runInM: 200, runOutM: 150 };

function deltas(reference: Drive, compared: Drive) {
  const live = createLiveLaps({ layout });
  for (const d of [reference, compared])
    for (let i = 0; i < d.length; i++)
      live.fix(d.tUs[i]!, d.latDeg[i]!, d.lonDeg[i]!, d.speedMps[i]!, d.courseRad[i]!, d.hAccM[i]!) &&
        d === compared &&
        live.timer!.timing &&
        rows.push({
          s: d.sM[i]!,
          deltaS: live.deltaS,
          predictedS: live.predictedS,
          number: live.timer!.lapNumber,
        });
  live.end();
  return rows;
}
let rows: { s: number; deltaS: number; predictedS: number; number: number }[] = [];

describe("live delta", () => {
  it.each([
    ["the same line", 0, {}],
    ["a line 3 m to the left", 3, {}],
    ["a line 3 m to the right that wanders by 2 m", -3, { lineM: 2 }],
    [
      "a line 3 m off, and a receiver's noise",
      3,
      { whiteM: 0.1, slowM: 0.15, slowTauS: 200, velocityMps: 0.05 },
    ],
  ])("is within 0.05 s of the truth everywhere: %s", (_, offsetM, more) => {
    rows = [];
    const reference = drive({ ...clean, seed: 1 });
    const later = 1_700_000_600_000_000;
    const compared = drive({ ...clean, ...more, seed: 2, offsetM, pace: 0.08, startUs: later });
    const lap = deltas(reference, compared).filter((r) => r.s > 1 && r.s < circuit.lengthM - 1);
    expect(lap.length).toBeGreaterThan(800);
    let most = 0;
    let worst = 0;
    for (const r of lap) {
      const truth = timeAtPlace(compared, r.s) - timeAtPlace(reference, r.s);
      most = Math.max(most, Math.abs(truth));
      worst = Math.max(worst, Math.abs(r.deltaS - truth));
    }
    expect(most).toBeGreaterThan(0.5);
    expect(worst).toBeLessThan(0.05);
    // at the end of the lap the prediction is the lap
    const [from, to] = compared.passings;
    expect(lap.at(-1)!.predictedS).toBeCloseTo((to!.tUs - from!.tUs) / 1e6, 1);
  });

  it("is against a friend's lap from a recording of theirs", () => {
    const friend = drive({ ...clean, laps: 3, seed: 5, pace: 0.1, offsetM: 1 });
    const reference = referenceOf({ ...driveRecording(friend), driver: "Kim" }, layout);
    const times = friend.passings.slice(1).map((p, i) => (p.tUs - friend.passings[i]!.tUs) / 1e6);
    expect(reference.lapTimeS).toBeCloseTo(Math.min(...times), 2);
    expect(reference.name).toBe(`Kim ${times.indexOf(Math.min(...times)) + 1}`);
    expect(referenceOf(driveRecording(friend), layout, 2).lapTimeS).toBeCloseTo(times[1]!, 2);
    expect(() => referenceOf(driveRecording(friend), layout, 9)).toThrow(/no lap 9/);
    const live = createLiveLaps({ layout, reference: "imported", references: { imported: reference } });
    const d = drive({ ...clean, seed: 1 });
    let predicted = Number.NaN;
    for (let i = 0; i < d.length; i++) {
      live.fix(d.tUs[i]!, d.latDeg[i]!, d.lonDeg[i]!, d.speedMps[i]!, d.courseRad[i]!, d.hAccM[i]!);
      if (d.sM[i]! < circuit.lengthM - 1 && d.sM[i]! > circuit.lengthM - 3) predicted = live.predictedS;
    }
    expect(predicted).toBeCloseTo((d.passings[1]!.tUs - d.passings[0]!.tUs) / 1e6, 1);
  });

  it("has nothing to say before there is a reference, or far from its way", () => {
    const d = drive({ ...clean, seed: 1 });
    const live = createLiveLaps({ layout });
    for (let i = 0; i < d.length; i++) {
      live.fix(d.tUs[i]!, d.latDeg[i]!, d.lonDeg[i]!, d.speedMps[i]!, d.courseRad[i]!, d.hAccM[i]!);
      if (d.sM[i]! < circuit.lengthM - 1) expect(live.deltaS).toBeNaN();
    }
  });
});
