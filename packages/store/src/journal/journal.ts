import { dirname, join } from "node:path";
import { asStoreError, StoreError } from "../errors.ts";
import { toFileName } from "../names.ts";
import { type Included, writeClosedFile } from "./closed-file.ts";
import { CommitLog } from "./commit-log.ts";
import { drain, type FrameReader, framesOf, inTurn } from "./frame-reader.ts";
import { nodeIo } from "./io.ts";
import { openMcapFrames } from "./mcap-file.ts";
import { deletedRecord } from "./records.ts";
import { recover } from "./recover.ts";
import { messageReader } from "./segment-reader.ts";
import { DAMAGED_FOLDER, OPEN_FOLDER, SessionFiles } from "./session-files.ts";
import { type Segment, Source, sourceKey } from "./source.ts";
import type {
  ClosedSession,
  Commit,
  FrameVisitor,
  Journal,
  JournalOptions,
  OpenSession,
  SessionRef,
} from "./types.ts";

const MAX_SOURCES = 0x1_0000;
const DESCRIPTION_BYTES = 1 << 16;

/** Opens the journal of a data folder, and brings it back to where a crash has left it. Throws StoreError where the disk fails. */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { dir, onProblem, io = nodeIo } = options;
  const openDir = join(dir, OPEN_FOLDER);
  const maxFrameBytes = options.maxFrameBytes ?? 1 << 24;
  const maxRecord = maxFrameBytes + DESCRIPTION_BYTES;
  const files = new SessionFiles(io, dir, onProblem);
  let recovered: Awaited<ReturnType<typeof recover>>;
  try {
    await io.makeDirectory(openDir);
    await files.find();
    recovered = await recover(io, openDir, files, maxRecord, onProblem);
  } catch (e) {
    throw asStoreError(e, dir);
  }
  const { sources, cuts, damaged } = recovered;
  const byKey = new Map([...sources.values()].map((s) => [sourceKey(s.session.id, s.meta), s]));
  const sessions = new Map<string, { ref: SessionRef; sources: Source[] }>();
  for (const s of new Set(sources.values())) sessionOf(s.session).sources.push(s);
  const listeners = new Set<(commit: Commit) => void>();
  let nextChannel = 0;
  let closing: Promise<unknown> = Promise.resolve();

  const log = new CommitLog({
    dir: openDir,
    io,
    onProblem,
    commitDelayMs: Math.max(0, Math.min(50, options.commitDelayMs ?? 0)),
    segmentBytes: options.segmentBytes ?? 1 << 26,
    maxFrameBytes,
    maxPendingBytes: options.maxPendingBytes ?? 1 << 26,
    firstNumber: recovered.nextNumber,
    onDurable(buffer) {
      if (buffer.frames === 0) return;
      const commit: Commit = {
        frames: buffer.frames,
        bytes: buffer.frameBytes,
        forEachFrame: (visit) => buffer.forEachFrame((channel) => sources.get(channel), visit),
      };
      for (const listener of listeners)
        try {
          listener(commit);
        } catch (e) {
          const reason = e instanceof Error ? (e.stack ?? e.message) : String(e);
          onProblem({ code: "listener", place: "journal", reason });
        }
    },
  });
  log.segments.push(...recovered.segments);

  function sessionOf(ref: SessionRef): { ref: SessionRef; sources: Source[] } {
    const known = sessions.get(ref.id);
    if (known) return known;
    const made = { ref, sources: [] };
    sessions.set(ref.id, made);
    return made;
  }

  function freeChannel(): number {
    for (let tries = 0; tries < MAX_SOURCES; tries++) {
      const id = nextChannel++ % MAX_SOURCES;
      if (!sources.has(id) && !log.segments.some((s) => s.channels.has(id))) return id;
    }
    throw new StoreError("overloaded", dir, `${MAX_SOURCES} sources are open, more cannot be told apart`);
  }

  const describe = (s: { ref: SessionRef; sources: Source[] }): OpenSession => {
    const stats = s.sources.map((x) => x.stats).filter((x) => x.frames > 0);
    return {
      ...s.ref,
      frames: stats.reduce((n, x) => n + x.frames, 0),
      firstArrivalUs: stats.length > 0 ? Math.min(...stats.map((x) => x.firstArrivalUs)) : Number.NaN,
      lastArrivalUs: stats.length > 0 ? Math.max(...stats.map((x) => x.lastArrivalUs)) : Number.NaN,
      sources: s.sources,
    };
  };

  async function openSegmentFrames(segment: Segment, sessionId: string): Promise<FrameReader> {
    const file = await io.open(segment.path, "read").catch((e) => {
      throw asStoreError(e, segment.path);
    });
    const from = cuts.get(sessionId)?.get(segment.id) ?? 0;
    let visitor: FrameVisitor;
    const next = messageReader(
      file,
      segment.durable,
      maxRecord,
      segment.suspects,
      (channel, bytes, start, end, arrivalUs, bootUs, seq, offset) => {
        const source = sources.get(channel);
        if (source?.session.id !== sessionId || offset < from) return;
        visitor(source, bytes, start, end, arrivalUs, bootUs, seq);
      },
    );
    return {
      next(visit) {
        visitor = visit;
        return next();
      },
      close: () => file.close(),
    };
  }

  /** The closed file first, then what came after it. */
  function framesOfSession(id: string): FrameReader {
    const parts: (() => Promise<FrameReader>)[] = [];
    const path = files.pathOf(id);
    const own = new Map(
      sessions.get(id)?.sources.map((s): [string, Source] => [sourceKey(id, s.meta), s]) ?? [],
    );
    if (path !== undefined)
      parts.push(() =>
        openMcapFrames(path, { io, onProblem, sourceFor: (s) => own.get(sourceKey(id, s.meta)) ?? s }),
      );
    for (const segment of log.segments)
      if (segment.sessions.has(id)) parts.push(() => openSegmentFrames(segment, id));
    if (parts.length === 0 && !sessions.has(id))
      throw new StoreError("not-found", `session ${id}`, "there is no such session");
    return inTurn(parts);
  }

  /** Nothing in the log counts for the session any more. */
  async function letGo(id: string): Promise<void> {
    const of = cuts.get(id) ?? new Map<string, number>();
    cuts.set(id, of);
    for (const segment of log.segments) {
      segment.sessions.delete(id);
      of.set(segment.id, segment.durable);
    }
    for (const s of sessions.get(id)?.sources ?? []) byKey.delete(sourceKey(id, s.meta));
    sessions.delete(id);
    await release();
  }

  async function release(): Promise<void> {
    const keepAside = async (segment: Segment) => {
      await io.makeDirectory(join(dir, DAMAGED_FOLDER));
      await io.rename(segment.path, join(dir, DAMAGED_FOLDER, `${segment.id.replaceAll(" ", "-")}.mcap`));
    };
    const gone = await log.release((s) => (damaged.has(s) ? keepAside(s) : io.remove(s.path)));
    // else a power cut could bring a segment back after the deletion of what had moved out of it
    if (gone.length > 0) await io.syncDirectory(openDir);
    for (const segment of gone) {
      for (const of of cuts.values()) of.delete(segment.id);
      for (const channel of segment.channels)
        if (!sources.get(channel)?.open && !log.segments.some((s) => s.channels.has(channel)))
          sources.delete(channel);
    }
    for (const [id, of] of cuts) if (of.size === 0) cuts.delete(id);
  }

  async function close(id: string, attributes: Readonly<Record<string, string>>): Promise<ClosedSession> {
    const session = sessions.get(id);
    const before = await files.info(id);
    if (!session) {
      if (before) return before.session;
      throw new StoreError("not-found", `session ${id}`, "there is no such session");
    }
    for (const s of session.sources) s.open = false;
    try {
      await log.committed();
      const path = files.pathOf(id) ?? files.pathFor(id, session.ref.vehicle);
      const included: Included = new Map(log.segments.map((s) => [s.id, s.durable]));
      const all = { ...before?.session.attributes, ...attributes };
      const closed = await writeClosedFile(io, path, session.ref, framesOfSession(id), included, all);
      files.add(id, path);
      await letGo(id);
      return closed;
    } catch (e) {
      if (sessions.has(id)) for (const s of session.sources) s.open = true;
      throw e;
    }
  }

  async function remove(id: string): Promise<void> {
    const session = sessions.get(id);
    const path = files.pathOf(id);
    if (!session && path === undefined)
      throw new StoreError("not-found", `session ${id}`, "there is no such session");
    if (log.segments.length > 0) {
      log.putDeletion(deletedRecord(id));
      for (const s of session?.sources ?? []) s.open = false;
      // from here on the deletion stands, even if it has to wait for a disk that is full
      await log.written();
    }
    if (path !== undefined) {
      await io.remove(path);
      await io.syncDirectory(dirname(path));
    }
    files.forget(id);
    await letGo(id);
  }

  /** Closing and deleting read and change the same files: one after the other. */
  const inOrder = <T>(work: () => Promise<T>): Promise<T> => {
    const done = closing.then(work, work);
    closing = done.catch(() => {});
    return done;
  };

  await release();

  return {
    source(ref, meta) {
      const key = sourceKey(ref.id, meta);
      const known = byKey.get(key);
      if (known) return known;
      toFileName(ref.id);
      toFileName(ref.vehicle);
      const owner = sessions.get(ref.id)?.ref.vehicle ?? ref.vehicle;
      if (owner !== ref.vehicle)
        throw new StoreError("bad-name", `session ${ref.id}`, `is of vehicle ${owner}, not ${ref.vehicle}`);
      const source = new Source({ id: ref.id, vehicle: ref.vehicle }, meta, freeChannel());
      sources.set(source.channel, source);
      byKey.set(key, source);
      sessionOf(source.session).sources.push(source);
      return source;
    },
    append(source, bytes, start, end, arrivalUs, bootUs, seq) {
      if (!(source instanceof Source)) throw new TypeError("the source is not of this journal");
      log.append(source, bytes, start, end, arrivalUs, bootUs, seq);
      source.count(end - start, arrivalUs, bootUs, seq);
    },
    committed: () => log.committed(),
    onCommit(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    get failure() {
      return log.failure;
    },
    get pendingBytes() {
      return log.pendingBytes;
    },
    openSessions: () => [...sessions.values()].map(describe),
    openSession(id) {
      const s = sessions.get(id);
      return s && describe(s);
    },
    closeSession: (id, attributes = {}) => inOrder(() => close(id, attributes)),
    deleteSession: (id) => inOrder(() => remove(id)),
    get closedIds() {
      return files.ids;
    },
    async *closedSessions() {
      for (const id of files.ids) {
        const info = await files.info(id);
        if (info) yield info.session;
      }
    },
    closedSession: async (id) => (await files.info(id))?.session,
    forEachFrame: async (id, visit) => drain(framesOfSession(id), visit),
    readSession: (id) => framesOf(framesOfSession(id)),
    async [Symbol.asyncDispose]() {
      await closing;
      await log.close();
    },
  };
}
