import { rangeOf, type Viewport } from "../state/viewport.ts";
import type { Want } from "./history.ts";
import { ACCELERATION, POSITIONS, SPEED } from "./instruments.ts";

/** Scroll-back that is there at once, without asking. */
export const PREFETCH_US = 600e6;
export const TRACE_US = 600e6;
const PREFETCH_STEP_US = 65_536;
/** Maxima of a whole drive need its extremes only. */
const MAXIMA_STEP_US = 4_194_304;
/** A session's first samples may be older than its first frame's arrival. */
const EARLY_US = 10e6;

export type Shown = {
  /** Right edge of a live chart. */
  readonly edgeUs: number;
  readonly sessionStartUs: number;
  readonly viewport: Viewport;
  readonly chartChannels: readonly string[];
  /** Device pixels. */
  readonly chartWidthPx: number;
  readonly maximaSinceUs: number;
};

/** History that the page needs, most urgent first: what the charts show, the track, the maxima, the scroll-back. */
export function wantsOf(s: Shown): Want[] {
  if (!Number.isFinite(s.edgeUs)) return [];
  const fromStart = (fromUs: number) => Math.floor(Math.max(fromUs, s.sessionStartUs - EARLY_US));
  const toUs = Math.ceil(s.edgeUs);
  const view = rangeOf(s.viewport, s.edgeUs);
  // Half a screen to both sides, so that a finger does not outrun the answer.
  const air = s.viewport.endUs === null ? 0 : s.viewport.spanUs / 2;
  const channels = s.chartChannels;
  const list: Want[] = [
    {
      channels,
      fromUs: fromStart(view.fromUs - air),
      toUs: Math.min(toUs, Math.ceil(view.toUs + air)),
      stepUs: s.viewport.spanUs / s.chartWidthPx,
    },
    {
      channels: KEPT,
      fromUs: fromStart(s.edgeUs - TRACE_US),
      toUs,
      stepUs: PREFETCH_STEP_US,
    },
    { channels: ACCELERATION, fromUs: fromStart(s.maximaSinceUs), toUs, stepUs: MAXIMA_STEP_US },
    { channels, fromUs: fromStart(s.edgeUs - PREFETCH_US), toUs, stepUs: PREFETCH_STEP_US },
  ];
  return list.filter((w) => w.toUs > w.fromUs && w.channels.length > 0);
}

/** Channels whose past is fetched though no chart shows them: the track with its speed. */
export const KEPT: readonly string[] = [...POSITIONS.flat(), ...SPEED.slice(0, 2)];
