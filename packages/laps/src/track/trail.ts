import type { Plane } from "../plane.ts";
import { FixIntake } from "../timing/fix-intake.ts";
import { Receiver } from "../timing/receiver.ts";
import type { Trace } from "../trace.ts";

const GAP_S = 2.5;
const MOVING_MPS = 1;

/** The way a recording took: its fixes smoothed, thinned to even steps, without the standing still. Metres, seconds. */
export type Trail = {
  readonly count: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Unit heading. */
  readonly hx: Float64Array;
  readonly hy: Float64Array;
  readonly tS: Float64Array;
  readonly speedMps: Float64Array;
  /** Driven since the beginning. */
  readonly sM: Float64Array;
  /** 1 where fixes are missing before the point. */
  readonly afterGap: Uint8Array;
};

export function trailOf(trace: Trace, plane: Plane, stepM = 4): Trail {
  const n = trace.length;
  const column = () => new Float64Array(n);
  const [x, y, hx, hy, tS, speedMps, sM] = [
    column(),
    column(),
    column(),
    column(),
    column(),
    column(),
    column(),
  ];
  const afterGap = new Uint8Array(n);
  const intake = new FixIntake(plane, GAP_S);
  const r = new Receiver();
  let count = 0;
  let last = Number.NaN;
  let driven = 0;
  let gap = 0;
  for (let i = 0; i < n; i++) {
    intake.tUs = trace.tUs[i]!;
    intake.latDeg = trace.latDeg[i]!;
    intake.lonDeg = trace.lonDeg[i]!;
    intake.speedMps = trace.speedMps[i]!;
    intake.courseRad = trace.courseRad[i]!;
    intake.hAccM = trace.hAccM[i]!;
    if (!intake.take()) continue;
    const dt = intake.tS - last;
    const oldX = r.x;
    const oldY = r.y;
    if (dt <= GAP_S) r.step(intake);
    else {
      r.restart(intake);
      if (Number.isFinite(last)) gap = 1;
    }
    last = intake.tS;
    if (Number.isFinite(oldX)) driven += Math.hypot(r.x - oldX, r.y - oldY);
    const k = count - 1;
    const dx = k < 0 ? 0 : r.x - x[k]!;
    const dy = k < 0 ? 0 : r.y - y[k]!;
    const away = Math.hypot(dx, dy);
    if (k >= 0 && away < stepM) continue;
    const speed = Number.isFinite(r.vx) ? Math.hypot(r.vx, r.vy) : k < 0 ? 0 : away / (intake.tS - tS[k]!);
    x[count] = r.x;
    y[count] = r.y;
    const measured = Number.isFinite(r.vx) && speed > MOVING_MPS;
    hx[count] = measured ? r.vx / speed : away > 0 ? dx / away : 0;
    hy[count] = measured ? r.vy / speed : away > 0 ? dy / away : 0;
    tS[count] = intake.tS;
    speedMps[count] = speed;
    sM[count] = driven;
    afterGap[count] = gap;
    gap = 0;
    count++;
  }
  const cut = (a: Float64Array) => a.subarray(0, count);
  return {
    count,
    x: cut(x),
    y: cut(y),
    hx: cut(hx),
    hy: cut(hy),
    tS: cut(tS),
    speedMps: cut(speedMps),
    sM: cut(sM),
    afterGap: afterGap.subarray(0, count),
  };
}
