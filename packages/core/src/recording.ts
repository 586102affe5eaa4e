import type { ProblemCode } from "./errors.ts";
import type { FieldSpec } from "./message.ts";

/** One channel's values on its group's time axis; NaN is "no sample". */
export type Column = {
  readonly field: FieldSpec;
  readonly values: Float64Array;
};

/** Samples that share a time axis: one message kind of one source. */
export type Group = {
  /** `source/message` live, the sensor's name in an imported file. */
  readonly name: string;
  /** Microseconds since the Unix epoch, or since the start where no absolute time is known; ascending. */
  readonly tUs: Float64Array;
  readonly columns: readonly Column[];
};

/** A gate as a file names it: two ends in degrees, and the course (rad, clockwise from north) it is crossed in where known. */
export type RecordedGate = {
  readonly kind: "start" | "finish" | "startFinish" | "split";
  readonly name: string;
  readonly ends: readonly [lat1: number, lon1: number, lat2: number, lon2: number];
  readonly course?: number;
};

/** A lap as a file states it. */
export type RecordedLap = {
  readonly number: number;
  readonly startUs: number;
  readonly endUs: number;
};

/** What a reader could not take over, with its place in the file: a line from 1, or a byte offset from 0. */
export type RecordedProblem = {
  readonly code: ProblemCode;
  readonly line?: number;
  readonly offset?: number;
  readonly reason: string;
};

/** A whole recording in memory: what file readers give and writers take. */
export type Recording = {
  readonly groups: readonly Group[];
  readonly absoluteTime: boolean;
  readonly title?: string;
  readonly vehicle?: string;
  readonly driver?: string;
  readonly track?: string;
  readonly device?: string;
  readonly gates: readonly RecordedGate[];
  readonly laps: readonly RecordedLap[];
  /** What a reader noticed: skipped lines with their numbers, assumptions made. */
  readonly notes: readonly string[];
  /** What could not be read; the list is bounded, the count is not. */
  readonly problems?: { readonly count: number; readonly list: readonly RecordedProblem[] };
};

export type FoundColumn = { readonly group: Group; readonly column: Column };

/** The column of a channel: the first group that has a sample of it. */
export function findColumn(recording: Recording, id: string): FoundColumn | undefined {
  for (const group of recording.groups)
    for (const column of group.columns)
      if (column.field.name === id && column.values.some((v) => Number.isFinite(v))) return { group, column };
  return undefined;
}
