/** What the scanner tells; names come without their namespace prefix, `line` counts from 1. */
export type XmlEvents = {
  /** Elements that are handed over whole, as text. They do not hold their own kind. */
  readonly blocks: ReadonlySet<string>;
  readonly onBlock: (name: string, text: string, line: number) => void;
  readonly onOpen?: (name: string, tag: string, line: number) => void;
  readonly onClose?: (name: string, line: number) => void;
  readonly onProblem: (reason: string, line: number) => void;
};

const NAME = /^<\/?(?:[\w.-]+:)?([\w.-]+)/;

/**
 * Walks an XML text in pieces and hands over the elements of interest one by one, so that a file of any length needs
 * the memory of one of them, and a damaged one gives all that are whole. What is inside an element is left to a parser.
 */
export class XmlScanner {
  readonly #events: XmlEvents;
  readonly #longest: number;
  #text = "";
  /** Lines counted up to `#counted` in `#text`. */
  #line = 1;
  #counted = 0;
  #block = "";
  #blockAt = 0;
  #blockLine = 0;

  constructor(events: XmlEvents, longest = 1 << 20) {
    this.#events = events;
    this.#longest = longest;
  }

  push(piece: string): void {
    this.#text += piece;
    let at = this.#block === "" ? 0 : this.#resumeAt;
    const text = this.#text;
    for (;;) {
      const open = text.indexOf("<", at);
      if (open < 0) break;
      const end = endOfTag(text, open);
      if (end < 0) {
        at = open;
        break;
      }
      this.#tag(open, end);
      at = end;
      if (this.#block !== "" && at - this.#blockAt > this.#longest) {
        this.#events.onProblem(
          `<${this.#block}> is longer than ${this.#longest} characters`,
          this.#blockLine,
        );
        this.#block = "";
      }
    }
    const keep = this.#block === "" ? (text.indexOf("<", at) < 0 ? text.length : at) : this.#blockAt;
    this.#resumeAt = at - keep;
    this.#consume(keep);
  }

  end(): void {
    if (this.#block !== "") this.#events.onProblem(`the file ends inside <${this.#block}>`, this.#blockLine);
    else if (this.#text.trim() !== "") this.#events.onProblem("the file ends inside a tag", this.#line);
    this.#text = "";
  }

  #resumeAt = 0;

  #tag(open: number, end: number): void {
    const text = this.#text;
    const next = text.charCodeAt(open + 1);
    if (next === 33 || next === 63) return; // comment, CDATA, DOCTYPE, instruction
    const tag = text.slice(open, end);
    const name = NAME.exec(tag)?.[1];
    if (name === undefined) return;
    const closing = next === 47;
    const empty = !closing && text.charCodeAt(end - 2) === 47;
    if (this.#block !== "") {
      if (name !== this.#block) return;
      if (empty) return;
      if (!closing) {
        // none of these elements holds one of its own kind: the end of the one before is damaged
        this.#events.onProblem(`<${this.#block}> has no end`, this.#blockLine);
        this.#blockAt = open;
        this.#blockLine = this.#lineAt(open);
        return;
      }
      this.#events.onBlock(this.#block, text.slice(this.#blockAt, end), this.#blockLine);
      this.#block = "";
      return;
    }
    const line = this.#lineAt(open);
    if (!closing && this.#events.blocks.has(name)) {
      if (empty) this.#events.onBlock(name, tag, line);
      else {
        this.#block = name;
        this.#blockAt = open;
        this.#blockLine = line;
      }
      return;
    }
    if (closing) this.#events.onClose?.(name, line);
    else this.#events.onOpen?.(name, tag, line);
    if (empty) this.#events.onClose?.(name, line);
  }

  #lineAt(at: number): number {
    if (at > this.#counted) {
      this.#line += newlines(this.#text, this.#counted, at);
      this.#counted = at;
    }
    return this.#line;
  }

  #consume(to: number): void {
    this.#lineAt(to);
    this.#text = this.#text.slice(to);
    this.#counted -= to;
    this.#blockAt -= to;
  }
}

/** The index behind the `>` that ends what begins at `open`; -1 while it is not there. */
function endOfTag(text: string, open: number): number {
  const behind = (mark: string, from: number) => {
    const at = text.indexOf(mark, from);
    return at < 0 ? -1 : at + mark.length;
  };
  if (text.startsWith("<!--", open)) return behind("-->", open + 4);
  if (text.startsWith("<![CDATA[", open)) return behind("]]>", open + 9);
  if (text.length - open < 9 && text.startsWith("<!", open)) return -1;
  // a ">" inside an attribute's quotes ends nothing; a "<" cannot be in there, so a quote before one is damage
  let at = open + 1;
  for (;;) {
    const close = text.indexOf(">", at);
    if (close < 0) return -1;
    const quoted = oddQuote(text, open, close);
    if (quoted === undefined) return close + 1;
    const unquote = text.indexOf(quoted, close);
    const next = text.indexOf("<", close);
    if (next >= 0 && (unquote < 0 || next < unquote)) return close + 1;
    if (unquote < 0) return -1;
    at = unquote + 1;
  }
}

/** The quote that is open at `to`, if one is. */
function oddQuote(text: string, from: number, to: number): string | undefined {
  let open: string | undefined;
  for (let i = from; i < to; i++) {
    const c = text[i]!;
    if (open === undefined ? c === '"' || c === "'" : c === open) open = open === undefined ? c : undefined;
  }
  return open;
}

function newlines(text: string, from: number, to: number): number {
  let n = 0;
  for (let at = text.indexOf("\n", from); at >= 0 && at < to; at = text.indexOf("\n", at + 1)) n++;
  return n;
}
