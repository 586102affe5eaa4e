import { describe, expect, it } from "vitest";
import { circuitOf } from "../testing/circuit.ts";
import { type Drive, drive, lineOf } from "../testing/drive.ts";
import { column, driveRecording, timeAtPlace } from "../testing/drive-recording.ts";
import type { Layout } from "../track/track.ts";
import { overlay, timeVariance } from "./compare.ts";
import { cornersOf, findCorners } from "./corners.ts";
import { driven } from "./driven.ts";
import { brakingZones, coasting } from "./driving.ts";
import { energyPerLap } from "./energy.ts";
import { viewLap } from "./lap-view.ts";

const GRIP = 12;
const RADIUS = 30;
/** A box of 400 by 200 m driven to the left, corners of 30 m: 18.97 m/s at 12 m/s^2. The line is in the middle of a long side. */
const box = circuitOf(
  [
    [0, 0],
    [200, 0],
    [200, 200],
    [-200, 200],
    [-200, 0],
  ],
  { topMps: 40, gripMps2: GRIP, radiusM: RADIUS },
);
/** The same with half the grip in the second corner. */
const slowSecond = { ...box, speed: box.speed.slice() };
for (let i = 0; i < slowSecond.speed.length; i++) {
  const s = i * box.stepM;
  // from the first corner's exit to half way along the back straight
  if (s > 260 && s < 480) slowSecond.speed[i] = Math.min(slowSecond.speed[i]!, 12);
}
const layout: Layout = {
  name: "box",
  closed: true,
  start: { name: "start", ...lineOf(box, 0, 12) },
  splits: [],
};
const quiet = { laps: 1, rateHz: 25, runInM: 150, runOutM: 100, seed: 1 };
const fast = drive({ ...quiet, circuit: box });
const slow = drive({ ...quiet, circuit: slowSecond, offsetM: 2 });

const power = {
  name: "bms",
  tUs: fast.tUs,
  columns: [
    column(
      "battery.current",
      "A",
      Float64Array.from(fast.tUs, (_, i) => (i % 50 < 25 ? 100 : -20)),
    ),
    column(
      "battery.voltage",
      "V",
      Float64Array.from(fast.tUs, () => 50),
    ),
  ],
};
const pedals = (d: Drive) => ({
  name: "pedals",
  tUs: d.tUs,
  columns: [
    column(
      "driver.throttle",
      "1",
      Float64Array.from(d.sM, (s) => (s > 20 && s < 80 ? 0 : 0.8)),
    ),
    column(
      "driver.brake",
      "1",
      Float64Array.from(d.sM, (s) => (s > 60 && s < 100 ? 0.5 : 0)),
    ),
  ],
});

const a = driven(driveRecording(fast, [power, pedals(fast)]), layout);
const b = driven(driveRecording(slow, [pedals(slow)]), layout);
const lapOf = (d: typeof a) => d.laps.find((l) => l.valid)!;
const reference = viewLap(a, lapOf(a));
const lap = viewLap({ ...b, path: a.path }, lapOf(b));

