import { type CanFrame, hexDigit } from "@pitwall/core";

/** Kinds of a line, told by its first letter and its length. */
export type SlcanLine =
  | "frame"
  /** `z` or `Z`: a frame was taken for sending. */
  | "sent"
  /** A bare end of line: done. */
  | "ok"
  /** The bell character: refused. */
  | "error"
  /** `F` and two digits. */
  | "status"
  /** `V`, `v` or `N` with what the adapter says of itself. */
  | "version"
  /** What the computer asks: `S6`, `O`, `C`, … */
  | "command"
  | "bad";

export const BELL = 0x07;
const F = 0x46;
/** Lengths of CAN FD by their code. */
export const FD_LENGTHS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64];

const FRAMES: Readonly<Record<string, { extended: boolean; remote: boolean; fd: boolean }>> = {
  t: { extended: false, remote: false, fd: false },
  T: { extended: true, remote: false, fd: false },
  r: { extended: false, remote: true, fd: false },
  R: { extended: true, remote: true, fd: false },
  d: { extended: false, remote: false, fd: true },
  D: { extended: true, remote: false, fd: true },
  b: { extended: false, remote: false, fd: true },
  B: { extended: true, remote: false, fd: true },
};
const byCode: ((typeof FRAMES)[string] | undefined)[] = [];
for (const [letter, kind] of Object.entries(FRAMES)) byCode[letter.charCodeAt(0)] = kind;

/** Commands of the LAWICEL adapters and of those that followed: letter, and how many characters it takes. */
const COMMANDS: Readonly<Record<string, readonly number[]>> = {
  S: [1],
  s: [4, 6],
  O: [0],
  L: [0],
  C: [0],
  P: [0],
  A: [0],
  F: [0],
  V: [0],
  v: [0],
  N: [0],
  Z: [1],
  M: [1, 8],
  m: [8],
  Y: [1],
  X: [1],
  W: [1],
  U: [1],
  Q: [1],
};

/** A line's frame, bytes[start, end) without its end. `stampMs` is the adapter's time, NaN without one. */
export class SlcanReader {
  stampMs = Number.NaN;

  read(b: Uint8Array, start: number, end: number, frame: CanFrame): SlcanLine {
    if (start === end) return "ok";
    const first = b[start]!;
    if (first === BELL) return "error";
    const kind = byCode[first];
    if (kind) return this.#frame(kind, b, start + 1, end, frame) ? "frame" : "bad";
    const length = end - start - 1;
    const letter = String.fromCharCode(first);
    if ((letter === "z" || letter === "Z" || letter === "A") && length === 0) return "sent";
    if (first === F && length === 2)
      return hexDigit(b[start + 1]!) >= 0 && hexDigit(b[start + 2]!) >= 0 ? "status" : "bad";
    if ((letter === "V" || letter === "v" || letter === "N") && length > 0) return "version";
    return COMMANDS[letter]?.includes(length) ? "command" : "bad";
  }

  #frame(kind: (typeof FRAMES)[string], b: Uint8Array, from: number, end: number, frame: CanFrame): boolean {
    const digits = kind.extended ? 8 : 3;
    let at = from;
    let id = 0;
    for (; at < from + digits; at++) {
      const digit = at < end ? hexDigit(b[at]!) : -1;
      if (digit < 0) return false;
      id = id * 16 + digit;
    }
    const code = at < end ? hexDigit(b[at]!) : -1;
    at++;
    if (code < 0 || (!kind.fd && code > 8) || id > (kind.extended ? 0x1fff_ffff : 0x7ff)) return false;
    frame.id = id;
    frame.extended = kind.extended;
    frame.remote = kind.remote;
    frame.fd = kind.fd;
    frame.error = false;
    frame.length = FD_LENGTHS[code]!;
    const bytes = kind.remote ? 0 : frame.length;
    for (let i = 0; i < bytes; i++, at += 2) {
      const high = at < end ? hexDigit(b[at]!) : -1;
      const low = at + 1 < end ? hexDigit(b[at + 1]!) : -1;
      if (high < 0 || low < 0) return false;
      frame.data[i] = high * 16 + low;
    }
    return this.#stamp(b, at, end);
  }

  /** Four digits of milliseconds, or nothing. */
  #stamp(b: Uint8Array, from: number, end: number): boolean {
    this.stampMs = Number.NaN;
    if (from === end) return true;
    if (end - from !== 4) return false;
    let ms = 0;
    for (let i = from; i < end; i++) {
      const digit = hexDigit(b[i]!);
      if (digit < 0) return false;
      ms = ms * 16 + digit;
    }
    this.stampMs = ms;
    return ms < STAMP_MODULUS_MS;
  }
}

/** The adapter's clock starts over each minute. */
export const STAMP_MODULUS_MS = 60_000;
