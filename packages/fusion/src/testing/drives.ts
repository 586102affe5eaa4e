import type { Drive } from "./vehicle.ts";

type Piece = { readonly lengthM: number; readonly curvature: number };

/** A kart track of 820 m: corners from 9 m radius, entered and left over clothoids. It closes in heading. */
const PIECES: readonly Piece[] = [
  { lengthM: 140, curvature: 0 },
  { lengthM: 30, curvature: 1 / 12 },
  { lengthM: 60, curvature: 0 },
  { lengthM: 26, curvature: -1 / 15 },
  { lengthM: 40, curvature: 0 },
  { lengthM: 44, curvature: 1 / 18 },
  { lengthM: 90, curvature: 0 },
  { lengthM: 32, curvature: 1 / 9 },
  { lengthM: 50, curvature: 0 },
  { lengthM: 30, curvature: -1 / 20 },
  { lengthM: 80, curvature: 0 },
  { lengthM: 40, curvature: 1 / 25 },
  { lengthM: 158, curvature: 0 },
];
const TRANSITION_M = 8;
const STEP_M = 0.5;

export type KartTrack = {
  readonly lengthM: number;
  readonly curvature: (wayM: number) => number;
  readonly speed: (wayM: number) => number;
};

/** Curvature and speed along the track for limits of grip, power and brakes in m/s^2. */
export function kartTrack(lateral = 14.7, forward = 4, brake = 8, top = 25): KartTrack {
  const lengthM = PIECES.reduce((sum, p) => sum + p.lengthM, 0);
  const n = Math.round(lengthM / STEP_M);
  const raw = new Float64Array(n);
  let at = 0;
  for (const p of PIECES)
    for (let s = 0; s < p.lengthM - 1e-9 && at < n; s += STEP_M) raw[at++] = p.curvature;
  // a moving average over the transition length makes the ramps
  const smooth = (a: Float64Array, widthM: number): Float64Array => {
    const half = Math.round(widthM / STEP_M / 2);
    return a.map((_, i) => {
      let sum = 0;
      for (let k = -half; k <= half; k++) sum += a[(i + k + n) % n]!;
      return sum / (2 * half + 1);
    });
  };
  const curvature = smooth(smooth(raw, TRANSITION_M), TRANSITION_M / 2);
  const v2 = new Float64Array(n);
  for (let i = 0; i < n; i++) v2[i] = Math.min(top * top, lateral / Math.max(1e-6, Math.abs(curvature[i]!)));
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < n; i++) v2[(i + 1) % n] = Math.min(v2[(i + 1) % n]!, v2[i]! + 2 * forward * STEP_M);
    for (let i = n - 1; i >= 0; i--) v2[i] = Math.min(v2[i]!, v2[(i + 1) % n]! + 2 * brake * STEP_M);
  }
  const speed = smooth(smooth(v2.map(Math.sqrt), 6), 6);
  const look = (a: Float64Array, wayM: number): number => {
    const p = (((wayM % lengthM) + lengthM) % lengthM) / STEP_M;
    const i = Math.floor(p) % n;
    return a[i]! + (p - Math.floor(p)) * (a[(i + 1) % n]! - a[i]!);
  };
  return { lengthM, curvature: (s) => look(curvature, s), speed: (s) => look(speed, s) };
}

/** Stands for a while, drives off, then laps. */
export function kartLaps(track: KartTrack, standS: number, slopeAmplitude = 0): Drive {
  return (tS, { speed, wayM }) => {
    if (tS < standS) return { accel: 0, yawRate: 0, slope: 0 };
    const want = track.speed(wayM);
    const ds = 1;
    const gradient = (track.speed(wayM + ds) - track.speed(wayM - ds)) / (2 * ds);
    // follows the speed profile; from rest with what the engine gives
    const accel = Math.max(-9, Math.min(4, want * gradient + 2 * (want - speed)));
    const slope = slopeAmplitude * Math.sin((2 * Math.PI * wayM) / track.lengthM);
    return { accel, yawRate: track.curvature(wayM) * speed, slope };
  };
}
