import type { ByteSource } from "./byte-source.ts";
import { FormatError } from "./errors.ts";
import type { ReadOptions } from "./format.ts";

export type { ByteSource } from "./byte-source.ts";

const PIECE = 1 << 20;
const BREATHE_EVERY = 4 << 20;
/** Bytes of the beginning by which a format is recognised. */
export const HEAD_LENGTH = 1 << 16;

const LF = 10;
const CR = 13;

const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

async function* slices(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE) {
    // a page that imports a large file stays alive
    if (at > 0 && at % BREATHE_EVERY === 0) await breathe();
    yield bytes.subarray(at, at + PIECE);
  }
}

/** The pieces of a source in order, with progress and abort. */
export async function* piecesOf(source: ByteSource, options: ReadOptions): AsyncGenerator<Uint8Array> {
  const { progress, signal } = options;
  const whole = source instanceof Uint8Array;
  const total = whole ? source.length : options.size;
  let bytes = 0;
  for await (const piece of whole ? slices(source) : source) {
    signal?.throwIfAborted();
    yield piece;
    bytes += piece.length;
    progress?.({ bytes, total });
  }
}

/** UTF-16 with a byte order mark becomes UTF-8, lines that end in CR alone end in LF; everything else passes as it is. */
export async function* textPieces(source: ByteSource, options: ReadOptions): AsyncGenerator<Uint8Array> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let first = true;
  let oldMac: boolean | undefined;
  const encoder = new TextEncoder();
  for await (const piece of piecesOf(source, options)) {
    if (piece.length === 0) continue;
    if (first) {
      first = false;
      if (piece[0] === 0xff && piece[1] === 0xfe) decoder = new TextDecoder("utf-16le");
      else if (piece[0] === 0xfe && piece[1] === 0xff) decoder = new TextDecoder("utf-16be");
    }
    const text = decoder ? encoder.encode(decoder.decode(piece, { stream: true })) : piece;
    if (oldMac === undefined) {
      const cr = text.indexOf(CR);
      if (text.includes(LF)) oldMac = false;
      else if (cr >= 0 && cr + 1 < text.length) oldMac = true;
    }
    yield oldMac ? text.map((b) => (b === CR ? LF : b)) : text;
  }
}

/** Takes the first bytes off a source without losing them. */
export async function peek(
  source: ByteSource,
  length = HEAD_LENGTH,
): Promise<{ readonly head: Uint8Array; readonly source: ByteSource }> {
  if (source instanceof Uint8Array) return { head: source.subarray(0, length), source };
  const iterator =
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  const taken: Uint8Array[] = [];
  let held = 0;
  let done = false;
  while (held < length && !done) {
    const next = await iterator.next();
    done = next.done === true;
    if (next.done === true) break;
    taken.push(next.value.slice());
    held += next.value.length;
  }
  async function* rest(): AsyncGenerator<Uint8Array> {
    try {
      for (const piece of taken.splice(0)) yield piece;
      while (!done) {
        const next = await iterator.next();
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      if (!done) await iterator.return?.();
    }
  }
  return { head: joined(taken).subarray(0, length), source: rest() };
}

export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(pieces.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of pieces) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}

/** The whole file, for formats that need it in one piece. Throws FormatError "too-large" over `limit`. */
export async function collect(
  source: ByteSource,
  options: ReadOptions,
  place: string,
  limit = 512 << 20,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let held = 0;
  for await (const piece of piecesOf(source, options)) {
    held += piece.length;
    if (held > limit)
      throw new FormatError("too-large", place, `over ${limit >> 20} MiB, and it must be read whole`);
    pieces.push(source instanceof Uint8Array ? piece : piece.slice());
  }
  return source instanceof Uint8Array ? source : joined(pieces);
}
