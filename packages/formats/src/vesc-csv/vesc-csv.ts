import type { Recording } from "@pitwall/core";
import { FormatError } from "../errors.ts";
import type { Format, ReadOptions } from "../format.ts";
import { nameColumn } from "../names/channel-names.ts";
import type { ByteSource } from "../source.ts";
import type { CellPlan, TablePlan } from "../table/plan.ts";
import { ProblemLog } from "../table/problems.ts";
import { readTable } from "../table/read-table.ts";
import { dayUs, parseDate } from "../text/date.ts";
import { DayClock } from "../text/day-time.ts";
import { cellsOf } from "../text/lines.ts";
import { firstLine } from "../text/sniff.ts";

/** Columns of VESC Tool's log; the sign of currents is the house's: positive is discharge. */
const COLUMNS: Readonly<Record<string, readonly [channel: string, unit: string]>> = {
  input_voltage: ["battery.voltage", "V"],
  v_in: ["battery.voltage", "V"],
  temp_mos_max: ["controller.temp", "degC"],
  temp_motor: ["motor.temp", "degC"],
  current_motor: ["motor.current", "A"],
  current_in: ["battery.current", "A"],
  erpm: ["motor.erpm", "rpm"],
  duty_cycle: ["motor.duty", ""],
  fault_code: ["controller.fault", ""],
  battery_level: ["battery.soc", ""],
  speed_meters_per_sec: ["wheel.speed", "m/s"],
  accX: ["imu.ax", "g"],
  accY: ["imu.ay", "g"],
  accZ: ["imu.az", "g"],
  gyroX: ["imu.gx", "deg/s"],
  gyroY: ["imu.gy", "deg/s"],
  gyroZ: ["imu.gz", "deg/s"],
  gnss_lat: ["gnss.lat", "deg"],
  gnss_lon: ["gnss.lon", "deg"],
  gnss_alt: ["gnss.alt", "m"],
  gnss_gVel: ["gnss.speed", "m/s"],
  gnss_vVel: ["gnss.vUp", "m/s"],
  gnss_hAcc: ["gnss.hAcc", "m"],
  gnss_vAcc: ["gnss.vAcc", "m"],
};
const FRAME = new Set(["ms_today", "ms_today_setup", "ms_today_imu", "gnss_posTime", "t_day", "t_day_pos"]);

type Title = { readonly key: string; readonly unit: string; readonly isTime: boolean };

/** VESC Tool writes plain keys; VESC Express `key:name:unit:precision:relative:time`. */
function titleOf(cell: string): Title {
  const [key = "", , unit = "", , , time] = cell.split(":");
  return { key, unit, isTime: time === "1" };
}

function place(title: Title, cell: number): CellPlan | undefined {
  if (FRAME.has(title.key) || title.isTime || title.key === "") return undefined;
  const known = COLUMNS[title.key];
  const named = known
    ? nameColumn(known[0], title.unit || known[1], { channel: known[0] })
    : nameColumn(title.key, title.unit, { channel: "" });
  const id = named.field.name;
  const group =
    id.startsWith("gnss.") || title.key.startsWith("gnss_") ? "gnss" : id.startsWith("imu.") ? "imu" : "vesc";
  // all zero where the controller has no receiver
  const missing = id === "gnss.lat" || id === "gnss.lon" ? { missing: 0 } : {};
  return { cell, group, ...named, ...missing };
}

async function read(source: ByteSource, options: ReadOptions): Promise<Recording> {
  const problems = new ProblemLog();
  const clock = new DayClock();
  // the log is named after the local time of its start
  const day = parseDate(options.date ?? "") ?? parseDate(options.name ?? "");
  const baseUs = day ? dayUs(day) : 0;
  const header = (text: string, line: number): TablePlan => {
    const titles = cellsOf(text, ";").map(titleOf);
    const at = (...keys: string[]) => titles.findIndex((t) => keys.includes(t.key));
    const ms = at("ms_today");
    const seconds = titles.findIndex((t) => t.isTime || t.key === "t_day");
    const time = ms >= 0 ? ms : seconds;
    if (time < 0) throw new FormatError("malformed", "vesc-csv", "no column of time", line);
    const scale = ms >= 0 ? 1e3 : 1e6;
    const fix = at("gnss_posTime", "t_day_pos");
    return {
      rule: { delimiter: ";" },
      // lines end in a delimiter
      minCells: titles.at(-1)!.key === "" ? titles.length - 1 : titles.length,
      maxCells: titles.length,
      cells: titles.flatMap((t, i) => place(t, i) ?? []),
      time: (row) => baseUs + clock.next(Math.round(row.values[time]! * scale)),
      ...(fix < 0 ? {} : { changed: { gnss: fix } }),
    };
  };
  const { groups } = await readTable(source, options, { id: "vesc-csv", problems, header });
  if (!day) problems.note("the file names no day (--date does): times count from midnight");
  else
    problems.note(
      "times follow the clock of the phone or computer that logged, whose time zone the file does not name",
    );
  return {
    groups,
    absoluteTime: day !== undefined,
    ...(options.name === undefined ? {} : { title: options.name }),
    gates: [],
    laps: [],
    ...problems.report(),
  };
}

export const vescCsv: Format = {
  id: "vesc-csv",
  title: "VESC Tool CSV",
  extensions: ["csv"],
  sniff(head) {
    const line = firstLine(head);
    if (/^ms_today;/.test(line)) return 1;
    return /^[\w ]+:[^:;]*:[^:;]*:\d+:[01]:[01];/.test(line) ? 0.95 : 0;
  },
  read,
  carries: {
    times: "own",
    absoluteTime: false,
    channels: "all",
    gaps: false,
    laps: "none",
    gates: false,
    remarks: "Read only. The day is taken from the file's name.",
  },
};
