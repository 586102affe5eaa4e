import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Batch } from "@pitwall/core";
import { asStoreError, type OnStoreProblem, StoreError } from "../errors.ts";
import { KeyedQueue } from "../keyed-queue.ts";
import { fromFileName, shortFileName, toFileName } from "../names.ts";
import { GroupColumns, groupName } from "./columns.ts";
import { Duck } from "./duck.ts";
import { type OpenGroup, OpenSession } from "./open-session.ts";
import { mergeFiles, openSampleFile, ROW_GROUP, type SampleFile, writeGroup } from "./sample-file.ts";
import { viewsOf } from "./session-views.ts";
import type { SampleStore, SessionSummary } from "./types.ts";
import { channelsOf, digestOf, type GroupView, querySeries, readGroupOf } from "./view.ts";

export type ParquetStoreOptions = {
  /** `<data>/samples`; made when it is not there. */
  readonly dir: string;
  readonly onProblem: OnStoreProblem;
  /** Rows of a group in memory before they become a part file. */
  readonly partRows?: number;
  /** What open sessions may keep in memory; beyond it the largest groups become part files, far beyond it appending is refused. */
  readonly memoryBytes?: number;
  /** DuckDB's own limit. */
  readonly duckMemoryMb?: number;
};

const SUFFIX = ".parquet";
const PARTS = ".parts-";
const CHECK_MEMORY_EVERY = 512;

/** Columns as Parquet files, `<dir>/<session>/<group>.parquet`, written and queried with DuckDB; sessions being recorded are served from memory. Throws StoreError. */
export async function openParquetStore(options: ParquetStoreOptions): Promise<SampleStore> {
  const store = new ParquetStore(options);
  await store.open();
  return store;
}

class ParquetStore implements SampleStore {
  readonly supports = { durable: true };
  readonly #dir: string;
  readonly #onProblem: OnStoreProblem;
  readonly #partRows: number;
  readonly #memoryBytes: number;
  readonly #duckMemoryMb: number;
  #duck!: Duck;
  readonly #open = new Map<string, OpenSession>();
  readonly #closing = new Map<string, OpenSession>();
  readonly #files = new Map<string, Promise<SampleFile[]>>();
  /** Closing and deleting. */
  readonly #jobs = new KeyedQueue();
  /** Reading, and the moment in which files take the place of memory. */
  readonly #views = new KeyedQueue();
  #opened = 0;
  #appends = 0;

  constructor(options: ParquetStoreOptions) {
    this.#dir = options.dir;
    this.#onProblem = options.onProblem;
    this.#partRows = options.partRows ?? ROW_GROUP;
    this.#memoryBytes = options.memoryBytes ?? 1 << 28;
    this.#duckMemoryMb = options.duckMemoryMb ?? 512;
  }

