import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { asStoreError, type OnStoreProblem, StoreError } from "../errors.ts";
import { CommitBuffer } from "./commit-buffer.ts";
import { type JournalFile, type JournalIo, writeAll } from "./io.ts";
import { channelRecord, segmentStart } from "./records.ts";
import { Segment, type Source } from "./source.ts";

export type CommitLogOptions = {
  readonly dir: string;
  readonly io: JournalIo;
  readonly onProblem: OnStoreProblem;
  readonly commitDelayMs: number;
  readonly segmentBytes: number;
  readonly maxFrameBytes: number;
  readonly maxPendingBytes: number;
  readonly firstNumber: number;
  /** A buffer is on the disk; borrowed until the call returns. */
  readonly onDurable: (buffer: CommitBuffer) => void;
};

/** A channel is described again after this much of a segment, so that damage to one description loses nothing. */
const ANNOUNCE_EVERY = 1 << 20;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5000;

/** Appends records to segment files; what has come in while one group was written and synced is the next group. */
export class CommitLog {
  readonly #o: CommitLogOptions;
  readonly #stop = new AbortController();
  #active = new CommitBuffer();
  #spare = new CommitBuffer();
  #writing: CommitBuffer | undefined = undefined;
  #running: Promise<void> | undefined = undefined;
  #scheduled = false;
  #failure: StoreError | undefined = undefined;
  #nextNumber: number;
  #file: JournalFile | undefined = undefined;
  #fileOf: Segment | undefined = undefined;
  /** Segments of this run, oldest first. */
  readonly segments: Segment[] = [];

  constructor(options: CommitLogOptions) {
    this.#o = options;
    this.#nextNumber = options.firstNumber;
  }

  get failure(): StoreError | undefined {
    return this.#failure;
  }
  get pendingBytes(): number {
    return this.#active.length + (this.#writing?.length ?? 0);
  }

