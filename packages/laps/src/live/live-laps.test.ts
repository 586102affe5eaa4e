import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Plane } from "../plane.ts";
import { circuitOf } from "../testing/circuit.ts";
import { clubCircuit } from "../testing/circuits.ts";
import { type Drive, drive, lineOf } from "../testing/drive.ts";
import { driveRecording } from "../testing/drive-recording.ts";
import type { Lap } from "../timing/lap.ts";
import { feed, timeLaps } from "../timing/time-laps.ts";
import { LapTimer } from "../timing/timer.ts";
import { starterTracks } from "../track/library.ts";
import { recordTrack } from "../track/record-track.ts";
import { suggestLayout } from "../track/suggest.ts";
import type { Layout, Point, Track } from "../track/track.ts";
import { createLiveLaps, type LiveLapsOptions } from "./live-laps.ts";

const circuit = clubCircuit();
const layout: Layout = {
  name: "club",
  closed: true,
  start: { name: "start", ...lineOf(circuit, 0, 12) },
  splits: [{ name: "half", ...lineOf(circuit, 600, 12) }],
};
const d = drive({
  circuit,
  laps: 12,
  seed: 77,
  rateHz: 25,
  whiteM: 0.2,
  slowM: 0.3,
  velocityMps: 0.05,
  lineM: 3,
  pace: 0.05,
  runInM: 300,
  outages: { perS: 1 / 60, longestS: 8 },
});

function runLive(options: LiveLapsOptions, drive: Drive = d) {
  const laps: Lap[] = [];
  const live = createLiveLaps({ ...options, onLap: (l) => laps.push(l) });
  for (let i = 0; i < drive.length; i++)
    live.fix(
      drive.tUs[i]!,
      drive.latDeg[i]!,
      drive.lonDeg[i]!,
      drive.speedMps[i]!,
      drive.courseRad[i]!,
      drive.hAccM[i]!,
    );
  live.end();
  return { laps, live };
}

describe("live equals batch", () => {
  const batch = timeLaps(d, { layout });

  it("to the last digit, in whatever pieces the fixes come", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 40 }), (sizes) => {
        const laps: Lap[] = [];
        const timer = new LapTimer({ layout, onLap: (l) => laps.push(l) });
        for (let at = 0, k = 0; at < d.length; k++) {
          const to = Math.min(d.length, at + sizes[k % sizes.length]!);
          const cut = (c: Float64Array) => c.subarray(at, to);
          feed(timer, {
            length: to - at,
            tUs: cut(d.tUs),
            latDeg: cut(d.latDeg),
            lonDeg: cut(d.lonDeg),
            speedMps: cut(d.speedMps),
            courseRad: cut(d.courseRad),
            hAccM: cut(d.hAccM),
          });
          at = to;
        }
        timer.end();
        expect(laps).toEqual(batch.laps);
      }),
      { numRuns: 12 },
    );
  });

  it("with delta and references beside it", () => {
    expect(runLive({ layout }).laps).toEqual(batch.laps);
  });

  it("though fixes are repeated or come late", () => {
    const laps: Lap[] = [];
    const timer = new LapTimer({ layout, onLap: (l) => laps.push(l) });
    const one = (i: number) =>
      timer.fix(d.tUs[i]!, d.latDeg[i]!, d.lonDeg[i]!, d.speedMps[i]!, d.courseRad[i]!, d.hAccM[i]!);
    for (let i = 0; i < d.length; i++) {
      one(i);
      if (i % 5 === 0) one(i);
      if (i % 7 === 0 && i > 3) one(i - 3);
    }
    timer.end();
    expect(laps).toEqual(batch.laps);
  });

  it("at a lower rate within what it says of itself", () => {
    for (const every of [2, 5]) {
      const thin = (c: Float64Array) => c.filter((_, i) => i % every === 0);
      const slow = timeLaps(
        {
          length: Math.ceil(d.length / every),
          tUs: thin(d.tUs),
          latDeg: thin(d.latDeg),
          lonDeg: thin(d.lonDeg),
          speedMps: thin(d.speedMps),
          courseRad: thin(d.courseRad),
          hAccM: thin(d.hAccM),
        },
        { layout },
      );
      const pairs = slow.laps
        .filter((l) => l.valid)
        .map((l) => [l, batch.laps.find((b) => b.number === l.number)!]);
      expect(pairs.length).toBeGreaterThan(6);
      for (const [a, b] of pairs) expect(Math.abs(a!.timeS - b!.timeS)).toBeLessThan(a!.uncertaintyS);
    }
  });
});

