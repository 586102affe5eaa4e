import { type OnProblem, Reading } from "@pitwall/core";
import type { Calendar } from "./nmea-calendar.ts";
import type { Column, Sentence, SentenceKind } from "./nmea-column.ts";
import { EpochJoiner, JOINED, type Joined } from "./nmea-epoch.ts";
import type { Fields } from "./nmea-fields.ts";
import { type Plan, planOf } from "./nmea-plan.ts";
import { readSentence } from "./nmea-read.ts";
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

const keyOf = (a: number, b: number, c: number): number => (a << 16) | (b << 8) | c;

type Prepared = {
  /** The three letters as one number. */
  readonly key: number;
  readonly sentence: Sentence;
  readonly plan: Plan;
  readonly joined: Joined | undefined;
  readonly reading: Reading;
  /** Columns of which at least one has to be over 0 for a fix. */
  readonly by: readonly number[];
  readonly blanks: readonly number[];
};

function prepare(sentence: Sentence): Prepared {
  const rule = VOID[sentence.kind];
  const places = (wanted: (name: string) => boolean) =>
    sentence.columns.flatMap((c, i) => (wanted(c.name) ? [i] : []));
  const k = sentence.kind;
  return {
    key: keyOf(k.charCodeAt(0), k.charCodeAt(1), k.charCodeAt(2)),
    sentence,
    plan: planOf(sentence),
    joined: JOINED[sentence.kind],
    reading: new Reading(sentence.spec),
    by: rule ? places((name) => name.startsWith(rule.by)) : [],
    blanks: rule ? places((name) => rule.blanks.includes(name)) : [],
  };
}

/** Decodes the sentences of one line and joins them to epochs. */
export class NmeaDecoder {
  readonly #calendar: Calendar;
  readonly #emit: (r: Reading) => void;
  readonly #unsupported: () => void;
  readonly #problem: OnProblem;
  readonly #fields: Fields;
  readonly #frameOffset: () => number;
  readonly #onBad = (column: Column, at: number): void => this.#refuse(at, column.name);
  readonly #todUs = new Float64Array(1);
  readonly #joiner: EpochJoiner;
  /** Eight kinds: a look along their keys is quicker than a hash. */
  readonly #kinds: readonly Prepared[] = Object.values(SENTENCES).map(prepare);
  readonly #keys = Int32Array.from(this.#kinds, (p) => p.key);
  readonly #talkers = new Map<number, { readonly talker: string }>();
  readonly #placed = new Float64Array(1);
  #talkerKey = -1;
  #talker = { talker: "" };
  #sentence: Sentence = SENTENCES.RMC;
  /** Index of the sentence being read in the bytes at hand. */
  #start = 0;

  constructor(options: {
    readonly calendar: Calendar;
    readonly emit: (r: Reading) => void;
    readonly unsupported: () => void;
    readonly problem: OnProblem;
    /** Filled by the framer for each sentence that it hands over. */
    readonly fields: Fields;
    /** Stream offset of the sentence at hand; asked for only when something is wrong with it. */
    readonly frameOffset: () => number;
  }) {
    this.#frameOffset = options.frameOffset;
    this.#fields = options.fields;
    this.#calendar = options.calendar;
    this.#emit = options.emit;
    this.#unsupported = options.unsupported;
    this.#problem = options.problem;
    this.#joiner = new EpochJoiner(options.calendar, options.emit);
  }

  /** One framed sentence at bytes[start, end). */
  frame(bytes: Uint8Array, start: number, end: number): void {
    const fields = this.#fields;
    const p = fields.length(0) === 5 && bytes[start + 1] !== PROPRIETARY ? this.#kindAt(start) : undefined;
    if (p === undefined) {
      this.#unsupported();
      return;
    }
    const sentence = p.sentence;
    const hasChecksum = fields.statedSum >= 0;
    if (fields.count < (hasChecksum ? sentence.least : sentence.full)) {
      this.#problem({
        code: "malformed",
        offset: this.#frameOffset(),
        length: end - start,
        reason: `${sentence.kind} with ${fields.count} fields${hasChecksum ? "" : " and no checksum"}`,
      });
      return;
    }
    this.#sentence = sentence;
    this.#start = start;
    this.#decode(p, bytes, start);
  }

  end(): void {
    this.#joiner.finish();
  }

  #decode(p: Prepared, bytes: Uint8Array, start: number): void {
    const { reading, sentence } = p;
    const row = reading.values;
    const tod = this.#todUs;
    readSentence(p.plan, this.#fields, row, tod, this.#onBad);
    this.#blank(p, row);
    if (p.joined) this.#joiner.turn(p.joined, tod);
    if (Number.isNaN(tod[0]!)) reading.tUs = Number.NaN;
    else {
      this.#setDate(sentence.kind, tod);
      this.#calendar.place(tod, this.#placed, 0);
      reading.tUs = this.#placed[0]!;
    }
    reading.texts = this.#talkerAt(bytes, start);
    this.#emit(reading);
    if (p.joined) this.#joiner.join(p.joined, row);
  }

  #kindAt(start: number): Prepared | undefined {
    const b = this.#fields.bytes;
    const key = keyOf(b[start + 3]!, b[start + 4]!, b[start + 5]!);
    const keys = this.#keys;
    for (let i = 0; i < keys.length; i++) if (keys[i] === key) return this.#kinds[i];
    return undefined;
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
    if (kind === "RMC") {
      if (!this.#calendar.setFromDdmmyy(this.#fields, RMC_DATE, tod)) this.#refuse(RMC_DATE, "date");
    } else if (kind === "ZDA") {
      if (!this.#calendar.setFromFields(this.#fields, ZDA_DATE, tod)) this.#refuse(ZDA_DATE, "date");
    } else this.#calendar.pass(tod);
  }

  #talkerAt(bytes: Uint8Array, start: number): { readonly talker: string } {
    const a = bytes[start + 1]!;
    const b = bytes[start + 2]!;
    const key = (a << 8) | b;
    if (key === this.#talkerKey) return this.#talker;
    let talker = this.#talkers.get(key);
    if (talker === undefined) {
      talker = { talker: String.fromCharCode(a, b) };
      this.#talkers.set(key, talker);
    }
    this.#talkerKey = key;
    this.#talker = talker;
    return talker;
  }

  #refuse(at: number, name: string): void {
    const f = this.#fields;
    const from = f.start(at);
    this.#problem({
      code: "malformed",
      offset: this.#frameOffset() + from - this.#start,
      length: f.length(at),
      reason: `${name} in field ${at} of ${this.#sentence.kind}`,
    });
  }
}
