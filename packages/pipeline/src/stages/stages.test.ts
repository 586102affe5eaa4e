import { Reading } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { createPipeline } from "../pipeline.ts";
import { fusionStage } from "./fusion-stage.ts";
import { lapStage } from "./lap-stage.ts";

const T0 = 1_700_000_000_000_000;
const RADIUS_M = 100;
const SPEED_MPS = 20;
const LAP_S = (2 * Math.PI * RADIUS_M) / SPEED_MPS;

/** Fixes of a vehicle that goes round a circle, counter-clockwise, from its eastern point heading north. */
function circle(rateHz: number, laps: number) {
  const n = Math.round(LAP_S * laps * rateHz);
  const lat0 = 48;
  const perLat = 111_132.9;
  const perLon = 111_412.8 * Math.cos((lat0 * Math.PI) / 180);
  const group = {
    name: "gps",
    tUs: Float64Array.from({ length: n }, (_, i) => T0 + Math.round((i * 1e6) / rateHz)),
    columns: (
      [
        ["gnss.lat", "deg", (a: number) => lat0 + (RADIUS_M * Math.sin(a)) / perLat],
        ["gnss.lon", "deg", (a: number) => 11 + (RADIUS_M * Math.cos(a)) / perLon],
        ["gnss.speed", "m/s", () => SPEED_MPS],
        ["gnss.course", "rad", (a: number) => (4 * Math.PI - a) % (2 * Math.PI)],
      ] as const
    ).map(([name, unit, of]) => ({
      field: { name, unit, doc: "" },
      values: Float64Array.from({ length: n }, (_, i) => of(((i / rateHz) * SPEED_MPS) / RADIUS_M)),
    })),
  };
  return { groups: [group], absoluteTime: true, gates: [], laps: [], notes: [] };
}

