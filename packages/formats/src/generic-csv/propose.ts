import { findChannel } from "@pitwall/core";
import { metresBetween } from "../geo.ts";
import { channelOf, ownName } from "../names/channel-names.ts";
import { splitTitle, unitOf, unitTo } from "../names/units.ts";
import { dateTimeParts } from "../text/date.ts";
import { guessDelimiter } from "../text/delimiter.ts";
import { isoUs } from "../text/iso-time.ts";
import { cellsOf } from "../text/lines.ts";
import type { CsvMapping, MappedColumn, TimeKind } from "./mapping.ts";

/** The beginning of a table as a person would look at it. */
export type TableHead = {
  readonly delimiter: CsvMapping["delimiter"];
  readonly decimal: CsvMapping["decimal"];
  readonly headerLine: number;
  readonly dataLine: number;
  readonly titles: readonly string[];
  /** A row of units below the titles, where there is one. */
  readonly units: readonly string[] | undefined;
  readonly rows: readonly (readonly string[])[];
};

const NUMBER = /^[-+]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][-+]?\d+)?$/;
const isData = (cells: readonly string[]): boolean => {
  const filled = cells.filter((c) => c !== "");
  const numbers = filled.filter(
    (c) => NUMBER.test(c) || /^\d{4}-\d\d-\d\d|^\d+:\d\d|^\d+[/.]\d+[/.]\d+/.test(c),
  );
  return filled.length > 0 && numbers.length * 2 > filled.length;
};

/** Finds titles, units and data; undefined where the lines are no table. */
export function lookAt(lines: readonly string[]): TableHead | undefined {
  const filled = lines
    .map((text, i) => ({ text, line: i + 1 }))
    .filter((l) => l.text.trim() !== "" && !l.text.startsWith("#"));
  if (filled.length < 2) return undefined;
  const delimiter = guessDelimiter(filled.slice(-8).map((l) => l.text));
  const cells = filled.map((l) => ({ ...l, cells: cellsOf(l.text, delimiter) }));
  const first = cells.findIndex(
    (l, i) => l.cells.length > 1 && isData(l.cells) && (!cells[i + 1] || isData(cells[i + 1]!.cells)),
  );
  if (first < 0) return undefined;
  const width = cells[first]!.cells.length;
  const above = cells
    .slice(Math.max(0, first - 2), first)
    .filter((l) => Math.abs(l.cells.length - width) <= 1);
  const titleRow = above[0];
  const unitRow = above[1];
  const units = unitRow?.cells.every((c) => c === "" || unitOf(c.replace(/[[\]()]/g, "")) !== undefined)
    ? unitRow
    : undefined;
  const header = units ? titleRow : above.at(-1);
  const rows = cells.slice(first).map((l) => l.cells);
  const comma = delimiter !== "," && rows.some((r) => r.some((c) => /^[-+]?\d+,\d+$/.test(c)));
  return {
    delimiter,
    decimal: comma ? "," : ".",
    headerLine: header?.line ?? 0,
    dataLine: cells[first]!.line,
    titles: header?.cells ?? Array.from({ length: width }, (_, i) => `column ${i + 1}`),
    units: units?.cells.map((c) => c.replace(/[[\]()]/g, "")),
    rows,
  };
}

const numberOf = (cell: string | undefined): number =>
  cell === undefined || cell === "" ? Number.NaN : Number(cell.replace(",", "."));

const TIME_TITLE =
  /^(?:utc|gps|gnss|unix|device|log|sample|local|elapsed|system)?[\s_]*(?:time|timestamp|datetime|date|zeit|uhrzeit|zeitstempel|utc|epoch|t\d?|secs?|seconds|millis|ms|us)(?:[\s_]*(?:ms|us|ns|s|utc|boot[\s_]?s))?$/i;

const median = (x: readonly number[]): number => x.toSorted((a, b) => a - b)[x.length >> 1]!;

