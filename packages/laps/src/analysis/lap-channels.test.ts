import type { Recording } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { mathChannels } from "../math/channels.ts";
import { column } from "../testing/drive-recording.ts";
import type { Lap } from "../timing/lap.ts";
import { withLapChannels } from "./lap-channels.ts";
import { sampleAt, seriesOf } from "./sample.ts";

const lap = (number: number, startS: number, endS: number): Lap => ({
  number,
  kind: "lap",
  startUs: startS * 1e6,
  endUs: endS * 1e6,
  timeS: endS - startS,
  uncertaintyS: 0.01,
  valid: true,
  flags: [],
  sectorsS: [],
  splitsS: [],
  distanceM: 100,
});
const t = Array.from({ length: 61 }, (_, i) => i * 0.5e6);
const recording: Recording = {
  groups: [
    {
      name: "b",
      tUs: Float64Array.from(t),
      columns: [
        column(
          "battery.current",
          "A",
          t.map(() => 36),
        ),
        column(
          "lap.number",
          "1",
          t.map(() => 99),
        ),
      ],
    },
  ],
  absoluteTime: false,
  gates: [],
  laps: [],
  notes: [],
};
const laps = [lap(4, 2.25, 12.25), lap(5, 12.25, 22.25)];

describe("laps as channels", () => {
  const extended = withLapChannels(recording, laps);

  it("count as the laps do, from line to line, and not as the file did", () => {
    const at = sampleAt(seriesOf(extended, "lap.number")!, [1e6, 2.25e6, 12.2e6, 12.25e6, 22e6, 23e6]);
    expect([...at]).toEqual([Number.NaN, 4, 4, 5, 5, Number.NaN]);
    const time = sampleAt(seriesOf(extended, "lap.time")!, [7.25e6, 12.249e6, 12.25e6, 13.25e6]);
    expect([...time]).toEqual([5, 9.999, 0, 1].map((v) => expect.closeTo(v, 5)));
  });

  it("let a sum begin anew with each lap", () => {
    const [group] = mathChannels(extended, [
      { name: "used", expression: "integral(battery.current, lap.number)", unit: "Ah" },
    ]);
    const used = seriesOf({ ...extended, groups: [group!] }, "used")!;
    const [first, second] = sampleAt(used, [12.2e6, 22.2e6]);
    // 36 A for ten seconds are 0.1 Ah; the sample before each line is up to half a second of it early
    for (const v of [first!, second!]) {
      expect(v).toBeGreaterThan(0.09);
      expect(v).toBeLessThan(0.1001);
    }
  });

  it("are not there without laps", () => {
    expect(withLapChannels(recording, []).groups).toBe(recording.groups);
  });
});
