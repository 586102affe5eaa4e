import type { StoreError } from "../errors.ts";
import {
  COMMIT_RECORD,
  MESSAGE_RECORD_HEAD,
  OP,
  RECORD_HEAD,
  readBootUs,
  readUs,
  writeCommit,
  writeMessageHead,
} from "./records.ts";
import type { Segment, Source } from "./source.ts";
import type { FrameVisitor } from "./types.ts";

const FIRST_BYTES = 1 << 17;
const KEPT_BYTES = 1 << 23;
/** Below this a loop is faster than a view and a native copy. */
const LOOP_COPY = 192;

/** Records that go to the disk together. Grows by doubling; used in turns, so that steady state allocates nothing. */
export class CommitBuffer {
  bytes = new Uint8Array(FIRST_BYTES);
  view = new DataView(this.bytes.buffer);
  length = 0;
  frames = 0;
  frameBytes = 0;
  segment: Segment | undefined = undefined;
  /** File offset of the first byte. */
  position = 0;
  #sealed = false;
  #done: PromiseWithResolvers<void> | undefined = undefined;

  /** Empty again, to continue behind `before`. */
  restart(segment: Segment | undefined, position: number): void {
    this.segment = segment;
    this.position = position;
    this.length = 0;
    this.frames = 0;
    this.frameBytes = 0;
    this.#sealed = false;
    this.#done = undefined;
    if (this.bytes.length > KEPT_BYTES) {
      this.bytes = new Uint8Array(FIRST_BYTES);
      this.view = new DataView(this.bytes.buffer);
    }
  }

  put(record: Uint8Array): void {
    const at = this.#reserve(record.length);
    this.bytes.set(record, at);
  }

  putFrame(
    channel: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    arrivalUs: number,
    bootUs: number,
    seq: number,
  ): void {
    const n = end - start;
    const at = this.#reserve(MESSAGE_RECORD_HEAD + n);
    writeMessageHead(this.view, at, channel, seq, arrivalUs, bootUs, n);
    const to = at + MESSAGE_RECORD_HEAD;
    const out = this.bytes;
    if (n <= LOOP_COPY) for (let i = 0; i < n; i++) out[to + i] = bytes[start + i]!;
    else out.set(bytes.subarray(start, end), to);
    this.frames++;
    this.frameBytes += n;
  }

  /** Ends the commit with its checksum; again is harmless. */
  seal(): void {
    if (this.#sealed) return;
    this.#sealed = true;
    writeCommit(this.bytes, this.view, 0, this.length);
    this.length += COMMIT_RECORD;
  }

  forEachFrame(sourceOf: (channel: number) => Source | undefined, visit: FrameVisitor): void {
    const { bytes, view } = this;
    for (let at = 0; at + RECORD_HEAD <= this.length; ) {
      // a segment's first record stands behind the magic, which reads as no message
      if (at === 0 && this.position === 0) at = 8;
      const end = at + RECORD_HEAD + view.getUint32(at + 1, true);
      if (bytes[at] === OP.message) {
        const source = sourceOf(view.getUint16(at + 9, true));
        const start = at + MESSAGE_RECORD_HEAD;
        const seq = view.getUint32(at + 11, true);
        if (source) visit(source, bytes, start, end, readUs(view, at + 15), readBootUs(view, at + 23), seq);
      }
      at = end;
    }
  }

  /** Settles when the buffer is on the disk, or could not be put there. */
  whenDone(): Promise<void> {
    this.#done ??= Promise.withResolvers<void>();
    return this.#done.promise;
  }
  settle(error?: StoreError): void {
    if (error) this.#done?.reject(error);
    else this.#done?.resolve();
    this.#done = undefined;
  }

  #reserve(n: number): number {
    const at = this.length;
    const needed = at + n + COMMIT_RECORD;
    if (needed > this.bytes.length) {
      const wider = new Uint8Array(Math.max(needed, this.bytes.length * 2));
      wider.set(this.bytes.subarray(0, at));
      this.bytes = wider;
      this.view = new DataView(wider.buffer);
    }
    this.length = at + n;
    return at;
  }
}
