import {
  crc16Modbus,
  createFramer,
  type FrameRule,
  type Framer,
  type OnFrame,
  type OnProblem,
  type ProblemCode,
  sumBytes,
} from "@pitwall/core";
import { OLD_BYTES } from "./old-status.ts";

export const FUNCTION = { readStatus: 0x01, read: 0x02, status: 0x11, registers: 0x12, write: 0x51 } as const;
export const DEVICE_REGISTER = 0x026c;
export const HEAD = 6;
export const TAIL = 4;
export const DEVICE_BYTES = 0x20;
/** The reply with the device's texts says 32 bytes and has eight more behind its checksum. */
export const DEVICE_EXTRA = 6;
export const OLD_QUESTION = 6;
const MAX_DATA = 200;

export const isQuestion = (fn: number): boolean => fn < 0x10 || fn === FUNCTION.write;

/** Bytes between the head and the checksum: a question names a length without having it. */
export function dataBytes(b: Uint8Array, start: number): number {
  return isQuestion(b[start + 2]!) ? 0 : b[start + 5]!;
}
const hasExtra = (b: Uint8Array, start: number): boolean =>
  b[start + 2] === FUNCTION.registers &&
  b[start + 3] === (DEVICE_REGISTER & 0xff) &&
  b[start + 4] === DEVICE_REGISTER >> 8 &&
  b[start + 5] === DEVICE_BYTES;

const matches = (b: Uint8Array, start: number, end: number, wanted: readonly number[]): number => {
  for (let i = 0; i < wanted.length; i++) {
    if (start + i === end) return 0;
    if (b[start + i] !== wanted[i]) return -1;
  }
  return 1;
};
const NEW_SYNC = [0x7e, 0xa1];
const OLD_SYNC = [0xaa, 0x55, 0xaa, 0xff];
const OLD_QUESTIONS = [
  [0xdb, 0xdb, 0, 0, 0, 0],
  [0x5a, 0x5a, 0, 0, 0, 0],
];

function probe(b: Uint8Array, start: number, end: number): number {
  const first = b[start]!;
  if (first === NEW_SYNC[0]) {
    const found = matches(b, start, end, NEW_SYNC);
    if (found <= 0) return found;
    if (start + HEAD > end) return 0;
    const data = dataBytes(b, start);
    return data > MAX_DATA ? -1 : HEAD + data + TAIL + (hasExtra(b, start) ? DEVICE_EXTRA : 0);
  }
  if (first === OLD_SYNC[0]) {
    const found = matches(b, start, end, OLD_SYNC);
    return found <= 0 ? found : OLD_BYTES;
  }
  for (const question of OLD_QUESTIONS)
    if (first === question[0]) {
      const found = matches(b, start, end, question);
      return found <= 0 ? found : OLD_QUESTION;
    }
  return -1;
}

function check(b: Uint8Array, view: DataView, start: number, end: number): ProblemCode | undefined {
  if (b[start] === OLD_SYNC[0])
    return (sumBytes(b, start + 4, end - 2) & 0xffff) === view.getUint16(end - 2)
      ? undefined
      : "bad-checksum";
  if (b[start] !== NEW_SYNC[0]) return undefined;
  if (b[end - 2] !== 0xaa || b[end - 1] !== 0x55) return "malformed";
  const crcAt = start + HEAD + dataBytes(b, start);
  return crc16Modbus(b, start + 1, crcAt) === view.getUint16(crcAt, true) ? undefined : "bad-checksum";
}

const RULE: FrameRule = { maxLength: HEAD + MAX_DATA + TAIL, probe, check };
export const createAntFramer = (onFrame: OnFrame, onProblem?: OnProblem): Framer =>
  createFramer(RULE, onFrame, onProblem);

/** A frame of the new form; `data` is what lies behind the head, `extra` what lies behind the checksum. */
export function antFrame(
  fn: number,
  register: number,
  length: number,
  data: ArrayLike<number> = [],
  extra: readonly number[] = [],
): Uint8Array {
  const out = new Uint8Array(HEAD + data.length + TAIL + extra.length);
  out.set([...NEW_SYNC, fn, register & 0xff, register >> 8, length]);
  out.set(data, HEAD);
  const crc = crc16Modbus(out, 1, HEAD + data.length);
  out.set([crc & 0xff, crc >> 8, ...extra, 0xaa, 0x55], HEAD + data.length);
  return out;
}
export const OLD_SYNC_WORD = 0xaa55_aaff;
