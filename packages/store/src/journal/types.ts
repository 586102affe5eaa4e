import type { OnStoreProblem } from "../errors.ts";
import type { JournalIo } from "./io.ts";
import type { SeqRanges } from "./seq-ranges.ts";

export type SessionRef = { readonly id: string; readonly vehicle: string };

/** One bus or sensor of a device within a session; the fields of the pipeline's SourceInfo and what else its frames need to be decoded again. */
export type SourceMeta = {
  readonly device: string;
  /** Distinguishes the device's boots; "" where it does not say. */
  readonly boot: string;
  readonly name: string;
  readonly protocol: string;
  readonly extra?: Readonly<Record<string, string>>;
};

/** What the journal holds of one source of one session. */
export type SourceStats = {
  readonly frames: number;
  readonly bytes: number;
  /** In the order of the journal; NaN while there is no frame. */
  readonly lastSeq: number;
  readonly firstArrivalUs: number;
  readonly lastArrivalUs: number;
  /** NaN where the last frame carried none. */
  readonly lastBootUs: number;
  /** Which sequence numbers are there. */
  readonly seen: SeqRanges;
};

/** Names a source in `append`; one object a source, valid until its session is closed. */
export interface SourceHandle {
  readonly session: SessionRef;
  readonly meta: SourceMeta;
  readonly stats: SourceStats;
}

/** One frame where it lies: bytes[start, end), borrowed until the call returns. `bootUs` is NaN where the frame has none. */
export type FrameVisitor = (
  source: SourceHandle,
  bytes: Uint8Array,
  start: number,
  end: number,
  arrivalUs: number,
  bootUs: number,
  seq: number,
) => void;

/** One frame that the receiver owns. */
export type JournalFrame = {
  readonly session: SessionRef;
  readonly source: SourceMeta;
  readonly bytes: Uint8Array;
  readonly arrivalUs: number;
  readonly bootUs: number;
  readonly seq: number;
};

/** Frames that have just become durable. Valid until the callback returns. */
export interface Commit {
  readonly frames: number;
  readonly bytes: number;
  /** In the order in which they were appended. */
  forEachFrame(visit: FrameVisitor): void;
}

export type OpenSession = SessionRef & {
  readonly frames: number;
  readonly firstArrivalUs: number;
  readonly lastArrivalUs: number;
  readonly sources: readonly SourceHandle[];
};

export type ClosedSession = {
  readonly id: string;
  readonly vehicle: string;
  readonly file: string;
  readonly bytes: number;
  readonly frames: number;
  /** First and last arrival; NaN in a session without frames. */
  readonly startUs: number;
  readonly endUs: number;
  /** What `closeSession` was given, and what the server that wrote the file noted. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly sources: readonly (SourceMeta & { readonly frames: number })[];
};

export type ReadSummary = { readonly frames: number; readonly bytes: number };

export type JournalOptions = {
  /** The journal's own folder, `<data>/journal`; made when it is not there. */
  readonly dir: string;
  readonly onProblem: OnStoreProblem;
  readonly io?: JournalIo;
  /**
   * How long a commit waits for more frames, 0 to 50. With 0 a commit starts at the end of the event loop's turn, or as
   * soon as the one before is done; more spares a memory card at the price of latency.
   */
  readonly commitDelayMs?: number;
  readonly segmentBytes?: number;
  readonly maxFrameBytes?: number;
  /** What may wait in memory for the disk before frames are refused. */
  readonly maxPendingBytes?: number;
};

/**
 * The recorded frames of all open sessions in one log that is synced in groups, and one indexed MCAP file a closed session.
 * A frame that was accepted is never dropped: while the disk fails it stays in memory, is tried again, and new ones are refused.
 */
export interface Journal extends AsyncDisposable {
  /** The same handle for the same session and source, also after a restart. Opens the session where it is not open. Throws StoreError "bad-name", "overloaded". */
  source(session: SessionRef, meta: SourceMeta): SourceHandle;
  /**
   * Copies the frame; it is durable when `committed()` resolves. Throws StoreError: "no-space", "not-writable", "io" while the
   * disk fails, "overloaded", "too-large", "closed". `seq` is a u32; times are integer microseconds, `bootUs` NaN where there is none.
   */
  append(
    source: SourceHandle,
    bytes: Uint8Array,
    start: number,
    end: number,
    arrivalUs: number,
    bootUs: number,
    seq: number,
  ): void;
  /**
   * Resolves when everything appended so far is durable. Rejects with StoreError while the disk fails: nothing may be
   * acknowledged then. Frames that were accepted are kept and tried again, so a later `committed()` that resolves covers them too.
   */
  committed(): Promise<void>;
  /** Called with each commit, before `committed()` resolves. Returns how to stop it. */
  onCommit(listener: (commit: Commit) => void): () => void;
  /** Why frames are refused at the moment. */
  readonly failure: Error | undefined;
  /** Bytes that wait for the disk: stop reading sockets while it is high. */
  readonly pendingBytes: number;
  openSessions(): readonly OpenSession[];
  openSession(id: string): OpenSession | undefined;
  /** Writes the session's own file, and lets go of the log. `attributes` are kept in the file. A session that already has a file gets its new frames behind the old. */
  closeSession(id: string, attributes?: Readonly<Record<string, string>>): Promise<ClosedSession>;
  /** Removes the file and forgets what the log still holds. */
  deleteSession(id: string): Promise<void>;
  /** Sessions that have a file of their own; known without reading it. */
  readonly closedIds: readonly string[];
  /** The files of closed sessions, read from the files themselves. */
  closedSessions(): AsyncIterable<ClosedSession>;
  closedSession(id: string): Promise<ClosedSession | undefined>;
  /** Every committed frame of an open or closed session in the order of append; the fast way. Throws StoreError "not-found". */
  forEachFrame(sessionId: string, visit: FrameVisitor): Promise<ReadSummary>;
  /** The same as frames that the receiver owns. */
  readSession(sessionId: string): AsyncIterable<JournalFrame>;
}