/** What kind of time a column holds, by its unit and its values; undefined where it is none. */
function timeKind(title: string, unitRow: string, values: readonly string[]): TimeKind | undefined {
  const { name, unit } = splitTitle(title);
  if (!TIME_TITLE.test(name.trim())) return undefined;
  const filled = values.filter((v) => v !== "");
  // a damaged row or two hide no time
  const spared = Math.max(filled.length > 3 ? 1 : 0, Math.floor(filled.length / 10));
  const most = (holds: (v: string) => boolean) =>
    filled.length > 0 && filled.filter((v) => !holds(v)).length <= spared;
  if (most((v) => !Number.isNaN(isoUs(v)))) return "iso";
  if (most((v) => /^\d+:\d\d/.test(v))) return "h:m:s";
  if (most((v) => dateTimeParts(v) !== undefined)) {
    const dates = filled.flatMap((v) => dateTimeParts(v) ?? []);
    // where both orders fit, an AM or PM tells where it was written
    return dates.some((d) => d.second > 12) || (dates[0]!.half && dates.every((d) => d.first <= 12))
      ? "m/d/y"
      : "d/m/y";
  }
  const numbers = filled.map(numberOf).filter(Number.isFinite);
  if (numbers.length === 0 || filled.length - numbers.length > spared) return undefined;
  // time runs forward
  if (numbers.filter((x, i) => i > 0 && x < numbers[i - 1]!).length > spared) return undefined;
  const said = (unit || unitRow || (/_(ms|us|ns|s)$/i.exec(name)?.[1] ?? "")).toLowerCase();
  if (said === "ms" || said === "us" || said === "ns" || said === "s") return said;
  if (said === "µs") return "us";
  const size = Math.abs(median(numbers));
  return size > 1e17
    ? "ns"
    : size > 1e14
      ? "us"
      : size > 1e11
        ? "ms"
        : /^(?:millis|ms)$/i.test(name)
          ? "ms"
          : "s";
}

const onlyGrows = (cells: readonly string[]): boolean =>
  cells.length > 2 &&
  cells.every((c, i) => (i === 0 ? NUMBER.test(c) : numberOf(c) > numberOf(cells[i - 1])));

/** Units that hold where a title names none. */
const ASSUMED: Readonly<Record<string, string>> = {
  "gnss.course": "deg",
  "driver.steering": "deg",
  "driver.throttle": "%",
  "driver.brake": "%",
  "driver.accelerator": "%",
  "engine.load": "%",
  "battery.soc": "%",
  "vehicle.aLong": "g",
  "vehicle.aLat": "g",
  "vehicle.leanAngle": "deg",
  "imu.gx": "deg/s",
  "imu.gy": "deg/s",
  "imu.gz": "deg/s",
};
const SPEED_UNITS = [
  ["m/s", 1],
  ["km/h", 3.6],
  ["mph", 3600 / 1609.344],
  ["knots", 3600 / 1852],
] as const;

/** Seconds of one; NaN where the values are texts. */
const SECONDS: Readonly<Record<TimeKind, number>> = {
  s: 1,
  ms: 1e-3,
  us: 1e-6,
  ns: 1e-9,
  "h:m:s": Number.NaN,
  iso: Number.NaN,
  "d/m/y": Number.NaN,
  "m/d/y": Number.NaN,
};

/** The unit in which a speed agrees with the way between the positions; km/h where that cannot be told. */
function speedUnit(
  head: TableHead,
  time: { column: number; kind: TimeKind } | undefined,
  at: (channel: string) => number,
  column: number,
): string {
  const scale = SECONDS[time?.kind ?? "iso"];
  const ratios: number[] = [];
  const first = head.rows[0];
  const last = head.rows.at(-1);
  if (time && first && last && at("gnss.lat") >= 0 && at("gnss.lon") >= 0) {
    let way = 0;
    let sum = 0;
    let from = 0;
    const position = (row: readonly string[]) =>
      [numberOf(row[at("gnss.lat")]), numberOf(row[at("gnss.lon")])] as const;
    for (let i = 1; i < head.rows.length; i++) {
      const [a, b] = [position(head.rows[from]!), position(head.rows[i]!)];
      const m = metresBetween(a[0], a[1], b[0], b[1]);
      if (!(m > 5)) continue;
      way += m;
      from = i;
    }
    for (const r of head.rows) sum += numberOf(r[column]);
    const seconds = (numberOf(last[time.column]) - numberOf(first[time.column])) * scale;
    if (way > 20 && seconds > 0) ratios.push(sum / head.rows.length / (way / seconds));
  }
  const ratio = ratios[0];
  if (ratio === undefined || !(ratio > 0)) return "km/h";
  const off = (x: number) => Math.abs(Math.log(ratio / x));
  return [...SPEED_UNITS].sort((a, b) => off(a[1]) - off(b[1]))[0]![0];
}

