import { type FieldSpec, type MessageSpec, Reading } from "@pitwall/core";
import type { Calendar } from "./nmea-calendar.ts";
import type { Sentence, SentenceKind } from "./nmea-column.ts";
import { SENTENCES } from "./nmea-sentences.table.ts";

/** A value of a joined message is described as in the sentence it is known from. */
const from = (kind: SentenceKind, name: string): FieldSpec =>
  SENTENCES[kind].spec.fields.find((f) => f.name === name)!;

export const EPOCH: MessageSpec = {
  name: "nmea.epoch",
  doc: "All sentences of one UTC time joined. `gnss.fix` is 0 as soon as one of them says so; without GSA it is 3 where an altitude is given, else 2.",
  fields: [
    from("RMC", "timeOfDay"),
    from("RMC", "gnss.lat"),
    from("RMC", "gnss.lon"),
    from("GGA", "gnss.alt"),
    from("RMC", "gnss.speed"),
    from("RMC", "gnss.course"),
    from("GSA", "gnss.fix"),
    from("GGA", "gnss.sats"),
    from("GSA", "gnss.hdop"),
    from("GSA", "gnss.pdop"),
    from("GSA", "gnss.vdop"),
    from("GGA", "quality"),
    from("GGA", "geoidSep"),
    from("RMC", "magneticVariation"),
  ],
};

const slot = (name: string): number => EPOCH.fields.findIndex((f) => f.name === name);
const TIME = slot("timeOfDay");
const FIX = slot("gnss.fix");
const ALT = slot("gnss.alt");
const LAT = slot("gnss.lat");
const QUALITY = slot("quality");
/** Nothing of these is known without a fix. */
const NEEDS_FIX = ["gnss.lat", "gnss.lon", "gnss.alt", "gnss.speed", "gnss.course"].map(slot);

/** A sentence that carries an epoch's values, and what becomes of them. */
export type Joined = {
  /** Its place in the run of an epoch's sentences is told by it, 1 to 6. */
  readonly number: number;
  /** Has a time of its own and starts an epoch. */
  readonly timed: boolean;
  readonly isGga: boolean;
  /** Pairs: index in the sentence's row, index in the epoch's. */
  readonly copy: Int32Array;
  /** The same, but taken only where nothing is known yet. */
  readonly fill: Int32Array;
  readonly valid: number;
  readonly quality: number;
  readonly fix: number;
  /** First and behind the last of the constellations' modes. */
  readonly modes: readonly [number, number];
};

function joined(sentence: Sentence, number: number, fillOnly: readonly string[] = []): Joined {
  const at = (name: string) => sentence.columns.findIndex((c) => c.name === name);
  const copy: number[] = [];
  const fill: number[] = [];
  sentence.columns.forEach((c, i) => {
    const to = slot(c.name);
    if (to < 0 || to === TIME || to === FIX || to === QUALITY) return;
    (fillOnly.includes(c.name) ? fill : copy).push(i, to);
  });
  const quality = at("quality");
  const first = sentence.columns.findIndex((c) => c.name.startsWith("mode."));
  const count = sentence.columns.filter((c) => c.name.startsWith("mode.")).length;
  return {
    number,
    timed: at("timeOfDay") >= 0,
    isGga: sentence.kind === "GGA",
    copy: Int32Array.from(copy),
    fill: Int32Array.from(fill),
    valid: at("valid"),
    quality: quality < 0 ? at("mode") : quality,
    fix: at("gnss.fix"),
    modes: [first, first + count],
  };
}

/** What each kind of sentence adds; ZDA (whose time may be that of the next pulse) and GSV add nothing. */
export const JOINED: Readonly<Partial<Record<SentenceKind, Joined>>> = {
  RMC: joined(SENTENCES.RMC, 1),
  GGA: joined(SENTENCES.GGA, 2),
  GNS: joined(SENTENCES.GNS, 3),
  GLL: joined(SENTENCES.GLL, 4),
  VTG: joined(SENTENCES.VTG, 5, ["gnss.speed", "gnss.course"]),
  GSA: joined(SENTENCES.GSA, 6, ["gnss.hdop", "gnss.pdop", "gnss.vdop"]),
};

/** A receiver that repeated the same sentences this often is trusted to do so again. */
const TRUST_AFTER = 2;
const MOST_DISTRUST = 4096;

/**
 * Joins the sentences of one time. An epoch comes out when a sentence of another time arrives, or, once the receiver
 * has repeated the same run of sentences, with the last of that run: no waiting for the next fix. Should more follow
 * after all, they are not in that epoch, and the run has to repeat four times as often before it is trusted again.
 * Sentences without a time (GSA, VTG) belong to the time before them.
 */
