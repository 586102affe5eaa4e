import type { NamingSystem, RecordedLap, Recording } from "@pitwall/core";
import { FormatError } from "../errors.ts";
import type { ReadOptions } from "../format.ts";
import { nameColumn } from "../names/channel-names.ts";
import { unitOf } from "../names/units.ts";
import type { ByteSource } from "../source.ts";
import type { CellPlan, TablePlan } from "../table/plan.ts";
import { ProblemLog } from "../table/problems.ts";
import { readTable } from "../table/read-table.ts";
import { settleSigns } from "../table/settle-signs.ts";
import { dayUs, parseClock, parseDate } from "../text/date.ts";
import { guessDelimiter } from "../text/delimiter.ts";
import { isEpoch } from "../text/epoch.ts";
import { cellsOf } from "../text/lines.ts";
import type { RowParser } from "../text/row.ts";

/** The exports of MoTeC i2 and of AiM Race Studio are one kind of file: keys and values, a row of names, one of units, rows at one rate. */
export type LoggerCsv = {
  readonly id: string;
  readonly system: NamingSystem;
  /** The last beacon stands at the end of the data and is no crossing (AiM). */
  readonly lastBeaconIsEnd: boolean;
};

type Meta = Map<string, string[]>;

const isNumber = (cell: string): boolean => /^[-+]?\d*[.,]?\d+(?:[eE][-+]?\d+)?$/.test(cell);
const TIME = /^time(?:\s*\(.*\))?$/i;

/** The row of names: it begins with "Time" (or "Distance", as exported along the lap), and no time of day follows. */
function isNames(cells: readonly string[]): boolean {
  if (!TIME.test(cells[0] ?? "") && !/^(?:lap )?distance(?:\s*\(.*\))?$/i.test(cells[0] ?? "")) return false;
  const filled = cells.filter((c) => c !== "");
  return filled.length > 1 && !/^\d?\d[:.]\d\d/.test(filled[1]!) && !isNumber(filled[1]!);
}

const numberOf = (cell: string | undefined): number => Number(cell?.replace(",", ".") ?? Number.NaN);

/** Some exports put a row of channel numbers between the units and the data. */
const isChannelNumbers = (cells: readonly string[]): boolean =>
  cells.length > 2 && cells.every((c) => /^\d+$/.test(c)) && cells[0] !== "0";

function place(
  names: readonly string[],
  units: readonly string[],
  rule: LoggerCsv,
  group: string,
): CellPlan[] {
  return names.flatMap((name, cell): CellPlan[] => {
    if (name === "" || TIME.test(name)) return [];
    return [{ cell, group, ...nameColumn(name, units[cell] ?? "", { system: rule.system }) }];
  });
}

/** Seconds of all beacons: in one cell separated by spaces, or in a cell each. */
const beaconsOf = (meta: Meta): number[] =>
  (meta.get("beacon markers") ?? [])
    .flatMap((c) => c.split(/[\s;]+/))
    .filter(isNumber)
    .map(numberOf);

function lapsOf(meta: Meta, baseUs: number, lastUs: number, rule: LoggerCsv): RecordedLap[] {
  const times = beaconsOf(meta).map((s) => baseUs + Math.round(s * 1e6));
  const duration = numberOf(meta.get("duration")?.[0]);
  const end = Number.isFinite(duration) ? baseUs + duration * 1e6 : lastUs;
  // within a row of the end
  if (rule.lastBeaconIsEnd && times.length > 0 && times.at(-1)! >= end - 0.15e6) times.pop();
  return times.slice(1).map((endUs, i) => ({ number: i + 1, startUs: times[i]!, endUs }));
}

