import { type CanFrame, daysFromCivil, hexDigit, type ProblemCode } from "@pitwall/core";

const SPACE = 0x20;
const TAB = 0x09;
const OPEN = 0x28;
const CLOSE = 0x29;
const HASH = 0x23;
const BRACKET = 0x5b;
const BRACKET_END = 0x5d;
const UNDERSCORE = 0x5f;
const DOT = 0x2e;
const R = 0x52;
const T = 0x54;
const X = 0x58;
const ERROR_FLAG = 0x2000_0000;
const MAX_NAME = 16;

export type LineResult = ProblemCode | undefined;

/**
 * Reads one line of candump into a frame, bytes[start, end) without its end of line, and allocates nothing:
 *
 *     (1436509052.249713) vcan0 044#2A366C2BBA            a log file (-l, -L)
 *       vcan0  044   [5]  2A 36 6C 2B BA                  the console
 *      (1436509052.249713)  vcan0  044   [5]  2A 36 …     the console with times (-t a, d, z or A)
 *
 * each with CAN FD (`##`, lengths of two digits), remote and error frames. Source: candump.c and lib.c of can-utils.
 */
export class LineReader {
  #b: Uint8Array = new Uint8Array(0);
  #start = 0;
  #at = 0;
  #end = 0;
  /** Where the last line's interface name was, in the bytes given to `read`. */
  nameFrom = 0;
  nameTo = 0;
  reason = "";

  /** Undefined when `frame` holds the line's frame; else why not, with `reason`. */
  read(bytes: Uint8Array, start: number, end: number, frame: CanFrame): LineResult {
    this.#b = bytes;
    this.#start = start;
    this.#at = start;
    this.#end = end;
    frame.tUs = Number.NaN;
    frame.remote = false;
    frame.error = false;
    frame.fd = false;
    this.#skipBlanks();
    if (this.#peek() === OPEN) {
      frame.tUs = this.#time();
      if (Number.isNaN(frame.tUs)) return this.#fail("malformed", "time");
      this.#skipBlanks();
    }
    this.nameFrom = this.#at;
    while (this.#at < this.#end && !isBlank(this.#b[this.#at]!)) this.#at++;
    this.nameTo = this.#at;
    const name = this.nameTo - this.nameFrom;
    if (name === 0 || name > MAX_NAME) return this.#fail("malformed", "interface");
    this.#skipBlanks();
    this.#skipDirection();
    const digits = this.#hexId(frame);
    if (digits !== 3 && digits !== 8) return this.#fail("malformed", "identifier");
    if (this.#peek() === HASH) return this.#compactData(frame);
    this.#skipBlanks();
    if (this.#peek() === BRACKET) return this.#spacedData(frame);
    return this.#fail("malformed", "data");
  }

  #fail(code: ProblemCode, what: string): ProblemCode {
    this.reason = `no ${what} where one should be, at byte ${this.#at - this.#start} of the line`;
    return code;
  }
  #peek(): number {
    return this.#at < this.#end ? this.#b[this.#at]! : -1;
  }
  #skipBlanks(): void {
    while (this.#at < this.#end && isBlank(this.#b[this.#at]!)) this.#at++;
  }

  /** `RX - -` or `TX B E` of candump -x. */
  #skipDirection(): void {
    const first = this.#peek();
    const isDirection = (first === R || first === T) && this.#b[this.#at + 1] === X;
    if (!isDirection) return;
    this.#at += 2;
    this.#skipBlanks();
    for (let i = 0; i < 2 && this.#at + 1 < this.#end && isBlank(this.#b[this.#at + 1]!); i++) {
      this.#at++;
      this.#skipBlanks();
    }
  }

