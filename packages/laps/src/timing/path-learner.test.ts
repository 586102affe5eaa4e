import { describe, expect, it } from "vitest";
import { clubCircuit, twinStraights } from "../testing/circuits.ts";
import { drive, lineOf } from "../testing/drive.ts";
import type { Lap } from "./lap.ts";
import { LapTimer } from "./timer.ts";

type Options = Parameters<typeof drive>[0];

/** Laps as they come live, from a start line alone: nothing is known of the way round. */
function live(options: Options, halfM: number) {
  const d = drive(options);
  const laps: Lap[] = [];
  const start = { name: "start", ...lineOf(options.circuit, 0, halfM) };
  const timer = new LapTimer({
    layout: { name: "gate alone", closed: true, start, splits: [] },
    onLap: (lap) => laps.push(lap),
  });
  for (let i = 0; i < d.length; i++)
    timer.fix(d.tUs[i]!, d.latDeg[i]!, d.lonDeg[i]!, d.speedMps[i]!, d.courseRad[i]!, d.hAccM[i]!);
  timer.end();
  const truthS = d.passings.slice(1).map((p, i) => (p.tUs - d.passings[i]!.tUs) / 1e6);
  return { laps: laps.filter((l) => l.kind === "lap"), truthS };
}
const noise = { rateHz: 10, whiteM: 0.3, slowM: 0.5, runInM: 40 } as const;

describe("a straight 12 m beside a wide start line, the same way, with nothing known but the line", () => {
  const circuit = twinStraights();
  const cases = [10, 14, 20].flatMap((halfM) => [1, 2, 3].map((seed) => ({ halfM, seed })));

  it.each(cases)("invents no valid lap, and knows after two rounds: %o", ({ halfM, seed }) => {
    const { laps, truthS } = live({ circuit, laps: 6, seed, lineM: 3, ...noise }, halfM);
    const valid = laps.filter((l) => l.valid);
    expect(valid.length).toBeGreaterThanOrEqual(4);
    // each is one of the true ones, in their order up to the last
    const last = truthS.slice(-valid.length);
    valid.forEach((lap, i) => {
      expect(Math.abs(lap.timeS - last[i]!)).toBeLessThan(0.5);
    });
    for (const lap of laps.filter((l) => !l.valid)) expect(lap.flags).toContain("other-line");
  });
});

describe("a start line alone", () => {
  it("counts the laps of a driver who changes lines", () => {
    const { laps, truthS } = live({ circuit: clubCircuit(), laps: 8, seed: 4, lineM: 3, ...noise }, 15);
    expect(laps.map((l) => l.valid)).toEqual(truthS.map(() => true));
  });
});
