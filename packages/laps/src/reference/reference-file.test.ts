import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LapsError } from "../errors.ts";
import { clubCircuit } from "../testing/circuits.ts";
import { drive, lineOf } from "../testing/drive.ts";
import { driveRecording } from "../testing/drive-recording.ts";
import { timeLaps } from "../timing/time-laps.ts";
import { traceOf } from "../trace.ts";
import { moveStart } from "../track/edit-layout.ts";
import { recordTrack } from "../track/record-track.ts";
import {
  cutLap,
  formatReferenceFile,
  parseReferenceFile,
  referenceOn,
  type SavedReference,
} from "./reference-file.ts";
import { referenceOf } from "./reference-of.ts";

const circuit = clubCircuit();
const d = drive({
  circuit,
  laps: 5,
  seed: 8,
  rateHz: 25,
  whiteM: 0.1,
  velocityMps: 0.03,
  pace: 0.06,
  runInM: 200,
});
const recording = driveRecording(d);
const trace = traceOf(recording)!;
const { layout } = recordTrack(recording, { name: "full", gate: lineOf(circuit, 0, 12).ends });
const { laps } = timeLaps(trace, { layout });
const lap = laps[3]!;
const saved: SavedReference = {
  name: "Anna",
  track: "Club",
  layout: "full",
  lapTimeS: lap.timeS,
  fixes: cutLap(trace, lap, 10),
};

describe("a reference lap as a file", () => {
  it("is the lap it was cut from, by its own start line", () => {
    expect(lap.kind).toBe("lap");
    const whole = referenceOn({ name: "x", fixes: cutLap(trace, lap) }, layout);
    expect(whole.lapTimeS).toBeCloseTo(lap.timeS, 3);
    const thinned = referenceOn(saved, layout);
    expect(saved.fixes.length).toBeLessThan(0.5 * cutLap(trace, lap).length);
    expect(thinned.lapTimeS).toBeCloseTo(lap.timeS, 1);
    expect(thinned.name).toBe("Anna");
    // at the same place of the track, the same time since the line
    const original = referenceOf(recording, layout, lap.number);
    for (let i = 0; i < original.timeS.length; i += 20)
      expect(Math.abs(thinned.timeS[i]! - original.timeS[i]!)).toBeLessThan(0.05);
  });

  it.each([40, 600, -300])("is cut anew where the start line lies %d m on", (byM) => {
    const moved = moveStart(layout, { byM });
    const there = timeLaps(trace, { layout: moved }).laps.filter((l) => l.valid);
    const again = referenceOn(saved, moved);
    expect(Math.min(...there.map((l) => Math.abs(l.timeS - again.lapTimeS)))).toBeLessThan(0.05);
  });

  it("comes back from its text as it went in, to the digit", () => {
    const text = formatReferenceFile(saved);
    const back = parseReferenceFile(text);
    expect(formatReferenceFile(back)).toBe(text);
    const { fixes, ...about } = back;
    expect(about).toEqual({ name: "Anna", track: "Club", layout: "full", lapTimeS: lap.timeS });
    expect(referenceOn(back, layout).lapTimeS).toBeCloseTo(referenceOn(saved, layout).lapTimeS, 3);
  });

  it("of another track is refused", () => {
    const far = { ...layout, start: { name: "start", ...lineOf(circuit, 0, 12, 45.3) } };
    const { centreLine, ...bare } = far;
    expect(() => referenceOn(saved, bare)).toThrow(/Anna: it has no whole lap on full/);
  });

  it("that is damaged says where, and never anything else", () => {
    const text = formatReferenceFile(saved);
    const place = (t: string) => {
      try {
        parseReferenceFile(t);
      } catch (e) {
        if (e instanceof LapsError) return `${e.code} ${e.place}`;
        throw e;
      }
      return undefined;
    };
    expect(place("x")).toBe("malformed reference file");
    expect(place(text.replace('"version":1', '"version":2'))).toBe("bad-version version");
    expect(place(text.replace(/"lapTimeS":[\d.]+/, '"lapTimeS":-1'))).toBe("malformed lapTimeS");
    expect(place(text.replace(/\n\[[^,]*,/, "\n[99,"))).toBe("malformed fixes[1]");
    expect(place(text.replace(/\n\[[^,]*,[^,]*,/, "\n[-99,95,"))).toBe("malformed fixes[0]");
    fc.assert(
      fc.property(fc.nat({ max: text.length }), fc.string({ maxLength: 4 }), (at, put) => {
        place(text.slice(0, at) + put + text.slice(at + put.length));
      }),
      { numRuns: 60 },
    );
  });
});