describe("stages", () => {
  it("laps of a circle take what the circle takes", () => {
    const times: number[] = [];
    const p = createPipeline({
      stages: [lapStage({ onLap: (lap) => lap.kind === "lap" && times.push(lap.timeS) })],
    });
    p.recording(circle(10, 5.4));
    p.end();
    expect(times.length).toBeGreaterThanOrEqual(3);
    for (const t of times) expect(t).toBeCloseTo(LAP_S, 2);
    const batch = p.take().find((b) => b.message.name === "lap")!;
    expect(Math.max(...batch.columns[0]!)).toBeGreaterThanOrEqual(4);
  });

  it("laps of a unit whose own timer stands at 0 are ours; one that runs keeps its channels", () => {
    const withTimer = (lapTimeS: number) => {
      const drive = circle(10, 5.4);
      const [gnss] = drive.groups;
      const values = new Float64Array(gnss!.tUs.length).fill(lapTimeS);
      const timer = { field: { name: "lap.time", unit: "s" as const, doc: "" }, values };
      let laps = 0;
      const p = createPipeline({ stages: [lapStage({ onLap: () => laps++ })] });
      p.recording({ ...drive, groups: [{ ...gnss!, columns: [...gnss!.columns, timer] }] });
      p.end();
      return { laps, batches: p.take().filter((b) => b.message.name === "lap").length };
    };
    expect(withTimer(0).laps).toBeGreaterThanOrEqual(4);
    expect(withTimer(0).batches).toBeGreaterThan(0);
    expect(withTimer(12.3)).toEqual({ laps: withTimer(0).laps, batches: 0 });
  });

  it("fusion gives the circle's speed, turn and lateral acceleration, and the same again", () => {
    const run = () => {
      const p = createPipeline({ stages: [fusionStage()] });
      p.recording(circle(10, 3));
      p.end();
      return p.take().find((b) => b.message.name === "fusion")!;
    };
    const fused = run();
    const last = (name: string) =>
      fused.columns[fused.message.fields.findIndex((f) => f.name === name)]![fused.length - 1]!;
    expect(last("vehicle.speed")).toBeCloseTo(SPEED_MPS, 0);
    expect(last("vehicle.yawRate")).toBeCloseTo(SPEED_MPS / RADIUS_M, 1);
    expect(last("vehicle.aLat")).toBeGreaterThan(0.8 * (SPEED_MPS ** 2 / RADIUS_M));
    const again = run();
    expect(again.columns).toEqual(fused.columns);
  });

  it("fusion takes inertial columns by their names, in any order, and does with the yaw rate alone", () => {
    const n = 6000;
    const at = Float64Array.from({ length: n }, (_, i) => T0 + i * 10_000);
    const constant = (name: string, unit: "m/s^2" | "rad/s" | "degC", value: number) => ({
      field: { name, unit, doc: "" },
      values: new Float64Array(n).fill(value),
    });
    const { groups, ...rest } = circle(10, 60 / LAP_S);
    const imu = {
      name: "imu",
      tUs: at,
      columns: [
        constant("imu.gz", "rad/s", SPEED_MPS / RADIUS_M),
        constant("imu.az", "m/s^2", 9.80665),
        constant("imu.ax", "m/s^2", 0),
        constant("imu.temp", "degC", 35),
        constant("imu.ay", "m/s^2", SPEED_MPS ** 2 / RADIUS_M),
      ],
    };
    const p = createPipeline({ stages: [fusionStage()] });
    p.recording({ ...rest, groups: [...groups, imu] });
    p.end();
    const fused = p.take().find((b) => b.message.name === "fusion")!;
    const last = (name: string) =>
      fused.columns[fused.message.fields.findIndex((f) => f.name === name)]![fused.length - 1]!;
    expect(fused.length).toBeGreaterThan(0.9 * n);
    expect(last("vehicle.aUp")).toBeCloseTo(0, 1);
    expect(last("vehicle.aLong")).toBeCloseTo(0, 1);
    expect(last("vehicle.aLat")).toBeCloseTo(SPEED_MPS ** 2 / RADIUS_M, 1);
  });

  it("fusion listens to one of two inertial sensors: the faster, and the other when that is gone", () => {
    const message = (name: string) => ({
      name,
      doc: "",
      fields: ["imu.ax", "imu.ay", "imu.az", "imu.gx", "imu.gy", "imu.gz"].map((f) => ({
        name: f,
        unit: "1" as const,
        doc: "",
      })),
    });
    const fixes = new Reading({
      name: "r.fix",
      doc: "",
      fields: ["gnss.lat", "gnss.lon", "gnss.speed", "gnss.course"].map((f) => ({
        name: f,
        unit: "1" as const,
        doc: "",
      })),
    });
    const states: number[] = [];
    const turned: number[] = [];
    const stage = fusionStage()((r, tUs) => {
      states.push((tUs - T0) / 1e6);
      turned.push(r.values[r.message.fields.findIndex((f) => f.name === "vehicle.yawRate")]!);
    });
    const slow = new Reading(message("r.live"));
    const fast = new Reading(message("w.motion"));
    fast.values.set([0, 0, 9.80665, 0, 0, 0]);
    // its gyro is a bad one
    slow.values.set([0, 0, 9.80665, 0, 0, 0.2]);
    const info = (name: string) => ({ device: "d", boot: "", name, protocol: "" });
    const [a, b] = [info("racebox"), info("imu")];
    // the fast one is pulled off after 30 s
    for (let ms = 0; ms < 60_000; ms += 5) {
      const tUs = T0 + ms * 1000;
      if (ms % 40 === 0) {
        fixes.values.set([48 + (ms * 1e-3 * 10) / 111_200, 11, 10, 0]);
        stage.reading(fixes, tUs, a);
        stage.reading(slow, tUs + 2000, a);
      }
      if (ms < 30_000) stage.reading(fast, tUs, b);
    }
    const between = (from: number, to: number) => states.filter((t) => t >= from && t < to).length;
    expect(between(10, 20)).toBe(2000);
    const yawRates = turned.filter((_, i) => states[i]! >= 10 && states[i]! < 20);
    expect(Math.max(...yawRates.map(Math.abs))).toBeLessThan(0.005);
    expect(between(40, 50)).toBe(250);
  });

  it("leave a unit alone that fuses and times by itself", () => {
    const emitted: Reading[] = [];
    const stages = [fusionStage(), lapStage()].map((s) => s((r) => emitted.push(r)));
    const message = {
      name: "own",
      doc: "",
      fields: ["gnss.lat", "gnss.lon", "vehicle.speed", "lap.time"].map((name) => ({
        name,
        unit: "1" as const,
        doc: "",
      })),
    };
    const r = new Reading(message);
    for (let i = 0; i < 50; i++) {
      r.values.set([48 + i * 1e-5, 11, 10, 1]);
      for (const s of stages)
        s.reading(r, T0 + i * 1e5, { device: "d", boot: "", name: "udp", protocol: "blackbox" });
    }
    expect(emitted).toEqual([]);
  });
});
