import type { StageFactory } from "@pitwall/pipeline";

/** What runs behind the clock, in order, live and on every derivation alike. */
export const STAGES = (): readonly StageFactory[] => [];