export async function readLoggerCsv(
  source: ByteSource,
  options: ReadOptions,
  rule: LoggerCsv,
): Promise<Recording> {
  const problems = new ProblemLog();
  const meta: Meta = new Map();
  let names: string[] | undefined;
  let units: string[] | undefined;
  let delimiter: ReturnType<typeof guessDelimiter> | undefined;
  let baseUs = 0;
  let absolute = false;
  let lastUs = Number.NEGATIVE_INFINITY;

  const start = () => {
    const day =
      parseDate((meta.get("log date") ?? meta.get("date") ?? []).join(" ")) ?? parseDate(options.date ?? "");
    const clock = parseClock((meta.get("log time") ?? meta.get("time") ?? [])[0] ?? "");
    absolute = day !== undefined && isEpoch(dayUs(day));
    if (day) {
      baseUs = dayUs(day, clock ?? 0);
      problems.note("times follow the logger's own clock, whose time zone the file does not name");
    }
  };
  const planOf = (n: readonly string[], u: readonly string[]): TablePlan => {
    start();
    const at = n.findIndex((name) => TIME.test(name));
    const step = unitOf(u[at] || "s") ?? { scale: 1 };
    const rateHz = numberOf(meta.get("sample rate")?.[0]);
    let rows = 0;
    if (at < 0 && !(rateHz > 0))
      throw new FormatError(
        "unsupported",
        rule.id,
        "neither a column Time nor a sample rate says when the rows were",
      );
    if (at < 0)
      problems.note(`no column says the time; rows are taken as one every 1/${rateHz} s, the stated rate`);
    const secondsOf = (row: RowParser) => (at < 0 ? rows++ / rateHz : row.values[at]! * step.scale);
    return {
      rule: { delimiter: delimiter ?? "," },
      minCells: n.length,
      maxCells: n.length,
      cells: place(n, u, rule, rule.system),
      time(row) {
        lastUs = baseUs + Math.round(secondsOf(row) * 1e6);
        return lastUs;
      },
    };
  };

  const header = (text: string, line: number): TablePlan | undefined => {
    delimiter ??= /^"?format"?/i.test(text) ? guessDelimiter([text.replaceAll('"', "")]) : undefined;
    const cells = cellsOf(text, delimiter ?? ",");
    const blank = cells.every((c) => c === "");
    if (!names) {
      if (isNames(cells)) {
        names = cells;
        while (names.at(-1) === "") names.pop();
      } else if (!blank) {
        for (let i = 0; i + 1 < cells.length; i++)
          if (i === 0 || (cells[i] !== "" && cells[i - 1] === "")) {
            const key = cells[i]!.toLowerCase();
            if (key !== "" && !meta.has(key)) meta.set(key, i === 0 ? cells.slice(1) : [cells[i + 1]!]);
          }
      }
      return undefined;
    }
    if (!units) {
      if (blank) return undefined;
      if (isNumber(cells[0]!))
        throw new FormatError("malformed", rule.id, "no row of units below the names", line);
      // an alias row may stand between names and units
      if (isNames(cells)) {
        names = cells;
        return undefined;
      }
      units = cells;
      return planOf(names, units);
    }
    return undefined;
  };
  const { groups } = await readTable(source, options, {
    id: rule.id,
    problems,
    header,
    skip: (text) => {
      const cells = cellsOf(text, delimiter ?? ",");
      return cells.every((c) => c === "") || isChannelNumbers(cells);
    },
  });
  settleSigns(groups, problems);
  const one = (key: string) => meta.get(key)?.find((c) => c !== "");
  const [vehicle, driver, track] = [
    one("vehicle"),
    one("driver") ?? one("racer") ?? one("user"),
    one("venue") ?? one("track"),
  ];
  const title = one("session") ?? options.name;
  return {
    groups,
    absoluteTime: absolute,
    ...(title === undefined ? {} : { title }),
    ...(vehicle === undefined ? {} : { vehicle }),
    ...(driver === undefined ? {} : { driver }),
    ...(track === undefined ? {} : { track }),
    ...(one("device") === undefined ? {} : { device: one("device")! }),
    gates: [],
    laps: lapsOf(meta, baseUs, lastUs, rule),
    ...problems.report(),
  };
}
