import { findColumn, type RecordedGate, type Recording } from "@pitwall/core";
import type { ReadOptions } from "../format.ts";
import { courseNear, distanceToTrace, gateAcross, NEAR_M } from "../geo.ts";
import { nameColumn } from "../names/channel-names.ts";
import { splitTitle } from "../names/units.ts";
import type { ByteSource } from "../source.ts";
import { LapNumbers } from "../table/lap-numbers.ts";
import type { CellPlan, TablePlan } from "../table/plan.ts";
import { ProblemLog } from "../table/problems.ts";
import { readTable } from "../table/read-table.ts";
import { guessDelimiter } from "../text/delimiter.ts";
import { isEpoch } from "../text/epoch.ts";
import { cellsOf } from "../text/lines.ts";
import { CELL_TEXT, type RowParser } from "../text/row.ts";
import { type LapLine, lapsFromLines, parseLapLine } from "./laps.ts";
import { datedByName } from "./name-start.ts";

/** Half the width given to a gate that the file knows only as a point. */
const HALF_WIDTH_M = 15;

type Point = { kind: RecordedGate["kind"]; name: string; lat: number; lon: number; courseDeg: number };

/** `# End Point: 50.857952, -0.752617  @ -1.00 deg`; a negative direction is none. */
function parsePoint(text: string): Point | undefined {
  // saved again by a program for tables, the comma may be the decimal point
  const plain = text.includes(";") ? text.replaceAll(",", ".").replaceAll(";", ",") : text;
  const m =
    /^#\s*(Start|End|Split)\s+Point\s*(\d*)\s*:\s*([-+\d.]+)\s*,\s*([-+\d.]+)(?:\s*@\s*([-+\d.]+))?/i.exec(
      plain,
    );
  if (!m) return undefined;
  const what = m[1]!.toLowerCase();
  const kind = what === "split" ? "split" : what === "start" ? "start" : "finish";
  return {
    kind,
    name: what === "split" ? `Split ${m[2] || 1}` : "",
    lat: Number(m[3]),
    lon: Number(m[4]),
    courseDeg: Number(m[5] ?? -1),
  };
}

/** Titles of RaceRender's own form: https://racerender.com/Developer/DataFormat.html */
const OWN: Readonly<Record<string, { channel: string; unit: string }>> = {
  mph: { channel: "gnss.speed", unit: "mph" },
  kph: { channel: "gnss.speed", unit: "km/h" },
  x: { channel: "vehicle.aLong", unit: "g" },
  y: { channel: "vehicle.aLat", unit: "g" },
  throttle: { channel: "driver.throttle", unit: "%" },
  heading: { channel: "gnss.course", unit: "deg" },
  altitude: { channel: "gnss.alt", unit: "m" },
  rpm: { channel: "engine.rpm", unit: "rpm" },
};
/** The phone's axes lie as the phone lay, and gravity is taken off by the program: no channel of the house is that. */
const OWN_NAMES: Readonly<Record<string, string>> = {
  "accel x": "accel_x",
  "accel y": "accel_y",
  "accel z": "accel_z",
};
const GNSS = /^(?:gnss\.|gps_)/;

function place(title: string, cell: number): CellPlan | undefined {
  const key = title.toLowerCase();
  if (["time", "utc time", "lap", "gps_update", "obd_update"].includes(key)) return undefined;
  const obd = /\*\s*obd/i.test(title);
  const own = OWN[key];
  const phone = OWN_NAMES[key];
  // two units of one quantity: the metric one is kept
  if (key === "altitude (ft)") return undefined;
  const parts = own ? { name: title, unit: own.unit } : splitTitle(title);
  const named = phone
    ? { field: { name: phone, unit: "m/s^2" as const, doc: title }, scale: 9.80665, offset: 0 }
    : key.startsWith("brake (calc")
      ? { field: { name: "brake_calculated", unit: "1" as const, doc: title }, scale: 1, offset: 0 }
      : nameColumn(parts.name, parts.unit, {
          channel: obd && /^speed\s*\*/i.test(parts.name) ? "obd.speed" : own?.channel,
        });
  const group = obd ? "obd" : GNSS.test(named.field.name) || key === "gps_delay" ? "gps" : "phone";
  return { cell, group, ...named };
}

/** Seconds, or `hh:mm:ss.nn`; µs. */
function timeUs(row: RowParser, bytes: Uint8Array, cell: number): number {
  if (row.states[cell] !== CELL_TEXT) return Math.round(row.values[cell]! * 1e6);
  const m = /^(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)$/.exec(row.text(bytes, cell).replace(",", "."));
  return m ? Math.round((Number(m[1] ?? 0) * 3600 + Number(m[2]) * 60 + Number(m[3])) * 1e6) : Number.NaN;
}

type Found = { vehicle?: string; device?: string; points: Point[]; lapLines: LapLine[] };

