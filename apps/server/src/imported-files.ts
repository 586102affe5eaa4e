import type { Recording } from "@pitwall/core";
import { readRecording } from "@pitwall/formats";
import type { JournalFrame } from "@pitwall/store";

const FILE = "file:";

/** The protocol of a source whose frames are the pieces of an imported file: `file:racechrono-csv`. */
export const fileProtocol = (formatId: string): string => `${FILE}${formatId}`;

/** Gathers the frames of a session that are pieces of imported files, and reads the files from them. */
export class ImportedFiles {
  readonly #files = new Map<string, Uint8Array[]>();

  /** True where the frame is a piece of a file; it is kept then. */
  takes(frame: JournalFrame): boolean {
    const { protocol } = frame.source;
    if (!protocol.startsWith(FILE)) return false;
    const pieces = this.#files.get(protocol);
    if (pieces) pieces.push(frame.bytes);
    else this.#files.set(protocol, [frame.bytes]);
    return true;
  }

  async *recordings(): AsyncIterable<Recording> {
    for (const pieces of this.#files.values()) yield await readRecording(pieces, {});
  }
}
