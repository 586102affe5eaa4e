/** What a cell holds. */
export const CELL_EMPTY = 0;
export const CELL_NUMBER = 1;
export const CELL_TEXT = 2;

const SPACE = 32;
const TAB = 9;
const QUOTE = 34;
const PLUS = 43;
const MINUS = 45;
const DOT = 46;
const COMMA = 44;
const UPPER_E = 69;
const LOWER_E = 101;
/** The largest mantissa to which another digit can be added without leaving the exact integers. */
const EXACT = (2 ** 53 - 10) / 10;
const TEN = Array.from({ length: 23 }, (_, i) => 10 ** i);

/** Decimals of a column that was written with an exponent, or with more digits than a double holds. */
export const DECIMALS_UNBOUNDED = 255;

export type RowRule = {
  readonly delimiter: string;
  /** "," in files of half of Europe; without it either is read where the delimiter leaves the comma free. */
  readonly decimal?: "." | ",";
  /** Several delimiters in a row separate once (VBO). */
  readonly runs?: boolean;
  /** The number of a cell that has something around it (a unit, a letter), where that may be; undefined for text. */
  readonly around?: (cell: number, text: string) => string | undefined;
};

/**
 * Reads the cells of a line as numbers, byte by byte. A decimal of up to 15 digits is mantissa * 10^n, which is
 * correctly rounded for n from -22 to 22 because both are exact (W. D. Clinger, "How to read floating point numbers accurately", 1990);
 * the rare others go through `Number`.
 */
export class RowParser {
  /** NaN where the cell is empty or no number. */
  values = new Float64Array(64);
  states = new Uint8Array(64);
  starts = new Int32Array(64);
  ends = new Int32Array(64);
  /** The most decimals seen in each column so far. */
  decimals = new Uint8Array(64);
  /** 1 for each column in which a number was seen so far. */
  numeric = new Uint8Array(64);
  count = 0;
  /** Cells of the last row that hold text. */
  texts = 0;
  readonly #delimiter: number;
  readonly #decimal: number;
  readonly #other: number;
  /** Commas separate cells, so that one in a quoted number can only be its decimal sign. */
  readonly #commaInQuotes: boolean;
  /** The point is known to be the decimal sign, so that a comma sets thousands apart. */
  readonly #pointOnly: boolean;
  readonly #runs: boolean;
  readonly #around: RowRule["around"];

  constructor(rule: RowRule) {
    this.#delimiter = rule.delimiter.charCodeAt(0);
    const separates = rule.delimiter === ",";
    this.#decimal = rule.decimal === "," && !separates ? COMMA : DOT;
    this.#other = rule.decimal === undefined && !separates ? COMMA : this.#decimal;
    this.#commaInQuotes = separates && rule.decimal !== ".";
    this.#pointOnly = rule.decimal === ".";
    this.#runs = rule.runs === true;
    this.#around = rule.around;
  }

  parse(bytes: Uint8Array, start: number, end: number): number {
    const delimiter = this.#delimiter;
    const point = this.#decimal;
    const other = this.#other;
    const runs = this.#runs;
    let at = start;
    let cell = 0;
    let { values, states, starts, ends, decimals, numeric } = this;
    this.texts = 0;
    for (;;) {
      if (cell === values.length) {
        this.#widen();
        ({ values, states, starts, ends, decimals, numeric } = this);
      }
      let c = at < end ? bytes[at]! : delimiter;
      while ((c === SPACE || c === TAB) && (runs || c !== delimiter) && at < end)
        c = ++at < end ? bytes[at]! : delimiter;
      if (runs && at >= end) break;
      starts[cell] = at;
      const quote = c === QUOTE && at < end;
      if (quote) c = ++at < end ? bytes[at]! : delimiter;
      let negative = false;
      if (c === MINUS) {
        negative = true;
        c = ++at < end ? bytes[at]! : delimiter;
      } else if (c === PLUS) c = ++at < end ? bytes[at]! : delimiter;
      let mantissa = 0;
      let digits = 0;
      let places = -1;
      for (;;) {
        const d = c - 48;
        if (d >= 0 && d <= 9) {
          if (mantissa > EXACT) {
            digits = 0; // too long for the quick way
            break;
          }
          mantissa = mantissa * 10 + d;
          digits++;
          if (places >= 0) places++;
        } else if ((c === point || c === other) && places < 0) places = 0;
        else break;
        c = ++at < end ? bytes[at]! : delimiter;
      }
      let power = 0;
      let powered = false;
      if ((c === UPPER_E || c === LOWER_E) && digits > 0) {
        powered = true;
        let down = false;
        c = ++at < end ? bytes[at]! : delimiter;
        if (c === MINUS || c === PLUS) {
          down = c === MINUS;
          c = ++at < end ? bytes[at]! : delimiter;
        }
        const from = at;
        for (let d = c - 48; d >= 0 && d <= 9 && power < 1000; d = c - 48) {
          power = power * 10 + d;
          c = ++at < end ? bytes[at]! : delimiter;
        }
        if (at === from) digits = 0;
        if (down) power = -power;
      }
      if (quote && c === QUOTE) c = ++at < end ? bytes[at]! : delimiter;
      else if (quote) digits = 0;
      const scale = places > 0 ? power - places : power;
      // an end of line is seen as a delimiter; a real one has to be passed
      if (c === delimiter && digits > 0 && scale <= 22 && scale >= -22) {
        const x = scale < 0 ? mantissa / TEN[-scale]! : scale > 0 ? mantissa * TEN[scale]! : mantissa;
        values[cell] = negative ? -x : x;
        states[cell] = CELL_NUMBER;
        numeric[cell] = 1;
        ends[cell] = at;
        const seen = powered ? DECIMALS_UNBOUNDED : places;
        if (seen > decimals[cell]!) decimals[cell] = seen;
      } else at = this.#slow(bytes, starts[cell]!, end, cell);
      cell++;
      if (at >= end) break;
      at++;
      if (at === end && !runs) {
        // the line ends in a delimiter: one more empty cell
        if (cell === values.length) {
          this.#widen();
          ({ values, states, starts, ends } = this);
        }
        values[cell] = Number.NaN;
        states[cell] = CELL_EMPTY;
        starts[cell] = end;
        ends[cell] = end;
        cell++;
        break;
      }
    }
    this.count = cell;
    return cell;
  }

