/** Called with one line without its end. The bytes are borrowed until the call returns; `line` counts from 1. */
export type OnLine = (bytes: Uint8Array, start: number, end: number, line: number) => void;

const LF = 10;
const CR = 13;
const LONGEST = 1 << 20;

/**
 * Splits pieces of a text into lines. Lines inside a piece are passed where they lie; only one that continues in the
 * next piece is copied, so memory is bounded by the longest line (1 MiB: the rest of a longer one is dropped and
 * reported once).
 */
export class LineSplitter {
  readonly #onLine: OnLine;
  readonly #onOverlong: (line: number) => void;
  #line = 1;
  #tail = new Uint8Array(4096);
  #held = 0;
  #overlong = false;

  constructor(onLine: OnLine, onOverlong: (line: number) => void = () => {}) {
    this.#onLine = onLine;
    this.#onOverlong = onOverlong;
  }

  push(piece: Uint8Array): void {
    let at = 0;
    if (this.#line === 1 && this.#held === 0 && piece[0] === 0xef && piece[1] === 0xbb && piece[2] === 0xbf)
      at = 3;
    if (this.#held > 0 || this.#overlong) {
      const end = piece.indexOf(LF, at);
      this.#keep(piece, at, end < 0 ? piece.length : end);
      if (end < 0) return;
      this.#finishTail();
      at = end + 1;
    }
    for (;;) {
      const end = piece.indexOf(LF, at);
      if (end < 0) break;
      this.#onLine(piece, at, end > at && piece[end - 1] === CR ? end - 1 : end, this.#line++);
      at = end + 1;
    }
    this.#keep(piece, at, piece.length);
  }

  /** The last line may have no end. */
  end(): void {
    if (this.#held > 0 || this.#overlong) this.#finishTail();
  }

  #finishTail(): void {
    let end = this.#held;
    if (end > 0 && this.#tail[end - 1] === CR) end--;
    this.#held = 0;
    if (this.#overlong) this.#onOverlong(this.#line++);
    else this.#onLine(this.#tail, 0, end, this.#line++);
    this.#overlong = false;
  }

  #keep(piece: Uint8Array, from: number, to: number): void {
    const need = this.#held + to - from;
    if (need > LONGEST || this.#overlong) {
      this.#overlong = true;
      this.#held = 0;
      return;
    }
    if (need > this.#tail.length) {
      const wider = new Uint8Array(Math.min(LONGEST, Math.max(need, this.#tail.length * 2)));
      wider.set(this.#tail.subarray(0, this.#held));
      this.#tail = wider;
    }
    this.#tail.set(piece.subarray(from, to), this.#held);
    this.#held = need;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });
const ansi = new TextDecoder("windows-1252");

/** Text of bytes[start, end): UTF-8, or Windows-1252 where it is not (loggers write their degree signs that way). */
export function textOf(bytes: Uint8Array, start = 0, end = bytes.length): string {
  const part = bytes.subarray(start, end);
  try {
    return utf8.decode(part);
  } catch {
    return ansi.decode(part);
  }
}

/** The cells of one line of a separated table: quotes taken off, doubled quotes single, spaces around cells removed. */
export function cellsOf(line: string, delimiter: string): string[] {
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    while (line[at] === " ") at++;
    if (line[at] === '"') {
      let text = "";
      at++;
      for (;;) {
        const close = line.indexOf('"', at);
        if (close < 0) {
          text += line.slice(at);
          at = line.length;
          break;
        }
        text += line.slice(at, close);
        at = close + 1;
        if (line[at] !== '"') break;
        text += '"';
        at++;
      }
      cells.push(text.trim());
      at = line.indexOf(delimiter, at);
    } else {
      const end = line.indexOf(delimiter, at);
      cells.push(line.slice(at, end < 0 ? line.length : end).trim());
      at = end;
    }
    if (at < 0) return cells;
    at += delimiter.length;
  }
}
