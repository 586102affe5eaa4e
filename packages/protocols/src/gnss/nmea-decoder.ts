import { type OnProblem, Reading } from "@pitwall/core";
import type { Calendar } from "./nmea-calendar.ts";
import type { Sentence, SentenceKind } from "./nmea-column.ts";
import { EpochJoiner } from "./nmea-epoch.ts";
import { Fields } from "./nmea-fields.ts";
import { endOfText } from "./nmea-frame.ts";
import { SentenceReader } from "./nmea-read.ts";
import { SENTENCES } from "./nmea-sentences.table.ts";

const PROPRIETARY = 0x50;
const RMC_DATE = 9;
const ZDA_DATE = 2;

/** What a sentence that says "no fix" cannot know, and the value in which it says so. */
const VOID: Readonly<
  Partial<Record<SentenceKind, { readonly by: string; readonly blanks: readonly string[] }>>
> = {
  RMC: { by: "valid", blanks: ["gnss.lat", "gnss.lon", "gnss.speed", "gnss.course"] },
  GLL: { by: "valid", blanks: ["gnss.lat", "gnss.lon"] },
  GGA: { by: "quality", blanks: ["gnss.lat", "gnss.lon", "gnss.alt"] },
  GNS: { by: "mode.", blanks: ["gnss.lat", "gnss.lon", "gnss.alt"] },
};

type Prepared = {
  readonly sentence: Sentence;
  readonly reading: Reading;
  /** Columns of which at least one has to be over 0 for a fix. */
  readonly by: readonly number[];
  readonly blanks: readonly number[];
};

function prepare(sentence: Sentence): Prepared {
  const rule = VOID[sentence.kind];
  const places = (wanted: (name: string) => boolean) =>
    sentence.columns.flatMap((c, i) => (wanted(c.name) ? [i] : []));
  return {
    sentence,
    reading: new Reading(sentence.spec),
    by: rule ? places((name) => name.startsWith(rule.by)) : [],
    blanks: rule ? places((name) => rule.blanks.includes(name)) : [],
  };
}

const keyOf = (a: number, b: number, c: number): number => (a << 16) | (b << 8) | c;

/** Decodes the sentences of one line and joins them to epochs. */
export class NmeaDecoder {
  readonly #calendar: Calendar;
  readonly #emit: (r: Reading) => void;
  readonly #unsupported: () => void;
  readonly #problem: OnProblem;
  readonly #fields = new Fields();
  readonly #reader: SentenceReader;
  readonly #joiner: EpochJoiner;
  readonly #kinds = new Map<number, Prepared>();
  readonly #talkers = new Map<number, { readonly talker: string }>();
  readonly #placed = new Float64Array(1);
  #sentence: Sentence = SENTENCES.RMC;
  /** Stream offset minus index in the bytes at hand, of the sentence being read. */
  #base = 0;

  constructor(options: {
    readonly calendar: Calendar;
    readonly emit: (r: Reading) => void;
    readonly unsupported: () => void;
    readonly problem: OnProblem;
  }) {
    this.#calendar = options.calendar;
    this.#emit = options.emit;
    this.#unsupported = options.unsupported;
    this.#problem = options.problem;
    this.#reader = new SentenceReader((column, at) => this.#refuse(at, column.name));
    this.#joiner = new EpochJoiner(options.calendar, options.emit);
    for (const sentence of Object.values(SENTENCES)) {
      const k = sentence.kind;
      this.#kinds.set(keyOf(k.charCodeAt(0), k.charCodeAt(1), k.charCodeAt(2)), prepare(sentence));
    }
  }

  /** One framed sentence at bytes[start, end), whose first byte is at `offset` of the stream. */
  frame(bytes: Uint8Array, start: number, end: number, offset: number): void {
    const to = endOfText(bytes, start, end);
    const fields = this.#fields;
    const isLine = fields.split(bytes, start + 1, to);
    const p =
      isLine && fields.length(0) === 5 && bytes[start + 1] !== PROPRIETARY ? this.#kindAt(start) : undefined;
    if (p === undefined) {
      this.#unsupported();
      return;
    }
    const sentence = p.sentence;
    const hasChecksum = bytes[to] === 0x2a;
    if (fields.count < (hasChecksum ? sentence.least : sentence.full)) {
      this.#problem({
        code: "malformed",
        offset,
        length: end - start,
        reason: `${sentence.kind} with ${fields.count} fields${hasChecksum ? "" : " and no checksum"}`,
      });
      return;
    }
    this.#sentence = sentence;
    this.#base = offset - start;
    this.#decode(p, bytes, start);
  }

  end(): void {
    this.#joiner.finish();
  }

  #decode(p: Prepared, bytes: Uint8Array, start: number): void {
    const { reading, sentence } = p;
    const row = reading.values;
    const tod = this.#reader.timeOfDayUs;
    this.#reader.read(sentence, this.#fields, row);
    this.#blank(p, row);
    this.#joiner.turn(sentence.kind, tod);
    this.#setDate(sentence.kind, tod);
    this.#calendar.place(tod, this.#placed, 0);
    reading.tUs = this.#placed[0]!;
    reading.texts = this.#talkerAt(bytes, start);
    this.#emit(reading);
    this.#joiner.join(sentence.kind, row);
  }

  #kindAt(start: number): Prepared | undefined {
    const b = this.#fields.bytes;
    return this.#kinds.get(keyOf(b[start + 3]!, b[start + 4]!, b[start + 5]!));
  }

  #blank(p: Prepared, row: Float64Array): void {
    if (p.by.length === 0) return;
    for (let k = 0; k < p.by.length; k++) {
      const word = row[p.by[k]!]!;
      if (!(word === 0) && (word > 0 || p.by.length === 1)) return;
    }
    for (let k = 0; k < p.blanks.length; k++) row[p.blanks[k]!] = Number.NaN;
  }

  #setDate(kind: SentenceKind, tod: Float64Array): void {
    if (Number.isNaN(tod[0]!)) return;
    let good = true;
    this.#calendar.pass(tod);
    if (kind === "RMC") good = this.#calendar.setFromDdmmyy(this.#fields, RMC_DATE, tod);
    else if (kind === "ZDA") good = this.#calendar.setFromFields(this.#fields, ZDA_DATE, tod);
    if (!good) this.#refuse(kind === "RMC" ? RMC_DATE : ZDA_DATE, "date");
  }

  #talkerAt(bytes: Uint8Array, start: number): { readonly talker: string } {
    const a = bytes[start + 1]!;
    const b = bytes[start + 2]!;
    const key = (a << 8) | b;
    let talker = this.#talkers.get(key);
    if (talker === undefined) {
      talker = { talker: String.fromCharCode(a, b) };
      this.#talkers.set(key, talker);
    }
    return talker;
  }

  #refuse(at: number, name: string): void {
    const f = this.#fields;
    const from = f.start(at);
    this.#problem({
      code: "malformed",
      offset: this.#base + from,
      length: f.length(at),
      reason: `${name} in field ${at} of ${this.#sentence.kind}`,
    });
  }
}
