import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createFusion, type Fusion } from "./fusion.ts";
import { rms } from "./testing/csv.ts";
import { createFix } from "./types.ts";

/** CC-BY-SA: read where it lies, never copied. */
const file = new URL(
  "../../../../shared/data/imu-gnss/dresden-drive/2014-03-26-000-Data.csv",
  import.meta.url,
);
const RAD = Math.PI / 180;

type Rows = { readonly n: number; readonly at: (name: string, row: number) => number };

function read(): Rows {
  const [head, ...lines] = readFileSync(file, "utf8").trim().split(/\r?\n/);
  const names = head!.split(",");
  const cells = lines.map((line) => line.split(",").map(Number));
  return { n: cells.length, at: (name, row) => cells[row]![names.indexOf(name)]! };
}

/**
 * One round of the drive. A phone: accelerations are those of gravity (minus specific force), rates about the same
 * axes as ours, fixes held in every row, velocities a second old and places half of that.
 */
function drive(
  rows: Rows,
  fusion: Fusion,
  fromUs: number,
  signs: readonly number[],
  onRow: (row: number) => void,
): void {
  const fix = createFix();
  const start = rows.at("millis", 0);
  for (let i = 0; i < rows.n; i++) {
    const v = (name: string): number => rows.at(name, i);
    const tUs = fromUs + Math.round((v("millis") - start) * 1000);
    fix.lat = v("latitude");
    fix.lon = v("longitude");
    fix.speed = v("speed") / 3.6;
    fix.course = v("course") * RAD;
    fix.hdop = v("hdop");
    fix.fix = v("fix");
    const fixed = fusion.gnss(tUs, fix);
    const moved = fusion.imu(
      tUs,
      signs[0]! * v("ax"),
      signs[1]! * v("ay"),
      signs[2]! * v("az"),
      v("rollrate") * RAD,
      v("pitchrate") * RAD,
      v("yawrate") * RAD,
    );
    if (fixed || moved) onRow(i);
  }
}

describe.skipIf(!existsSync(file))(
  "a drive through a town with a phone (Dresden, 3.6 min; skipped without ../shared)",
  () => {
    const rows = existsSync(file) ? read() : { n: 0, at: () => 0 };
    const RIGHT = [-1, -1, -1] as const;

    /** Largest step of the place beyond what its speed makes of it, m. */
    function largestJump(fusion: Fusion, signs: readonly number[]): number {
      let jump = 0;
      let last = { tUs: Number.NaN, x: 0, y: 0 };
      drive(rows, fusion, 0, signs, () => {
        const s = fusion.state;
        expect(Number.isFinite(s.x + s.y + s.speed + s.sigma)).toBe(true);
        const dt = (s.tUs - last.tUs) / 1e6;
        const step = Math.hypot(s.x - last.x - s.vx * dt, s.y - last.y - s.vy * dt);
        if (step > jump) jump = step;
        last = { tUs: s.tUs, x: s.x, y: s.y };
      });
      return jump;
    }

    it("never jumps by 3 m, and finds that velocities are a second old and places half as much", () => {
      const fusion = createFusion();
      expect(largestJump(fusion, RIGHT)).toBeLessThan(3);
      const { delay, sensors, counts, pivot } = fusion.summary();
      expect(delay.velocityS).toBeGreaterThan(0.7);
      expect(delay.velocityS).toBeLessThan(1.2);
      expect(delay.velocityS - delay.positionS).toBeGreaterThan(0.4);
      expect(delay.velocityS - delay.positionS).toBeLessThan(0.75);
      expect(sensors.position.rejected).toBe(0);
      expect(sensors.velocity.nis).toBeLessThan(1.5);
      expect(counts.restarts).toBe(0);
      expect(pivot).toBeGreaterThan(0);
    });

    it.each([
      ["upside down", [1, 1, 1], "imu-axes"],
      ["back to front", [1, -1, -1], "imu-disagrees"],
    ] as const)("does not jump with a sensor mounted %s either: it is found out", (_, signs, reason) => {
      const fusion = createFusion();
      expect(largestJump(fusion, signs)).toBeLessThan(3);
      expect(fusion.summary().degraded).toContain(reason);
    });

    it("at the light cost is the same to 0.1 m, once the delays are known", () => {
      const states = (cost: "full" | "light"): { x: number; y: number }[] => {
        const list: { x: number; y: number }[] = [];
        const fusion = createFusion({ cost, gnssDelayS: { positionS: 0.45, velocityS: 1 } });
        drive(rows, fusion, 0, RIGHT, () => list.push({ x: fusion.state.x, y: fusion.state.y }));
        return list;
      };
      const full = states("full");
      const light = states("light");
      const apart = full.map((f, i) => Math.hypot(f.x - light[i]!.x, f.y - light[i]!.y));
      expect(rms(apart)).toBeLessThan(0.1);
    });

    it("driven round and round for three hours it stays as good as in the second round", {
      timeout: 60_000,
    }, () => {
      const fusion = createFusion();
      const roundUs = Math.round((rows.at("millis", rows.n - 1) - rows.at("millis", 0)) * 1000) + 20_000;
      const rounds = Math.ceil((3 * 3600e6) / roundUs);
      const errors: number[] = [];
      for (let k = 0; k < rounds; k++) {
        const ofRound: number[] = [];
        drive(rows, fusion, k * roundUs, RIGHT, (i) => {
          const s = fusion.state;
          if (!Number.isFinite(s.x + s.y + s.speed + s.sigma)) throw new Error(`round ${k} row ${i}`);
          // the first seconds of a round are a jump from its end to its start
          if (i < 500 || i % 5 !== 0) return;
          const dx = (s.lon - rows.at("longitude", i)) * 111_320 * Math.cos(51.04 * RAD);
          ofRound.push(Math.hypot(dx, (s.lat - rows.at("latitude", i)) * 111_250));
        });
        errors.push(rms(ofRound));
      }
      // it leans less on the fixes (4 m by their own word) the better it knows the sensor; then it stays as it is
      expect(Math.max(...errors)).toBeLessThan(1.15 * errors[1]!);
      expect(errors.at(-1)!).toBeCloseTo(errors[10]!, 1);
      const { pivot, counts } = fusion.summary();
      expect(pivot).toBeGreaterThan(0);
      expect(counts.restarts).toBe(0);
    });
  },
);
