import { type Decimals, decimalText } from "./decimal.ts";

const PIECE = 1 << 16;
const TEN = Array.from({ length: 16 }, (_, i) => 10 ** i);
const encoder = new TextEncoder();

/** Text into pieces of about 64 KiB: fill, and yield what `full` gives whenever it gives something. */
export class TextWriter {
  #bytes = new Uint8Array(PIECE + 4096);
  #at = 0;

  text(s: string): this {
    this.#room(s.length * 3);
    this.#at += encoder.encodeInto(s, this.#bytes.subarray(this.#at)).written;
    return this;
  }

  /** One ASCII character. */
  byte(code: number): this {
    this.#room(1);
    this.#bytes[this.#at++] = code;
    return this;
  }

  /** A value with at most `decimals` digits behind the point, trailing zeros left off; nothing for NaN. */
  number(value: number, decimals: Decimals): this {
    if (Number.isNaN(value)) return this;
    if (typeof decimals === "number") {
      const scaled = Math.round(Math.abs(value) * TEN[decimals]!);
      if (scaled < 9e15) return this.#scaled(value < 0, scaled, decimals);
    }
    return this.text(decimalText(value, decimals));
  }

  /** A finished piece, once there is one. */
  full(): Uint8Array | undefined {
    return this.#at < PIECE ? undefined : this.#take();
  }

  /** What is left. */
  rest(): Uint8Array {
    return this.#take();
  }

  #scaled(negative: boolean, scaled: number, decimals: number): this {
    let places = decimals;
    let rest = scaled;
    while (places > 0 && rest % 10 === 0) {
      rest /= 10;
      places--;
    }
    let digits = 1;
    while (digits < 16 && rest >= TEN[digits]!) digits++;
    if (digits <= places) digits = places + 1;
    const length = digits + (places > 0 ? 1 : 0) + (negative && rest > 0 ? 1 : 0);
    this.#room(length);
    const bytes = this.#bytes;
    let at = this.#at + length;
    this.#at = at;
    for (let i = 0; i < digits; i++) {
      if (i === places && places > 0) bytes[--at] = 46;
      const q = Math.floor(rest / 10);
      bytes[--at] = 48 + rest - q * 10;
      rest = q;
    }
    if (negative && scaled > 0) bytes[--at] = 45;
    return this;
  }

  #room(n: number): void {
    if (this.#at + n <= this.#bytes.length) return;
    const wider = new Uint8Array((this.#at + n) * 2);
    wider.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = wider;
  }

  #take(): Uint8Array {
    const piece = this.#bytes.slice(0, this.#at);
    this.#at = 0;
    return piece;
  }
}

/** Text for a place that ends with its line. */
export const oneLine = (text: string): string => text.replace(/\s*[\r\n]+\s*/g, " ");

/** A cell of a separated table, quoted where it has to be. */
export const quoted = (cell: string, delimiter = ","): string =>
  cell.includes('"') || cell.includes(delimiter) || /[\r\n]/.test(cell)
    ? `"${cell.replaceAll('"', '""')}"`
    : cell;
