import {
  type CanFrame,
  createCanFrame,
  createFramer,
  type Framer,
  type OnFrame,
  type OnProblem,
  Unwrapper,
} from "@pitwall/core";
import { BELL, type SlcanLine, SlcanReader, STAMP_MODULUS_MS } from "./line.ts";

const RETURN = 0x0d;
const NEWLINE = 0x0a;
/** Letter, identifier, length, 64 bytes, time, end. */
const MAX_LINE = 1 + 8 + 1 + 128 + 4 + 1;

/** Lines end with a carriage return; the bell is a line of its own. What cannot stand in a line is skipped. */
export const createSlcanFramer = (onFrame: OnFrame, onProblem?: OnProblem): Framer =>
  createFramer(
    {
      maxLength: MAX_LINE,
      probe(b, start, end, last) {
        const first = b[start]!;
        // some adapters add a line feed
        if (first === BELL || first === RETURN || first === NEWLINE) return 1;
        const stop = Math.min(end, start + MAX_LINE);
        for (let i = start; i < stop; i++) {
          const byte = b[i]!;
          if (byte === RETURN) return i + 1 - start;
          if (byte < 0x20 || byte > 0x7e) return -1;
        }
        return last ? -1 : 0;
      },
    },
    onFrame,
    onProblem,
  );

export type SlcanHandlers = {
  /** Reused. `tUs` counts from the adapter's minute, unwrapped; NaN where the adapter sends no times. */
  readonly onFrame: (frame: CanFrame) => void;
  /** Any other line than a frame, borrowed: bytes[start, end) without its end. */
  readonly onLine?: (
    kind: Exclude<SlcanLine, "frame" | "bad">,
    bytes: Uint8Array,
    start: number,
    end: number,
  ) => void;
  readonly onProblem?: OnProblem;
};

/** Reads what an adapter sends, and what a computer sends to one. */
export function createSlcanParser({ onFrame, onLine, onProblem = () => {} }: SlcanHandlers): {
  push(chunk: Uint8Array): void;
  end(): void;
} {
  const frame = createCanFrame();
  const reader = new SlcanReader();
  const clock = new Unwrapper(STAMP_MODULUS_MS);
  const framer = createSlcanFramer((bytes, _view, start, end) => {
    if (bytes[start] === NEWLINE) return;
    const to = bytes[end - 1] === RETURN ? end - 1 : end;
    const kind = reader.read(bytes, start, to, frame);
    if (kind === "frame") {
      frame.tUs = Number.isNaN(reader.stampMs) ? Number.NaN : clock.next(reader.stampMs) * 1000;
      onFrame(frame);
    } else if (kind === "bad")
      onProblem({
        code: "malformed",
        offset: framer.frameOffset,
        length: end - start,
        reason: "the line is neither a frame nor a reply nor a command",
      });
    else onLine?.(kind, bytes, start, to);
  }, onProblem);
  return { push: (chunk) => framer.push(chunk), end: () => framer.end() };
}
