import type { FrameVisitor, JournalFrame, ReadSummary } from "./types.ts";

/** Frames a block at a time. */
export interface FrameReader {
  /** Passes the frames of the next block; false when there is none, and then it has passed nothing. */
  next(visit: FrameVisitor): Promise<boolean>;
  close(): Promise<void>;
}

export async function drain(reader: FrameReader, visit: FrameVisitor): Promise<ReadSummary> {
  let frames = 0;
  let bytes = 0;
  const count: FrameVisitor = (source, b, start, end, arrivalUs, bootUs, seq) => {
    frames++;
    bytes += end - start;
    visit(source, b, start, end, arrivalUs, bootUs, seq);
  };
  try {
    while (await reader.next(count));
  } finally {
    await reader.close();
  }
  return { frames, bytes };
}

export async function* framesOf(reader: FrameReader): AsyncGenerator<JournalFrame> {
  let block: JournalFrame[] = [];
  const keep: FrameVisitor = (source, b, start, end, arrivalUs, bootUs, seq) => {
    const { session, meta } = source;
    block.push({ session, source: meta, bytes: b.slice(start, end), arrivalUs, bootUs, seq });
  };
  try {
    while (await reader.next(keep)) {
      const frames = block;
      block = [];
      yield* frames;
    }
  } finally {
    await reader.close();
  }
}

/** One after the other; each is opened when its turn comes. */
export function inTurn(parts: readonly (() => Promise<FrameReader>)[]): FrameReader {
  let at = 0;
  let current: FrameReader | undefined;
  return {
    async next(visit) {
      for (;;) {
        if (!current) {
          const open = parts[at++];
          if (!open) return false;
          current = await open();
        }
        if (await current.next(visit)) return true;
        await current.close();
        current = undefined;
      }
    },
    async close() {
      at = parts.length;
      await current?.close();
      current = undefined;
    },
  };
}
