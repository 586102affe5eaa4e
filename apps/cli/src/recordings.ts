import { stat } from "node:fs/promises";
import type { Recording } from "@pitwall/core";
import { readRecording } from "@pitwall/formats";
import { companionsOf, openData, recordingOf } from "@pitwall/server";
import { CommandError, type Io } from "./command.ts";
import { dataOf, tellProblem } from "./data.ts";
import { openInput } from "./input.ts";
import { deskOf, explained } from "./mapping-desk.ts";
import { progressBar } from "./progress.ts";
import { type ReadingValues, readingOf } from "./reading-options.ts";

/** A recording from a file in any known format, or a stored session by its id. Throws CommandError where it is neither. */
export async function openRecording(
  io: Io,
  what: string,
  values: ReadingValues & { readonly data?: string | undefined },
): Promise<Recording> {
  const reading = await readingOf(values);
  const isFile = await stat(what).then(
    (s) => s.isFile(),
    () => false,
  );
  if (isFile) {
    const input = await openInput(io, what);
    const companions = await companionsOf(what);
    const bar = progressBar(io, `reading ${what}`);
    try {
      return await explained(io, what, () =>
        readRecording(input.chunks, {
          ...companions,
          ...reading,
          name: what,
          mappings: deskOf(io, what, values),
          ...(input.total === undefined ? {} : { size: input.total }),
          progress: (p) => bar.update(p.bytes, p.total),
          signal: io.signal,
        }),
      );
    } finally {
      bar.end();
    }
  }
  await using data = await openData(dataOf(values), tellProblem(io));
  if (!data.catalogue.session(what)) throw new CommandError(`${what}: neither a file nor a session`);
  return recordingOf(data, what);
}
