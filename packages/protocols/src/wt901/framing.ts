import {
  createFramer,
  type Framer,
  type OnFrame,
  type OnProblem,
  type ProblemCode,
  sumBytes,
} from "@pitwall/core";
import { BLUETOOTH, BLUETOOTH_LENGTH, SERIAL, SERIAL_LENGTH } from "./packets.table.ts";

const HEADER = 0x55;
const NONE = 0;

/** Frame length by type; 0 for a type that is none. */
const LENGTHS = new Uint8Array(256);
for (const p of [...SERIAL, ...BLUETOOTH]) LENGTHS[p.type] = p.layout.byteLength;

/** After so many bytes without a packet a line may have become another kind. */
const FORGET_AFTER = 64;

/**
 * Serial packets are told by their checksum. Bluetooth packets have none (the radio has its own): the first one, and one
 * behind skipped bytes, is taken only if another starts right behind it; from then on they are taken as they come. On a
 * line that has carried a serial packet they are not looked for.
 */
export function createWt901Framer(onFrame: OnFrame, onProblem?: OnProblem): Framer {
  let isSerial = false;
  let inStep = false;
  let untouched = true;
  let skipped = 0;

  function skip(): -1 {
    inStep = false;
    untouched = false;
    if (++skipped > FORGET_AFTER) isSerial = false;
    return -1;
  }

  function probe(b: Uint8Array, start: number, end: number, last: boolean): number {
    if (b[start] !== HEADER) return skip();
    if (start + 1 >= end) return 0;
    const length = LENGTHS[b[start + 1]!]!;
    if (length === NONE) return skip();
    if (length === SERIAL_LENGTH || inStep) return length;
    if (isSerial) return skip();
    const next = start + length;
    // a single packet that is all there ever was
    if (last && untouched && next === end) return length;
    if (next + 2 > end) return last ? skip() : 0;
    return b[next] === HEADER && LENGTHS[b[next + 1]!] === BLUETOOTH_LENGTH ? length : skip();
  }

  function check(b: Uint8Array, _view: DataView, start: number, end: number): ProblemCode | undefined {
    const serial = end - start === SERIAL_LENGTH;
    if (serial && (sumBytes(b, start, end - 1) & 0xff) !== b[end - 1]) {
      skip();
      return "bad-checksum";
    }
    isSerial = serial;
    inStep = !serial;
    untouched = false;
    skipped = 0;
    return undefined;
  }

  // a Bluetooth packet out of step waits for two bytes of the next one
  return createFramer({ maxLength: BLUETOOTH_LENGTH + 3, probe, check }, onFrame, onProblem);
}
