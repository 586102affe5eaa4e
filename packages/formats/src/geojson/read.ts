import { findChannel, type RecordedGate, type RecordedLap, type Recording } from "@pitwall/core";
import { FormatError } from "../errors.ts";
import type { ReadOptions } from "../format.ts";
import { namePoint } from "../gpx/read.ts";
import { type NamedColumn, nameColumn, ownColumn } from "../names/channel-names.ts";
import { type ByteSource, collect } from "../source.ts";
import { PointRows } from "../table/point-rows.ts";
import { ProblemLog } from "../table/problems.ts";
import { isEpoch } from "../text/epoch.ts";
import { isoUs } from "../text/iso-time.ts";
import { textOf } from "../text/lines.ts";

type Json = Readonly<Record<string, unknown>>;
const isObject = (x: unknown): x is Json => typeof x === "object" && x !== null && !Array.isArray(x);
const listOf = (x: unknown): readonly unknown[] => (Array.isArray(x) ? x : []);
const GATES = new Set(["start", "finish", "startFinish", "split"]);

/** ISO text, or milliseconds since the epoch. */
const timeUs = (x: unknown): number =>
  typeof x === "string" ? isoUs(x) : typeof x === "number" ? Math.round(x * 1000) : Number.NaN;

/** RFC 7946 has no place for times: `coordTimes` and `coordinateProperties.times` are what converters agree on. */
function timesOf(properties: Json): readonly unknown[] {
  const inner = properties["coordinateProperties"];
  const nested = isObject(inner) ? inner["times"] : undefined;
  const found = nested ?? properties["coordTimes"] ?? properties["times"];
  return listOf(found);
}

/** Pitwall names units beside the arrays; then names are ids and units those of the house. */
function nameOf(key: string, units: unknown): NamedColumn {
  const unit = isObject(units) ? units[key] : undefined;
  if (typeof unit === "string") return ownColumn(key, unit);
  return findChannel(key) ? ownColumn(key) : namePoint(key);
}

type Gathered = {
  rows: PointRows;
  untimed: PointRows;
  gates: RecordedGate[];
  laps: RecordedLap[];
  title?: string;
};

function addLine(
  line: unknown,
  times: readonly unknown[],
  properties: Json,
  at: number,
  into: Gathered,
  problems: ProblemLog,
): number {
  const inner = properties["coordinateProperties"];
  const arrays = isObject(inner) ? Object.entries(inner).filter(([k]) => k !== "times") : [];
  const points = listOf(line);
  points.forEach((p, i) => {
    const [lon, lat, alt] = listOf(p);
    const t = timeUs(times[at + i]);
    const timed = times.length > 0;
    if (
      typeof lon !== "number" ||
      typeof lat !== "number" ||
      !(Math.abs(lat) <= 90) ||
      (timed && Number.isNaN(t))
    ) {
      problems.add("malformed", `point ${at + i + 1} of a line cannot be read`);
      return;
    }
    const rows = timed ? into.rows : into.untimed;
    rows.set("lat", () => nameColumn("gnss.lat", "deg"), lat);
    rows.set("lon", () => nameColumn("gnss.lon", "deg"), lon);
    if (typeof alt === "number") rows.set("ele", () => nameColumn("gnss.alt", "m"), alt);
    for (const [key, values] of arrays) {
      const v = listOf(values)[at + i];
      if (typeof v === "number") rows.set(key, () => nameOf(key, properties["units"]), v);
    }
    rows.add(timed ? t : rows.length * 1e6);
  });
  return at + points.length;
}

function addFeature(feature: Json, into: Gathered, problems: ProblemLog): void {
  const geometry = isObject(feature["geometry"]) ? feature["geometry"] : {};
  const properties = isObject(feature["properties"]) ? feature["properties"] : {};
  const coordinates = geometry["coordinates"];
  const gate = properties["gate"];
  if (typeof gate === "string" && GATES.has(gate) && geometry["type"] === "LineString") {
    const [a, b] = listOf(coordinates).map((p) => listOf(p).map(Number));
    if (a && b)
      into.gates.push({
        kind: gate as RecordedGate["kind"],
        name: String(properties["name"] ?? gate),
        ends: [a[1]!, a[0]!, b[1]!, b[0]!],
        ...(typeof properties["courseDeg"] === "number"
          ? { course: (properties["courseDeg"] * Math.PI) / 180 }
          : {}),
      });
    return;
  }
  if (typeof properties["name"] === "string" && properties["name"] !== "") into.title ??= properties["name"];
  for (const lap of listOf(properties["laps"]))
    if (isObject(lap)) {
      const [startUs, endUs] = [timeUs(lap["start"]), timeUs(lap["end"])];
      if (endUs > startUs) into.laps.push({ number: Number(lap["number"]), startUs, endUs });
    }
  const times = timesOf(properties);
  if (geometry["type"] === "LineString") addLine(coordinates, times, properties, 0, into, problems);
  else if (geometry["type"] === "MultiLineString") {
    let at = 0;
    for (const [i, line] of listOf(coordinates).entries()) {
      const own = Array.isArray(times[i]);
      if (own) addLine(line, times[i] as readonly unknown[], {}, 0, into, problems);
      else at = addLine(line, times, properties, at, into, problems);
    }
  } else if (geometry["type"] === "Point")
    addLine(
      [coordinates],
      properties["time"] === undefined ? [] : [properties["time"]],
      {},
      0,
      into,
      problems,
    );
}

export async function readGeoJson(source: ByteSource, options: ReadOptions): Promise<Recording> {
  const text = textOf(await collect(source, options, "geojson", 256 << 20));
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (cause) {
    throw new FormatError("malformed", "geojson", `no JSON: ${(cause as Error).message}`, undefined, {
      cause,
    });
  }
  const problems = new ProblemLog();
  const into: Gathered = { rows: new PointRows(), untimed: new PointRows(), gates: [], laps: [] };
  const features = isObject(root) && root["type"] === "FeatureCollection" ? listOf(root["features"]) : [root];
  for (const f of features)
    if (isObject(f))
      addFeature(f["type"] === "Feature" ? f : { geometry: f, properties: {} }, into, problems);
  const timed = into.rows.length > 0;
  if (!timed && into.untimed.length > 0)
    problems.note("the line has no times; its points are numbered one a second");
  const group = (timed ? into.rows : into.untimed).finish("gps");
  if (!group) throw new FormatError("empty", "geojson", "no line and no point that can be read");
  const title = into.title ?? options.name;
  return {
    groups: [group],
    // converters write milliseconds since the start where no day is known
    absoluteTime: timed && isEpoch(group.tUs[0]!),
    ...(title === undefined ? {} : { title }),
    gates: into.gates,
    laps: into.laps,
    ...problems.report(),
  };
}
