import { CodecError, crc16Xmodem } from "@pitwall/core";

/** Longest payload of the firmware (PACKET_MAX_PL_LEN). */
export const MAX_PAYLOAD = 512;
/** As many as the firmware itself keeps: two controllers may answer the same computer at once. */
const SLOTS = 3;

const NONE: readonly Slot[] = [];
type Slot = { readonly bytes: Uint8Array; readonly view: DataView; length: number };

function createSlot(): Slot {
  const bytes = new Uint8Array(MAX_PAYLOAD);
  return { bytes, view: new DataView(bytes.buffer), length: 0 };
}

/**
 * Puts payloads together that are longer than a CAN frame. Frames name their receiver only, not their sender, so a
 * fragment belongs to the payload that has grown exactly to its offset.
 */
export class Fragments {
  readonly #receivers = new Map<number, Slot[]>();
  #next = 0;

  /** Bytes data[from, to) belong at `offset` of a payload for `receiver`. */
  fill(receiver: number, offset: number, data: Uint8Array, from: number, to: number): void {
    let slots = this.#receivers.get(receiver);
    if (!slots) {
      slots = Array.from({ length: SLOTS }, createSlot);
      this.#receivers.set(receiver, slots);
    }
    let slot: Slot | undefined;
    for (const s of slots) if (s.length === offset) slot ??= s;
    if (!slot) {
      if (offset !== 0) return; // its beginning was lost: the end of the payload will tell
      this.#next = (this.#next + 1) % SLOTS;
      slot = slots[this.#next]!;
      slot.length = 0;
    }
    if (offset + to - from > MAX_PAYLOAD)
      throw new CodecError("bad-length", "vesc-can", 0, `payload of more than ${MAX_PAYLOAD} bytes`);
    for (let i = from; i < to; i++) slot.bytes[slot.length++] = data[i]!;
  }

  /** The payload of `length` bytes for `receiver`, borrowed until the next `fill`. */
  take(receiver: number, length: number, crc: number): DataView {
    const slots = this.#receivers.get(receiver) ?? NONE;
    let found: Slot | undefined;
    let grown: Slot | undefined;
    for (const s of slots) {
      if (length === 0 || s.length !== length) continue;
      grown ??= s;
      if (crc16Xmodem(s.bytes, 0, length) === crc) found ??= s;
    }
    if (found) {
      found.length = 0;
      return found.view;
    }
    for (const s of slots) s.length = 0;
    if (grown) throw new CodecError("bad-checksum", "vesc-can", 0, `payload of ${length} bytes`);
    throw new CodecError("out-of-sequence", "vesc-can", 0, `a fragment of ${length} bytes is missing`);
  }
}
