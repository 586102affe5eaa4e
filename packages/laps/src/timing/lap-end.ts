import type { Receiver } from "./receiver.ts";

/** An end is taken to be passed no slower than this. */
export const LEAST_MPS = 0.3;

/** Where and how well a lap's end was seen. */
export type LapEnd = {
  /** Running time, s, and its variance without the receiver's slow error, s^2. */
  tS: number;
  varianceS2: number;
  speedMps: number;
  /** The receiver's error against reckoning, and what belongs to it. */
  qx: number;
  qy: number;
  chain: number;
  reckoningVariance: number;
  positionVariance: number;
  /** Device time, microseconds. */
  deviceUs: number;
};

export const lapEnd = (): LapEnd => ({
  tS: Number.NaN,
  varianceS2: 0,
  speedMps: 1,
  qx: 0,
  qy: 0,
  chain: -1,
  reckoningVariance: 0,
  positionVariance: 0,
  deviceUs: Number.NaN,
});

/** A lap's end at the receiver's newest fix; `variance` in m^2 along the track. */
export function fillEnd(
  e: LapEnd,
  r: Receiver,
  tS: number,
  speedMps: number,
  variance: number,
  positionVariance: number,
): void {
  const speed = Math.max(LEAST_MPS, speedMps);
  e.tS = tS;
  e.speedMps = speed;
  e.varianceS2 = variance / (speed * speed);
  e.qx = r.qx;
  e.qy = r.qy;
  e.chain = r.chain;
  e.reckoningVariance = r.reckoningVariance;
  e.positionVariance = positionVariance;
}

/** How far the receiver's slow error moved over a lap; nothing where the reckoning between its ends was broken. */
export function learnFromLap(r: Receiver, a: LapEnd, b: LapEnd): void {
  if (a.chain !== b.chain || !Number.isFinite(r.vx)) return;
  const reckoning = b.reckoningVariance - a.reckoningVariance;
  r.learnLap(b.qx - a.qx, b.qy - a.qy, reckoning + a.positionVariance + b.positionVariance);
}