  /** The text of a cell, for messages and for cells that are no numbers. */
  text(bytes: Uint8Array, cell: number): string {
    let s = "";
    for (let i = this.starts[cell]!; i < this.ends[cell]!; i++) s += String.fromCharCode(bytes[i]!);
    return s;
  }

  /** Empty, quoted, text, or a number in an unusual spelling. Returns where the cell's delimiter (or the end) is. */
  #slow(bytes: Uint8Array, from: number, end: number, cell: number): number {
    let start = from;
    let stop = from;
    let at = from;
    const quoted = bytes[at] === QUOTE && at < end;
    if (quoted) {
      start = ++at;
      while (at < end && bytes[at] !== QUOTE) at++;
      stop = at;
      while (at < end && bytes[at] !== this.#delimiter) at++;
    } else {
      while (at < end && bytes[at] !== this.#delimiter) at++;
      stop = at;
    }
    while (start < stop && bytes[start]! <= SPACE) start++;
    while (stop > start && bytes[stop - 1]! <= SPACE) stop--;
    this.starts[cell] = start;
    this.ends[cell] = stop;
    this.values[cell] = Number.NaN;
    if (start === stop) {
      this.states[cell] = CELL_EMPTY;
      return at;
    }
    let s = "";
    for (let i = start; i < stop; i++) s += String.fromCharCode(bytes[i]!);
    s = ungrouped(s, this.#pointOnly) ?? s;
    if (this.#other === COMMA || (quoted && this.#commaInQuotes)) s = s.replace(",", ".");
    if (this.#around && !NUMBER.test(s)) s = this.#around(cell, s) ?? s;
    const x = NUMBER.test(s) ? Number(s) : Number.NaN;
    // a number too large for a double is damage
    if (Number.isFinite(x)) {
      this.values[cell] = x;
      this.states[cell] = CELL_NUMBER;
      this.numeric[cell] = 1;
      const plain = /^[-+]?(\d*)(?:\.(\d*))?$/.exec(s);
      const places = plain?.[2]?.length ?? 0;
      const seen = plain && plain[1]!.length + places <= 15 ? places : DECIMALS_UNBOUNDED;
      if (seen > this.decimals[cell]!) this.decimals[cell] = seen;
    } else if (ABSENT.test(s)) this.states[cell] = CELL_EMPTY;
    else {
      this.states[cell] = CELL_TEXT;
      this.texts++;
    }
    return at;
  }

  #widen(): void {
    const grow = <A extends Float64Array | Uint8Array | Int32Array>(from: A, to: A): A => {
      to.set(from);
      return to;
    };
    const n = this.values.length * 2;
    this.values = grow(this.values, new Float64Array(n));
    this.states = grow(this.states, new Uint8Array(n));
    this.starts = grow(this.starts, new Int32Array(n));
    this.ends = grow(this.ends, new Int32Array(n));
    this.decimals = grow(this.decimals, new Uint8Array(n));
    this.numeric = grow(this.numeric, new Uint8Array(n));
  }
}

const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;
/** Thousands set apart by spaces (also those that do not break, as their UTF-8 bytes) or by apostrophes. */
const APART = /^[-+]?\d{1,3}(?:(?: |\u00a0|\u00c2\u00a0|\u00e2\u0080[\u00af\u0099]|')\d{3})+(?:[.,]\d+)?$/;
const COMMAS = /^[-+]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/;
const DOTS = /^[-+]?[1-9]\d{0,2}(?:\.\d{3})+,\d+$/;

/**
 * A number whose thousands are set apart (`1,234.5`, `1.234,5`, `1'234.5`, `1 234,5`), without what sets them apart;
 * undefined for any other text. A lone comma is taken for that only where the point is known to be the decimal sign.
 */
export function ungrouped(text: string, pointIsDecimal: boolean): string | undefined {
  if (COMMAS.test(text) && (pointIsDecimal || /,.*[.,]/.test(text))) return text.replaceAll(",", "");
  if (DOTS.test(text)) return text.replaceAll(".", "").replace(",", ".");
  return APART.test(text) ? text.replace(/[^-+\d.,]/g, "") : undefined;
}

/** How programs spell "no value". */
export const ABSENT = /^(?:[-+]?(?:nan|inf(?:inity)?)|null|none|n\/a|na|-+|\?)$/i;