describe("live without a layout", () => {
  const quiet = drive({
    circuit,
    laps: 6,
    seed: 5,
    rateHz: 10,
    whiteM: 0.1,
    slowM: 0.2,
    velocityMps: 0.05,
    lineM: 2,
    runInM: 300,
  });

  it("finds the track in the library and times what was driven before that too", () => {
    const own: Layout = { ...suggestLayout(quiet)!, name: "full" };
    const track: Track = { name: "Club", layouts: [own] };
    const found: (string | undefined)[] = [];
    const { laps } = runLive(
      { tracks: [...starterTracks(), track], onLayout: (_, t) => found.push(t?.name) },
      quiet,
    );
    expect(found).toEqual(["Club"]);
    expect(laps).toEqual(timeLaps(quiet, { layout: own }).laps);
  });

  it("suggests a line once the loop is closed", () => {
    const found: unknown[] = [];
    const { laps } = runLive({ onLayout: (l, t) => found.push([l.name, t]) }, quiet);
    expect(found).toEqual([["suggested", undefined]]);
    expect(laps.filter((l) => l.valid).length).toBeGreaterThanOrEqual(5);
    const truth = quiet.passings.slice(1).map((p, i) => (p.tUs - quiet.passings[i]!.tUs) / 1e6);
    for (const lap of laps.filter((l) => l.valid)) expect(Math.abs(lap.timeS - truth[2]!)).toBeLessThan(0.5);
  });

  it("takes a known track rather than a line of its own, wherever the drive began", () => {
    const small = circuitOf(
      [
        [0, 0],
        [140, 0],
        [140, 40],
        [-20, 40],
        [-20, 0],
      ],
      { topMps: 20, radiusM: 20 },
    );
    const line = lineOf(small, 0, 10);
    const names = [0, 30, 75, 120, 180, 240, 300].map((runInM) => {
      const d = drive({ circuit: small, laps: 3, seed: runInM, rateHz: 10, whiteM: 0.2, slowM: 0.4, runInM });
      const own = recordTrack(driveRecording(d), { name: "full", gate: line.ends }).layout;
      const found: (string | undefined)[] = [];
      runLive({ own: [{ name: "Small", layouts: [own] }], onLayout: (_, t) => found.push(t?.name) }, d);
      return found;
    });
    expect(names).toEqual(names.map(() => ["Small"]));
  });

  it("does not wait for ever for a track that is alike for the most part", () => {
    const own: Layout = { ...suggestLayout(quiet)!, name: "full" };
    // where the drive begins the other track lies 55 m beside it
    const begin = new Plane(quiet.latDeg[0]!, quiet.lonDeg[0]!);
    const away = ([lat, lon]: Point) => Math.hypot(begin.x(lon), begin.y(lat));
    const line = own.centreLine!.map((p): Point => (away(p) < 130 ? [p[0] + 0.0005, p[1]] : p));
    const other: Track = { name: "Other", layouts: [{ ...own, centreLine: line }] };
    const found: unknown[] = [];
    const { laps } = runLive({ own: [other], onLayout: (l, t) => found.push([l.name, t?.name]) }, quiet);
    expect(found).toEqual([["suggested", undefined]]);
    expect(laps.filter((l) => l.valid).length).toBeGreaterThanOrEqual(4);
  });

  it("keeps no more fixes than it was told", () => {
    const { live } = runLive({ keepFixes: 100 }, quiet);
    expect(live.timer).toBeUndefined();
  });
});
