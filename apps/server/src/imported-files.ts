import type { Recording } from "@pitwall/core";
import { readRecording } from "@pitwall/formats";
import type { Journal, JournalFrame, SourceMeta } from "@pitwall/store";
import { READING, type Reading, readingFromBytes } from "./reading.ts";

const FILE = "file:";

/** The protocol of a source whose frames are the pieces of an imported file: `file:racechrono-csv`. */
export const fileProtocol = (formatId: string): string => `${FILE}${formatId}`;

/** The files that a session's journal holds in pieces, and how they are to be read. */
export class ImportedFiles {
  readonly #files = new Map<string, SourceMeta>();
  readonly #known = new Map<string, Recording>();
  readonly #readings = new Map<string, Reading>();

  /** The file of this source was just read: it need not be read again. Used once. */
  knows(source: SourceMeta, recording: Recording): void {
    this.#known.set(keyOf(source), recording);
  }

  get knowsAny(): boolean {
    return this.#known.size > 0;
  }

  /**
   * True where these are all the sources of a journal and each of their files was just read: then nothing need be read
   * from the journal.
   */
  haveAll(sources: readonly SourceMeta[]): boolean {
    const files = sources.filter((s) => s.protocol !== READING);
    if (files.length === 0 || !files.every((s) => this.#known.has(keyOf(s)))) return false;
    for (const s of files) this.#files.set(keyOf(s), s);
    return true;
  }

  /** All files are read from the journal. */
  forget(): void {
    this.#known.clear();
  }

  /** True where the frame belongs to a file. */
  takes(frame: JournalFrame): boolean {
    const { protocol, name } = frame.source;
    if (protocol === READING) {
      const reading = readingFromBytes(frame.bytes);
      if (reading) this.#readings.set(name, reading);
      return true;
    }
    if (!protocol.startsWith(FILE)) return false;
    const key = keyOf(frame.source);
    if (!this.#files.has(key)) this.#files.set(key, frame.source);
    return true;
  }

  /** Each file, read from its pieces in the journal: they are passed on one by one, never held together. */
  async *recordings(journal: Journal, sessionId: string): AsyncIterable<Recording> {
    for (const [key, source] of this.#files) {
      const known = this.#known.get(key);
      this.#known.delete(key);
      yield known ??
        (await readRecording(piecesOf(journal, sessionId, key), {
          name: source.name,
          ...this.#readings.get(source.name),
          format: source.protocol.slice(FILE.length),
        }));
    }
  }
}

const keyOf = (s: SourceMeta): string => `${s.protocol}\n${s.name}`;

async function* piecesOf(journal: Journal, sessionId: string, key: string): AsyncIterable<Uint8Array> {
  for await (const frame of journal.readSession(sessionId))
    if (keyOf(frame.source) === key) yield frame.bytes;
}
