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
import { WeekRun, weekStartUs } from "./week-time.ts";

/** How a message's times are to be understood. */
type TimeKind = "utc" | "boot" | "day" | "week";

/** Where a message has the time of day (s), the time of the GPS week (ms), and the fix; -1 where it has none. */
type TimeFields = { readonly day: number; readonly week: number; readonly fix: number };

function timeFieldsOf(message: MessageSpec): TimeFields {
  const at = (name: string) => message.fields.findIndex((f) => f.name === name);
  return { day: at("timeOfDay"), week: at("iTOW"), fix: at("gnss.fix") };
}

/** Pairs of boot time and UTC that are kept to tell the difference. */
const MOST_PAIRS = 4096;

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)]!;
}

/**
 * Decoded messages as a Recording: a group a kind of message. Times are the message's own UTC, else its boot time, else
 * its time of day or of the GPS week, else that of the frame or of the message before it. What is only a part of a
 * joined message is left out.
 */
export class MessageGatherer {
  readonly #builders = new Map<string, GroupBuilder>();
  readonly #problems: ProblemLog;
  readonly #clock = new DayClock();
  readonly #leap = new LeapRun();
  readonly #offsets: number[] = [];
  readonly #timeFields = new Map<MessageSpec, TimeFields>();
  readonly #week = new WeekRun();
  /** Running time of the GPS week at which the first message without another time came, µs. */
  #firstWeek = Number.NaN;
  /** UTC of the beginning of the week, as messages with both times have it, µs. */
  #weekStart = Number.NaN;
  /** Runs of week times that ended when the receiver's clock was set. */
  #unset = 0;
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
    const run = kind === "week" ? this.#week.run : 0;
    const key = `${kind} ${run} ${message.name}`;
    let builder = this.#builders.get(key);
    if (!builder) {
      builder = new GroupBuilder(message.name, message.fields);
      this.#builders.set(key, builder);
    }
    builder.add(Math.round(tUs), reading.values);
  }

  #timeOf(reading: Reading, frameUs: number): readonly [tUs: number, kind: TimeKind] {
    const { tUs, bootUs, message, values } = reading;
    let fields = this.#timeFields.get(message);
    if (!fields) {
      fields = timeFieldsOf(message);
      this.#timeFields.set(message, fields);
    }
    const seconds = values[fields.day] ?? Number.NaN;
    const towMs = values[fields.week] ?? Number.NaN;
    if (Number.isFinite(tUs)) {
      const utc = this.#leap.next(tUs, seconds >= 86_400);
      this.#lastUtc = utc;
      this.#settleDay();
      if (Number.isFinite(bootUs) && this.#offsets.length < MOST_PAIRS) this.#offsets.push(utc - bootUs);
      if (Number.isFinite(towMs)) {
        const tow = this.#week.next(towMs);
        this.#weekStart = Math.round((utc - tow) / 1e6) * 1e6;
      }
      return [utc, "utc"];
    }
    if (Number.isFinite(bootUs)) return [bootUs, "boot"];
    if (Number.isFinite(seconds)) {
      this.#lastDay = this.#clock.next(Math.round(seconds * 1e6));
      this.#settleDay();
      return [this.#lastDay, "day"];
    }
    if (Number.isFinite(towMs)) {
      // without a fix the receiver counts from anywhere
      if (values[fields.fix] === 0) return [Number.NaN, "week"];
      const run = this.#week.run;
      const tow = this.#week.next(towMs);
      if (this.#week.run !== run || Number.isNaN(this.#firstWeek)) this.#firstWeek = tow;
      return [tow, "week"];
    }
    if (Number.isFinite(frameUs)) return [frameUs, isEpoch(frameUs) ? "utc" : "boot"];
    return [this.#last, this.#lastKind];
  }

  /** Throws FormatError "empty" where no message has a time. */
  finish(place: string, options: ReadOptions): Recording {
    this.#problems.note(this.#leap.note() ?? this.#clock.leap.note());
    if (this.#untimed > 0) this.#problems.note(`${this.#untimed} messages have no time and are left out`);
    const utc = !Number.isNaN(this.#lastUtc) || [...this.#builders.keys()].some((k) => k.startsWith("utc"));
    const shifts = {
      utc: 0,
      boot: this.#bootShift(utc),
      day: this.#dayShift(options),
      week: this.#weekShift(options),
    };
    const merged = new Map<string, Group>();
    for (const [key, builder] of this.#builders) {
      const [kind, run] = key.split(" ") as [TimeKind, string];
      if (kind === "week" && Number(run) < this.#week.run) {
        this.#unset += builder.rows;
        continue;
      }
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
    if (this.#unset > 0)
      this.#problems.note(
        `${this.#unset} messages came before the receiver's clock was set and are left out`,
      );
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

  /** Times of the GPS week count from the week of a dated message or of the given day, else from the first of them. */
  #weekShift(options: ReadOptions): number {
    if (!Number.isNaN(this.#weekStart) || Number.isNaN(this.#firstWeek)) return this.#weekStart;
    if (!Number.isNaN(this.#lastUtc)) return weekStartUs(this.#firstWeek, this.#lastUtc);
    const given = parseDate(options.date ?? "");
    if (given) return weekStartUs(this.#firstWeek, dayUs(given) + US_PER_DAY / 2);
    this.#problems.note("the receiver gives times of the week without a day; they count from the first");
    return -this.#firstWeek;
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
