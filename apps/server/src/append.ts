import type { Batch } from "@pitwall/core";
import type { SampleStore } from "@pitwall/store";

const ROWS = 50_000;

/** Stores batches of any size in pieces, and waits for the disk between them: memory stays bounded however long the session is. */
export async function appendAll(
  samples: SampleStore,
  sessionId: string,
  batches: readonly Batch[],
): Promise<void> {
  for (const batch of batches)
    for (let from = 0; from < batch.length; from += ROWS) {
      const to = Math.min(batch.length, from + ROWS);
      const piece = from === 0 && to === batch.length ? batch : sliceOf(batch, from, to);
      samples.append(sessionId, piece);
      await samples.drain();
    }
}

const sliceOf = (b: Batch, from: number, to: number): Batch => ({
  ...b,
  length: to - from,
  tUs: b.tUs.subarray(from, to),
  columns: b.columns.map((c) => c.subarray(from, to)),
});