describe("a lap over the way", () => {
  it("is at each place when the vehicle was", () => {
    const start = fast.passings[0]!.tUs / 1e6;
    for (let i = 5; i < reference.count - 5; i += 20) {
      const truth = timeAtPlace(fast, (i * reference.stepM * box.lengthM) / reference.lengthM) - start;
      expect(Math.abs(reference.timeS[i]! - truth)).toBeLessThan(0.01);
    }
    expect(reference.timeS[0]).toBe(0);
    expect(reference.timeS.at(-1)).toBe(lapOf(a).timeS);
    expect([...reference.timeS].every((t, i, all) => i === 0 || t > all[i - 1]!)).toBe(true);
  });

  it("gives speed and accelerations where the recording has none", () => {
    // in the middle of a corner: v^2 / r; between: straight
    const corner = Math.round(263 / reference.stepM);
    expect(reference.speedMps[Math.round(40 / reference.stepM)]!).toBeGreaterThan(25);
    const low = Math.min(...reference.aLatMps2);
    expect(Math.max(...reference.aLatMps2)).toBeGreaterThan(0.85 * GRIP);
    expect(Math.max(...reference.aLatMps2)).toBeLessThan(1.25 * GRIP);
    expect(low).toBeGreaterThan(-0.2 * GRIP);
    expect(Math.abs(reference.aLatMps2[Math.round(20 / reference.stepM)]!)).toBeLessThan(0.5);
    expect(corner).toBeLessThan(reference.count);
    const without = driveRecording({ ...fast, speedMps: new Float64Array(fast.length).fill(Number.NaN) });
    const made = viewLap(driven(without, layout), lapOf(driven(without, layout)));
    for (let i = 20; i < made.count - 20; i += 25)
      expect(Math.abs(made.speedMps[i]! - reference.speedMps[i]!)).toBeLessThan(0.5);
  });

  it("overlays channels of laps by distance, and has none that was not recorded", () => {
    const o = overlay([reference, lap], ["driver.throttle", "engine.rpm"]);
    expect(o.distanceM[10]).toBeCloseTo(10 * reference.stepM, 9);
    expect(o.laps.length).toBe(2);
    for (const l of o.laps) {
      expect(l.channels[0]!.length).toBe(o.distanceM.length);
      expect(l.channels[1]).toBeUndefined();
    }
  });

  it("loses time where it was lost", () => {
    const trace = timeVariance(reference, lap);
    const total = lapOf(b).timeS - lapOf(a).timeS;
    expect(trace.at(-1)!).toBeCloseTo(total, 9);
    expect(total).toBeGreaterThan(1);
    // until the slow part begins (the vehicle brakes for it a little before), and after it has gained its speed again
    expect(Math.abs(trace[Math.round(200 / reference.stepM)]!)).toBeLessThan(0.05);
    expect(Math.abs(trace[Math.round(700 / reference.stepM)]! - total)).toBeLessThan(0.05);
  });
});

describe("corners", () => {
  const corners = findCorners(reference);

  it("are found with side, apex and angle", () => {
    expect(corners.map((c) => c.side)).toEqual(["left", "left", "left", "left"]);
    for (const c of corners) {
      // the bend itself counts from half the threshold on, so a few degrees more or less are part of it
      expect(c.turnRad).toBeCloseTo(Math.PI / 2, 0);
      expect(c.apexM).toBeGreaterThan(c.startM);
      expect(c.apexM).toBeLessThan(c.endM);
      // arc of 47 m
      expect(c.endM - c.startM).toBeGreaterThan(40);
      expect(c.endM - c.startM).toBeLessThan(75);
    }
    expect(corners[0]!.fromM).toBe(0);
    expect(corners.at(-1)!.toM).toBeCloseTo(reference.lengthM, 6);
  });

  it("have their speeds, and each its share of the loss", () => {
    const own = cornersOf(corners, reference, reference);
    for (const c of own) {
      expect(c.minimumMps).toBeGreaterThan(0.9 * Math.sqrt(GRIP * RADIUS));
      expect(c.minimumMps).toBeLessThan(1.1 * Math.sqrt(GRIP * RADIUS));
      expect(c.apexMps).toBe(c.minimumMps);
      expect(c.entryMps).toBeGreaterThanOrEqual(c.minimumMps);
      expect(c.lostS).toBe(0);
    }
    const other = cornersOf(corners, reference, lap);
    // 12 m/s along the centre line is less on a line 2 m inside it
    expect(other[1]!.minimumMps).toBeCloseTo((12 * (RADIUS - 2)) / RADIUS, 0);
    const total = lapOf(b).timeS - lapOf(a).timeS;
    expect(other.reduce((sum, c) => sum + c.lostAroundS, 0)).toBeCloseTo(total, 6);
    expect(other[1]!.lostAroundS).toBeGreaterThan(0.7 * total);
    expect(other[1]!.lostS).toBeGreaterThan(0);
    expect(Math.abs(other[3]!.lostAroundS)).toBeLessThan(0.05);
  });

  it("that turn too little are none", () => {
    expect(findCorners(reference, { leastTurnRad: 2 })).toEqual([]);
    expect(findCorners(reference, { curvatureRadpm: 1 / 20 })).toEqual([]);
  });
});