  append(
    source: Source,
    bytes: Uint8Array,
    start: number,
    end: number,
    arrivalUs: number,
    bootUs: number,
    seq: number,
  ): void {
    this.#check(end - start);
    if (!source.open)
      throw new StoreError(
        "closed",
        `session ${source.session.id}`,
        "frames came after the session was closed",
      );
    const b = this.#begin();
    if (source.announcedIn !== b.segment || b.position + b.length >= source.announceAt) {
      b.put(channelRecord(source.channel, source.session, source.meta));
      source.announcedIn = b.segment;
      source.announceAt = b.position + b.length + ANNOUNCE_EVERY;
      b.segment!.sessions.add(source.session.id);
      b.segment!.channels.add(source.channel);
    }
    b.putFrame(source.channel, bytes, start, end, arrivalUs, bootUs, seq);
    if (!this.#scheduled) this.#schedule();
  }

  /** What `deletedRecord` gives. */
  putDeletion(record: Uint8Array): void {
    this.#check(record.length);
    const b = this.#begin();
    b.put(record);
    b.segment!.hasDeletions = true;
    if (!this.#scheduled) this.#schedule();
  }

  committed(): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#active.length > 0) return this.#active.whenDone();
    return this.#writing ? this.#writing.whenDone() : Promise.resolve();
  }

  /** Like `committed`, but waits until a failing disk takes it; rejects only when the journal is closed before that. */
  async written(): Promise<void> {
    for (;;)
      try {
        return await this.committed();
      } catch (e) {
        if (this.#stop.signal.aborted) throw e;
        await this.#o.io.wait(FIRST_WAIT_MS, this.#stop.signal);
      }
  }

  /** Gives the segments that no open session needs any more to `drop`, which removes their files; only what lies on the disk completely is considered. */
  async release(drop: (segment: Segment) => Promise<void>): Promise<Segment[]> {
    const pending = this.#writing !== undefined || this.#active.length > 0;
    const inUse = pending ? [this.#writing?.segment, this.#active.segment] : [];
    const free: Segment[] = [];
    for (const [i, s] of this.segments.entries())
      if (s.sessions.size === 0 && !inUse.includes(s) && !(s.hasDeletions && i > free.length)) free.push(s);
    if (this.#active.segment && free.includes(this.#active.segment)) this.#active.restart(undefined, 0);
    for (const s of free) {
      this.segments.splice(this.segments.indexOf(s), 1);
      if (s === this.#fileOf) await this.#closeFile();
      await drop(s);
    }
    return free;
  }

  /** Writes what is left; throws StoreError where the disk does not take it. */
  async close(): Promise<void> {
    this.#stop.abort();
    if (!this.#running && this.#active.length > 0) this.#running = this.#run();
    try {
      await this.#running;
    } finally {
      await this.#closeFile();
    }
    if (this.#failure) throw this.#failure;
  }

  #check(n: number): void {
    if (this.#failure) throw this.#failure;
    if (this.#stop.signal.aborted) throw new StoreError("closed", this.#o.dir, "the journal is closed");
    if (n > this.#o.maxFrameBytes)
      throw new StoreError(
        "too-large",
        this.#o.dir,
        `a frame of ${n} bytes, at most ${this.#o.maxFrameBytes}`,
      );
    if (this.pendingBytes + n > this.#o.maxPendingBytes)
      throw new StoreError("overloaded", this.#o.dir, `${this.pendingBytes} bytes already wait for the disk`);
  }

  /** The buffer to append to, in a segment that has room. */
  #begin(): CommitBuffer {
    const b = this.#active;
    if (b.length > 0) return b;
    if (!b.segment || b.position >= this.#o.segmentBytes) {
      const number = this.#nextNumber++;
      const path = join(this.#o.dir, `${String(number).padStart(8, "0")}.mcap`);
      b.restart(new Segment(number, randomUUID(), path), 0);
      b.put(segmentStart(b.segment!.id));
      this.segments.push(b.segment!);
    }
    return b;
  }

  #schedule(): void {
    this.#scheduled = true;
    if (this.#running) return;
    const start = () => {
      if (!this.#running) this.#running = this.#run();
    };
    if (this.#o.commitDelayMs === 0) setImmediate(start);
    else void this.#o.io.wait(this.#o.commitDelayMs, this.#stop.signal).then(start);
  }

  async #run(): Promise<void> {
    while (this.#active.length > 0) {
      const b = this.#active;
      b.seal();
      this.#writing = b;
      this.#active = this.#spare;
      this.#active.restart(b.segment, b.position + b.length);
      this.#scheduled = true;
      const written = await this.#write(b);
      if (!written) break;
      b.segment!.durable = b.position + b.length;
      this.#writing = undefined;
      this.#spare = b;
      this.#o.onDurable(b);
      b.settle();
      if (this.#o.commitDelayMs > 0 && this.#active.length > 0)
        await this.#o.io.wait(this.#o.commitDelayMs, this.#stop.signal);
    }
    this.#scheduled = false;
    this.#running = undefined;
  }

  /** Tries until the disk takes it; false where the journal is closed before that. */
  async #write(b: CommitBuffer): Promise<boolean> {
    let waitMs = FIRST_WAIT_MS;
    for (;;) {
      const last = this.#stop.signal.aborted;
      try {
        await this.#openFor(b.segment!);
        if (this.#failure) await this.#file!.truncate(b.segment!.durable);
        await writeAll(this.#file!, b.bytes, b.length, b.position);
        await this.#file!.sync();
        if (this.#failure)
          this.#o.onProblem({
            code: "recovered",
            place: b.segment!.path,
            reason: "the disk takes frames again",
          });
        this.#failure = undefined;
        return true;
      } catch (e) {
        this.#fail(asStoreError(e, b.segment!.path), b);
        if (last) {
          await this.#cutBack(b.segment!);
          return false;
        }
        await this.#cutBack(b.segment!);
        await this.#o.io.wait(waitMs, this.#stop.signal);
        waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
      }
    }
  }

  #fail(error: StoreError, b: CommitBuffer): void {
    if (!this.#failure) this.#o.onProblem({ code: error.code, place: error.place, reason: error.reason });
    this.#failure = error;
    b.settle(error);
    this.#active.settle(error);
  }

  /** No partial record stays where a reader could meet it; when even that fails, it is tried again before the next write. */
  async #cutBack(segment: Segment): Promise<void> {
    if (this.#fileOf !== segment) return;
    await this.#file?.truncate(segment.durable).catch(() => {});
  }

  async #openFor(segment: Segment): Promise<void> {
    if (this.#fileOf === segment) return;
    await this.#closeFile();
    await this.#o.io.makeDirectory(this.#o.dir);
    // a file that a failed attempt has left behind is used as it is: nothing in it counts before `durable`
    const made = (await this.#o.io.size(segment.path)) === undefined;
    const file = await this.#o.io.open(segment.path, made ? "create" : "change");
    try {
      await file.truncate(segment.durable);
      await this.#o.io.syncDirectory(this.#o.dir);
    } catch (e) {
      await file.close();
      throw e;
    }
    this.#file = file;
    this.#fileOf = segment;
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#fileOf = undefined;
    await file?.close();
  }
}
