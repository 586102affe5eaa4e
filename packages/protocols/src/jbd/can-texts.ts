import { type CanFrame, CodecError, canRecord, fromPlain, type PlainMessage, Reading } from "@pitwall/core";
import { TEXTS } from "./can-packets.ts";

const PIECE = 8;

/** One text: its bytes so far, and the words made of them, which repeat with every round of the bus. */
type Text = {
  readonly index: number;
  readonly reading: Reading;
  readonly bytes: Uint8Array;
  pieces: number;
  changed: boolean;
};

/** Joins texts of one or two frames; an unchanged text is given again without being made again. */
export function createTexts(emit: (r: Reading) => void) {
  const texts: Text[] = TEXTS.map((t, index) => ({
    index,
    reading: new Reading(t.spec),
    bytes: new Uint8Array(PIECE * t.ids.length),
    pieces: 0,
    changed: true,
  }));
  const byId = new Map(
    texts.flatMap((t) => TEXTS[t.index]!.ids.map((id, piece) => [id as number, { t, piece }])),
  );

  return (frame: CanFrame): void => {
    const found = byId.get(frame.id);
    if (!found || frame.extended || frame.remote || frame.error) return;
    const { t, piece } = found;
    if (piece === 0) t.pieces = 0;
    else if (piece !== t.pieces)
      throw new CodecError("out-of-sequence", TEXTS[t.index]!.spec.name, 0, "second half without the first");
    for (let i = 0; i < PIECE; i++) {
      const byte = i < frame.length ? frame.data[i]! : 0;
      if (t.bytes[piece * PIECE + i] !== byte) t.changed = true;
      t.bytes[piece * PIECE + i] = byte;
    }
    t.pieces = piece + 1;
    const { ids, key } = TEXTS[t.index]!;
    if (t.pieces < ids.length) return;
    t.pieces = 0;
    if (t.changed) {
      let text = "";
      for (const byte of t.bytes) if (byte !== 0) text += String.fromCharCode(byte);
      t.reading.texts = text === "" ? {} : { [key]: text };
      t.changed = false;
    }
    emit(t.reading);
  };
}

/** The frames of a text; undefined for a message that is none. */
export function textFrames(message: PlainMessage): Uint8Array[] | undefined {
  const found = TEXTS.find((t) => t.spec.name === message.message);
  if (!found) return undefined;
  const text = fromPlain(message, found.spec).texts?.[found.key] ?? "";
  return found.ids.map((id, piece) =>
    canRecord(
      id,
      false,
      Uint8Array.from({ length: PIECE }, (_, i) => text.charCodeAt(piece * PIECE + i) || 0),
    ),
  );
}
