import { type FieldSpec, findChannel, type Recording, type Unit } from "@pitwall/core";
import type { WriteOptions } from "../format.ts";
import { metresBetween } from "../geo.ts";
import { seconds } from "../logger-csv/write.ts";
import { type Decimals, decimalText } from "../text/decimal.ts";
import { oneLine, quoted, TextWriter } from "../text/writer.ts";
import { LapCursor, lapGroup } from "../write/laps.ts";
import { mergedRows } from "../write/merge.ts";
import { PERCENT, scaledDecimals, toUnit } from "../write/out-columns.ts";
import { findPosition } from "../write/position.ts";
import { spanOf } from "../write/rate.ts";
import { placeColumn } from "./columns.ts";

const COMMA = 44;
const UNIT_TEXT: Readonly<Partial<Record<Unit, string>>> = {
  rad: "deg",
  "rad/s": "deg/s",
  "m/s^2": "G",
  degC: ".C",
  "1": "",
};

/** RaceChrono's device numbers by what a channel is. */
function sourceOf(id: string): readonly [number: number, kind: string] {
  if (id.startsWith("gnss.")) return [100, "gps"];
  if (/^imu\.a/.test(id)) return [101, "acc"];
  if (/^imu\.g/.test(id)) return [102, "gyro"];
  if (id.startsWith("vehicle.")) return [0, "calc"];
  if (/^(?:obd|engine|driver)\./.test(id)) return [200, "obd"];
  return [300, "canbus"];
}

type Out = {
  readonly name: string;
  readonly unit: string;
  readonly source: string;
  readonly values: Float64Array;
  readonly scale: number;
  readonly offset: number;
  readonly decimals: Decimals;
};

/** Name and source under which a channel comes back as itself; a second source gets the next device number. */
function columnOf(field: FieldSpec, values: Float64Array, taken: Set<string>): Out {
  const wanted = PERCENT[field.name] ?? UNIT_TEXT[field.unit] ?? field.unit;
  const step = wanted === "" ? undefined : toUnit(wanted, field.unit);
  const unit = step || wanted === "" ? wanted : field.unit;
  const own = findChannel(field.name)?.names.racechrono;
  let [number, kind] = sourceOf(field.name);
  const label = () => (number === 0 ? kind : `${number}: ${kind}`);
  const name =
    own !== undefined && placeColumn(own, unit, label(), 0)?.field.name === field.name ? own : field.name;
  while (taken.has(`${name}|${label()}`)) number = number === 0 ? 110 : number + 10;
  taken.add(`${name}|${label()}`);
  const { scale, offset } = step ?? { scale: 1, offset: 0 };
  return {
    name,
    unit,
    source: label(),
    values,
    scale,
    offset,
    decimals: scaledDecimals(field, scale, offset),
  };
}

/** The way along the fixes where the recording has no distance of its own: other programs want the column filled. */
function distances(
  recording: Recording,
  options: WriteOptions,
): { readonly tUs: Float64Array; readonly m: Float64Array } | undefined {
  for (const group of recording.groups)
    for (const c of group.columns)
      if (c.field.name === "trip.distance") return { tUs: group.tUs, m: c.values };
  const p = findPosition(recording, options);
  if (!p) return undefined;
  const m = new Float64Array(p.group.tUs.length).fill(Number.NaN);
  let last = -1;
  let way = 0;
  for (let i = 0; i < m.length; i++) {
    if (Number.isNaN(p.lat.values[i]!) || Number.isNaN(p.lon.values[i]!)) continue;
    if (last >= 0)
      way += metresBetween(p.lat.values[last]!, p.lon.values[last]!, p.lat.values[i]!, p.lon.values[i]!);
    m[i] = way;
    last = i;
  }
  return { tUs: p.group.tUs, m };
}

const two = (n: number): string => String(n).padStart(2, "0");

/** RaceChrono's CSV version 3, lines ended as it ends them: a row a time, an empty cell where a source has no new value. */
export async function* writeRaceChrono(
  recording: Recording,
  options: WriteOptions,
): AsyncGenerator<Uint8Array> {
  const [fromUs] = spanOf(recording);
  const laps = lapGroup(recording.laps, fromUs);
  const groups = laps ? [...recording.groups, laps] : [...recording.groups];
  const way = distances(recording, options);
  const taken = new Set<string>();
  const columns = recording.groups.map((g) =>
    g.columns
      .filter(
        (c) => c.field.name !== "lap.number" && !(c.field.name === "trip.distance" && c.values === way?.m),
      )
      .map((c) => columnOf(c.field, c.values, taken)),
  );
  const flat = columns.flat();
  const created = new Date((options.createdUs ?? (Number.isFinite(fromUs) ? fromUs : 0)) / 1000);
  const out = new TextWriter();
  out.text(
    [
      `This file is created using RaceChrono format v3 by ${options.creator ?? "Pitwall"} ( http://racechrono.com/ ).`,
      "Format,3",
      `Session title,"${oneLine(recording.title ?? "").replaceAll('"', '""')}"`,
      "Session type,Lap timing",
      `Track name,"${oneLine(recording.track ?? "").replaceAll('"', '""')}"`,
      `Driver name,${quoted(oneLine(recording.driver ?? ""))}`,
      `Created,${two(created.getUTCDate())}/${two(created.getUTCMonth() + 1)}/${created.getUTCFullYear()},${two(created.getUTCHours())}:${two(created.getUTCMinutes())}`,
      "Note,",
      "",
      [
        "timestamp,fragment_id,lap_number,elapsed_time,distance_traveled",
        ...flat.map((c) => quoted(oneLine(c.name))),
      ].join(","),
      ["unix time,,,s,m", ...flat.map((c) => c.unit)].join(","),
      [",,,,", ...flat.map((c) => c.source)].join(","),
      "",
    ].join("\r\n"),
  );
  const cursor = new LapCursor(recording.laps);
  let wayAt = 0;
  for (const { tUs, rows } of mergedRows(groups)) {
    const lap = cursor.at(tUs);
    out.text(`${seconds(tUs)},0,`).number(lap, 0);
    out.text(`,${seconds(tUs - fromUs)},`);
    if (way) {
      while (wayAt < way.tUs.length && way.tUs[wayAt]! < tUs) wayAt++;
      if (way.tUs[wayAt] === tUs) out.number(way.m[wayAt]!, 3);
    }
    for (let g = 0; g < columns.length; g++) {
      const row = rows[g]!;
      for (const c of columns[g]!) {
        out.byte(COMMA);
        const x = row < 0 ? Number.NaN : c.values[row]!;
        if (!Number.isNaN(x)) writeScaled(out, x * c.scale + c.offset, c.decimals);
      }
    }
    out.text("\r\n");
    const piece = out.full();
    if (piece) yield piece;
  }
  yield out.rest();
}

function writeScaled(out: TextWriter, x: number, decimals: Decimals): void {
  if (typeof decimals === "number") out.number(x, decimals);
  else out.text(decimalText(x, decimals));
}