  async open(): Promise<void> {
    try {
      await mkdir(this.#dir, { recursive: true });
      await rm(join(this.#dir, ".scratch"), { recursive: true, force: true });
      for (const name of await this.#folders())
        for (const file of await readdir(join(this.#dir, name)))
          if (file.startsWith(PARTS) || file.endsWith(".new"))
            await rm(join(this.#dir, name, file), { recursive: true, force: true });
      this.#duck = await Duck.open({ scratch: join(this.#dir, ".scratch"), memoryMb: this.#duckMemoryMb });
    } catch (e) {
      throw asStoreError(e, this.#dir);
    }
  }

  append(id: string, batch: Batch): void {
    if (batch.length === 0) return;
    let session = this.#open.get(id);
    if (!session) {
      session = this.#newSession(id, false);
      this.#open.set(id, session);
    }
    const group = session.group(groupName(batch));
    for (let at = 0; at < batch.length; ) {
      const n = Math.min(batch.length - at, this.#partRows - group.active.length);
      group.active.append(n === batch.length ? batch : rowsOf(batch, at, n));
      at += n;
      if (group.active.length >= this.#partRows) this.#seal(session, group);
    }
    if (++this.#appends % CHECK_MEMORY_EVERY === 0) this.#boundMemory();
  }

  async drain(): Promise<void> {
    this.#boundMemory(Number.POSITIVE_INFINITY);
    for (const session of [...this.#open.values(), ...this.#closing.values()]) await session.flushing;
  }

  async replaceSession(id: string, groups?: readonly string[]): Promise<void> {
    const old = this.#open.get(id);
    this.#open.set(id, this.#newSession(id, true, groups && new Set(groups)));
    if (old) await this.#jobs.run(id, () => this.#drop(old));
  }

  closeSession(id: string): Promise<SessionSummary> {
    return this.#jobs.run(id, async () => {
      const session = this.#open.get(id);
      if (session) {
        this.#open.delete(id);
        this.#closing.set(id, session);
        try {
          await this.#store(session);
        } catch (e) {
          this.#takeBack(session);
          throw asStoreError(e, this.#folder(id));
        }
      }
      return this.#summary(id);
    });
  }

  async deleteSession(id: string): Promise<void> {
    const old = this.#open.get(id);
    this.#open.delete(id);
    await this.#jobs.run(id, async () => {
      await old?.flushing;
      await this.#views.run(id, async () => {
        this.#files.delete(id);
        await rm(this.#folder(id), { recursive: true, force: true });
      });
    });
  }

  async sessions(): Promise<string[]> {
    const ids = new Set([...this.#open.keys(), ...this.#closing.keys()]);
    for (const name of await this.#folders())
      if ((await readdir(join(this.#dir, name))).some((f) => f.endsWith(SUFFIX))) ids.add(fromFileName(name));
    return [...ids].sort();
  }

  channels(id: string) {
    return this.#views.run(id, async () => channelsOf(await this.#viewsOf(id)));
  }
  query(q: Parameters<SampleStore["query"]>[0]) {
    return this.#views.run(q.sessionId, async () => querySeries(await this.#viewsOf(q.sessionId), q));
  }
  readGroup(id: string, group: string, channels?: readonly string[]) {
    return this.#views.run(id, async () => readGroupOf(await this.#viewsOf(id), group, channels));
  }
  digest(id: string) {
    return this.#views.run(id, async () => digestOf(await this.#viewsOf(id)));
  }

  /** Sessions that are open are lost with the memory they are in: their journal makes them again. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#jobs.idle();
    for (const session of this.#open.values()) await session.flushing;
    await this.#views.idle();
    await this.#duck[Symbol.asyncDispose]();
  }

  #folder(id: string): string {
    return join(this.#dir, toFileName(id));
  }
  async #folders(): Promise<string[]> {
    const entries = await readdir(this.#dir, { withFileTypes: true });
    return entries.filter((e) => e.isDirectory() && !e.name.startsWith(".")).map((e) => e.name);
  }
  #newSession(id: string, replaces: boolean, only?: ReadonlySet<string>): OpenSession {
    return new OpenSession(id, replaces, join(this.#folder(id), `${PARTS}${this.#opened++}`), only);
  }

  #filesOf(id: string): Promise<SampleFile[]> {
    let files = this.#files.get(id);
    if (!files) {
      files = this.#findFiles(id);
      this.#files.set(id, files);
      files.catch(() => this.#files.delete(id));
    }
    return files;
  }

  async #findFiles(id: string): Promise<SampleFile[]> {
    const folder = this.#folder(id);
    const names = await readdir(folder).catch((e: NodeJS.ErrnoException) => {
      if (e.code === "ENOENT") return [];
      throw asStoreError(e, folder);
    });
    const found: SampleFile[] = [];
    for (const name of names.sort()) {
      if (!name.endsWith(SUFFIX)) continue;
      const path = join(folder, name);
      try {
        found.push(await openSampleFile(this.#duck, path));
      } catch (e) {
        const { code, reason } = asStoreError(e, path);
        if (code !== "corrupt") throw e;
        this.#onProblem({ code, place: path, reason: `${reason}; derive the session again` });
      }
    }
    return found;
  }

  async #viewsOf(id: string): Promise<GroupView[]> {
    const files = await this.#filesOf(id);
    return viewsOf(this.#duck, files, this.#closing.get(id), this.#open.get(id));
  }

  async #summary(id: string): Promise<SessionSummary> {
    const files = await this.#filesOf(id);
    let bytes = 0;
    for (const f of files) bytes += (await stat(f.path)).size;
    const samples = files.reduce((n, f) => n + f.fields.reduce((m, x) => m + x.count, 0), 0);
    return { groups: files.length, rows: files.reduce((n, f) => n + f.rows, 0), samples, bytes };
  }

  /** The group's rows in memory become a part file beside what goes on. */
  #seal(session: OpenSession, group: OpenGroup): void {
    if (group.active.length === 0) return;
    setAside(group);
    session.flushing = session.flushing
      .then(() => this.#flush(session, group))
      .catch((e) => {
        const { code, reason } = asStoreError(e, session.partsFolder);
        this.#onProblem({
          code,
          place: session.partsFolder,
          reason: `${reason}; its samples stay in memory`,
        });
      });
  }

  async #flush(session: OpenSession, group: OpenGroup): Promise<void> {
    for (let columns = group.sealed[0]; columns; columns = group.sealed[0]) {
      await mkdir(session.partsFolder, { recursive: true });
      const path = join(session.partsFolder, `${session.nextPart++}${SUFFIX}`);
      const part = await writeGroup(this.#duck, path, columns);
      await this.#views.run(session.id, async () => {
        group.sealed.shift();
        group.parts.push(part);
      });
    }
  }

  #boundMemory(most = this.#memoryBytes * 2): void {
    const sessions = [...this.#open.values(), ...this.#closing.values()];
    const held = sessions.reduce((n, s) => n + s.bytes, 0);
    if (held <= this.#memoryBytes) return;
    if (held > most)
      throw new StoreError("overloaded", this.#dir, `${held} bytes of samples wait for the disk`);
    const groups = [...this.#open.values()].flatMap((s) => [...s.groups.values()].map((g) => ({ s, g })));
    groups.sort((a, b) => b.g.active.bytes - a.g.active.bytes);
    for (const { s, g } of groups.slice(0, Math.ceil(groups.length / 2))) this.#seal(s, g);
  }

  /** Writes the session's final files, and puts them in place of what was there. */
  async #store(session: OpenSession): Promise<void> {
    const { id } = session;
    await session.flushing;
    const folder = this.#folder(id);
    await mkdir(folder, { recursive: true });
    const before = (await this.#filesOf(id)).filter((f) => !session.takesOver(f.group));
    const made: { group: string; from: string; to: string }[] = [];
    try {
      for (const group of session.groups.values()) {
        const to = join(folder, `${shortFileName(group.name)}${SUFFIX}`);
        const from = `${to}.new`;
        made.push({ group: group.name, from, to });
        const old = before.filter((f) => f.group === group.name);
        if (old.length === 0 && group.parts.length === 0 && group.sealed.length === 0)
          await writeGroup(this.#duck, from, group.active);
        else {
          if (group.active.length > 0) setAside(group);
          await this.#flush(session, group);
          await mergeFiles(this.#duck, from, [...old, ...group.parts]);
        }
        await syncFile(from);
      }
    } catch (e) {
      for (const { from } of made) await rm(from, { force: true }).catch(() => {});
      throw e;
    }
    await this.#views.run(id, async () => {
      if (session.replaces)
        for (const f of await this.#filesOf(id))
          if (session.takesOver(f.group) && !made.some((m) => m.to === f.path)) await rm(f.path);
      this.#files.delete(id);
      for (const { group, from, to } of made) {
        await rename(from, to);
        session.groups.delete(group);
      }
      this.#closing.delete(id);
    });
    await syncFile(folder);
    await rm(session.partsFolder, { recursive: true, force: true });
  }

  /** The session could not be written: it is open again, in front of what came meanwhile. */
  #takeBack(session: OpenSession): void {
    const { id } = session;
    this.#closing.delete(id);
    const newer = this.#open.get(id);
    if (!newer) this.#open.set(id, session);
    else if (!newer.replaces) newer.follow(session);
  }

  async #drop(session: OpenSession): Promise<void> {
    await session.flushing;
    await rm(session.partsFolder, { recursive: true, force: true });
  }
}

const rowsOf = (b: Batch, at: number, n: number): Batch => ({
  ...b,
  length: n,
  tUs: b.tUs.subarray(at, at + n),
  columns: b.columns.map((c) => c.subarray(at, at + n)),
});

function setAside(group: OpenGroup): void {
  group.sealed.push(group.active);
  group.active = new GroupColumns(group.name);
}

/** A file or a folder. */
async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
