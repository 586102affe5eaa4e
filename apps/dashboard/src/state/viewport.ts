import type { Range } from "../live/coverage.ts";

/** The time that all strip charts show. `endUs` null: the newest is at the right edge and moves on. */
export type Viewport = { readonly spanUs: number; readonly endUs: number | null };

const LEAST_US = 2e6;
const MOST_US = 24 * 3600e6;
export const LIVE_SPANS_US = [15e6, 60e6, 300e6, 600e6] as const;

export const rangeOf = (v: Viewport, nowUs: number): Range => {
  const toUs = v.endUs ?? nowUs;
  return { fromUs: toUs - v.spanUs, toUs };
};

/** Back from now, or at least not beyond it: at the right end the view follows the live data again. */
function settled(spanUs: number, endUs: number, nowUs: number): Viewport {
  return { spanUs, endUs: endUs >= nowUs ? null : endUs };
}

export function pan(v: Viewport, byUs: number, nowUs: number): Viewport {
  return settled(v.spanUs, (v.endUs ?? nowUs) + byUs, nowUs);
}

/** `factor` below 1 shows less time. What is at `anchorUs` stays where it is; the live edge stays live. */
export function zoom(v: Viewport, factor: number, anchorUs: number, nowUs: number): Viewport {
  const spanUs = Math.min(MOST_US, Math.max(LEAST_US, v.spanUs * factor));
  if (v.endUs === null) return { spanUs, endUs: null };
  return settled(spanUs, anchorUs + ((v.endUs - anchorUs) * spanUs) / v.spanUs, nowUs);
}

export const toLive = (v: Viewport): Viewport => ({
  spanUs: Math.min(v.spanUs, LIVE_SPANS_US.at(-1)!),
  endUs: null,
});
