import {
  createFramer,
  type FrameRule,
  type Framer,
  type OnFrame,
  type OnProblem,
  type ProblemCode,
  sumBytes,
} from "@pitwall/core";
import { FRAME_BYTES } from "./status.ts";

export const REPLY = [0x55, 0xaa, 0xeb, 0x90] as const;
export const QUESTION = [0xaa, 0x55, 0x90, 0xeb] as const;
/** What the Bluetooth module says to the BMS, and sometimes to us. */
const MODULE = [0x41, 0x54, 0x0d, 0x0a] as const;
export const QUESTION_BYTES = 20;

const KINDS = [
  { sync: REPLY, length: FRAME_BYTES },
  { sync: QUESTION, length: QUESTION_BYTES },
  { sync: MODULE, length: MODULE.length },
];

function probe(b: Uint8Array, start: number, end: number): number {
  for (const { sync, length } of KINDS) {
    if (b[start] !== sync[0]) continue;
    let i = 1;
    while (i < sync.length && start + i < end && b[start + i] === sync[i]) i++;
    return i === sync.length ? length : start + i === end ? 0 : -1;
  }
  return -1;
}

function check(b: Uint8Array, _view: DataView, start: number, end: number): ProblemCode | undefined {
  if (b[start] === MODULE[0]) return undefined;
  return (sumBytes(b, start, end - 1) & 0xff) === b[end - 1] ? undefined : "bad-checksum";
}

const RULE: FrameRule = { maxLength: FRAME_BYTES, probe, check };
export const createJkFramer = (onFrame: OnFrame, onProblem?: OnProblem): Framer =>
  createFramer(RULE, onFrame, onProblem);
