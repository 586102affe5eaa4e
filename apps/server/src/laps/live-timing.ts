import type { Lap } from "@pitwall/laps";

/** What is known of the laps of a session that goes on. Written by its lap stage, read by whoever shows it. */
export type LiveTiming = {
  readonly laps: Lap[];
  /** null until it is recognised, and for one that is not known. */
  track: string | null;
  layout: string | null;
  /** What the delta is against, in words; null while it is a lap of this session. */
  reference: string | null;
};

export const liveTiming = (): LiveTiming => ({ laps: [], track: null, layout: null, reference: null });