  #number(): number {
    let x = 0;
    const from = this.#at;
    while (this.#at < this.#end) {
      const digit = this.#b[this.#at]! - 0x30;
      if (digit < 0 || digit > 9) break;
      x = x * 10 + digit;
      this.#at++;
    }
    return this.#at === from ? Number.NaN : x;
  }

  /** `(seconds.fraction)` or `(2015-07-10 06:17:32.249713)`, in microseconds; taken for UTC. */
  #time(): number {
    this.#at++;
    let seconds = this.#number();
    if (this.#peek() === 0x2d) {
      const year = seconds;
      const part = () => {
        this.#at++;
        return this.#number();
      };
      const days = daysFromCivil(year, part(), part());
      seconds = days * 86_400 + part() * 3600 + part() * 60 + part();
    }
    if (this.#peek() !== DOT) return Number.NaN;
    this.#at++;
    const from = this.#at;
    const fraction = this.#number();
    const us = Math.floor(fraction * 10 ** (6 - (this.#at - from)));
    if (this.#peek() !== CLOSE) return Number.NaN;
    this.#at++;
    return seconds * 1e6 + us;
  }

  #hexId(frame: CanFrame): number {
    let id = 0;
    let digits = 0;
    for (; this.#at < this.#end && digits < 9; digits++, this.#at++) {
      const digit = hexDigit(this.#b[this.#at]!);
      if (digit < 0) break;
      id = id * 16 + digit;
    }
    frame.error = digits === 8 && id >= ERROR_FLAG;
    frame.extended = digits === 8 && !frame.error;
    frame.id = frame.error ? id - ERROR_FLAG : id;
    // a number that no controller sends
    return frame.id > (digits === 3 ? 0x7ff : 0x1fff_ffff) ? 0 : digits;
  }

  /** Behind the first `#`: `R` and a length, `#` and flags of CAN FD, then digits. */
  #compactData(frame: CanFrame): LineResult {
    this.#at++;
    if (this.#peek() === R) {
      frame.remote = true;
      this.#at++;
      const length = this.#number();
      frame.length = Number.isNaN(length) ? 0 : length;
      return frame.length <= 8 ? this.#rest() : this.#fail("bad-length", "length of a remote frame");
    }
    if (this.#peek() === HASH) {
      frame.fd = true;
      this.#at++;
      if (hexDigit(this.#peek()) < 0) return this.#fail("malformed", "flags");
      this.#at++;
    }
    return this.#data(frame, DOT) ?? this.#rest();
  }

  /** From `[length]` on. */
  #spacedData(frame: CanFrame): LineResult {
    this.#at++;
    const from = this.#at;
    const length = this.#number();
    frame.fd = this.#at - from === 2;
    if (this.#peek() !== BRACKET_END || !(length <= 64)) return this.#fail("malformed", "length");
    this.#at++;
    this.#skipBlanks();
    if (this.#peek() === 0x72) {
      // "remote request"
      frame.remote = true;
      frame.length = length;
      return undefined;
    }
    const wrong = this.#data(frame, SPACE, length);
    if (wrong !== undefined) return wrong;
    if (frame.length !== length) return this.#fail("bad-length", "further byte");
    return undefined; // what may follow: ERRORFRAME, the bytes as characters
  }

  #data(frame: CanFrame, separator: number, limit = 64): LineResult {
    let n = 0;
    while (this.#at < this.#end && n < limit) {
      const high = hexDigit(this.#b[this.#at]!);
      if (high < 0) break;
      const low = this.#at + 1 < this.#end ? hexDigit(this.#b[this.#at + 1]!) : -1;
      if (low < 0) return this.#fail("malformed", "second digit of a byte");
      frame.data[n++] = high * 16 + low;
      this.#at += 2;
      while (this.#at < this.#end && this.#b[this.#at] === separator) this.#at++;
    }
    frame.length = n;
    return n > (frame.fd ? 64 : 8) ? this.#fail("bad-length", "end of data") : undefined;
  }

  /** Behind the data of a log line: a raw length code (`_9`), a direction (`R`, `T`), nothing else. */
  #rest(): LineResult {
    if (this.#peek() === UNDERSCORE) this.#at += 2;
    this.#skipBlanks();
    const byte = this.#peek();
    if (byte === R || byte === T) this.#at++;
    this.#skipBlanks();
    return this.#at >= this.#end ? undefined : this.#fail("malformed", "end of line");
  }
}

const isBlank = (byte: number): boolean => byte === SPACE || byte === TAB;
