import type { Problem, ProblemCode } from "./errors.ts";

/** Called with a whole, checked frame at bytes[start, end). Bytes and view are borrowed until the call returns. */
export type OnFrame = (bytes: Uint8Array, view: DataView, start: number, end: number) => void;
export type OnProblem = (problem: Problem) => void;

export type FrameRule = {
  readonly maxLength: number;
  /**
   * Looks at the bytes from `start` (at least one is there):
   * total frame length, 0 while more bytes are needed to tell, -1 where no frame starts.
   * `last`: no byte will follow, so a frame whose end is told by what comes behind it ends here.
   */
  readonly probe: (bytes: Uint8Array, start: number, end: number, last: boolean) => number;
  /** Checksum and the like; undefined when the frame is good. */
  readonly check?: (bytes: Uint8Array, view: DataView, start: number, end: number) => ProblemCode | undefined;
};

/** A run of skipped bytes is reported at the latest after this many, so that endless noise shows while it lasts. */
const REPORT_EVERY = 65_536;

export type FramerStats = { frames: number; bad: number; skippedBytes: number };

export interface Framer {
  readonly stats: Readonly<FramerStats>;
  /** While `onFrame` runs: where in the stream its frame starts. */
  readonly frameOffset: number;
  /** Borrowed: nothing of the chunk is kept but a copy of an incomplete tail. */
  push(chunk: Uint8Array): void;
  /** The stream is over: what is left can no longer become a frame. */
  end(): void;
}

/**
 * Splits a byte stream into frames. Memory is fixed at 2 x maxLength; whole frames inside a chunk are passed where
 * they lie, only a tail that continues in the next chunk is copied. After a bad frame the search goes on one byte
 * further, never past the whole of it: the next good frame may start inside.
 */
export function createFramer(rule: FrameRule, onFrame: OnFrame, onProblem: OnProblem = () => {}): Framer {
  const { check, maxLength, probe } = rule;
  const stats: FramerStats = { frames: 0, bad: 0, skippedBytes: 0 };
  const tail = new Uint8Array(maxLength * 2);
  const tailView = new DataView(tail.buffer);
  let held = 0; // bytes in `tail`
  let consumed = 0; // stream offset of tail[0], or of the chunk's first byte while the tail is empty
  let skipFrom = -1; // stream offset of the current run of skipped bytes
  let frameOffset = 0;
  let refusedEnd = 0; // stream offset behind the last refused frame; what is refused inside it is the same damage

  const refuse = (problem: Problem) => {
    if (problem.offset < refusedEnd) return;
    refusedEnd = problem.offset + Math.min(problem.length, maxLength);
    stats.bad++;
    onProblem(problem);
  };
  const endOfSkip = (offset: number) => {
    if (skipFrom < 0) return;
    const length = offset - skipFrom;
    onProblem({ code: "skipped", offset: skipFrom, length, reason: `${length} bytes belong to no frame` });
    skipFrom = -1;
  };
  const skipOne = (offset: number) => {
    if (skipFrom < 0) skipFrom = offset;
    else if (offset - skipFrom === REPORT_EVERY) {
      endOfSkip(offset);
      skipFrom = offset;
    }
    stats.skippedBytes++;
  };

  /** Scans bytes[from, end); returns where it stopped. `base` is the stream offset of index 0. */
  function scan(
    bytes: Uint8Array,
    view: DataView,
    from: number,
    end: number,
    base: number,
    last: boolean,
  ): number {
    let at = from;
    while (at < end) {
      const length = probe(bytes, at, end, last);
      if (length < 0) {
        skipOne(base + at);
        at++;
        continue;
      }
      if (length > maxLength || (length === 0 && end - at >= maxLength)) {
        refuse({
          code: "bad-length",
          offset: base + at,
          length,
          reason: `frame of ${length || "unknown"} bytes, at most ${maxLength}`,
        });
        skipOne(base + at);
        at++;
        continue;
      }
      if (length === 0 || at + length > end) {
        if (!last) return at;
        refuse({
          code: "truncated",
          offset: base + at,
          length: end - at,
          reason: "the stream ends inside a frame",
        });
        skipOne(base + at);
        at++;
        continue;
      }
      const wrong = check?.(bytes, view, at, at + length);
      if (wrong !== undefined) {
        refuse({ code: wrong, offset: base + at, length, reason: `frame of ${length} bytes refused` });
        skipOne(base + at);
        at++;
        continue;
      }
      if (skipFrom >= 0) endOfSkip(base + at);
      stats.frames++;
      frameOffset = base + at;
      onFrame(bytes, view, at, at + length);
      at += length;
    }
    return at;
  }

  return {
    stats,
    get frameOffset() {
      return frameOffset;
    },
    push(chunk) {
      let at = 0;
      while (held > 0 && at < chunk.length) {
        // the tail grows by what it can hold, until the frame that straddles the two chunks is settled
        const take = Math.min(chunk.length - at, tail.length - held);
        tail.set(chunk.subarray(at, at + take), held);
        const before = held;
        const total = held + take;
        const done = scan(tail, tailView, 0, total, consumed, false);
        if (done >= before) {
          // the old tail is used up: go on in the chunk itself, where `done` lies
          at += done - before;
          consumed += done;
          held = 0;
        } else {
          tail.copyWithin(0, done, total);
          held = total - done;
          consumed += done;
          at += take;
        }
      }
      if (held > 0 || at >= chunk.length) return;
      const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      const base = consumed - at;
      const done = scan(chunk, view, at, chunk.length, base, false);
      held = chunk.length - done;
      tail.set(chunk.subarray(done), 0);
      consumed = base + done;
    },
    end() {
      const done = scan(tail, tailView, 0, held, consumed, true);
      consumed += done;
      held = 0;
      endOfSkip(consumed);
    },
  };
}
