import { type FieldSpec, findChannel } from "@pitwall/core";
import { unitOf, unitTo } from "../names/units.ts";
import type { CellPlan, TablePlan } from "../table/plan.ts";
import { dateTimeUs, dayUs, parseDate } from "../text/date.ts";
import { DayClock } from "../text/day-time.ts";
import { IsoClock, namesZone } from "../text/iso-time.ts";
import { textOf } from "../text/lines.ts";
import type { RowParser } from "../text/row.ts";
import { hemisphereOf, splitAround } from "./around.ts";
import { LapClock } from "./lap-clock.ts";
import type { CsvMapping, TimeKind } from "./mapping.ts";

const US: Readonly<Record<"s" | "ms" | "us" | "ns", number>> = { s: 1e6, ms: 1e3, us: 1, ns: 1e-3 };

const DAY_TIME = /^(?:(\d+):)?(\d+):(\d+(?:[.,]\d+)?)\s*(?:([ap])\.?m\.?)?$/i;
const NO_ZONE = "times name no time zone and are taken as UTC";

type ReadTime = (row: RowParser, bytes: Uint8Array) => number;

/** Reads the time cell of one row after the other; µs. Times of day run on across midnight, UTC through a leap second. */
function timeReader(
  cell: number,
  kind: TimeKind,
  midnight: ReadTime,
  onNote: (note: string | undefined) => void,
): ReadTime {
  if (kind === "iso") {
    const clock = new IsoClock();
    let asked = false;
    return (row, bytes) => {
      const text = row.text(bytes, cell);
      const tUs = clock.next(text);
      if (!asked && !Number.isNaN(tUs)) {
        asked = true;
        if (!namesZone(text)) onNote(NO_ZONE);
      }
      if (clock.leap.seen) onNote(clock.leap.note());
      return tUs;
    };
  }
  if (kind === "d/m/y" || kind === "m/d/y")
    return (row, bytes) => {
      onNote(NO_ZONE);
      // names of months have accents
      return dateTimeUs(textOf(bytes, row.starts[cell], row.ends[cell]), kind);
    };
  if (kind === "h:m:s") {
    const clock = new DayClock();
    const laps = new LapClock();
    let base = Number.NaN;
    return (row, bytes) => {
      const m = DAY_TIME.exec(row.text(bytes, cell).replace(/^(\d\d)(\d\d)(?=\d\d(?:[.,]|$))/, "$1:$2:"));
      if (!m) return Number.NaN;
      if (Number.isNaN(base)) {
        base = midnight(row, bytes);
        if (base > 0) onNote(NO_ZONE);
      }
      const seconds = Number(m[3]!.replace(",", "."));
      const half = m[4]?.toLowerCase();
      const hours =
        half === undefined ? Number(m[1] ?? 0) : (Number(m[1] ?? 0) % 12) + (half === "p" ? 12 : 0);
      const us = Math.round((hours * 3600 + Number(m[2]) * 60 + seconds) * 1e6);
      const tUs = laps.next(m[1] === undefined ? us : clock.next(us, seconds >= 60));
      onNote(laps.note());
      if (clock.leap.seen) onNote(clock.leap.note());
      return base + tUs;
    };
  }
  const clock = new LapClock();
  return (row) => {
    const tUs = clock.next(Math.round(row.values[cell]! * US[kind]));
    onNote(clock.note());
    return tUs;
  };
}

/** The number of a cell such as `44.83N` or `33.3 km/h`, where what stands around it is what the column is read as. */
function plainNumber(text: string, plan: CellPlan | undefined, timeUnit: string): string | undefined {
  const around = splitAround(text);
  if (!around) return undefined;
  const { number, before, after } = around;
  if (!plan) return before === "" && after.toLowerCase() === timeUnit ? number : undefined;
  const letter = /\.(?:lat|lon)$/.test(plan.field.name) ? hemisphereOf(around) : undefined;
  if (letter && (letter === "N" || letter === "S") === plan.field.name.endsWith("lat"))
    return letter === "S" || letter === "W" ? `-${number.replace(/^[-+]/, "")}` : number;
  const step = before === "" ? unitTo(after, plan.field.unit) : undefined;
  const same = step && step.scale === Math.abs(plan.scale) && step.offset === Math.abs(plan.offset);
  return same ? number : undefined;
}

