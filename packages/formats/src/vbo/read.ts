import type { Group, Recording } from "@pitwall/core";
import { FormatError } from "../errors.ts";
import type { ReadOptions } from "../format.ts";
import type { ByteSource } from "../source.ts";
import { LapNumbers } from "../table/lap-numbers.ts";
import type { TablePlan } from "../table/plan.ts";
import { ProblemLog } from "../table/problems.ts";
import { readTable } from "../table/read-table.ts";
import { settleSigns } from "../table/settle-signs.ts";
import { DayClock, dayTimeUs, firstMidnightUs, parseDay } from "../text/day-time.ts";
import { isEpoch } from "../text/epoch.ts";
import { columnsOf } from "./columns.ts";
import { gateOf, settled } from "./gates.ts";
import { SectionReader } from "./sections.ts";

/** Satellite counts carry flags: +64 brake trigger, +128 differential corrections (Racelogic, VBO file format). */
const SATS_FLAG = 64;

export async function readVbo(source: ByteSource, options: ReadOptions): Promise<Recording> {
  const problems = new ProblemLog();
  const reader = new SectionReader();
  const laps = new LapNumbers();
  const clock = new DayClock();
  let firstUs = Number.NaN;

  const plan = (line: number): TablePlan => {
    const columns = columnsOf(reader.sections);
    if (columns.time < 0)
      throw new FormatError("malformed", "vbo", `no column "time" among ${columns.count} columns`, line);
    const index = (name: string) => columns.cells.findIndex((c) => c.field.name === name);
    const [lat, lon, sats] = [index("gnss.lat"), index("gnss.lon"), index("gnss.sats")];
    return {
      rule: { delimiter: " ", runs: true },
      minCells: columns.count,
      maxCells: columns.count,
      cells: columns.cells,
      time(row) {
        const us = clock.next(dayTimeUs(row.values[columns.time]!));
        if (Number.isNaN(firstUs)) firstUs = us;
        return us;
      },
      repair: {
        vbox(values) {
          if (sats >= 0) values[sats] = values[sats]! % SATS_FLAG;
          const lost = (sats >= 0 && values[sats] === 0) || (values[lat] === 0 && values[lon] === 0);
          if (lost && lat >= 0 && lon >= 0) {
            values[lat] = Number.NaN;
            values[lon] = Number.NaN;
          }
        },
      },
      onRow(row, tUs) {
        if (columns.lap >= 0) laps.row(tUs, row.values[columns.lap]!);
      },
    };
  };

  const table = await readTable(source, options, {
    id: "vbo",
    problems,
    header: (text, line) => (reader.take(text, line) === "data" ? plan(line) : undefined),
    asideMark: "[",
    aside: (text, line) => reader.take(text, line) !== "data",
  });

  const groups = calculatedWhereNone(table.groups, problems);
  problems.note(clock.leap.note());
  const s = reader.sections;
  const trace = settlePosition(groups, options, problems);
  const day = parseDay(options.date) ?? s.createdDay;
  const base = day ? firstMidnightUs(day, options.date ? undefined : s.createdS, firstUs) : 0;
  // groups may share a time axis; each is moved once
  for (const tUs of new Set(groups.map((g) => g.tUs))) for (let i = 0; i < tUs.length; i++) tUs[i]! += base;
  const gates = s.gates.flatMap(({ text, line }) => gateOf(text, line, trace, problems) ?? []);
  if (!day) problems.note("the file names no day (--date does): times count from midnight");
  settleSigns(groups, problems);
  const title = s.title ?? options.name;
  return {
    groups,
    absoluteTime: day !== undefined && isEpoch(base),
    ...(title === undefined ? {} : { title }),
    ...(s.track === undefined ? {} : { track: s.track }),
    ...(s.driver === undefined ? {} : { driver: s.driver }),
    ...(s.device === undefined ? {} : { device: s.device }),
    gates: settled(gates),
    laps: laps.laps.map((l) => ({ ...l, startUs: l.startUs + base, endUs: l.endUs + base })),
    ...problems.report(),
  };
}

/**
 * RaceChrono writes the standard columns of the accelerations whether the receiver measures them or not, as 0, and those
 * that it works out itself beside them.
 */
function calculatedWhereNone(groups: readonly Group[], problems: ProblemLog): Group[] {
  const pairs = [
    ["vehicle.aLat", "latacc_calc"],
    ["vehicle.aLong", "longacc_calc"],
  ] as const;
  return groups.map((group) => {
    let columns = group.columns;
    for (const [id, other] of pairs) {
      const empty = columns.find((c) => c.field.name === id && c.values.every((v) => v === 0));
      const calculated = columns.find((c) => c.field.name === other);
      if (!empty || !calculated) continue;
      const { resolution } = calculated.field;
      const field = { ...empty.field, ...(resolution === undefined ? {} : { resolution }) };
      columns = columns.flatMap((c) =>
        c === empty ? [{ field, values: calculated.values }] : c === calculated ? [] : [c],
      );
      problems.note(`${id} is 0 throughout and is taken as RaceChrono worked it out (${other})`);
    }
    return { ...group, columns };
  });
}

/**
 * Minutes to degrees is done by then; here west becomes negative. Values that would all lie within a degree and a half
 * of the equator and three of Greenwich are degrees that someone wrote in place of minutes.
 */
function settlePosition(
  groups: readonly Group[],
  options: ReadOptions,
  problems: ProblemLog,
): { lat: Float64Array; lon: Float64Array } {
  const columns = groups[0]?.columns ?? [];
  const at = (name: string) => columns.find((c) => c.field.name === name);
  const [latColumn, lonColumn] = [at("gnss.lat"), at("gnss.lon")];
  if (!latColumn || !lonColumn) return { lat: new Float64Array(0), lon: new Float64Array(0) };
  const [lat, lon] = [latColumn.values, lonColumn.values];
  let most = 0;
  for (let i = 0; i < lat.length; i++) {
    if (Math.abs(lat[i]!) > most) most = Math.abs(lat[i]!);
    if (Math.abs(lon[i]!) / 2 > most) most = Math.abs(lon[i]!) / 2;
  }
  const degrees = most <= 1.5;
  if (degrees) problems.note("positions are degrees, not minutes as the format has it");
  const scale = degrees ? 60 : 1;
  const sign = options.eastPositive ? 1 : -1;
  if (degrees || sign < 0)
    for (let i = 0; i < lat.length; i++) {
      lat[i]! *= scale;
      lon[i]! *= scale * sign;
    }
  return { lat, lon };
}
