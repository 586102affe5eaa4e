import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { ApiRequestError } from "@pitwall/api";
import type { Recording } from "@pitwall/core";
import { readRecording } from "@pitwall/formats";
import { companionsOf, recordingOf } from "@pitwall/server/archive";
import { CommandError, type Io } from "./command.ts";
import { openInput } from "./input.ts";
import { deskOf, explained } from "./mapping-desk.ts";
import { openPlace } from "./place.ts";
import { progressBar } from "./progress.ts";
import { type ReadingValues, readingFor, readingOf } from "./reading-options.ts";

/** A recording from a file in any known format (what could not be read of it is told), or a stored session by its id. Throws CommandError where it is neither. */
export async function openRecording(
  io: Io,
  what: string,
  values: ReadingValues & { readonly data?: string | undefined },
): Promise<Recording> {
  const reading = await readingOf(values);
  const found = await stat(what).catch(() => undefined);
  if (found?.isDirectory()) throw new CommandError(`${what}: is a folder; name a file in it, or a session`);
  const isFile = found?.isFile() === true;
  if (isFile) {
    const input = await openInput(io, what);
    const companions = await companionsOf(what);
    const bar = progressBar(io, `reading ${what}`);
    try {
      const recording = await explained(io, what, () =>
        readRecording(input.chunks, {
          ...companions,
          ...readingFor(what, reading),
          name: what,
          mappings: deskOf(io, what, values),
          ...(input.total === undefined ? {} : { size: input.total }),
          progress: (p) => bar.update(p.bytes, p.total),
          signal: io.signal,
        }),
      );
      bar.end();
      for (const note of recording.notes) io.err(`${what}: ${note}`);
      // a title that is the path would carry folders of this computer into what is written
      return recording.title === what ? { ...recording, title: basename(what) } : recording;
    } finally {
      bar.end();
    }
  }
  await using place = await openPlace(io, values);
  const { data, server } = place;
  const unknown = () => new CommandError(`${what}: neither a file nor a session`);
  if (data) {
    if (!data.catalogue.session(what)) throw unknown();
    return recordingOf(data, what);
  }
  const answer = await server.api.exportSession(what, "mcap").catch((e: unknown) => {
    throw e instanceof ApiRequestError && e.code === "not-found" ? unknown() : e;
  });
  return readRecording(answer.body!, { name: what, format: "mcap", signal: io.signal });
}
