import type { LapView } from "./lap-view.ts";

export type Corner = {
  /** From 1, in the order they are driven. */
  readonly number: number;
  readonly side: "left" | "right";
  readonly startM: number;
  /** Where the reference was slowest. */
  readonly apexM: number;
  readonly endM: number;
  /** How far it turns, rad, always positive. */
  readonly turnRad: number;
  /** Half way to the corners before and after: what is lost or won between them belongs to this corner. */
  readonly fromM: number;
  readonly toM: number;
};

export type CornerOptions = {
  /** A corner begins above this curvature and ends below half of it, rad/m; default 0.008 (a radius of 125 m). */
  readonly curvatureRadpm?: number;
  /** Turning less than this is no corner, rad; default 0.3 (17 degrees). */
  readonly leastTurnRad?: number;
  /** Bends to one side, nearer than this, are one corner, m; default 20. */
  readonly joinM?: number;
};

const SMOOTH_M = 10;

/** The corners of a lap's line. */
export function findCorners(view: LapView, options: CornerOptions = {}): Corner[] {
  const { curvatureRadpm = 0.008, leastTurnRad = 0.3, joinM = 20 } = options;
  const k = curvatureOf(view);
  const spans: { a: number; b: number; turn: number }[] = [];
  for (let i = 0; i < k.length; i++) {
    if (Math.abs(k[i]!) < curvatureRadpm) continue;
    const side = Math.sign(k[i]!);
    let a = i;
    while (a > 0 && k[a - 1]! * side > curvatureRadpm / 2) a--;
    let b = i;
    let turn = 0;
    while (b < k.length - 1 && k[b + 1]! * side > curvatureRadpm / 2) b++;
    for (let j = a; j <= b; j++) turn += k[j]! * view.stepM;
    const before = spans.at(-1);
    if (before && before.turn * turn > 0 && (a - before.b) * view.stepM < joinM) {
      before.b = b;
      before.turn += turn;
    } else spans.push({ a, b, turn });
    i = b;
  }
  const kept = spans.filter((s) => Math.abs(s.turn) >= leastTurnRad);
  return kept.map((s, n) => {
    const { stepM } = view;
    const before = kept[n - 1];
    const after = kept[n + 1];
    return {
      number: n + 1,
      side: s.turn > 0 ? "left" : "right",
      startM: s.a * stepM,
      apexM: slowest(view, s.a, s.b) * stepM,
      endM: s.b * stepM,
      turnRad: Math.abs(s.turn),
      fromM: before ? ((before.b + s.a) / 2) * stepM : 0,
      toM: after ? ((s.b + after.a) / 2) * stepM : view.lengthM,
    };
  });
}

export type CornerResult = {
  readonly corner: Corner;
  readonly entryMps: number;
  readonly apexMps: number;
  readonly exitMps: number;
  readonly minimumMps: number;
  readonly minimumM: number;
  /** Time from its start to its end. */
  readonly timeS: number;
  /** Against the reference: within the corner, and from half way before it to half way behind it. The latter add up to the lap's difference. */
  readonly lostS: number;
  readonly lostAroundS: number;
};

/** Speeds and times of a lap in the corners of a reference. */
export function cornersOf(corners: readonly Corner[], reference: LapView, lap: LapView): CornerResult[] {
  return corners.map((corner) => {
    const a = indexOf(lap, corner.startM);
    const b = indexOf(lap, corner.endM);
    const low = slowest(lap, a, b);
    const between = (v: LapView, from: number, to: number) =>
      v.timeS[indexOf(v, to)]! - v.timeS[indexOf(v, from)]!;
    const lost = (from: number, to: number) => between(lap, from, to) - between(reference, from, to);
    return {
      corner,
      entryMps: lap.speedMps[a]!,
      apexMps: lap.speedMps[indexOf(lap, corner.apexM)]!,
      exitMps: lap.speedMps[b]!,
      minimumMps: lap.speedMps[low]!,
      minimumM: low * lap.stepM,
      timeS: between(lap, corner.startM, corner.endM),
      lostS: lost(corner.startM, corner.endM),
      lostAroundS: lost(corner.fromM, corner.toM),
    };
  });
}

const indexOf = (view: LapView, m: number): number =>
  Math.max(0, Math.min(view.count - 1, Math.round(m / view.stepM)));

function slowest(view: LapView, a: number, b: number): number {
  let low = a;
  for (let i = a; i <= b; i++) if (view.speedMps[i]! < view.speedMps[low]!) low = i;
  return low;
}

/** Curvature of the line, rad/m, positive to the left; over ten metres to either side. */
function curvatureOf(view: LapView): Float64Array {
  const reach = Math.max(1, Math.round(SMOOTH_M / view.stepM));
  const { x, y, count } = view;
  const heading = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const a = Math.max(0, i - (reach >> 1));
    const b = Math.min(count - 1, i + (reach >> 1) + 1);
    heading[i] = Math.atan2(y[b]! - y[a]!, x[b]! - x[a]!);
  }
  const k = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const a = Math.max(0, i - (reach >> 1));
    const b = Math.min(count - 1, i + (reach >> 1) + 1);
    let turn = heading[b]! - heading[a]!;
    turn -= Math.round(turn / (2 * Math.PI)) * 2 * Math.PI;
    k[i] = turn / ((b - a) * view.stepM);
  }
  return k;
}
