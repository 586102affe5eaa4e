import { findChannel, type Recording } from "@pitwall/core";
import { nearest } from "../nearest.ts";

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
