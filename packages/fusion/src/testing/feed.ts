import type { Fusion } from "../fusion.ts";
import { TangentPlane } from "../geodesy.ts";
import { createFix, type GnssFix } from "../types.ts";
import type { Reading, Simulated } from "./vehicle.ts";

export type World = {
  /** Where x = y = 0 is. */
  readonly lat: number;
  readonly lon: number;
  /** The whole world turned counter-clockwise, rad. */
  readonly turnRad: number;
  readonly shiftUs: number;
};

export const HOME: World = { lat: 45.6, lon: 9.28, turnRad: 0, shiftUs: 1_700_000_000_000_000 };

/** Makes fixes of readings; the fix is reused. */
export function fixMaker(world: World, sim: Simulated): (r: Extract<Reading, { kind: "gnss" }>) => GnssFix {
  const plane = new TangentPlane(world.lat, world.lon);
  const out = new Float64Array(2);
  const c = Math.cos(world.turnRad);
  const s = Math.sin(world.turnRad);
  const fix = createFix();
  return (r) => {
    plane.toGeodetic(c * r.x - s * r.y, s * r.x + c * r.y, out);
    fix.lat = out[0]!;
    fix.lon = out[1]!;
    fix.speed = r.speed;
    fix.course = Math.PI / 2 - (r.angle + world.turnRad);
    fix.hAcc = sim.sensors.fixNoiseM;
    fix.sAcc = sim.sensors.speedNoise;
    fix.fix = 3;
    return fix;
  };
}

/** Pushes everything in; `onRow` gets the row of the truth after each inertial sample that gave a state. */
export function feed(
  fusion: Fusion,
  sim: Simulated,
  onRow: (row: number) => void = () => {},
  world: World = HOME,
  hide: (r: Reading) => boolean = () => false,
): void {
  const make = fixMaker(world, sim);
  for (const r of sim.readings) {
    if (hide(r)) continue;
    const tUs = world.shiftUs + Math.round(r.tS * 1e6);
    if (r.kind === "gnss") fusion.gnss(tUs, make(r));
    else if (r.kind === "wheel") fusion.wheel(tUs, r.speed);
    else {
      const [ax, ay, az, gx, gy, gz] = r.values as [number, number, number, number, number, number];
      if (fusion.imu(tUs, ax, ay, az, gx, gy, gz)) onRow(r.row);
    }
  }
}
