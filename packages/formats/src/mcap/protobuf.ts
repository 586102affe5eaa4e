/** What a field of a message in Protocol Buffers is given as: a number (varint, double, float) or its bytes. */
export type OnField = (field: number, value: number | Uint8Array) => void;

/** Walks the fields of a message (protobuf.dev, "Encoding"). Throws RangeError where the bytes end inside one or are none. */
export function eachField(bytes: Uint8Array, onField: OnField): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1, n = 0; ; scale *= 128, n++) {
      if (at >= bytes.length || n === 10) throw new RangeError("a number does not end");
      const b = bytes[at++]!;
      value += (b & 0x7f) * scale;
      if (b < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    const wire = tag % 8;
    if (wire === 0) onField(field, varint());
    else if (wire === 1) {
      onField(field, view.getFloat64(at, true));
      at += 8;
    } else if (wire === 5) {
      onField(field, view.getFloat32(at, true));
      at += 4;
    } else if (wire === 2) {
      const length = varint();
      if (at + length > bytes.length) throw new RangeError(`field ${field} ends behind the message`);
      onField(field, bytes.subarray(at, at + length));
      at += length;
    } else throw new RangeError(`field ${field} is of an unknown kind`);
  }
}

/** A packed list of doubles. */
export function packedDoubles(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length >> 3 }, (_, i) => view.getFloat64(i * 8, true));
}
