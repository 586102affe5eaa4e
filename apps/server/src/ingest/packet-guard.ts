import { Transform, type TransformCallback } from "node:stream";

/**
 * Passes an MQTT byte stream on, and fails it before a packet larger than `maxBytes` is taken into memory: the length
 * stands in the fixed header (MQTT 3.1.1, 2.2.3), so that the payload need not be waited for.
 */
export class PacketGuard extends Transform {
  readonly #maxBytes: number;
  /** Bytes of the current packet still to come. */
  #rest = 0;
  /** Position within the remaining-length field; -1 where the next byte is a packet's first. */
  #lengthByte = -1;

  constructor(maxBytes: number) {
    super();
    this.#maxBytes = maxBytes;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const wrong = this.#follow(chunk);
    if (wrong) done(wrong);
    else done(null, chunk);
  }

  #follow(chunk: Buffer): Error | undefined {
    let at = 0;
    while (at < chunk.length) {
      if (this.#lengthByte < 0 && this.#rest > 0) {
        const take = Math.min(this.#rest, chunk.length - at);
        this.#rest -= take;
        at += take;
        continue;
      }
      const byte = chunk[at++]!;
      if (this.#lengthByte < 0) {
        this.#lengthByte = 0;
        this.#rest = 0;
        continue;
      }
      this.#rest += (byte & 0x7f) * 128 ** this.#lengthByte;
      if (this.#rest > this.#maxBytes)
        return new RangeError(`packet of ${this.#rest} bytes or more, at most ${this.#maxBytes}`);
      if (byte < 0x80) this.#lengthByte = -1;
      else if (++this.#lengthByte > 3) return new RangeError("malformed remaining length");
    }
    return undefined;
  }
}