/** What is wrong with a mapping for a table with these titles; reading by it would give other values than were meant. */
export function mappingFaults(mapping: CsvMapping, titles: readonly string[]): string[] {
  const faults: string[] = [];
  const missing = (column: string | number) =>
    typeof column === "number" ? column >= titles.length : !titles.includes(column);
  const { time, columns } = mapping;
  if ("column" in time && missing(time.column))
    faults.push(`there is no column "${time.column}" for the time`);
  if ("column" in time && time.date !== undefined && missing(time.date))
    faults.push(`there is no column "${time.date}" for the date`);
  if ("column" in time && time.millis !== undefined && missing(time.millis))
    faults.push(`there is no column "${time.millis}" for the milliseconds`);
  const seen = new Set<string>();
  for (const c of columns) {
    if (missing(c.column)) faults.push(`there is no column "${c.column}"`);
    if (seen.has(c.channel)) faults.push(`${c.channel} is there twice`);
    seen.add(c.channel);
    const channel = findChannel(c.channel);
    const step = channel && c.unit !== "" ? unitTo(c.unit, channel.unit) : unitOf(c.unit);
    if (step === undefined)
      faults.push(
        channel && unitOf(c.unit)
          ? `${c.unit} does not measure ${c.channel}, which is in ${channel.unit}`
          : `no unit "${c.unit}" is known`,
      );
  }
  return faults;
}

/** A mapping as a plan for the rows below `titles`. Columns that the table does not have are left out. */
export function planOf(
  mapping: CsvMapping,
  titles: readonly string[],
  onRow: (tUs: number, lap: number) => void,
  onNote: (note: string | undefined) => void = () => {},
  date?: string,
): TablePlan {
  const find = (column: string | number) => (typeof column === "number" ? column : titles.indexOf(column));
  const cells = mapping.columns.flatMap((c): CellPlan[] => {
    const cell = find(c.column);
    if (cell < 0) return [];
    const channel = findChannel(c.channel);
    const sign = c.negate ? -1 : 1;
    const step = channel ? (c.unit === "" ? undefined : unitTo(c.unit, channel.unit)) : unitOf(c.unit);
    const field: FieldSpec = channel
      ? { name: channel.id, unit: channel.unit, doc: channel.label }
      : {
          name: c.channel,
          unit: step?.unit ?? "1",
          doc: typeof c.column === "string" ? c.column : c.channel,
        };
    return [
      { cell, group: "table", field, scale: sign * (step?.scale ?? 1), offset: sign * (step?.offset ?? 0) },
    ];
  });
  const { time } = mapping;
  const lapCell = cells.find((c) => c.field.name === "lap.number")?.cell ?? -1;
  const timeCell = "column" in time ? find(time.column) : -1;
  let rows = 0;
  const said = parseDate(date ?? "");
  const dateCell = "column" in time && time.date !== undefined ? find(time.date) : -1;
  /** Of the first row with a date; the rows after it run on from there. 0 where nothing names a day. */
  const midnight: ReadTime = (row, bytes) => {
    if (said || dateCell < 0) return said ? dayUs(said) : 0;
    const day = parseDate(row.text(bytes, dateCell));
    return day ? dayUs(day) : Number.NaN;
  };
  const millisCell = "column" in time && time.millis !== undefined ? find(time.millis) : -1;
  const whole: ReadTime =
    "column" in time
      ? timeReader(timeCell, time.kind, midnight, onNote)
      : () => Math.round((rows++ * 1e6) / time.rateHz);
  const read: ReadTime =
    millisCell < 0 ? whole : (row, bytes) => whole(row, bytes) + Math.round(row.values[millisCell]! * 1000);
  const kind = "column" in time ? time.kind : "";
  return {
    rule: {
      delimiter: mapping.delimiter,
      decimal: mapping.decimal,
      runs: mapping.delimiter === " ",
      around(cell, text) {
        const plan = cells.find((c) => c.cell === cell);
        return plan || cell === timeCell ? plainNumber(text, plan, kind) : undefined;
      },
    },
    minCells: Math.max(2, titles.length - 1),
    maxCells: titles.length,
    cells,
    time: read,
    onRow: (row, tUs) => onRow(tUs, lapCell < 0 ? Number.NaN : row.values[lapCell]!),
  };
}
