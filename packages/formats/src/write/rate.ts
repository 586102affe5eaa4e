import type { Group, Recording } from "@pitwall/core";
import type { WriteOptions } from "../format.ts";

const RATES = [1, 2, 5, 10, 20, 25, 50, 100] as const;

/** Median interval of a group's samples, µs. */
function interval(group: Group): number {
  const n = group.tUs.length;
  if (n < 2) return Number.POSITIVE_INFINITY;
  const step = Math.max(1, Math.floor(n / 1000));
  const gaps: number[] = [];
  for (let i = 1; i < n; i += step) gaps.push(group.tUs[i]! - group.tUs[i - 1]!);
  gaps.sort((a, b) => a - b);
  return gaps[Math.floor(gaps.length / 2)]!;
}

/** The usual rate that is at least that of the fastest group; 100 Hz at most. */
export function rateOf(recording: Recording, options: WriteOptions): number {
  if (options.rateHz !== undefined && options.rateHz > 0) return options.rateHz;
  const shortest = Math.min(...recording.groups.map(interval));
  const fastest = shortest > 0 ? 1e6 / shortest : 100;
  return RATES.find((r) => r >= fastest * 0.99) ?? 100;
}

/** First and last sample of a recording, µs. */
export function spanOf(recording: Recording): readonly [fromUs: number, toUs: number] {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const { tUs } of recording.groups) {
    if (tUs.length === 0) continue;
    from = Math.min(from, tUs[0]!);
    to = Math.max(to, tUs[tUs.length - 1]!);
  }
  return [from, to];
}
