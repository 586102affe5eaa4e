import type { Recording } from "@pitwall/core";
import { FormatError } from "../errors.ts";
import type { ReadOptions } from "../format.ts";
import { type NamedColumn, nameColumn } from "../names/channel-names.ts";
import { splitTitle } from "../names/units.ts";
import type { ByteSource } from "../source.ts";
import { PointRows } from "../table/point-rows.ts";
import { ProblemLog } from "../table/problems.ts";
import { isEpoch } from "../text/epoch.ts";
import { IsoClock } from "../text/iso-time.ts";
import { leavesOf, parseElement, textOfChild, type XmlNode } from "../xml/element.ts";
import { readXml } from "../xml/read-xml.ts";

/** GPX 1.1 (topografix.com/GPX/1/1), GPX 1.0 for speed and course in the point, Garmin's TrackPointExtension v1 and v2. */
const KNOWN: Readonly<Record<string, readonly [channel: string, unit: string]>> = {
  lat: ["gnss.lat", "deg"],
  lon: ["gnss.lon", "deg"],
  ele: ["gnss.alt", "m"],
  speed: ["gnss.speed", "m/s"],
  course: ["gnss.course", "deg"],
  heading: ["gnss.course", "deg"],
  bearing: ["gnss.course", "deg"],
  sat: ["gnss.sats", ""],
  hdop: ["gnss.hdop", ""],
  vdop: ["gnss.vdop", ""],
  pdop: ["gnss.pdop", ""],
  atemp: ["air_temp", "degC"],
  hr: ["heart_rate", ""],
  cad: ["cadence", ""],
};
const FIXES: Readonly<Record<string, number>> = { none: 0, "2d": 2, "3d": 3, dgps: 3, pps: 3 };
const TEXTS = new Set(["time", "name", "desc", "cmt", "src", "sym", "type", "link", "fix"]);
const POINTS = new Set(["trkpt", "rtept"]);

/** `speed`, or with its unit behind it: `speed_kmh`. */
export const namePoint = (key: string): NamedColumn => {
  const parts = splitTitle(key);
  const known = KNOWN[parts.name.toLowerCase()];
  return known
    ? nameColumn(known[0], parts.unit || known[1], { channel: known[0] })
    : nameColumn(parts.name, parts.unit, { channel: "" });
};
/** The course over ground by the names it has; `heading` may be where the phone pointed. */
const COURSES = ["course", "bearing", "heading"];
/** Geo Tracker: `<geotracker:meta c="120.5" s="12.4"/>`. */
const GEO_TRACKER: Readonly<Record<string, string>> = { c: "course", s: "speed" };
const NO_ALIAS = {};
/** Programs that follow the language of the computer. */
const plain = (text: string): string => (/^\s*[-+]?\d+,\d+\s*$/.test(text) ? text.replace(",", ".") : text);

function addPoint(node: XmlNode, rows: PointRows, alias: Readonly<Record<string, string>>): boolean {
  if (typeof node === "string") return false;
  const lat = Number(plain(textOfChild(node, "lat") ?? "NaN"));
  const lon = Number(plain(textOfChild(node, "lon") ?? "NaN"));
  if (!(Math.abs(lat) <= 90 && Math.abs(lon) <= 180)) return false;
  const leaves = [...leavesOf(node)].map(([key, text]) => [alias[key] ?? key, plain(text)] as const);
  const course = COURSES.find((name) => leaves.some(([key]) => key === name));
  for (const [key, text] of leaves)
    if (COURSES.includes(key) && key !== course)
      rows.set(`device.${key}`, () => nameColumn(`device_${key}`, "deg", { channel: "" }), text);
    else if (!TEXTS.has(key)) rows.set(key, () => namePoint(key), text);
  const fix = FIXES[(textOfChild(node, "fix") ?? "").trim()];
  if (fix !== undefined) rows.set("fix", () => nameColumn("gnss.fix", ""), fix);
  return true;
}

export async function readGpx(source: ByteSource, options: ReadOptions): Promise<Recording> {
  const problems = new ProblemLog();
  const rows = new PointRows();
  const untimed = new PointRows();
  let title: string | undefined;
  const clock = new IsoClock();
  let device: string | undefined;
  await readXml(source, options, {
    blocks: new Set([...POINTS, "wpt", "name"]),
    onOpen(name, tag) {
      if (name === "gpx") device = /\bcreator\s*=\s*["']([^"']*)["']/.exec(tag)?.[1];
    },
    onBlock(name, text, line) {
      if (name === "wpt") return;
      const node = parseElement(name, text);
      if (name === "name") title ??= typeof node === "string" ? node : undefined;
      else if (node === undefined) problems.add("malformed", `<${name}> is not well-formed`, { line });
      else {
        const time = textOfChild(node, "time");
        const tUs = time === undefined ? Number.NaN : clock.next(time);
        if (time !== undefined && Number.isNaN(tUs)) {
          problems.add("malformed", `"${time.slice(0, 40)}" is no time`, { line });
          return;
        }
        const into = Number.isNaN(tUs) ? untimed : rows;
        const alias = text.includes("<geotracker:") ? GEO_TRACKER : NO_ALIAS;
        if (!addPoint(node, into, alias)) problems.add("malformed", `<${name}> has no position`, { line });
        else into.add(Number.isNaN(tUs) ? into.length * 1e6 : tUs);
      }
    },
    onProblem: (reason, line) => problems.add("truncated", reason, { line }),
  });
  problems.note(clock.leap.note());
  const timed = rows.length > 0;
  if (timed && untimed.length > 0) problems.note(`${untimed.length} points without a time are left out`);
  else if (untimed.length > 0) problems.note("no point has a time; they are numbered one a second");
  const group = (timed ? rows : untimed).finish("gps");
  if (!group) throw new FormatError("empty", "gpx", problems.report().notes[0] ?? "no track point");
  const name = title ?? options.name;
  return {
    groups: [group],
    absoluteTime: timed && isEpoch(group.tUs[0]!),
    ...(name === undefined ? {} : { title: name }),
    ...(device === undefined ? {} : { device }),
    gates: [],
    laps: [],
    ...problems.report(),
  };
}
