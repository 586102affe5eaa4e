import {
  type CanFrame,
  createCanFrame,
  createFramer,
  type Framer,
  type OnFrame,
  type OnProblem,
} from "@pitwall/core";
import { LineReader } from "./line.ts";

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const TAB = 0x09;
/** The longest is a console line of CAN FD with times, direction and characters. */
const MAX_LINE = 512;

/** Splits a log into lines, their ends included. */
export const createLineFramer = (onFrame: OnFrame, onProblem?: OnProblem): Framer =>
  createFramer(
    {
      maxLength: MAX_LINE,
      probe(b, start, end, last) {
        const stop = Math.min(end, start + MAX_LINE);
        for (let i = start; i < stop; i++) if (b[i] === NEWLINE) return i + 1 - start;
        return last ? stop - start : 0;
      },
    },
    onFrame,
    onProblem,
  );

export type CandumpParser = {
  /** Any piece of the log. */
  push(chunk: Uint8Array): void;
  /** The log is over: a last line without an end comes out. */
  end(): void;
  /** Interface of the frame that is being given out. */
  readonly interface: string;
};

/**
 * Reads the text forms of candump, also mixed. The frame given is reused; its `tUs` is what the log says, from the
 * epoch or from a start, NaN without times. Lines that are no frame are reported with their number.
 */
export function createCandumpParser(
  onFrame: (frame: CanFrame) => void,
  onProblem: OnProblem = () => {},
): CandumpParser {
  const frame = createCanFrame();
  const reader = new LineReader();
  let name = "";
  let number = 0;

  /** The same text as long as the same interface is named. */
  function nameOf(bytes: Uint8Array): string {
    const length = reader.nameTo - reader.nameFrom;
    let isSame = length === name.length;
    for (let i = 0; isSame && i < length; i++) isSame = bytes[reader.nameFrom + i] === name.charCodeAt(i);
    if (!isSame) {
      name = "";
      for (let i = reader.nameFrom; i < reader.nameTo; i++) name += String.fromCharCode(bytes[i]!);
    }
    return name;
  }

  const framer = createLineFramer((bytes, _view, start, end) => {
    number++;
    let to = end;
    while (to > start && (bytes[to - 1] === NEWLINE || bytes[to - 1] === RETURN)) to--;
    // candump -e explains an error frame in lines that start with a tab
    if (to === start || bytes[start] === TAB) return;
    const wrong = reader.read(bytes, start, to, frame);
    if (wrong === undefined) {
      nameOf(bytes);
      onFrame(frame);
    } else
      onProblem({
        code: wrong,
        offset: framer.frameOffset,
        length: end - start,
        reason: `line ${number}: ${reader.reason}`,
      });
  }, onProblem);

  return {
    push: (chunk) => framer.push(chunk),
    end: () => framer.end(),
    get interface() {
      return name;
    },
  };
}
