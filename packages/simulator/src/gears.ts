import type { Vehicle } from "./vehicles.ts";

/** Of the redline: where the driver changes up, and how far below that speed the lower gear is taken again. */
const CHANGE_UP = 0.93;
const CHANGE_DOWN = 0.85;

/** The gear at a speed, from 1, for a driver who was in `before`; 0 for a vehicle that has none to change. */
export function gearAt(vehicle: Vehicle, speedMps: number, before: number): number {
  const { engine } = vehicle;
  if (!engine || engine.gears.length < 2) return 0;
  const { gears, redlineRpm } = engine;
  const turns = speedMps * vehicle.turnsPerM * 60;
  let gear = Math.min(gears.length, Math.max(1, before));
  while (gear < gears.length && turns * gears[gear - 1]! >= CHANGE_UP * redlineRpm) gear++;
  while (gear > 1 && turns * gears[gear - 2]! < CHANGE_DOWN * redlineRpm) gear--;
  return gear;
}
