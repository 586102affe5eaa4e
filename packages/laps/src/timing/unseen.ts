import type { PlacedGate } from "../track/placed-gate.ts";
import type { Receiver } from "./receiver.ts";

/** A gap's middle may lie this share of the gap from where an even pace puts it. */
const PACE_SHARE = 0.2;
const LEAST_SD_S = 0.05;

/** What may have happened at a line while there were no fixes. */
export type Unseen =
  | { readonly kind: "crossed"; readonly tS: number; readonly sdS: number }
  | { readonly kind: "possible" }
  | { readonly kind: "impossible" };

/**
 * Judges a gap in the fixes without knowing the way: the straight from the fix before it to the one after it crosses
 * the line (its bow allowed for by a quarter of its length), or the line could at least be reached at `fastestMps`.
 * `before` is the signed distance of the line before the gap.
 */
export function judgeGap(gate: PlacedGate, before: number, r: Receiver, fastestMps: number): Unseen {
  const span = r.tS - r.beforeS;
  const toX = r.x - gate.mx;
  const toY = r.y - gate.my;
  const fromX = toX - r.dx;
  const fromY = toY - r.dy;
  const after = gate.nx * toX + gate.ny * toY;
  const f = before / (before - after);
  const along = gate.ny * (fromX + f * r.dx) - gate.nx * (fromY + f * r.dy);
  const chord = Math.hypot(r.dx, r.dy);
  if (before < 0 && after >= 0 && Math.abs(along) <= gate.halfM + 0.25 * chord)
    return { kind: "crossed", tS: r.beforeS + f * span, sdS: PACE_SHARE * span + LEAST_SD_S };
  const there = Math.hypot(fromX, fromY) + Math.hypot(toX, toY);
  return { kind: there <= fastestMps * span ? "possible" : "impossible" };
}

/** What is said of a start line that was passed without a crossing. */
export const missedReason = (unseen: boolean, sdS: number): string =>
  unseen
    ? `start line passed while there were no fixes; time estimated to ${(2 * sdS).toFixed(2)} s`
    : "start line passed beside its ends";
