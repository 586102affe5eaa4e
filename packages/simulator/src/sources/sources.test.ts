import { type PlainMessage, toPlain } from "@pitwall/core";
import { findProtocol } from "@pitwall/protocols";
import { describe, expect, it } from "vitest";
import { GNSS_10HZ } from "../sensors.ts";
import { oval } from "../testing/oval.ts";
import { prepareTrack } from "../track.ts";
import { createTruth, Trajectory } from "../trajectory.ts";
import { SimUnit, type SourceSpec } from "../unit.ts";
import { VEHICLES, type VehicleName } from "../vehicles.ts";
import { blackboxSource, jsonSource } from "./displays.ts";
import { nmea, racebox, racechronoDiy, racehfBean, racehfKart, ubx } from "./receivers.ts";

const START_US = Date.UTC(2026, 4, 28, 13, 34) * 1000;
/** A drive begins with three seconds at rest. */
const REST_S = 3;
const RATE_HZ = 10;

type Heard = { readonly tS: number; readonly values: PlainMessage["values"] };

const hilly = () => {
  const flat = oval();
  const n = flat.points.length;
  const points = flat.points.map((p, i) => ({ ...p, z: 4 * Math.sin((2 * Math.PI * i) / n) }));
  return prepareTrack({ ...flat, points });
};

/** What a vehicle's sources say, by the instant that it is about. */
function drive(name: VehicleName, sources: readonly SourceSpec[], untilS: number, track = oval()) {
  const trajectory = new Trajectory(track, VEHICLES[name], { seed: 2, laps: 1, driverNoise: 1 });
  const unit = new SimUnit(trajectory, sources, { seed: 2, name, startUs: START_US, gnss: GNSS_10HZ });
  const heard: Heard[] = [];
  const problems: string[] = [];
  let sentS = 0;
  const decoders = sources.map(({ latencyS, protocol }) =>
    findProtocol(protocol)!.createDecoder({
      onReading(r) {
        const tS = Number.isFinite(r.tUs) ? (r.tUs - START_US) / 1e6 : sentS - latencyS;
        if (!r.message.part) heard.push({ tS, values: toPlain(r).values });
      },
      onProblem: (p) => void problems.push(p.reason),
    }),
  );
  while (unit.nextS < untilS)
    unit.step((frame) => {
      sentS = frame.atUs / 1e6;
      decoders[frame.source]!.push(frame.bytes, frame.atUs);
    });
  for (const d of decoders) d.end();
  return { heard, problems, trajectory };
}

const receivers: readonly (readonly [string, readonly SourceSpec[]])[] = [
  ["ubx", [ubx(RATE_HZ, 0.08)]],
  ["nmea", [nmea(RATE_HZ, 0.08)]],
  ["racebox", [racebox(RATE_HZ, 0.08)]],
  ["racechrono-diy", [racechronoDiy(RATE_HZ, 0.08)]],
  ["racehf-kart", racehfKart],
  ["racehf-bean", [racehfBean]],
];

describe("a receiver at rest", () => {
  it.each(receivers)(
    "that speaks %s gives a position and no course, and a course as soon as it moves",
    (_, s) => {
      const { heard, problems } = drive("kart-combustion", s, 12);
      expect(problems).toEqual([]);
      const fixes = heard.filter((h) => "gnss.lat" in h.values);
      const resting = fixes.filter((h) => h.tS < REST_S - 0.1);
      expect(resting.length).toBeGreaterThan(20);
      for (const h of resting) expect(h.values).not.toHaveProperty(["gnss.course"]);
      const moving = fixes.filter((h) => h.tS > REST_S + 2);
      expect(moving.length).toBeGreaterThan(50);
      for (const h of moving) expect(h.values).toHaveProperty(["gnss.course"]);
    },
  );
});

describe("ubx on a hilly course", () => {
  it("says the velocity to the north, to the east and up that belongs to speed, course and slope", () => {
    const { heard, trajectory } = drive("kart", [ubx(RATE_HZ, 0.08)], 40, hilly());
    const truth = createTruth();
    let steepest = 0;
    for (const { tS, values } of heard) {
      trajectory.at(tS, truth);
      const of = (name: string) => values[name] as number;
      // white noise of 0.06 m/s over two axes, at five sigma
      expect(Math.abs(of("velE") - truth.speedMps * Math.cos(truth.yawRad))).toBeLessThan(0.3);
      expect(Math.abs(of("velN") - truth.speedMps * Math.sin(truth.yawRad))).toBeLessThan(0.3);
      expect(Math.abs(of("gnss.vUp") - truth.speedMps * Math.tan(truth.slopeRad))).toBeLessThan(0.4);
      expect(Math.hypot(of("velE"), of("velN"))).toBeCloseTo(of("gnss.speed"), 2);
      steepest = Math.max(steepest, Math.abs(of("gnss.vUp")));
    }
    expect(steepest).toBeGreaterThan(0.8);
  });
});

describe("a Blackbox", () => {
  it("heads where it stands before it moves, and feels the crests", () => {
    const { heard, trajectory } = drive("kart", [blackboxSource(25)], 40, hilly());
    const truth = createTruth();
    trajectory.at(0, truth);
    const atRest = heard.find((h) => h.tS < 1)!.values["vehicle.course"] as number;
    expect(Math.sin(atRest)).toBeCloseTo(Math.cos(truth.yawRad), 3);
    expect(Math.cos(atRest)).toBeCloseTo(Math.sin(truth.yawRad), 3);
    const ups = heard.map((h) => h.values["vehicle.aUp"] as number);
    expect(Math.max(...ups)).toBeGreaterThan(0.1);
    expect(Math.min(...ups)).toBeLessThan(-0.1);
  });
});

describe("the JSON of a kart's display", () => {
  it("has of each vehicle what that has, and no battery of an engine", () => {
    const keys = (name: VehicleName) =>
      Object.keys(drive(name, [jsonSource()], 6).heard.at(-1)!.values).sort();
    const everyone = ["gnss.lat", "gnss.lon", "gnss.speed", "motor.rpm"];
    expect(keys("kart-combustion")).toEqual(everyone);
    expect(keys("kart")).toEqual([...everyone, "battery.current", "battery.voltage", "motor.temp"].sort());
  });
});
