import { Random } from "./random.ts";

/** A stretch of the drive, seconds from its beginning; half open. */
export type Span = { readonly fromS: number; readonly toS: number };

/** What goes wrong, by probability a frame or by script. */
export type Faults = {
  /** On the way: the frame is gone, comes twice, is overtaken by later ones, has a byte changed, ends early. */
  readonly loss: number;
  readonly dup: number;
  readonly reorder: number;
  readonly corrupt: number;
  readonly truncate: number;
  /** A fixed delay, and a random part on top, seconds. */
  readonly delayS: number;
  readonly jitterS: number;
  /** The link is down; what was said meanwhile is sent afterwards (units with a buffer), or lost (datagrams). */
  readonly offline: readonly Span[];
  /** The receiver has no fix; says the same fix again and again; says 0,0. */
  readonly noFix: readonly Span[];
  readonly stuckFix: readonly Span[];
  readonly zeroFix: readonly Span[];
  /** Sensors give NaN, or a source is unplugged (`source@from-to`). */
  readonly nan: readonly Span[];
  readonly unplugged: readonly (Span & { readonly source: string })[];
  /** The unit starts anew: boot time and sequence numbers begin again. Seconds from the beginning. */
  readonly reboots: readonly number[];
  /** Its clock jumps at a time by so many seconds (`at:by`), and drifts, parts per million. */
  readonly clockJumps: readonly { readonly atS: number; readonly byS: number }[];
  readonly driftPpm: number;
  /** From here on the receiver's date is 1024 weeks in the past; Infinity where it is not. */
  readonly weekRolloverS: number;
  /** Share of the time in which a reflection moves the position by some metres, for some seconds each. */
  readonly multipath: number;
  /** A line of text loses its end, so that the next one sticks to it. */
  readonly glue: number;
  /** Every second unit carries the device id of the one before it. */
  readonly twins: boolean;
};

export const NO_FAULTS: Faults = {
  loss: 0,
  dup: 0,
  reorder: 0,
  corrupt: 0,
  truncate: 0,
  delayS: 0,
  jitterS: 0,
  offline: [],
  noFix: [],
  stuckFix: [],
  zeroFix: [],
  nan: [],
  unplugged: [],
  reboots: [],
  clockJumps: [],
  driftPpm: 0,
  weekRolloverS: Number.POSITIVE_INFINITY,
  glue: 0,
  multipath: 0,
  twins: false,
};

const PROBABILITIES = ["loss", "dup", "reorder", "corrupt", "truncate", "glue", "multipath"] as const;
const SPANS = {
  offline: "offline",
  nofix: "noFix",
  stuckfix: "stuckFix",
  zerofix: "zeroFix",
  nan: "nan",
} as const;
const HELP =
  "loss dup reorder corrupt truncate glue multipath =PROBABILITY, delay jitter =MS, offline nofix stuckfix zerofix nan =FROM-TO, unplug=SOURCE@FROM-TO, reboot=AT, clockjump=AT:BY, drift=PPM, weekrollover[=AT], twins";

/** Reads `loss=0.01,dup=0.01,offline=60-180`. Throws RangeError that names what is wrong. */
export function parseFaults(text: string): Faults {
  const f: { -readonly [K in keyof Faults]: Faults[K] } = { ...NO_FAULTS };
  for (const part of text.split(",").filter((p) => p.trim() !== "")) {
    const [key = "", value = ""] = part.trim().split("=");
    const number = Number(value);
    if ((PROBABILITIES as readonly string[]).includes(key)) {
      if (!(value !== "" && number >= 0 && number <= 1))
        throw new RangeError(`${part}: a probability from 0 to 1`);
      f[key as (typeof PROBABILITIES)[number]] = number;
    } else if (key === "delay" || key === "jitter") {
      if (!(value !== "" && number >= 0)) throw new RangeError(`${part}: milliseconds`);
      f[key === "delay" ? "delayS" : "jitterS"] = number / 1000;
    } else if (Object.hasOwn(SPANS, key)) {
      const name = SPANS[key as keyof typeof SPANS];
      f[name] = [...f[name], spanOf(part, value)];
    } else if (key === "unplug") {
      const [source = "", span = ""] = value.split("@");
      f.unplugged = [...f.unplugged, { source, ...spanOf(part, span) }];
    } else if (key === "reboot" && value !== "" && number >= 0) f.reboots = [...f.reboots, number];
    else if (key === "weekrollover" && number >= 0) f.weekRolloverS = number;
    else if (part.trim() === "twins") f.twins = true;
    else if (key === "drift" && value !== "" && Number.isFinite(number)) f.driftPpm = number;
    else if (key === "clockjump") {
      const [at, by] = value.split(":").map(Number);
      if (!Number.isFinite(at) || !Number.isFinite(by)) throw new RangeError(`${part}: AT:BY in seconds`);
      f.clockJumps = [...f.clockJumps, { atS: at!, byS: by! }];
    } else throw new RangeError(`no fault "${part}"; there are ${HELP}`);
  }
  return f;
}