/** `alt_m`: a unit of one letter counts where what stands before it is a channel. */
function titleParts(title: string): { readonly name: string; readonly unit: string } {
  const short = /^(.+)_([a-z])$/i.exec(title);
  if (short && channelOf(short[1]!) && unitOf(short[2]!)) return { name: short[1]!, unit: short[2]! };
  return splitTitle(title);
}

/** A first mapping by titles, units and values; what it does not know keeps its own name. */
export function propose(head: TableHead): { readonly mapping: CsvMapping; readonly known: number } {
  const column = (i: number) => head.rows.map((r) => r[i] ?? "");
  const kinds = head.titles.map((t, i) => timeKind(t, head.units?.[i] ?? "", column(i)));
  // a date (2000 to 2100) beats a running time
  const rank = (i: number): number => {
    const k = kinds[i];
    if (k === undefined) return 0;
    const seconds = numberOf(column(i)[0]) * SECONDS[k];
    return k === "iso" || k.includes("/") || (seconds > 9.4e8 && seconds < 4.1e9) ? 2 : 1;
  };
  const named = kinds.map((_, i) => i).sort((a, b) => rank(b) - rank(a) || a - b)[0] ?? -1;
  const sure = kinds[named] !== undefined;
  // a first column that only grows is worth a question, not more
  const timeAt = sure ? named : onlyGrows(column(0)) ? 0 : -1;
  const kind = sure ? kinds[named] : timeAt === 0 ? ("s" as const) : undefined;
  const isDate = (cell: string) => /^(?:\d{4}-\d\d?-\d\d?|\d\d?[/.]\d\d?[/.]\d{2,4})$/.test(cell);
  const dateAt =
    kind === "h:m:s"
      ? head.titles.findIndex((t, i) => /dat(?:e|um)\b|\bday$/i.test(t) && isDate(column(i)[0] ?? ""))
      : -1;
  const parts = head.titles.map(titleParts);
  const names = head.titles.map((_, i) => (kinds[i] ? undefined : channelOf(parts[i]!.name)));
  const at = (channel: string) => names.indexOf(channel);
  const taken = new Set<string>();
  let known = 0;
  const columns = head.titles.flatMap((title, i): MappedColumn[] => {
    if (i === timeAt || i === dateAt || title === "") return [];
    const column = head.titles.indexOf(title) === i ? title : i;
    const { name, unit: inTitle } = parts[i]!;
    const said = head.units?.[i] || inTitle;
    const channel = names[i];
    const spec = channel === undefined ? undefined : findChannel(channel);
    const unit =
      said ||
      (/^g[\s_]?force/i.test(name) ? "g" : "") ||
      (channel === "gnss.speed"
        ? speedUnit(head, kind && { column: timeAt, kind }, at, i)
        : (ASSUMED[channel ?? ""] ?? ""));
    const fits = spec !== undefined && (unit === "" || unitTo(unit, spec.unit) !== undefined);
    if (channel !== undefined && fits && !taken.has(channel)) {
      taken.add(channel);
      known++;
      return [{ column, channel, unit }];
    }
    const own = findChannel(ownName(name)) ? `file.${ownName(name)}` : ownName(name);
    const free = taken.has(own) ? `${own}_${i + 1}` : own;
    taken.add(free);
    return [{ column, channel: free, unit: unitOf(said) ? said : "" }];
  });
  const { delimiter, decimal, headerLine, dataLine } = head;
  const date = dateAt < 0 ? {} : { date: head.titles[dateAt]! };
  const time = kind ? { column: head.titles[timeAt]!, kind, ...date } : { rateHz: 10 };
  return { mapping: { delimiter, decimal, headerLine, dataLine, time, columns }, known: sure ? known : 0 };
}
