/**
 * Unpacks a raw Snappy block of `size` bytes. Source: the Snappy format description. The reader's own goes round in
 * circles where a damaged length is negative. Throws an Error where an element does not lie within the block.
 */
export function unpackSnappy(block: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  let from = 0;
  let to = 0;
  const number = (bytes: number): number => {
    if (from + bytes > block.length) throw new Error(`snappy: ends at byte ${from}`);
    let value = 0;
    for (let k = 0; k < bytes; k++) value += block[from++]! * 2 ** (8 * k);
    return value;
  };
  while (number(1) >= 0x80);
  while (from < block.length) {
    const at = from;
    const tag = number(1);
    const kind = tag & 3;
    if (kind === 0) {
      const short = tag >> 2;
      const length = 1 + (short < 60 ? short : number(short - 59));
      if (from + length > block.length || to + length > size)
        throw new Error(`snappy: literal at byte ${at}`);
      out.set(block.subarray(from, from + length), to);
      from += length;
      to += length;
      continue;
    }
    const length = kind === 1 ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2);
    const back = kind === 1 ? (tag >> 5) * 256 + number(1) : number(kind === 2 ? 2 : 4);
    if (back === 0 || back > to || to + length > size) throw new Error(`snappy: copy at byte ${at}`);
    // what is copied may overlap with what it is copied to
    for (const end = to + length; to < end; to++) out[to] = out[to - back]!;
  }
  if (to !== size) throw new Error(`snappy: ${to} of ${size} bytes`);
  return out;
}