function spanOf(part: string, text: string): Span {
  const m = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(text);
  if (!m || Number(m[2]) <= Number(m[1])) throw new RangeError(`${part}: FROM-TO in seconds`);
  return { fromS: Number(m[1]), toS: Number(m[2]) };
}

const endsLine = (bytes: Uint8Array): boolean => bytes.at(-1) === 0x0a && bytes.at(-2) === 0x0d;

export const within = (spans: readonly Span[], tS: number): boolean =>
  spans.some((s) => tS >= s.fromS && tS < s.toS);

/** What became of the frames of a link; the receiver's counts have to agree with it. */
export type LinkCounts = {
  offered: number;
  delivered: number;
  lost: number;
  duplicated: number;
  reordered: number;
  corrupted: number;
  truncated: number;
  glued: number;
  /** Said while the link was down, by a unit that keeps nothing. */
  unsent: number;
};

type Waiting<T> = { readonly atUs: number; readonly order: number; readonly frame: T };

/** A way on which things happen to frames. Delivers in the order of arrival; `T` carries whatever travels. */
export class FaultyLink<T extends { readonly bytes: Uint8Array }> {
  readonly counts: LinkCounts = {
    offered: 0,
    delivered: 0,
    lost: 0,
    duplicated: 0,
    reordered: 0,
    corrupted: 0,
    truncated: 0,
    glued: 0,
    unsent: 0,
  };
  readonly #faults: Faults;
  readonly #random: Random;
  readonly #deliver: (frame: T, atUs: number) => void;
  readonly #altered: (frame: T, bytes: Uint8Array) => T;
  #waiting: Waiting<T>[] = [];
  #order = 0;

  constructor(
    faults: Faults,
    seed: number,
    name: string,
    altered: (frame: T, bytes: Uint8Array) => T,
    deliver: (frame: T, atUs: number) => void,
  ) {
    this.#faults = faults;
    this.#random = new Random(seed, `${name} link`);
    this.#altered = altered;
    this.#deliver = deliver;
  }

  /** A frame leaves at `atUs`. What has arrived by then is delivered first. */
  send(frame: T, atUs: number): void {
    this.advance(atUs);
    const { loss, dup, reorder, corrupt, truncate, glue, delayS, jitterS } = this.#faults;
    const r = this.#random;
    const c = this.counts;
    c.offered++;
    if (r.chance(loss)) {
      c.lost++;
      return;
    }
    let travelling = frame;
    if (r.chance(corrupt)) {
      const bytes = frame.bytes.slice();
      bytes[r.u32() % bytes.length]! ^= 1 + (r.u32() % 255);
      travelling = this.#altered(frame, bytes);
      c.corrupted++;
    } else if (r.chance(truncate) && frame.bytes.length > 1) {
      travelling = this.#altered(frame, frame.bytes.slice(0, 1 + (r.u32() % (frame.bytes.length - 1))));
      c.truncated++;
    } else if (endsLine(frame.bytes) && r.chance(glue)) {
      travelling = this.#altered(frame, frame.bytes.slice(0, -2));
      c.glued++;
    }
    let arrivesUs = atUs + Math.round((delayS + jitterS * r.uniform()) * 1e6);
    if (r.chance(reorder)) {
      arrivesUs += 50_000 + (r.u32() % 200_000);
      c.reordered++;
    }
    this.#queue(travelling, arrivesUs);
    if (r.chance(dup)) {
      c.duplicated++;
      this.#queue(travelling, arrivesUs + (r.u32() % 20_000));
    }
    this.advance(atUs);
  }

  #queue(frame: T, atUs: number): void {
    const entry = { atUs, order: this.#order++, frame };
    let i = this.#waiting.length;
    while (i > 0 && this.#waiting[i - 1]!.atUs > atUs) i--;
    this.#waiting.splice(i, 0, entry);
  }

  /** Delivers what has arrived by `atUs`. */
  advance(atUs: number): void {
    let n = 0;
    while (n < this.#waiting.length && this.#waiting[n]!.atUs <= atUs) n++;
    if (n === 0) return;
    const due = this.#waiting.slice(0, n);
    this.#waiting = this.#waiting.slice(n);
    for (const w of due) {
      this.counts.delivered++;
      this.#deliver(w.frame, w.atUs);
    }
  }

  /** Everything that is on its way arrives. */
  end(): void {
    this.advance(Number.POSITIVE_INFINITY);
  }
}
