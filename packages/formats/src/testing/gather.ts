import type { Recording } from "@pitwall/core";
import { writeRecording } from "../registry.ts";
import { joined } from "../source.ts";

/** Everything an iterable of pieces gives. */
export async function gather(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const p of pieces) all.push(p);
  return joined(all);
}

export const written = (
  recording: Recording,
  formatId: string,
  options?: Parameters<typeof writeRecording>[2],
): Promise<Uint8Array> => gather(writeRecording(recording, formatId, options));

export const writtenText = async (
  recording: Recording,
  formatId: string,
  options?: Parameters<typeof writeRecording>[2],
): Promise<string> => new TextDecoder().decode(await written(recording, formatId, options));

/** The bytes in pieces of the given lengths, repeated; each piece is poisoned once the next is asked for. */
export function* cut(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const piece = bytes.slice(at, at + Math.max(1, lengths[i % lengths.length]!));
    at += piece.length;
    yield piece;
    piece.fill(0x58);
  }
}
