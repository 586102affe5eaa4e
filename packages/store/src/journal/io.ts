import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** What the journal needs of a file; a FileHandle in the shape that tests can make fail. */
export interface JournalFile {
  /** May write or read less than asked for. */
  write(bytes: Uint8Array, offset: number, length: number, position: number): Promise<number>;
  read(bytes: Uint8Array, offset: number, length: number, position: number): Promise<number>;
  /** Data, and the size, are on the disk afterwards. */
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  size(): Promise<number>;
  close(): Promise<void>;
}

export interface JournalIo {
  open(path: string, mode: "create" | "read" | "change"): Promise<JournalFile>;
  makeDirectory(path: string): Promise<void>;
  /** Names of files and folders, sorted; empty where there is no such folder. */
  list(path: string): Promise<string[]>;
  isDirectory(path: string): Promise<boolean>;
  /** Undefined where there is no such file. */
  size(path: string): Promise<number | undefined>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  syncDirectory(path: string): Promise<void>;
  /** Ends early, without an error, when the signal is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

const absent = (e: unknown): boolean => (e as NodeJS.ErrnoException).code === "ENOENT";

async function openNode(path: string, flags: string): Promise<JournalFile> {
  const file = await open(path, flags);
  return {
    write: async (bytes, offset, length, position) =>
      (await file.write(bytes, offset, length, position)).bytesWritten,
    read: async (bytes, offset, length, position) =>
      (await file.read(bytes, offset, length, position)).bytesRead,
    sync: () => file.datasync(),
    truncate: (length) => file.truncate(length),
    size: async () => (await file.stat()).size,
    close: () => file.close(),
  };
}

export const nodeIo: JournalIo = {
  open: (path, mode) => openNode(path, mode === "create" ? "wx+" : mode === "read" ? "r" : "r+"),
  makeDirectory: async (path) => void (await mkdir(path, { recursive: true })),
  async list(path) {
    try {
      return (await readdir(path)).sort();
    } catch (e) {
      if (absent(e)) return [];
      throw e;
    }
  },
  async isDirectory(path) {
    try {
      return (await stat(path)).isDirectory();
    } catch (e) {
      if (absent(e)) return false;
      throw e;
    }
  },
  async size(path) {
    try {
      return (await stat(path)).size;
    } catch (e) {
      if (absent(e)) return undefined;
      throw e;
    }
  },
  rename,
  remove: (path) => rm(path, { force: true }),
  async syncDirectory(path) {
    const dir = await open(path, "r");
    try {
      await dir.sync();
    } finally {
      await dir.close();
    }
  },
  async wait(ms, signal) {
    await sleep(ms, undefined, { signal, ref: true }).catch(() => {});
  },
};

/** Short writes go on where they stopped. */
export async function writeAll(file: JournalFile, bytes: Uint8Array, length: number, at: number) {
  for (let done = 0; done < length; ) {
    const n = await file.write(bytes, done, length - done, at + done);
    if (n <= 0) throw new Error(`wrote ${done} of ${length} bytes`);
    done += n;
  }
}

/** Reads up to `length` bytes; fewer only at the end of the file. */
export async function readUpTo(
  file: JournalFile,
  bytes: Uint8Array,
  offset: number,
  length: number,
  at: number,
): Promise<number> {
  let done = 0;
  while (done < length) {
    const n = await file.read(bytes, offset + done, length - done, at + done);
    if (n <= 0) break;
    done += n;
  }
  return done;
}
