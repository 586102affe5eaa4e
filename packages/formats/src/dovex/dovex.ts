import type { Recording } from "@pitwall/core";
import type { Format, ReadOptions } from "../format.ts";
import { nameColumn } from "../names/channel-names.ts";
import type { ByteSource } from "../source.ts";
import type { CellPlan, TablePlan } from "../table/plan.ts";
import { ProblemLog } from "../table/problems.ts";
import { readTable } from "../table/read-table.ts";
import { cellsOf } from "../text/lines.ts";
import { headText } from "../text/sniff.ts";

/**
 * The log of Dove's Data Logger (BirdsEye): a preamble padded with spaces or zero bytes, usually to 8192 bytes (names
 * and values of the session, then the lap times), and below it a table with Unix milliseconds. A session that was not
 * ended has an empty preamble. Layout after the logger's and its viewer's public sources (TheAngryRaven, GitHub).
 */
const COLUMNS: Readonly<Record<string, readonly [channel: string, unit: string]>> = {
  sats: ["gnss.sats", ""],
  hdop: ["gnss.hdop", ""],
  lat: ["gnss.lat", "deg"],
  lng: ["gnss.lon", "deg"],
  speed_mph: ["gnss.speed", "mph"],
  altitude_m: ["gnss.alt", "m"],
  heading_deg: ["gnss.course", "deg"],
  h_acc_m: ["gnss.hAcc", "m"],
  rpm: ["engine.rpm", "rpm"],
  exhaust_temp_c: ["engine.exhaustTemp", "degC"],
  water_temp_c: ["engine.waterTemp", "degC"],
  accel_x: ["imu.ax", "g"],
  accel_y: ["imu.ay", "g"],
  accel_z: ["imu.az", "g"],
};

const isTable = (line: string): boolean =>
  /^timestamp,/.test(line) && /,lat,/.test(line) && /,lng(?:,|$)/.test(line);
const plain = (text: string): string => text.replaceAll("\0", "").trim();

async function read(source: ByteSource, options: ReadOptions): Promise<Recording> {
  const problems = new ProblemLog();
  const preamble: string[][] = [];
  const header = (raw: string): TablePlan | undefined => {
    const text = plain(raw);
    if (!isTable(text)) {
      if (text !== "") preamble.push(cellsOf(text, ","));
      return undefined;
    }
    const names = text.split(",");
    return {
      rule: { delimiter: "," },
      minCells: names.length,
      maxCells: names.length,
      cells: names.flatMap((name, cell): CellPlan[] => {
        if (cell === 0) return [];
        const known = COLUMNS[name.toLowerCase()];
        const named = known ? nameColumn(known[0], known[1], { channel: known[0] }) : nameColumn(name);
        return [{ cell, group: named.field.name.startsWith("gnss.") ? "gps" : "logger", ...named }];
      }),
      time: (row) => Math.round(row.values[0]! * 1e3),
    };
  };
  const { groups } = await readTable(source, options, { id: "dovex", problems, header });
  const value = (name: string) => {
    const at = preamble[0]?.indexOf(name) ?? -1;
    return at < 0 ? undefined : preamble[1]?.[at] || undefined;
  };
  const laps =
    preamble[2]?.[0] === "lap_times_ms" ? (preamble[3] ?? []).map(Number).filter((ms) => ms > 0) : [];
  if (laps.length > 0)
    problems.note(
      `the file states ${laps.length} lap times (best ${(Math.min(...laps) / 1000).toFixed(3)} s) but not when they began`,
    );
  const [driver, track] = [value("driver"), value("course")];
  return {
    groups,
    absoluteTime: true,
    ...(options.name === undefined ? {} : { title: options.name }),
    ...(driver === undefined ? {} : { driver }),
    ...(track === undefined ? {} : { track }),
    gates: [],
    laps: [],
    ...problems.report(),
  };
}

export const dovex: Format = {
  id: "dovex",
  title: "Dovex and Dove CSV",
  extensions: ["dovex", "dove", "dovep"],
  sniff(head) {
    const lines = headText(head, 65_536).split(/\r?\n/);
    if (!lines.some((l) => isTable(plain(l)))) return 0;
    const first = plain(lines[0]!);
    return isTable(first) || first === "" || /datetime/.test(first) ? 0.95 : 0.6;
  },
  read,
  carries: {
    times: "position",
    absoluteTime: true,
    channels: "all",
    gaps: true,
    laps: "none",
    gates: false,
    remarks: "Read only. Stated lap times have no start; they are noted.",
  },
};
