import { commonScale, parseDecimal } from "./decimal.ts";
import type { Dbc, DbcMessage, DbcProblem, DbcSignal } from "./model.ts";
import { Tokens } from "./tokens.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Signal = Mutable<DbcSignal> & { multiplexed?: number };
type Message = Omit<Mutable<DbcMessage>, "signals"> & { signals: Signal[] };

const EXTENDED = 0x8000_0000;
/** Vector's collection of signals that are in no message. */
const NO_MESSAGE = 0xc000_0000;
const MAX_BYTES = 64;

class Wrong extends Error {}

/**
 * Reads a DBC file: messages, signals, multiplexing (also nested, with ranges), value tables, floats, comments. What
 * else a file holds is skipped; a statement that breaks the rules is reported with its line and skipped.
 */
export function parseDbc(text: string): Dbc {
  return new Parser(text).parse();
}

class Parser {
  readonly #t: Tokens;
  readonly #messages = new Map<number, Message>();
  readonly #tables = new Map<string, Record<number, string>>();
  readonly #problems: DbcProblem[] = [];
  #current: Message | undefined;

  constructor(text: string) {
    this.#t = new Tokens(text);
  }

  parse(): Dbc {
    while (this.#t.kind !== "end") {
      const { line, offset } = this.#t;
      try {
        this.#statement();
      } catch (e) {
        if (!(e instanceof Wrong)) throw e;
        this.#problems.push({ line, offset, reason: e.message });
        if (this.#t.offset === offset) this.#t.next();
        this.#skipStatement();
      }
    }
    for (const m of this.#messages.values()) this.#settle(m);
    return { messages: [...this.#messages.values()], problems: this.#problems };
  }

  #statement(): void {
    const keyword = this.#word("a keyword");
    if (keyword === "BO_") this.#message();
    else if (keyword === "SG_") this.#signal();
    else if (keyword === "VAL_") this.#values();
    else if (keyword === "VAL_TABLE_") this.#table();
    else if (keyword === "SIG_VALTYPE_") this.#valueType();
    else if (keyword === "SG_MUL_VAL_") this.#ranges();
    else if (keyword === "CM_") this.#comment();
    else if (keyword === "NS_") this.#newSymbols();
    else if (keyword === "VERSION") this.#t.next();
    else if (keyword === "BU_" || keyword === "BS_") this.#skipLine();
    else this.#skipTo(";");
  }

  #message(): void {
    const raw = this.#whole();
    const name = this.#word("a message's name");
    this.#mark(":");
    const length = this.#whole();
    if (this.#t.kind === "word" && !this.#t.isFirst) this.#t.next(); // who sends it
    const extended = raw >= EXTENDED;
    const id = extended ? raw - EXTENDED : raw;
    const message: Message = { id, extended, name, length, comment: "", signals: [] };
    this.#current = message;
    if (raw === NO_MESSAGE) return;
    if (id > (extended ? 0x1fff_ffff : 0x7ff)) throw new Wrong(`${name}: ${raw} is no identifier`);
    if (this.#messages.has(raw)) throw new Wrong(`${name}: identifier ${raw} is taken`);
    this.#messages.set(raw, message);
  }

  #signal(): void {
    const message = this.#current;
    if (!message) throw new Wrong("a signal without a message");
    const name = this.#word("a signal's name");
    let isSwitch = false;
    let multiplexed: number | undefined;
    if (this.#t.kind === "word") {
      const found = /^(?:m(\d+))?(M)?$/.exec(this.#t.text);
      if (!found) throw new Wrong(`${name}: "${this.#t.text}" is no multiplexing`);
      isSwitch = found[2] !== undefined;
      if (found[1] !== undefined) multiplexed = Number(found[1]);
      this.#t.next();
    }
    this.#mark(":");
    const start = this.#whole();
    this.#mark("|");
    const length = this.#whole();
    this.#mark("@");
    const order = this.#whole();
    const sign = this.#t.text;
    if (sign !== "+" && sign !== "-") throw new Wrong(`${name}: "${sign}" instead of + or -`);
    this.#t.next();
    this.#mark("(");
    const factor = parseDecimal(this.#numberText());
    this.#mark(",");
    const offset = parseDecimal(this.#numberText());
    this.#mark(")");
    this.#mark("[");
    this.#numberText();
    this.#mark("|");
    this.#numberText();
    this.#mark("]");
    const unit = this.#string();
    this.#receivers();
    const signal: Signal = {
      name,
      start,
      length,
      little: order === 1,
      signed: sign === "-",
      ...commonScale(factor, offset),
      unit,
      kind: "integer",
      labels: undefined,
      comment: "",
      isSwitch,
      when: undefined,
      ...(multiplexed === undefined ? {} : { multiplexed }),
    };
    const reason = misfit(signal, message);
    if (reason !== undefined) throw new Wrong(`${message.name}.${name}: ${reason}`);
    if (message.signals.some((s) => s.name === name))
      throw new Wrong(`${message.name}.${name} is there twice`);
    message.signals.push(signal);
  }

  #receivers(): void {
    while ((this.#t.kind === "word" && !this.#isKeyword()) || this.#t.text === ",") this.#t.next();
  }
  #isKeyword(): boolean {
    return this.#t.isFirst || this.#t.text === "SG_" || this.#t.text === "BO_";
  }

  /** `VAL_ 170 GEAR 0 "P" 1 "R";` or the name of a table instead of the pairs. */
  #values(): void {
    // of an environment variable
    if (this.#isWord()) {
      this.#skipTo(";");
      return;
    }
    const signal = this.#signalOf();
    if (this.#isWord()) {
      signal.labels = this.#tables.get(this.#t.text);
      this.#t.next();
    } else signal.labels = this.#labels();
    this.#mark(";");
  }
  #table(): void {
    const name = this.#word("a table's name");
    this.#tables.set(name, this.#labels());
    this.#mark(";");
  }
  #labels(): Record<number, string> {
    const labels: Record<number, string> = {};
    while (this.#t.kind === "number" || this.#t.text === "-") {
      const value = Number(this.#numberText());
      labels[value] = this.#string();
    }
    return labels;
  }

  #valueType(): void {
    const signal = this.#signalOf();
    if (this.#t.text === ":") this.#t.next();
    const type = this.#whole();
    this.#mark(";");
    if (type === 0) return;
    const bits = type === 1 ? 32 : type === 2 ? 64 : 0;
    if (bits !== signal.length)
      throw new Wrong(`${signal.name}: type ${type} does not have ${signal.length} bits`);
    signal.kind = bits === 32 ? "float32" : "float64";
  }

  /** `SG_MUL_VAL_ 100 signal switch 0-3, 7-7;` */
  #ranges(): void {
    const signal = this.#signalOf();
    const name = this.#word("a switch's name");
    const ranges: [number, number][] = [];
    while (this.#t.kind === "number") {
      const from = this.#whole();
      this.#mark("-");
      ranges.push([from, this.#whole()]);
      if (this.#t.text === ",") this.#t.next();
    }
    this.#mark(";");
    signal.when = { switch: name, ranges };
  }

  #comment(): void {
    const what = this.#t.text;
    if (what !== "SG_" && what !== "BO_") {
      this.#skipTo(";");
      return;
    }
    this.#t.next();
    if (what === "SG_") this.#signalOf().comment = this.#string();
    else this.#messageOf(this.#whole()).comment = this.#string();
    this.#mark(";");
  }

  /** The list of keywords behind `NS_ :`, each on a line of its own, usually indented. */
  #newSymbols(): void {
    if (this.#t.text === ":") this.#t.next();
    while (
      this.#t.kind === "word" &&
      this.#t.text !== "BS_" &&
      this.#t.text !== "BU_" &&
      this.#t.text !== "BO_"
    ) {
      const { line } = this.#t;
      this.#t.next();
      if (this.#t.line === line && !this.#isWord()) {
        this.#skipTo(";");
        return;
      }
    }
  }

  /** Once all statements are read: plain multiplexing becomes a range of its message's only switch. */
  #settle(m: Message): void {
    const top = m.signals.find((s) => s.isSwitch && s.multiplexed === undefined);
    for (const s of m.signals) {
      const { multiplexed } = s;
      delete s.multiplexed;
      if (s.when !== undefined && !m.signals.some((x) => x.name === s.when!.switch)) s.when = undefined;
      if (multiplexed === undefined || s.when !== undefined) continue;
      if (!top)
        this.#problems.push({ line: 0, offset: 0, reason: `${m.name}.${s.name}: no signal selects it` });
      s.when = { switch: top?.name ?? s.name, ranges: top ? [[multiplexed, multiplexed]] : [] };
    }
  }

  #messageOf(raw: number): Message {
    const found = this.#messages.get(raw);
    if (!found) throw new Wrong(`there is no message ${raw}`);
    return found;
  }
  #signalOf(): Signal {
    const message = this.#messageOf(this.#whole());
    const name = this.#word("a signal's name");
    const found = message.signals.find((s) => s.name === name);
    if (!found) throw new Wrong(`${message.name} has no signal ${name}`);
    return found;
  }

  #isWord(): boolean {
    return this.#t.kind === "word";
  }
  #word(what: string): string {
    const { text, kind } = this.#t;
    if (kind !== "word") throw new Wrong(`"${text}" instead of ${what}`);
    this.#t.next();
    return text;
  }
  #string(): string {
    const { text, kind } = this.#t;
    if (kind !== "string") throw new Wrong(`"${text}" instead of a text`);
    this.#t.next();
    return text;
  }
  #mark(mark: string): void {
    if (this.#t.kind !== "mark" || this.#t.text !== mark)
      throw new Wrong(`"${this.#t.text}" instead of ${mark}`);
    this.#t.next();
  }
  #numberText(): string {
    let sign = "";
    if (this.#t.text === "-" || this.#t.text === "+") {
      sign = this.#t.text;
      this.#t.next();
    }
    const { text, kind } = this.#t;
    if (kind !== "number") throw new Wrong(`"${text}" instead of a number`);
    this.#t.next();
    return sign + text;
  }
  #whole(): number {
    const { text, kind } = this.#t;
    if (kind !== "number" || !/^\d+$/.test(text)) throw new Wrong(`"${text}" instead of a whole number`);
    this.#t.next();
    return Number(text);
  }

  #skipTo(mark: string): void {
    while (this.#t.kind !== "end" && !(this.#t.kind === "mark" && this.#t.text === mark)) {
      if (this.#t.isFirst && this.#t.text === "BO_") return; // messages have no such end: it is missing
      this.#t.next();
    }
    this.#t.next();
  }
  #skipLine(): void {
    const { line } = this.#t;
    while (this.#t.kind !== "end" && this.#t.line === line && !this.#t.isFirst) this.#t.next();
  }
  /** To the next thing that looks like a beginning. */
  #skipStatement(): void {
    while (this.#t.kind !== "end" && !this.#t.isFirst && this.#t.text !== "SG_" && this.#t.text !== "BO_")
      this.#t.next();
  }
}

/** Why a signal cannot lie in its message; undefined where it can. */
function misfit(s: Signal, m: Message): string | undefined {
  if (s.length < 1 || s.length > 64) return `${s.length} bits`;
  const last = s.little ? s.start + s.length - 1 : lastBitOf(s.start, s.length);
  if (last < 0 || last >= MAX_BYTES * 8 || (m.length > 0 && last >= m.length * 8))
    return `bit ${last} lies outside ${m.length} bytes`;
  return undefined;
}

/** Big-endian signals run down in a byte and on at the top of the next one. */
function lastBitOf(start: number, length: number): number {
  const position = (start >> 3) * 8 + (7 - (start & 7)) + length - 1;
  return (position >> 3) * 8 + (7 - (position & 7));
}
