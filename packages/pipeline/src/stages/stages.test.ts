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
