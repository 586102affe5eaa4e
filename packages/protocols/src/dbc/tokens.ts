export type TokenKind = "word" | "number" | "string" | "mark" | "end";

const isDigit = (c: number): boolean => c >= 0x30 && c <= 0x39;
const isWord = (c: number): boolean =>
  isDigit(c) || (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a) || c === 0x5f || c > 0x7f;

/** The words, numbers, texts and marks of a DBC file, one at a time. */
export class Tokens {
  readonly #text: string;
  #at = 0;
  #lineStart = 0;
  kind: TokenKind = "end";
  text = "";
  /** Line of the token, from 1. */
  line = 1;
  /** Characters from the start of the file. */
  offset = 0;
  /** Nothing but this token's line start lies before it. */
  isFirst = true;

  constructor(text: string) {
    this.#text = text;
    this.next();
  }

  next(): void {
    this.#skipBlanks();
    const t = this.#text;
    this.offset = this.#at;
    this.isFirst = this.#at === this.#lineStart;
    if (this.#at >= t.length) {
      this.kind = "end";
      this.text = "";
      return;
    }
    const c = t.charCodeAt(this.#at);
    if (c === 0x22) this.#string();
    else if (isDigit(c) || (c === 0x2e && isDigit(t.charCodeAt(this.#at + 1)))) this.#number();
    else if (isWord(c)) {
      while (this.#at < t.length && isWord(t.charCodeAt(this.#at))) this.#at++;
      this.#take("word");
    } else {
      this.#at++;
      this.#take("mark");
    }
  }

  #take(kind: TokenKind): void {
    this.kind = kind;
    this.text = this.#text.slice(this.offset, this.#at);
  }

  #skipBlanks(): void {
    const t = this.#text;
    while (this.#at < t.length) {
      const c = t.charCodeAt(this.#at);
      if (c === 0x2f && t.charCodeAt(this.#at + 1) === 0x2f) {
        while (this.#at < t.length && t.charCodeAt(this.#at) !== 0x0a) this.#at++;
      } else if (c === 0x0a) {
        this.#at++;
        this.line++;
        this.#lineStart = this.#at;
      } else if (c <= 0x20 || c === 0xfeff) this.#at++;
      else return;
    }
  }

  #number(): void {
    const t = this.#text;
    const digits = () => {
      while (isDigit(t.charCodeAt(this.#at))) this.#at++;
    };
    digits();
    if (t[this.#at] === ".") {
      this.#at++;
      digits();
    }
    const e = t.charCodeAt(this.#at) | 0x20;
    if (e === 0x65) {
      const mark = this.#at;
      this.#at++;
      if (t[this.#at] === "+" || t[this.#at] === "-") this.#at++;
      if (isDigit(t.charCodeAt(this.#at))) digits();
      else this.#at = mark;
    }
    this.#take("number");
  }

  #string(): void {
    const t = this.#text;
    const lineOfStart = this.line;
    let value = "";
    this.#at++;
    let lines = 0;
    while (this.#at < t.length && t[this.#at] !== '"') {
      if (t[this.#at] === "\\" && (t[this.#at + 1] === '"' || t[this.#at + 1] === "\\")) this.#at++;
      if (t[this.#at] === "\n") lines++;
      value += t[this.#at];
      this.#at++;
    }
    this.#at++;
    this.kind = "string";
    this.text = value;
    this.line = lineOfStart + lines;
  }
}
