import type { RecordedLap } from "@pitwall/core";

/** `# Lap N: hh:mm:ss.nn`, which stands behind the last row of lap N. */
export type LapLine = {
  readonly number: number;
  readonly durationUs: number;
  /** The rows around the line, µs. */
  readonly beforeUs: number;
  afterUs: number;
};

export function parseLapLine(text: string, beforeUs: number): LapLine | undefined {
  const m = /^#\s*Lap\s+(\d+)\s*:\s*(?:(\d+):)?(\d+):(\d+(?:[.,]\d+)?)/i.exec(text);
  if (!m) return undefined;
  const seconds = Number(m[2] ?? 0) * 3600 + Number(m[3]) * 60 + Number(m[4]!.replace(",", "."));
  return { number: Number(m[1]), durationUs: Math.round(seconds * 1e6), beforeUs, afterUs: Number.NaN };
}

/** The line comes with the fix behind the gate, so the crossing is up to this much older than the row below it. */
const LATEST_US = 2.5e6;

/**
 * Laps from their stated times. Laps follow each other without a gap, the first begins with the file; where adding up
 * stated times leaves what the rows around a line allow, the lap is anchored at the row below the line.
 */
export function lapsFromLines(lines: readonly LapLine[], firstUs: number): RecordedLap[] {
  const laps: RecordedLap[] = [];
  let startUs = firstUs;
  for (const line of lines) {
    const rowUs = Number.isNaN(line.afterUs) ? line.beforeUs : line.afterUs;
    let endUs = startUs + line.durationUs;
    if (!(endUs <= rowUs + 1000 && endUs >= rowUs - LATEST_US)) endUs = rowUs;
    laps.push({ number: line.number, startUs: endUs - line.durationUs, endUs });
    startUs = endUs;
  }
  return laps;
}
