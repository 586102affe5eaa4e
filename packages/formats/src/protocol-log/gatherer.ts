import { type Group, type MessageSpec, type Reading, type Recording, US_PER_DAY } from "@pitwall/core";
import { FormatError } from "../errors.ts";
import type { ReadOptions } from "../format.ts";
import { GroupBuilder } from "../table/columns.ts";
import { ascending } from "../table/order.ts";
import type { ProblemLog } from "../table/problems.ts";
import { dayUs, parseDate } from "../text/date.ts";
import { DayClock } from "../text/day-time.ts";
import { isEpoch } from "../text/epoch.ts";
import { LeapRun } from "../text/leap.ts";

/** How a message's times are to be understood. */
type TimeKind = "utc" | "boot" | "day";

/** Pairs of boot time and UTC that are kept to tell the difference. */
const MOST_PAIRS = 4096;

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)]!;
}

/**
 * Decoded messages as a Recording: a group a kind of message. Times are the message's own UTC, else its boot time, else
 * its time of day, else that of the frame or of the message before it. What is only a part of a joined message is left
 * out.
 */
export class MessageGatherer {
  readonly #builders = new Map<string, GroupBuilder>();
  readonly #problems: ProblemLog;
  readonly #clock = new DayClock();
  readonly #leap = new LeapRun();
  readonly #offsets: number[] = [];
  readonly #timeOfDay = new Map<MessageSpec, number>();
  #lastUtc = Number.NaN;
  #lastDay = Number.NaN;
  /** Midnight from which times of day count; NaN until a dated and an undated message stood side by side. */
  #midnight = Number.NaN;
  #last = Number.NaN;
  #lastKind: TimeKind = "boot";
  #untimed = 0;
  messages = 0;

  constructor(problems: ProblemLog) {
    this.#problems = problems;
  }

  /** `frameUs` is when the bytes were captured, where the file says so. */
  add(reading: Reading, frameUs = Number.NaN): void {
    const { message } = reading;
    if (message.part || message.fields.length === 0) return;
    this.messages++;
    const [tUs, kind] = this.#timeOf(reading, frameUs);
    if (Number.isNaN(tUs)) {
      this.#untimed++;
      return;
    }
    this.#last = tUs;
    this.#lastKind = kind;
    const key = `${kind} ${message.name}`;
    let builder = this.#builders.get(key);
    if (!builder) {
      builder = new GroupBuilder(message.name, message.fields);
      this.#builders.set(key, builder);
    }
    builder.add(Math.round(tUs), reading.values);
  }

  #timeOf(reading: Reading, frameUs: number): readonly [tUs: number, kind: TimeKind] {
    const { tUs, bootUs, message } = reading;
    let at = this.#timeOfDay.get(message);
    if (at === undefined) {
      at = message.fields.findIndex((f) => f.name === "timeOfDay");
      this.#timeOfDay.set(message, at);
    }
    const seconds = at < 0 ? Number.NaN : reading.values[at]!;
    if (Number.isFinite(tUs)) {
      const utc = this.#leap.next(tUs, seconds >= 86_400);
      this.#lastUtc = utc;
      this.#settleDay();
      if (Number.isFinite(bootUs) && this.#offsets.length < MOST_PAIRS) this.#offsets.push(utc - bootUs);
      return [utc, "utc"];
    }
    if (Number.isFinite(bootUs)) return [bootUs, "boot"];
    if (Number.isFinite(seconds)) {
      this.#lastDay = this.#clock.next(Math.round(seconds * 1e6));
      this.#settleDay();
      return [this.#lastDay, "day"];
    }
    if (Number.isFinite(frameUs)) return [frameUs, isEpoch(frameUs) ? "utc" : "boot"];
    return [this.#last, this.#lastKind];
  }

  /** Throws FormatError "empty" where no message has a time. */
  finish(place: string, options: ReadOptions): Recording {
    this.#problems.note(this.#leap.note() ?? this.#clock.leap.note());
    if (this.#untimed > 0) this.#problems.note(`${this.#untimed} messages have no time and are left out`);
    const utc = !Number.isNaN(this.#lastUtc) || [...this.#builders.keys()].some((k) => k.startsWith("utc"));
    const shifts = { utc: 0, boot: this.#bootShift(utc), day: this.#dayShift(options) };
    const merged = new Map<string, Group>();
    for (const [key, builder] of this.#builders) {
      const kind = key.slice(0, key.indexOf(" ")) as TimeKind;
      const shift = shifts[kind];
      if (shift === undefined) {
        this.#problems.note(`${builder.rows} messages "${builder.name}" have no date and are left out`);
        continue;
      }
      const group = builder.finish();
      if (!group) continue;
      if (shift !== 0) for (let i = 0; i < group.tUs.length; i++) group.tUs[i]! += shift;
      const before = merged.get(group.name);
      merged.set(group.name, before ? joinedGroups(before, group) : group);
    }
    const groups = [...merged.values()];
    if (groups.length === 0)
      throw new FormatError(
        "empty",
        place,
        this.messages === 0 ? "no message that can be read" : `${this.messages} messages, none with a time`,
      );
    return {
      groups,
      absoluteTime: groups.every((g) => isEpoch(g.tUs[0]!)),
      ...(options.name === undefined ? {} : { title: options.name }),
      gates: [],
      laps: [],
      ...this.#problems.report(),
    };
  }

  #bootShift(utc: boolean): number | undefined {
    if (this.#offsets.length > 0) return median(this.#offsets);
    return utc ? undefined : 0;
  }

  /** A time of day next to a dated message is of the day that brings the two nearest to each other. */
  #settleDay(): void {
    if (!Number.isNaN(this.#midnight) || Number.isNaN(this.#lastUtc) || Number.isNaN(this.#lastDay)) return;
    this.#midnight = Math.round((this.#lastUtc - this.#lastDay) / US_PER_DAY) * US_PER_DAY;
  }

  #dayShift(options: ReadOptions): number {
    const given = parseDate(options.date ?? "");
    if (given) return dayUs(given);
    return Number.isNaN(this.#midnight) ? 0 : this.#midnight;
  }
}

/** Rows of one kind of message that were kept apart while their times were not yet comparable. */
function joinedGroups(a: Group, b: Group): Group {
  const n = a.tUs.length;
  const tUs = new Float64Array(n + b.tUs.length);
  tUs.set(a.tUs);
  tUs.set(b.tUs, n);
  const names = [...new Set([...a.columns, ...b.columns].map((c) => c.field.name))];
  const columns = names.map((name) => {
    const [ca, cb] = [a, b].map((g) => g.columns.find((c) => c.field.name === name));
    const values = new Float64Array(tUs.length).fill(Number.NaN);
    if (ca) values.set(ca.values);
    if (cb) values.set(cb.values, n);
    return { field: (ca ?? cb)!.field, values };
  });
  return ascending({ name: a.name, tUs, columns });
}
