import { decompress as unzstd } from "fzstd";

/** A chunk that claims to be larger than this is damaged, or meant to fill the memory. */
const MOST = 256 << 20;

function checked(size: bigint): number {
  if (size > MOST) throw new RangeError(`a chunk of ${size} bytes`);
  return Number(size);
}

/** One LZ4 block into out[at, …), which may refer back to what is there (LZ4 block format, lz4.org). */
function unblock(block: Uint8Array, out: Uint8Array, at: number): number {
  let i = 0;
  const extended = (length: number): number => {
    if (length < 15) return length;
    let b: number;
    do {
      b = block[i++]!;
      length += b;
    } while (b === 255);
    return length;
  };
  while (i < block.length) {
    const token = block[i++]!;
    const literals = extended(token >> 4);
    if (i + literals > block.length || at + literals > out.length)
      throw new RangeError("an LZ4 block overruns");
    out.set(block.subarray(i, i + literals), at);
    i += literals;
    at += literals;
    if (i >= block.length) break; // the last sequence has no match
    const offset = block[i]! | (block[i + 1]! << 8);
    i += 2;
    const match = extended(token & 15) + 4;
    if (offset === 0 || offset > at || at + match > out.length)
      throw new RangeError("an LZ4 block is damaged");
    // byte by byte: a match may overlap what it writes
    for (let k = 0; k < match; k++, at++) out[at] = out[at - offset]!;
  }
  return at;
}

/** An LZ4 frame (lz4_Frame_format.md); checksums are left to the container's own. */
export function unlz4(frame: Uint8Array, size: number): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (frame.length < 7 || view.getUint32(0, true) !== 0x184d_2204) throw new RangeError("no LZ4 frame");
  const flags = frame[4]!;
  let at = 6 + (flags & 8 ? 8 : 0) + (flags & 1 ? 4 : 0) + 1;
  const out = new Uint8Array(size);
  let filled = 0;
  for (;;) {
    const length = view.getUint32(at, true);
    at += 4;
    if (length === 0) break;
    const stored = length >>> 31 === 1;
    const end = at + (length & 0x7fff_ffff);
    const block = frame.subarray(at, end);
    if (stored) out.set(block, filled);
    filled = stored ? filled + block.length : unblock(block, out, filled);
    at = end + (flags & 16 ? 4 : 0);
  }
  return out.subarray(0, filled);
}

export const decompressHandlers = {
  zstd: (data: Uint8Array, size: bigint): Uint8Array => unzstd(data, new Uint8Array(checked(size))),
  lz4: (data: Uint8Array, size: bigint): Uint8Array => unlz4(data, checked(size)),
};
