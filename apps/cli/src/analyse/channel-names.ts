import { findChannel, type Recording } from "@pitwall/core";

/** Ids of all channels that hold a value, sorted. */
export function channelNames(recording: Recording): string[] {
  const names = new Set<string>();
  for (const { columns } of recording.groups)
    for (const { field, values } of columns) if (values.some(Number.isFinite)) names.add(field.name);
  return [...names].sort();
}

/** What to say about a name that is no channel: the nearest one, and those there are. */
export function absentChannel(name: string, recording: Recording): string {
  const names = channelNames(recording);
  const known = findChannel(name) !== undefined;
  const near = known ? undefined : nearest(name, names);
  const first = known
    ? `the recording has no ${name}`
    : `there is no channel "${name}"${near === undefined ? "" : `; did you mean ${near}?`}`;
  return `${first}\nchannels there are: ${names.join(" ")}`;
}

const NEAR = 0.4;

/** The name with the fewest letters to change, where that is less than two in five. */
function nearest(name: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = NEAR * name.length;
  for (const other of names) {
    const d = distance(name.toLowerCase(), other.toLowerCase());
    if (d < least) {
      least = d;
      best = other;
    }
  }
  return best;
}

/** Letters to insert, delete or replace (Levenshtein, 1966). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length]!;
}
