import { findChannel } from "@pitwall/core";
import { channelOf, ownName } from "../names/channel-names.ts";
import { splitTitle, unitOf, unitTo } from "../names/units.ts";
import { dateTimeParts, parseDate } from "../text/date.ts";
import { guessDelimiter } from "../text/delimiter.ts";
import { isoUs } from "../text/iso-time.ts";
import { cellsOf } from "../text/lines.ts";
import { ABSENT, ungrouped } from "../text/row.ts";
import { isAround, plainColumn } from "./around.ts";
import { accelerationUnit, median, numberOf, SECONDS, speedUnit } from "./guess-units.ts";
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
const isNumber = (cell: string): boolean => NUMBER.test(cell) || ungrouped(cell, true) !== undefined;
const isData = (cells: readonly string[]): boolean => {
  const filled = cells.filter((c) => c !== "" && !ABSENT.test(c));
  const numbers = filled.filter(
    (c) =>
      isNumber(c) ||
      isAround(c) ||
      /^\d{4}-\d\d-\d\d|^\d+:\d\d|^\d+[/.]\d+[/.]\d+/.test(c) ||
      dateTimeParts(c) !== undefined,
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
  const firstOf = (isRow: (l: (typeof cells)[number]) => boolean) =>
    cells.findIndex((l, i) => l.cells.length > 1 && isRow(l) && (!cells[i + 1] || isRow(cells[i + 1]!)));
  let first = firstOf((l) => isData(l.cells));
  // lines about the session hold numbers too (`Lap 1, 40.125, sectors, …`); below them come the titles, and wider rows
  const usual = median(cells.slice(-8).map((l) => l.cells.length));
  const wide = firstOf((l) => isData(l.cells) && Math.abs(l.cells.length - usual) <= 1);
  if (cells.slice(Math.max(0, first), wide).some((l) => !isData(l.cells))) first = wide;
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
  const rows = cells.slice(first).map((l) => [...l.cells]);
  const titles = header?.cells ?? Array.from({ length: width }, (_, i) => `column ${i + 1}`);
  const said = units?.cells.map((c) => c.replace(/[[\]()]/g, ""));
  const behind = takeAround(titles, rows);
  return {
    delimiter,
    decimal: decimalSign(rows),
    headerLine: header?.line ?? 0,
    dataLine: cells[first]!.line,
    titles,
    units: behind ? titles.map((_, i) => said?.[i] || behind[i]!) : said,
    rows,
  };
}

/** Leaves the numbers of cells such as `33.3 km/h` and `44.83N`; gives the units that stood there, if any did. */
function takeAround(titles: readonly string[], rows: string[][]): string[] | undefined {
  const units = titles.map((title, i) => {
    const channel = channelOf(titleParts(title).name) ?? "";
    const plain = plainColumn(
      rows.map((r) => r[i] ?? ""),
      /\.(?:lat|lon)$/.test(channel),
    );
    if (!plain) return "";
    rows.forEach((r, k) => {
      if (i < r.length) r[i] = plain.cells[k]!;
    });
    return plain.unit;
  });
  return units.some((u) => u !== "") ? units : undefined;
}

/** Cells such as `4,120` may have a decimal or a thousand: what the others have is meant there too. */
function decimalSign(rows: readonly (readonly string[])[]): "." | "," {
  const cells = rows.flat();
  const count = (like: RegExp) => cells.filter((c) => like.test(c)).length;
  const commas = count(/^[-+]?(?:\d*,\d{1,2}|\d*,\d{4,}|0\d*,\d+|\d{4,},\d+|\d{1,3}(?:\.\d{3})+,\d+)$/);
  const points = count(/^[-+]?(?:\d*\.\d{1,2}|\d*\.\d{4,}|0\d*\.\d+|\d{4,}\.\d+|\d{1,3}(?:,\d{3})+\.\d+)$/);
  if (commas !== points) return commas > points ? "," : ".";
  return count(/^[-+]?\d+,\d+$/) > count(/^[-+]?\d+\.\d+$/) ? "," : ".";
}

const TIME_TITLE =
  /^(?:utc|gps|gnss|unix|device|log|sample|local|elapsed|system|absolute|session|total)?[\s_]*(?:time|timestamp|datetime|date|zeit|uhrzeit|zeitstempel|utc|epoch|t\d?|secs?|seconds|millis|ms|us)(?:[\s_]*(?:ms|us|ns|s|utc|boot[\s_]?s))?$/i;

/** What kind of time a column holds, by its unit and its values; undefined where it is none. */
function timeKind(title: string, unitRow: string, values: readonly string[]): TimeKind | undefined {
  const { name: whole, unit } = splitTitle(title);
  const name = whole.replace(/\s*\([^)]*\)$/, "").trim();
  if (!TIME_TITLE.test(name)) return undefined;
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
    const open = dates.flatMap((d) => (d.open ? [d.open] : []));
    return open.some((d) => d[1] > 12) || (open.length > 0 && dates[0]!.half && open.every((d) => d[0] <= 12))
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

const MILLIS = /^(?:ms|msec|millis|milliseconds?)$/i;
const COMPACT_TIME = /^(?:[01]\d|2[0-3])[0-5]\d[0-5]\d(?:[.,]\d+)?$/;
/** Kinds of time that are numbers, with a fraction of their own. */
const PLAIN_TIMES = { s: 1, ms: 1, us: 1, ns: 1 };

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
/** `alt_m`: a unit of one letter counts where what stands before it is a channel. */
function titleParts(title: string): { readonly name: string; readonly unit: string } {
  const short = /^(.+)_([a-z])$/i.exec(title);
  if (short && channelOf(short[1]!) && unitOf(short[2]!)) return { name: short[1]!, unit: short[2]! };
  // QStarz: forces, not rates
  const force = /^G-([XYZ])$/i.exec(title.trim());
  if (force) return { name: `accel ${force[1]}`, unit: "g" };
  // a speed by its unit alone
  if (/^(?:kph|km\/?h|mph)$/i.test(title.trim())) return { name: "speed", unit: title.trim() };
  return splitTitle(title);
}

/** A first mapping by titles, units and values; what it does not know keeps its own name. */
export function propose(head: TableHead): { readonly mapping: CsvMapping; readonly known: number } {
  const column = (i: number) => head.rows.map((r) => r[i] ?? "");
  // `120314` and `001314` beside each other are a day and a time of day
  const filled = (i: number) => column(i).filter((c) => c !== "");
  const compactAt = head.titles.findIndex(
    (t, i) =>
      /^(?:utc|gps)?[\s_]*dat(?:e|um)$/i.test(t) && filled(i).every((c) => /^\d{6}(?:\d\d)?$/.test(c)),
  );
  const isCompactTime = (t: string, i: number) =>
    compactAt >= 0 && /time|zeit/i.test(t) && filled(i).every((c) => COMPACT_TIME.test(c));
  const kinds = head.titles.map((t, i) => {
    if (i === compactAt && filled(i).length > 0) return undefined;
    return isCompactTime(t, i) ? ("h:m:s" as const) : timeKind(t, head.units?.[i] ?? "", column(i));
  });
  // a date (2000 to 2100) beats a running time, one of the whole drive beats one that may begin anew with each lap
  const rank = (i: number): number => {
    const k = kinds[i];
    if (k === undefined) return 0;
    const seconds = numberOf(column(i)[0]) * SECONDS[k];
    return k === "iso" || k.includes("/") || (seconds > 9.4e8 && seconds < 4.1e9)
      ? 3
      : /^(?:absolute|session|total)/i.test(head.titles[i]!)
        ? 2
        : 1;
  };
  const named = kinds.map((_, i) => i).sort((a, b) => rank(b) - rank(a) || a - b)[0] ?? -1;
  const sure = kinds[named] !== undefined;
  // a first column that only grows is worth a question, not more
  const timeAt = sure ? named : onlyGrows(column(0)) ? 0 : -1;
  const kind = sure ? kinds[named] : timeAt === 0 ? ("s" as const) : undefined;
  const isDate = (cell: string) => /^[\d\p{L}./-]{6,12}$/u.test(cell) && parseDate(cell) !== undefined;
  const dateAt =
    kind === "h:m:s"
      ? head.titles.findIndex((t, i) => /dat(?:e|um)\b|\bday$/i.test(t) && isDate(column(i)[0] ?? ""))
      : -1;
  // whole seconds, and their milliseconds in a column of their own
  const millisAt =
    timeAt >= 0 && column(timeAt).every((c) => /\d/.test(c) && !/:\d\d[.,]\d/.test(c))
      ? head.titles.findIndex((t, i) => MILLIS.test(t) && filled(i).every((c) => /^\d{1,3}$/.test(c)))
      : -1;
  const parts = head.titles.map(titleParts);
  const names = head.titles.map((_, i) => (kinds[i] ? undefined : channelOf(parts[i]!.name)));
  const at = (channel: string) => names.indexOf(channel);
  const taken = new Set<string>();
  // `44.83,N,11.22,W`: the letter beside a position is its sign
  const letterBeside = (i: number, letters: RegExp) =>
    [i + 1, i - 1].find((k) => {
      const filled = column(k).filter((c) => c !== "");
      return filled.length > 0 && filled.every((c) => letters.test(c));
    });
  const signs = [
    [at("gnss.lat"), /^[NS]$/i, /S/i],
    [at("gnss.lon"), /^[EW]$/i, /W/i],
  ] as const;
  const letters = signs.map(([i, both]) => (i < 0 ? undefined : letterBeside(i, both)));
  const negative = signs.flatMap(([i, , minus], k) => {
    const beside = letters[k];
    if (beside === undefined || column(i).some((c) => c.startsWith("-"))) return [];
    return column(beside).some((c) => minus.test(c)) ? [i] : [];
  });
  let known = 0;
  const columns = head.titles.flatMap((title, i): MappedColumn[] => {
    if (i === timeAt || i === dateAt || i === millisAt || title === "" || letters.includes(i)) return [];
    const column = head.titles.indexOf(title) === i ? title : i;
    const { name, unit: inTitle } = parts[i]!;
    const said = head.units?.[i] || inTitle;
    const channel = names[i];
    const spec = channel === undefined ? undefined : findChannel(channel);
    const unit =
      said ||
      (/^g[\s_]?force/i.test(name) ? "g" : "") ||
      (channel === "gnss.speed"
        ? speedUnit(head.rows, kind && { column: timeAt, kind }, at, i)
        : /^imu\.a[xyz]$/.test(channel ?? "")
          ? accelerationUnit(head.rows, at)
          : (ASSUMED[channel ?? ""] ?? ""));
    const fits = spec !== undefined && (unit === "" || unitTo(unit, spec.unit) !== undefined);
    if (channel !== undefined && fits && !taken.has(channel)) {
      taken.add(channel);
      known++;
      return [{ column, channel, unit, ...(negative.includes(i) ? { negate: true } : {}) }];
    }
    const own = findChannel(ownName(name)) ? `file.${ownName(name)}` : ownName(name);
    const free = taken.has(own) ? `${own}_${i + 1}` : own;
    taken.add(free);
    return [{ column, channel: free, unit: unitOf(said) ? said : "" }];
  });
  const { delimiter, decimal, headerLine, dataLine } = head;
  const date = dateAt < 0 ? {} : { date: head.titles[dateAt]! };
  const millis =
    millisAt < 0 || kind === undefined || kind in PLAIN_TIMES ? {} : { millis: head.titles[millisAt]! };
  const time = kind ? { column: head.titles[timeAt]!, kind, ...date, ...millis } : { rateHz: 10 };
  return { mapping: { delimiter, decimal, headerLine, dataLine, time, columns }, known: sure ? known : 0 };
}