describe("braking and coasting", () => {
  it("finds a zone before each corner", () => {
    const zones = brakingZones(reference);
    const corners = findCorners(reference);
    expect(zones.length).toBe(4);
    for (const [i, z] of zones.entries()) {
      expect(z.startM).toBeLessThan(corners[i]!.apexM);
      expect(z.endM).toBeLessThan(corners[i]!.endM);
      expect(z.fromMps).toBeGreaterThan(z.toMps + 2);
      // braking of 0.7 of the grip
      expect(z.peakMps2).toBeGreaterThan(0.6 * GRIP);
      expect(z.peakMps2).toBeLessThan(0.9 * GRIP);
      expect(z.meanMps2).toBeLessThanOrEqual(z.peakMps2);
    }
  });

  it("counts the time on no pedal", () => {
    const c = coasting(reference);
    expect(c.by).toBe("pedals");
    const start = fast.passings[0]!.tUs / 1e6;
    expect(c.seconds).toBeCloseTo(timeAtPlace(fast, 60) - timeAtPlace(fast, 20), 0);
    expect(c.stretches.length).toBe(1);
    expect(c.stretches[0]!.startM).toBeCloseTo(20, -1);
    expect(c.stretches[0]!.endM).toBeCloseTo(60, -1);
    expect(start).toBeGreaterThan(0);
    const guess = coasting(viewLap(driven(driveRecording(fast), layout), lapOf(a)));
    expect(guess.by).toBe("acceleration");
    expect(guess.share).toBeLessThan(0.5);
  });
});

describe("energy", () => {
  it("is current times voltage over the lap", () => {
    const [first] = energyPerLap(a.recording, [lapOf(a)])!;
    // half of the time 5 kW out, half of it 1 kW back, ramps of 40 ms between them aside
    const hours = lapOf(a).timeS / 3600;
    expect(first!.usedWh).toBeCloseTo(2500 * hours, 0);
    expect(first!.recoveredWh).toBeCloseTo(500 * hours, 0);
    expect(first!.netWh).toBeCloseTo(first!.usedWh - first!.recoveredWh, 9);
    expect(first!.peakW).toBe(5000);
    expect(first!.covered).toBeCloseTo(1, 6);
    expect(first!.perKmWh).toBeCloseTo(first!.netWh / (lapOf(a).distanceM / 1000), 9);
  });

  it("by hand over a crossing of zero, cut at the lap's ends", () => {
    // 10 V; 4 A falling to -4 A in 2 s: 1 s of 20 W mean out, 1 s of 20 W mean back
    const group = {
      name: "b",
      tUs: Float64Array.from([0, 2e6]),
      columns: [column("battery.current", "A", [4, -4]), column("battery.voltage", "V", [10, 10])],
    };
    const recording = { ...a.recording, groups: [group] };
    const whole = { ...lapOf(a), startUs: 0, endUs: 2e6, timeS: 2 };
    const [e] = energyPerLap(recording, [whole])!;
    expect(e!.usedWh * 3600).toBeCloseTo(20, 9);
    expect(e!.recoveredWh * 3600).toBeCloseTo(20, 9);
    // the second half of it only: 0 to -40 W over 1 s
    const [half] = energyPerLap(recording, [{ ...whole, startUs: 1e6, timeS: 1 }])!;
    expect(half!.usedWh).toBeCloseTo(0, 9);
    expect(half!.recoveredWh * 3600).toBeCloseTo(20, 9);
    const [outside] = energyPerLap(recording, [{ ...whole, startUs: 5e6, endUs: 6e6, timeS: 1 }])!;
    expect(outside!.usedWh).toBeNaN();
    expect(outside!.covered).toBe(0);
  });

  it("needs both", () => {
    expect(energyPerLap(b.recording, b.laps)).toBeUndefined();
  });
});
