import { open } from "node:fs/promises";

const BLOCK = 1 << 20;

/**
 * A file in pieces of at most so many bytes, all but the last of that length. Pieces are borrowed until the next one:
 * the memory is used again, since a buffer a piece keeps the collector busy.
 */
export async function* filePieces(path: string, pieceBytes = BLOCK): AsyncGenerator<Uint8Array> {
  await using file = await open(path);
  const block = new Uint8Array(Math.max(pieceBytes, BLOCK - (BLOCK % pieceBytes)));
  for (;;) {
    let held = 0;
    while (held < block.length) {
      const { bytesRead } = await file.read(block, held, block.length - held);
      if (bytesRead === 0) break;
      held += bytesRead;
    }
    for (let at = 0; at < held; at += pieceBytes) yield block.subarray(at, Math.min(held, at + pieceBytes));
    if (held < block.length) return;
  }
}
