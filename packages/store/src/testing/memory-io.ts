import { dirname } from "node:path";
import type { JournalFile, JournalIo } from "../journal/io.ts";

type Content = { bytes: Uint8Array; length: number; synced: Uint8Array };

export type Faults = {
  /** An error to fail with, or how many bytes at most this write takes. */
  write?: (path: string, length: number) => Error | number | undefined;
  sync?: (path: string) => Error | undefined;
  truncate?: (path: string) => Error | undefined;
};

export const errno = (code: string): Error => Object.assign(new Error(`${code}: injected`), { code });

/** Files in memory that fail on demand, and that can lose what was not synced, as a power cut would. */
export class MemoryIo implements JournalIo {
  faults: Faults = {};
  waitedMs = 0;
  #entries = new Map<string, Content>();
  /** Directory entries as they are on the disk: those that were there at the last sync of their folder. */
  #durable = new Map<string, Content>();

  file(path: string): Uint8Array {
    const c = this.#entries.get(path);
    if (!c) throw errno("ENOENT");
    return c.bytes.slice(0, c.length);
  }
  put(path: string, bytes: Uint8Array): void {
    const content = { bytes: bytes.slice(), length: bytes.length, synced: bytes.slice() };
    this.#entries.set(path, content);
    this.#durable.set(path, content);
  }
  get paths(): string[] {
    return [...this.#entries.keys()].sort();
  }
  /** What a new start would find after a power cut: of bytes that were not synced, the first `kept` survive. */
  afterPowerCut(kept: (unsynced: number) => number): MemoryIo {
    const after = new MemoryIo();
    for (const [path, c] of this.#durable) {
      let same = 0;
      while (same < c.length && same < c.synced.length && c.bytes[same] === c.synced[same]) same++;
      // either the truncation or the bytes behind it had not reached the disk
      const survived =
        same === c.synced.length ? c.bytes.slice(0, same + kept(c.length - same)) : c.synced.slice();
      after.put(path, survived);
    }
    return after;
  }
  /** What a new start would find after the process was killed. */
  afterKill(): MemoryIo {
    const after = new MemoryIo();
    for (const path of this.#entries.keys()) after.put(path, this.file(path));
    return after;
  }

  async open(path: string, mode: "create" | "read" | "change"): Promise<JournalFile> {
    let c = this.#entries.get(path);
    if (mode === "create") {
      if (c) throw errno("EEXIST");
      c = { bytes: new Uint8Array(1024), length: 0, synced: new Uint8Array() };
      this.#entries.set(path, c);
    }
    if (!c) throw errno("ENOENT");
    return this.#handle(path, c);
  }

  #handle(path: string, c: Content): JournalFile {
    return {
      write: async (bytes, offset, length, position) => {
        const fault = this.faults.write?.(path, length);
        if (fault instanceof Error) throw fault;
        const n = Math.min(length, fault ?? length);
        if (position + n > c.bytes.length) {
          const wider = new Uint8Array((position + n) * 2);
          wider.set(c.bytes.subarray(0, c.length));
          c.bytes = wider;
        }
        c.bytes.fill(0, c.length, position);
        c.bytes.set(bytes.subarray(offset, offset + n), position);
        c.length = Math.max(c.length, position + n);
        return n;
      },
      read: async (bytes, offset, length, position) => {
        const n = Math.max(0, Math.min(length, c.length - position));
        bytes.set(c.bytes.subarray(position, position + n), offset);
        return n;
      },
      sync: async () => {
        const fault = this.faults.sync?.(path);
        if (fault) throw fault;
        c.synced = c.bytes.slice(0, c.length);
      },
      truncate: async (length) => {
        const fault = this.faults.truncate?.(path);
        if (fault) throw fault;
        c.length = length;
      },
      size: async () => c.length,
      close: async () => {},
    };
  }

  async makeDirectory(): Promise<void> {}
  async list(path: string): Promise<string[]> {
    const names = this.paths.filter((p) => p.startsWith(`${path}/`)).map((p) => p.slice(path.length + 1));
    return [...new Set(names.map((n) => n.split("/")[0]!))].sort();
  }
  async isDirectory(path: string): Promise<boolean> {
    return this.paths.some((p) => p.startsWith(`${path}/`));
  }
  async size(path: string): Promise<number | undefined> {
    return this.#entries.get(path)?.length;
  }
  async rename(from: string, to: string): Promise<void> {
    const c = this.#entries.get(from);
    if (!c) throw errno("ENOENT");
    this.#entries.set(to, c);
    this.#entries.delete(from);
  }
  async remove(path: string): Promise<void> {
    this.#entries.delete(path);
  }
  async syncDirectory(path: string): Promise<void> {
    for (const p of this.#durable.keys())
      if (dirname(p) === path && !this.#entries.has(p)) this.#durable.delete(p);
    for (const [p, c] of this.#entries) if (dirname(p) === path) this.#durable.set(p, c);
  }
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    this.waitedMs += ms;
    if (!signal.aborted) await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
