import type { LapView } from "./lap-view.ts";

/** Channels of several laps over distance: what a chart draws. */
export type Overlay = {
  readonly distanceM: Float64Array;
  readonly laps: readonly {
    readonly number: number;
    readonly timeS: Float64Array;
    /** In the order of the ids asked for; undefined where the recording has no such channel. */
    readonly channels: readonly (Float64Array | undefined)[];
  }[];
};

export function overlay(views: readonly LapView[], channels: readonly string[]): Overlay {
  const first = views[0];
  return {
    distanceM: Float64Array.from({ length: first?.count ?? 0 }, (_, i) => i * first!.stepM),
    laps: views.map((v) => ({
      number: v.lap.number,
      timeS: v.timeS,
      channels: channels.map((id) => v.channel(id)),
    })),
  };
}

/** Seconds that a lap is behind (positive) the reference at every step of the way. Both views must be of one layout. */
export function timeVariance(reference: LapView, lap: LapView): Float64Array {
  return lap.timeS.map((t, i) => t - reference.timeS[i]!);
}

/** Times over the way, for `rollingBestOf`. */
export const timesOver = (view: LapView): Float64Array => view.timeS;