export async function readTrackAddict(source: ByteSource, options: ReadOptions): Promise<Recording> {
  const problems = new ProblemLog();
  const found: Found = { points: [], lapLines: [] };
  const numbers = new LapNumbers();
  let firstUs = Number.NaN;
  let lastUs = Number.NaN;
  let utcCell = -1;
  const remark = (text: string) => {
    const point = parsePoint(text);
    if (point) found.points.push(point);
    const vehicle = /^#\s*Vehicle:\s*(.+)$/.exec(text)?.[1];
    if (vehicle) found.vehicle = vehicle.trim();
    const device = /^#\s*RaceRender Data:\s*(.+)$/.exec(text)?.[1];
    if (device) found.device = device.trim();
  };
  const header = (text: string): TablePlan | undefined => {
    if (text.startsWith("#") || text.trim() === "") {
      remark(text);
      return undefined;
    }
    const delimiter = guessDelimiter([text]);
    const titles = cellsOf(text, delimiter);
    const at = (title: string) => titles.findIndex((t) => t.toLowerCase() === title);
    utcCell = at("utc time");
    const gpsMs = at("gps time");
    const timeCell = utcCell >= 0 ? utcCell : Math.max(0, at("time"));
    const lapCell = at("lap");
    const fresh: Record<string, number> = {};
    if (at("gps_update") >= 0) fresh["gps"] = at("gps_update");
    if (at("obd_update") >= 0) fresh["obd"] = at("obd_update");
    return {
      rule: { delimiter },
      minCells: titles.length,
      maxCells: titles.length,
      cells: titles.flatMap((t, i) => (i === gpsMs ? [] : (place(t, i) ?? []))),
      time:
        at("time") < 0 && utcCell < 0 && gpsMs >= 0
          ? (row) => Math.round(row.values[gpsMs]! * 1e3)
          : (row, bytes) => timeUs(row, bytes, timeCell),
      fresh,
      onRow(row, tUs) {
        if (Number.isNaN(firstUs)) firstUs = tUs;
        const last = found.lapLines.at(-1);
        if (last && Number.isNaN(last.afterUs)) last.afterUs = tUs;
        lastUs = tUs;
        if (lapCell >= 0) numbers.row(tUs, row.values[lapCell]!);
      },
    };
  };
  const { groups } = await readTable(source, options, {
    id: "trackaddict-csv",
    problems,
    header,
    asideMark: "#",
    aside(text) {
      remark(text);
      const lap = parseLapLine(text, lastUs);
      if (lap) found.lapLines.push(lap);
      return false;
    },
  });
  const stated = lapsFromLines(found.lapLines, firstUs);
  const recording: Recording = {
    groups,
    absoluteTime: utcCell >= 0 || isEpoch(firstUs),
    ...(options.name === undefined ? {} : { title: options.name }),
    ...(found.vehicle === undefined ? {} : { vehicle: found.vehicle }),
    ...(found.device === undefined ? {} : { device: found.device }),
    gates: [],
    laps: stated.length > 0 ? stated : numbers.laps,
    notes: [],
  };
  const gates = gatesOf(found.points, recording, problems);
  const dated = recording.absoluteTime ? undefined : datedByName(recording, options, firstUs);
  problems.note(dated?.note);
  return { ...(dated?.recording ?? recording), gates, ...problems.report() };
}

function gatesOf(points: readonly Point[], recording: Recording, problems: ProblemLog): RecordedGate[] {
  const closed = !points.some((p) => p.kind === "start");
  const at = (id: string) => findColumn(recording, id)?.column.values ?? new Float64Array(0);
  const trace = { lat: at("gnss.lat"), lon: at("gnss.lon") };
  return points.flatMap((written): RecordedGate[] => {
    // programs that follow the form write longitude first too: what lies on the trace is what was meant
    const p =
      distanceToTrace(written.lat, written.lon, trace) > NEAR_M &&
      distanceToTrace(written.lon, written.lat, trace) < NEAR_M
        ? { ...written, lat: written.lon, lon: written.lat }
        : written;
    const course = p.courseDeg >= 0 ? (p.courseDeg * Math.PI) / 180 : courseNear(recording, p.lat, p.lon);
    if (course === undefined) {
      problems.note(
        `the gate at ${p.lat}, ${p.lon} is left out: nothing says in which direction it is crossed`,
      );
      return [];
    }
    const kind = p.kind === "finish" && closed ? "startFinish" : p.kind;
    const name = p.name || (kind === "startFinish" ? "Start/Finish" : kind === "start" ? "Start" : "Finish");
    problems.note(
      `gate "${name}" is a point in the file; taken as ${2 * HALF_WIDTH_M} m wide across the track`,
    );
    return [{ kind, name, ends: gateAcross(p.lat, p.lon, course, HALF_WIDTH_M), course }];
  });
}
