/** A file: whole in memory, or as pieces of any length (a Node stream, `Blob.stream()`). Pieces are borrowed until the next one. */
export type ByteSource = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
