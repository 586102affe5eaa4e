import type { Recording } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { metresPerDegree } from "../testing/drive.ts";
import { column } from "../testing/drive-recording.ts";
import { withAccelerations } from "./accelerations.ts";

const LAT = 48;
const LON = 11;
const { north, east } = metresPerDegree(LAT);

type Motion = (t: number) => { x: number; y: number; speed: number; course: number };

/** A motion in metres and seconds as a receiver writes it; `without` leaves a column out. */
function recordingOf(
  motion: Motion,
  rateHz: number,
  seconds: number,
  without: readonly string[] = [],
): Recording {
  const t = Array.from({ length: Math.floor(seconds * rateHz) + 1 }, (_, i) => i / rateHz);
  const all = [
    column(
      "gnss.lat",
      "deg",
      t.map((s) => LAT + motion(s).y / north),
    ),
    column(
      "gnss.lon",
      "deg",
      t.map((s) => LON + motion(s).x / east),
    ),
    column(
      "gnss.speed",
      "m/s",
      t.map((s) => motion(s).speed),
    ),
    column(
      "gnss.course",
      "rad",
      t.map((s) => motion(s).course),
    ),
  ];
  const columns = all.filter((c) => !without.includes(c.field.name));
  return {
    groups: [{ name: "gnss", tUs: Float64Array.from(t, (s) => s * 1e6), columns }],
    absoluteTime: false,
    gates: [],
    laps: [],
    notes: [],
  };
}

const TAU = 2 * Math.PI;
/** To the left at `rate` rad/s on a circle of `radius`. */
const circle =
  (radius: number, rate: number): Motion =>
  (t) => ({
    x: radius * Math.cos(rate * t),
    y: radius * Math.sin(rate * t),
    speed: radius * Math.abs(rate),
    course: (((rate > 0 ? -rate * t : Math.PI - rate * t) % TAU) + TAU) % TAU,
  });
/** East from 5 m/s on, ever quicker by `a`. */
const ramp =
  (a: number): Motion =>
  (t) => ({ x: 5 * t + (a * t * t) / 2, y: 0, speed: 5 + a * t, course: Math.PI / 2 });

const made = (recording: Recording, id: string): Float64Array =>
  withAccelerations(recording)
    .recording.groups.at(-1)!
    .columns.find((c) => c.field.name === id)!.values;
const inner = (v: Float64Array): Float64Array => v.subarray(3, -3);

describe("accelerations from fixes", () => {
  it("on a circle point to its middle: v^2 / r, to the left where it turns left", () => {
    for (const rateHz of [1, 5, 25])
      for (const rate of [0.2, -0.2]) {
        const recording = recordingOf(circle(50, rate), rateHz, 30);
        const lat = inner(made(recording, "vehicle.aLat"));
        // 10 m/s on 50 m: 2 m/s^2. Slopes over a second and a turn of 0.2 rad cut 1 - sin(0.2) / 0.2 = 0.7 % off
        for (const a of lat) expect(a).toBeCloseTo(Math.sign(rate) * 2, 1);
        for (const a of inner(made(recording, "vehicle.aLong"))) expect(Math.abs(a)).toBeLessThan(0.02);
      }
  });

  it("on a straight are the change of speed", () => {
    for (const a of [3, -0.15]) {
      const recording = recordingOf(ramp(a), 10, 8);
      for (const v of made(recording, "vehicle.aLong")) expect(v).toBeCloseTo(a, 9);
      for (const v of made(recording, "vehicle.aLat")) expect(v).toBeCloseTo(0, 9);
    }
  });

  it("come from positions alone where there is nothing else", () => {
    const without = ["gnss.speed", "gnss.course"];
    const lat = inner(made(recordingOf(circle(50, 0.2), 10, 30, without), "vehicle.aLat"));
    // one-sided within the first and the last second
    for (const a of lat.subarray(9, -9)) expect(a).toBeCloseTo(2, 1);
    const long = inner(made(recordingOf(ramp(2), 10, 10, without), "vehicle.aLong"));
    for (const a of long.subarray(8, -8)) expect(a).toBeCloseTo(2, 2);
    // a speed without a course takes its direction from the positions
    const half = recordingOf(circle(50, -0.2), 10, 30, ["gnss.course"]);
    for (const a of made(half, "vehicle.aLat").subarray(12, -12)) expect(a).toBeCloseTo(-2, 1);
  });

  it("are not made over a gap, nor at a standstill", () => {
    const whole = recordingOf(ramp(1), 10, 20);
    const group = whole.groups[0]!;
    const keep = group.tUs.map((t, i) => (t > 5e6 && t < 15e6 ? -1 : i)).filter((i) => i >= 0);
    const cut = (v: Float64Array) => Float64Array.from(keep, (i) => v[i]!);
    const gap: Recording = {
      ...whole,
      groups: [
        {
          ...group,
          tUs: cut(group.tUs),
          columns: group.columns.map((c) => ({ ...c, values: cut(c.values) })),
        },
      ],
    };
    for (const a of made(gap, "vehicle.aLong")) expect(a).toBeCloseTo(1, 9);
    const still = recordingOf(() => ({ x: 0, y: 0, speed: 0.02, course: Number.NaN }), 10, 3);
    expect(made(still, "vehicle.aLat").every(Number.isNaN)).toBe(true);
  });

  it("are only made where there are none", () => {
    const own = recordingOf(ramp(1), 10, 3);
    const felt = column("vehicle.aLong", "m/s^2", own.groups[0]!.tUs);
    const half = { ...own, groups: [{ ...own.groups[0]!, columns: [...own.groups[0]!.columns, felt] }] };
    expect(withAccelerations(half).made).toEqual(["vehicle.aLat"]);
    const twice = withAccelerations(withAccelerations(half).recording);
    expect(twice.made).toEqual([]);
    expect(withAccelerations({ ...own, groups: [] }).made).toEqual([]);
  });
});
