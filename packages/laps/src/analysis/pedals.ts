import type { LapView } from "./lap-view.ts";

/** Sensors of throttle plates and pedals rest above 0; more than this is a foot on it. */
const REST_AT_MOST = 0.25;
const LEAST_TRAVEL = 0.2;

/**
 * How far the accelerator is pressed over a lap, 0 to 1 of the travel it shows there: many sensors neither rest at 0 nor
 * reach 1. The pedal where it was recorded, else the throttle; undefined without either, or where it hardly moved.
 */
export function accelerator(view: LapView): Float64Array | undefined {
  const raw = view.channel("driver.accelerator") ?? view.channel("driver.throttle");
  if (!raw) return undefined;
  let least = Number.POSITIVE_INFINITY;
  let full = Number.NEGATIVE_INFINITY;
  for (const v of raw) {
    if (v < least) least = v;
    if (v > full) full = v;
  }
  const rest = least <= REST_AT_MOST ? least : 0;
  if (!(full - rest >= LEAST_TRAVEL)) return undefined;
  return raw.map((v) => (v - rest) / (full - rest));
}

/** How far the brake is pressed, 0 to 1, or its pressure where it is measured; undefined without a brake channel. */
export const brake = (view: LapView): Float64Array | undefined => view.channel("driver.brake");

/** A foot is on a pedal from this share of its travel on. */
export const PRESSED = 0.05;
