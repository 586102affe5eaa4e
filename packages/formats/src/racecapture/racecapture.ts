import type { Recording } from "@pitwall/core";
import { FormatError } from "../errors.ts";
import type { Format, ReadOptions } from "../format.ts";
import { nameColumn } from "../names/channel-names.ts";
import type { ByteSource } from "../source.ts";
import { LapNumbers } from "../table/lap-numbers.ts";
import type { CellPlan, TablePlan } from "../table/plan.ts";
import { ProblemLog } from "../table/problems.ts";
import { readTable } from "../table/read-table.ts";
import { settleSigns } from "../table/settle-signs.ts";
import { firstLine } from "../text/sniff.ts";
import { moveTimes, UptimeSegments } from "./segments.ts";

/**
 * One cell of the header: `"Latitude"|"Degrees"|-180.0|180.0|25`: name, unit, range, rate. Loggers that follow the form
 * leave out the range; programs that saved the file again, the quotes.
 */
const CELL = /^\s*"*([^"|]+)"*\|"*([^"|]*)"*(?:\|[-\d.]*)+"?\s*$/;

/** Names and units in the order of the cells; a cell of another form has a name only, so that none behind it shifts. */
function cellsOfHeader(text: string): { name: string; unit: string }[] | undefined {
  const cells = text.split(",").map((cell) => ({ cell, match: CELL.exec(cell) }));
  if (!cells.some((c) => c.match)) return undefined;
  return cells.map(({ cell, match }) => ({
    name: match?.[1] ?? cell.replaceAll('"', "").trim(),
    unit: match?.[2] ?? "",
  }));
}

/** Names of RaceCapture that say something else elsewhere. */
const OWN: Readonly<Record<string, string>> = {
  Roll: "imu.gx",
  Pitch: "imu.gy",
  Yaw: "imu.gz",
  GPSQual: "gnss.fix",
};
/** Timing by the logger itself: laps are taken from the count, the rest is worked out anew. */
const FRAME = new Set([
  "Interval",
  "Utc",
  "LapCount",
  "LapTime",
  "Sector",
  "SectorTime",
  "PredTime",
  "ElapsedTime",
  "CurrentLap",
  "SessionTime",
]);

function place(name: string, unit: string, cell: number): CellPlan | undefined {
  if (FRAME.has(name) || name === "") return undefined;
  const named = nameColumn(name, unit, { channel: OWN[name] });
  const id = named.field.name;
  const group = id.startsWith("gnss.") ? "gps" : id.startsWith("imu.") ? "imu" : "channels";
  return { cell, group, ...named };
}

async function read(source: ByteSource, options: ReadOptions): Promise<Recording> {
  const problems = new ProblemLog();
  const segments = new UptimeSegments();
  const laps = new LapNumbers();
  let names: string[] = [];
  const header = (text: string, line: number): TablePlan | undefined => {
    const cells = cellsOfHeader(text);
    if (!cells) {
      if (text.trim() === "") return undefined;
      throw new FormatError("malformed", "racecapture-log", "the first line names no channels", line);
    }
    names = cells.map((c) => c.name);
    const interval = names.indexOf("Interval");
    const utc = names.indexOf("Utc");
    const lap = names.indexOf("LapCount");
    const lat = names.indexOf("Latitude");
    if (interval < 0 && utc < 0)
      throw new FormatError(
        "malformed",
        "racecapture-log",
        "neither Interval nor Utc among the channels",
        line,
      );
    return {
      rule: { delimiter: "," },
      minCells: names.length,
      maxCells: names.length,
      // positions are 0 until there is a fix
      cells: cells.flatMap((c, i) => {
        const placed = place(c.name, c.unit, i);
        return placed ? [i === lat || c.name === "Longitude" ? { ...placed, missing: 0 } : placed] : [];
      }),
      time(row) {
        const utcUs = utc < 0 ? Number.NaN : Math.round(row.values[utc]! * 1e3);
        return interval < 0 ? utcUs : segments.next(Math.round(row.values[interval]! * 1e3), utcUs);
      },
      onRow(row, tUs) {
        if (lap >= 0 && !Number.isNaN(row.values[lap]!)) laps.row(tUs, row.values[lap]!);
      },
    };
  };
  const { groups } = await readTable(source, options, {
    id: "racecapture-log",
    problems,
    header,
    asideMark: '"',
    aside(text, line) {
      // the logger writes its header again when it starts a new session in the same file
      segments.restart();
      const again = cellsOfHeader(text)?.map((c) => c.name);
      if (again?.join() !== names.join())
        problems.add("unsupported", "the channels change here; what follows is read by the first header", {
          line,
        });
      return false;
    },
  });
  const toUtc = segments.toUtc();
  if (toUtc) moveTimes(groups, toUtc);
  if (segments.count > 1) problems.note(`the logger restarted ${segments.count - 1} times within the file`);
  settleSigns(groups, problems);
  const at = toUtc ?? ((us: number) => us);
  return {
    groups,
    absoluteTime: toUtc !== undefined || segments.count === 0,
    ...(options.name === undefined ? {} : { title: options.name }),
    gates: [],
    laps: laps.laps.map((l) => ({ number: l.number, startUs: at(l.startUs), endUs: at(l.endUs) })),
    ...problems.report(),
  };
}

export const raceCaptureLog: Format = {
  id: "racecapture-log",
  title: "RaceCapture log",
  extensions: ["log", "csv"],
  sniff(head) {
    const line = firstLine(head);
    if (/^"[^"]+"\|"[^"]*"\|[-\d.]+\|[-\d.]+\|\d+/.test(line)) return 1;
    return /^"*(?:Interval|Utc)"*\|"*ms"*\|\d/.test(line) ? 1 : 0;
  },
  read,
  carries: {
    times: "own",
    absoluteTime: true,
    channels: "all",
    gaps: true,
    laps: "numbers",
    gates: false,
    remarks: "Read only. Laps are as coarse as the rows in which the logger counts them.",
  },
};