export class EpochJoiner {
  readonly #reading = new Reading(EPOCH);
  readonly #calendar: Calendar;
  readonly #emit: (r: Reading) => void;
  /** Time of day of the epoch being joined, us; NaN for sentences whose time field is empty. */
  readonly #todUs = new Float64Array(1);
  readonly #placed = new Float64Array(1);
  #open = false;
  #emitted = false;
  #noFix = false;
  #usable = false;
  #gsaFix = -1;
  /** Kinds seen in this epoch, as bits; the run of them, as a hash. */
  #kinds = 0;
  #run = 0;
  #lastRun = 0;
  #repeats = 0;
  #needed = TRUST_AFTER;

  constructor(calendar: Calendar, emit: (r: Reading) => void) {
    this.#calendar = calendar;
    this.#emit = emit;
  }

  /** Ends the running epoch if this sentence cannot belong to it. `todUs[0]` is its time of day, NaN where the field is empty. */
  turn(j: Joined, todUs: Float64Array): void {
    if (!j.timed) return;
    const tod = todUs[0]!;
    const now = this.#todUs[0]!;
    const seen = (this.#kinds & (1 << j.number)) !== 0;
    // without a time, only a sentence that comes again tells that a new round has begun
    const same = Number.isNaN(tod) ? Number.isNaN(now) && !seen : tod === now;
    if (this.#open && same) return;
    this.finish();
    this.#reading.clear();
    this.#todUs[0] = tod;
    this.#open = true;
    this.#emitted = false;
    this.#noFix = false;
    this.#usable = false;
    this.#gsaFix = -1;
    this.#kinds = 0;
    this.#run = 0;
  }

  /** Takes over what the sentence says. */
  join(j: Joined, row: Float64Array): void {
    if (!this.#open) return;
    const v = this.#reading.values;
    this.#kinds |= 1 << j.number;
    this.#run = (this.#run * 7 + j.number) | 0;
    for (let k = 0; k < j.copy.length; k += 2) {
      const x = row[j.copy[k]!]!;
      if (!Number.isNaN(x)) v[j.copy[k + 1]!] = x;
    }
    for (let k = 0; k < j.fill.length; k += 2) {
      const to = j.fill[k + 1]!;
      if (Number.isNaN(v[to]!)) v[to] = row[j.fill[k]!]!;
    }
    if (j.fix >= 0 && row[j.fix]! > this.#gsaFix) this.#gsaFix = row[j.fix]!;
    if (j.valid >= 0) this.#judge(row[j.valid]!);
    if (j.quality >= 0) {
      const quality = row[j.quality]!;
      if (j.isGga) this.#judge(quality);
      if (!Number.isNaN(quality) && (j.isGga || Number.isNaN(v[QUALITY]!))) v[QUALITY] = quality;
    }
    const [first, behind] = j.modes;
    if (first >= 0) {
      let best = -1;
      for (let k = first; k < behind; k++) if (row[k]! > best) best = row[k]!;
      if (best >= 0) {
        this.#judge(best);
        v[QUALITY] = best;
      }
    }
    if (this.#repeats >= this.#needed && this.#run === this.#lastRun && !this.#emitted) this.#put();
  }

  /** The running epoch is over: it comes out unless it has already. */
  finish(): void {
    if (!this.#open) return;
    this.#open = false;
    if (this.#run === this.#lastRun) {
      if (this.#repeats < MOST_DISTRUST) this.#repeats++;
    } else {
      this.#repeats = 0;
      if (this.#emitted && this.#needed < MOST_DISTRUST) this.#needed *= 4;
    }
    this.#lastRun = this.#run;
    if (!this.#emitted) this.#put();
  }

  /** A sentence's own word on whether there is a fix: 0 no, more yes, NaN nothing said. */
  #judge(word: number): void {
    if (word === 0) this.#noFix = true;
    else if (word > 0) this.#usable = true;
  }

  #put(): void {
    this.#emitted = true;
    const r = this.#reading;
    const v = r.values;
    v[TIME] = this.#todUs[0]! / 1e6;
    if (this.#noFix || this.#gsaFix === 0) {
      v[FIX] = 0;
      for (let k = 0; k < NEEDS_FIX.length; k++) v[NEEDS_FIX[k]!] = Number.NaN;
    } else if (this.#gsaFix > 0) v[FIX] = this.#gsaFix;
    else if (!Number.isNaN(v[LAT]!) && !Number.isNaN(v[ALT]!)) v[FIX] = 3;
    else if (this.#usable || !Number.isNaN(v[LAT]!)) v[FIX] = 2;
    this.#calendar.place(this.#todUs, this.#placed, 0);
    r.tUs = this.#placed[0]!;
    this.#emit(r);
  }
}
