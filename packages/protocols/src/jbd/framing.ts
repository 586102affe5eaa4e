import {
  CodecError,
  createFramer,
  type FrameRule,
  type Framer,
  type OnFrame,
  type OnProblem,
  type ProblemCode,
  sumBytes,
} from "@pitwall/core";

const START = 0xdd;
export const READ = 0xa5;
export const WRITE = 0x5a;
const END = 0x77;
export const REFUSED = 0x80;
/** Start, register and status (or direction and register), length; then data, two bytes of checksum, end. */
export const HEAD = 4;
export const TAIL = 3;
/** The longest reply in use has 32 cells. */
const MAX_DATA = 128;

/** A reply `DD register status length …`, or a question `DD A5 register length …`. */
function probe(b: Uint8Array, start: number, end: number): number {
  if (b[start] !== START) return -1;
  if (start + HEAD > end) return 0;
  const isQuestion = b[start + 1] === READ || b[start + 1] === WRITE;
  if (!isQuestion && b[start + 2] !== 0 && b[start + 2] !== REFUSED) return -1;
  return b[start + 3]! > MAX_DATA ? -1 : HEAD + b[start + 3]! + TAIL;
}

/** 0x10000 minus the sum from the third byte to the end of the data; the same span in questions and replies. */
const checksum = (b: Uint8Array, start: number, end: number): number => -sumBytes(b, start, end) & 0xffff;

function check(b: Uint8Array, view: DataView, start: number, end: number): ProblemCode | undefined {
  if (b[end - 1] !== END) return "malformed";
  return checksum(b, start + 2, end - TAIL) === view.getUint16(end - TAIL) ? undefined : "bad-checksum";
}

const RULE: FrameRule = { maxLength: HEAD + MAX_DATA + TAIL, probe, check };

export const createJbdFramer = (onFrame: OnFrame, onProblem?: OnProblem): Framer =>
  createFramer(RULE, onFrame, onProblem);

function frame(second: number, third: number, data: ArrayLike<number>): Uint8Array {
  if (data.length > MAX_DATA) throw new CodecError("bad-length", "jbd", 3, `${data.length} bytes of data`);
  const out = new Uint8Array(HEAD + data.length + TAIL);
  out.set([START, second, third, data.length]);
  out.set(data, HEAD);
  const sum = checksum(out, 2, HEAD + data.length);
  out.set([sum >> 8, sum & 0xff, END], HEAD + data.length);
  return out;
}

export const jbdReply = (register: number, data: ArrayLike<number>): Uint8Array => frame(register, 0, data);
export const jbdRead = (register: number): Uint8Array => frame(READ, register, []);
