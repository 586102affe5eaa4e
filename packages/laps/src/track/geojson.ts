import { LapsError } from "../errors.ts";
import { layoutFromLine } from "./centre-line.ts";
import { isList, isObject, type Json, type JsonObject, textOf } from "./json.ts";
import type { Gate, Layout, Point, Split, Track } from "./track.ts";

export type ReadTracks = { readonly tracks: readonly Track[]; readonly notes: readonly string[] };

const GATES = ["start", "finish", "split", "pitEntry", "pitExit"] as const;
type GateRole = (typeof GATES)[number];
type DrawnGate = { readonly role: GateRole; readonly layout: string | undefined; readonly gate: Gate };

/**
 * Tracks from GeoJSON (RFC 7946): a track for every line, or ring of a polygon, in a Feature, FeatureCollection or bare
 * geometry. Names and lengths are taken from the properties `Name`/`name` and `length` (m). A line of two points with
 * the properties `gate` (start, finish, split, pitEntry, pitExit) and `course` (deg) is a gate of the layout named by
 * `layout`, else of the line before it. What is neither is noted. Throws LapsError "malformed" where the text is no
 * GeoJSON or has no line.
 */
export function tracksFromGeoJson(text: string): ReadTracks {
  let root: Json;
  try {
    root = JSON.parse(text) as Json;
  } catch (cause) {
    throw new LapsError("malformed", "GeoJSON", "the text is no JSON", undefined, { cause });
  }
  const notes: string[] = [];
  const tracks: { name: string; country: string | undefined; layouts: Layout[] }[] = [];
  const gates: DrawnGate[] = [];
  const feature = (value: Json | undefined, place: string): void => {
    if (!isObject(value)) {
      notes.push(`${place}: not an object`);
      return;
    }
    if (value["type"] === "FeatureCollection" && isList(value["features"])) {
      for (const [i, f] of value["features"].entries()) feature(f, `features[${i}]`);
      return;
    }
    const bare = value["type"] !== "Feature";
    const geometry = bare ? value : value["geometry"];
    const properties = !bare && isObject(value["properties"]) ? value["properties"] : {};
    const lines = isObject(geometry) ? linesOf(geometry, `${place}.geometry`, notes) : [];
    if (lines.length === 0) {
      notes.push(`${place}: no line`);
      return;
    }
    const role = GATES.find((g) => g === properties["gate"]);
    if (role) {
      const gate = gateOf(role, properties, lines[0]!);
      if (gate) gates.push(gate);
      else notes.push(`${place}: a gate needs two ends and a course in degrees`);
      return;
    }
    const name = textOf(properties["Name"]) ?? textOf(properties["name"]) ?? place;
    const own = textOf(properties["layout"]) ?? name;
    const stated = properties["length"];
    const made = lines.map((line, i) =>
      layoutFromLine(
        lines.length === 1 ? own : `${own} ${i + 1}`,
        line,
        typeof stated === "number" && lines.length === 1 ? stated : Number.NaN,
      ),
    );
    for (const m of made) notes.push(...m.notes);
    const layouts = made.map((m) => m.layout);
    const known = tracks.find((t) => t.name === name);
    if (known) known.layouts.push(...layouts);
    else tracks.push({ name, country: textOf(properties["country"]), layouts });
  };
  feature(root, "GeoJSON");
  if (tracks.length === 0) throw new LapsError("malformed", "GeoJSON", notes[0] ?? "no line in it");
  return {
    tracks: tracks.map(({ name, country, layouts }) => ({
      name,
      layouts: layouts.map((layout, i) =>
        withGates(
          layout,
          gates.filter(
            (g) => g.layout === layout.name || (g.layout === undefined && i === layouts.length - 1),
          ),
        ),
      ),
      ...(country !== undefined && { country }),
    })),
    notes,
  };
}

function gateOf(role: GateRole, properties: JsonObject, line: readonly Point[]): DrawnGate | undefined {
  const course = properties["course"];
  if (line.length !== 2 || typeof course !== "number") return undefined;
  const [[lat1, lon1], [lat2, lon2]] = line as readonly [Point, Point];
  return {
    role,
    layout: textOf(properties["layout"]),
    gate: {
      name: textOf(properties["name"]) ?? role,
      ends: [lat1, lon1, lat2, lon2],
      course: (course * Math.PI) / 180,
    },
  };
}

function withGates(layout: Layout, gates: readonly DrawnGate[]): Layout {
  const one = (role: GateRole) => gates.find((g) => g.role === role)?.gate;
  const start = one("start") ?? layout.start;
  const finish = layout.closed ? undefined : (one("finish") ?? layout.finish);
  const pitEntry = one("pitEntry");
  const pitExit = one("pitExit");
  return {
    ...layout,
    start,
    ...(finish && { finish }),
    splits: gates.filter((g) => g.role === "split").map((g): Split => g.gate),
    ...(pitEntry && { pitEntry }),
    ...(pitExit && { pitExit }),
  };
}

function linesOf(geometry: JsonObject, place: string, notes: string[]): Point[][] {
  const coordinates = isList(geometry["coordinates"]) ? geometry["coordinates"] : [];
  const kind = geometry["type"];
  const lines =
    kind === "LineString"
      ? [coordinates]
      : kind === "MultiLineString"
        ? coordinates
        : kind === "Polygon"
          ? coordinates.slice(0, 1)
          : [];
  const out: Point[][] = [];
  for (const line of lines) {
    if (!isList(line)) continue;
    const points: Point[] = [];
    for (const [i, c] of line.entries()) {
      const [lon, lat] = isList(c) ? c : [];
      if (typeof lat === "number" && typeof lon === "number" && Math.abs(lat) <= 90 && Math.abs(lon) <= 180)
        points.push([lat, lon]);
      else notes.push(`${place}.coordinates[${i}]: no place on earth`);
    }
    if (points.length >= 2) out.push(points);
  }
  return out;
}

/** A track as GeoJSON, for drawing on a map and for `tracksFromGeoJson`. */
export function trackToGeoJson(track: Track): string {
  const features: unknown[] = [];
  const draw = (properties: object, points: readonly Point[]) =>
    features.push({
      type: "Feature",
      properties,
      geometry: { type: "LineString", coordinates: points.map(([lat, lon]) => [lon, lat]) },
    });
  for (const layout of track.layouts) {
    const line = layout.centreLine;
    if (line)
      draw(
        { name: track.name, layout: layout.name, ...(layout.lengthM && { length: layout.lengthM }) },
        layout.closed ? [...line, line[0]!] : line,
      );
    const gate = (role: GateRole, g: Gate | undefined) =>
      g &&
      draw({ gate: role, name: g.name, layout: layout.name, course: (g.course * 180) / Math.PI }, [
        [g.ends[0], g.ends[1]],
        [g.ends[2], g.ends[3]],
      ]);
    gate("start", layout.start);
    gate("finish", layout.finish);
    gate("pitEntry", layout.pitEntry);
    gate("pitExit", layout.pitExit);
    for (const split of layout.splits) gate("split", split);
  }
  return JSON.stringify({ type: "FeatureCollection", features });
}
