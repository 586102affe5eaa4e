import { LapsError } from "../errors.ts";
import { Plane } from "../plane.ts";
import { layoutFromLine, START_WIDTH_M } from "./centre-line.ts";
import { moveStart, withSplitsAt } from "./edit-layout.ts";
import type { ReadTracks } from "./geojson.ts";
import { isList, isObject, type Json, type JsonObject, textOf } from "./json.ts";
import type { Layout, Point, Track } from "./track.ts";

/** Whether a text looks like a track of the RaceCapture app, or a list of them. */
export const looksLikeRaceCapture = (text: string): boolean =>
  /"(?:track_map_array|venues|venue)"\s*:/.test(text.slice(0, 4096)) || /"track_map_array"\s*:/.test(text);

/**
 * Tracks of the RaceCapture app: its files, one a track (`name`, `configuration`, `track_map_array` of [lat, lon],
 * `start_finish`, `finish`, `sector_points`; older ones within `venue`), and lists of its venue service (`venues`).
 * Start line and splits lie square to the line. A `finish` of its own makes a stage. Venues of one name are layouts of
 * one track. What cannot be used is noted. Throws LapsError "malformed" where nothing can.
 */
export function tracksFromRaceCapture(text: string): ReadTracks {
  let root: Json;
  try {
    root = JSON.parse(text) as Json;
  } catch (cause) {
    throw new LapsError("malformed", "RaceCapture track", "the text is no JSON", undefined, { cause });
  }
  const list = isObject(root) && isList(root["venues"]) ? root["venues"] : [root];
  const notes: string[] = [];
  const tracks = new Map<string, { country: string | undefined; layouts: Layout[] }>();
  for (const [i, entry] of list.entries()) {
    const place = list.length > 1 ? `venues[${i}]` : "RaceCapture track";
    const venue = isObject(entry) && isObject(entry["venue"]) ? entry["venue"] : entry;
    if (!isObject(venue)) {
      notes.push(`${place}: not an object`);
      continue;
    }
    const name = textOf(venue["name"]);
    if (name === undefined) {
      notes.push(`${place}: it has no name`);
      continue;
    }
    const layout = layoutOf(venue, `${place} "${name}"`, notes);
    if (!layout) continue;
    const track = tracks.get(name) ?? { country: textOf(venue["country_code"]), layouts: [] };
    tracks.set(name, track);
    const taken = track.layouts.some((l) => l.name === layout.name);
    track.layouts.push(taken ? { ...layout, name: `${layout.name} ${track.layouts.length + 1}` } : layout);
  }
  if (tracks.size === 0)
    throw new LapsError("malformed", "RaceCapture track", notes[0] ?? "there is no track in it");
  return {
    tracks: Array.from(
      tracks,
      ([name, { country, layouts }]): Track => ({
        name,
        layouts,
        ...(country !== undefined && { country }),
      }),
    ),
    notes,
  };
}

function layoutOf(venue: JsonObject, place: string, notes: string[]): Layout | undefined {
  const line = pointsOf(venue["track_map_array"], `${place}.track_map_array`, notes);
  if (line.length < 4) {
    notes.push(`${place}: no line of the track; record it by driving`);
    return undefined;
  }
  const start = pointOf(venue["start_finish"]);
  const finish = pointOf(venue["finish"]);
  const stage = start && finish ? between(line, start, finish) : line;
  const made = layoutFromLine(textOf(venue["configuration"]) ?? "full", stage);
  notes.push(...made.notes);
  let { layout } = made;
  try {
    if (start) layout = moveStart(layout, { at: start }, START_WIDTH_M);
    else notes.push(`${place}: no start line; it lies where the line begins`);
    if (finish) {
      const { start: end } = moveStart(layout, { at: finish }, START_WIDTH_M);
      layout = { ...layout, closed: false, finish: { ...end, name: "finish" } };
    }
    const sectors = pointsOf(venue["sector_points"], `${place}.sector_points`, notes);
    return sectors.length > 0 ? withSplitsAt(layout, sectors) : layout;
  } catch (e) {
    if (!(e instanceof LapsError)) throw e;
    notes.push(`${place}: ${e.message}`);
    return undefined;
  }
}

/** The line from a start to a finish, a point more at either end; over its own beginning where it comes to that. */
function between(line: readonly Point[], start: Point, finish: Point): readonly Point[] {
  const n = line.length;
  const from = nearestOf(line, start) - 1;
  const to = nearestOf(line, finish) + 1;
  if (from <= to) return line.slice(Math.max(0, from), to + 1);
  return [...line.slice(from), ...line.slice(0, Math.min(n, to + 1))];
}

function nearestOf(line: readonly Point[], [lat, lon]: Point): number {
  const plane = new Plane(lat, lon);
  const away = line.map(([a, b]) => Math.hypot(plane.x(b), plane.y(a)));
  return away.indexOf(Math.min(...away));
}

function pointsOf(value: Json | undefined, place: string, notes: string[]): Point[] {
  if (!isList(value)) return [];
  const points: Point[] = [];
  for (const [i, v] of value.entries()) {
    const point = pointOf(v);
    if (point) points.push(point);
    else notes.push(`${place}[${i}]: no place on earth`);
  }
  return points;
}

/** `[lat, lon]` or an object with both. */
function pointOf(value: Json | undefined): Point | undefined {
  const [lat, lon] = isList(value)
    ? value
    : isObject(value)
      ? [value["latitude"] ?? value["lat"], value["longitude"] ?? value["lon"] ?? value["lng"]]
      : [];
  const [a, b] = [Number(lat ?? Number.NaN), Number(lon ?? Number.NaN)];
  return Math.abs(a) <= 90 && Math.abs(b) <= 180 && (a !== 0 || b !== 0) ? [a, b] : undefined;
}
