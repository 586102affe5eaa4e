import { type Fault, LapsError } from "../errors.ts";
import type { Ends, Gate, Layout, Point, Split, Track } from "./track.ts";

const FORMAT = "pitwall-track";
const VERSION = 1;

/** A track as a file to share: JSON, degrees and metres, courses in degrees. */
export function formatTrackFile(track: Track): string {
  const gate = (g: Split | Gate) => ({
    name: g.name,
    ends: [
      [g.ends[0], g.ends[1]],
      [g.ends[2], g.ends[3]],
    ],
    courseDeg: Math.round((g.course * 180e4) / Math.PI) / 1e4,
    ...("minor" in g && g.minor && { minor: true }),
  });
  const { layouts, ...rest } = track;
  return `${JSON.stringify(
    {
      format: FORMAT,
      version: VERSION,
      ...rest,
      layouts: layouts.map((l) => ({
        name: l.name,
        closed: l.closed,
        ...(l.lengthM !== undefined && { lengthM: l.lengthM }),
        start: gate(l.start),
        ...(l.finish && { finish: gate(l.finish) }),
        splits: l.splits.map(gate),
        ...(l.pitEntry && { pitEntry: gate(l.pitEntry) }),
        ...(l.pitExit && { pitExit: gate(l.pitExit) }),
        ...(l.centreLine && { centreLine: l.centreLine }),
      })),
    },
    undefined,
    1,
  )}\n`;
}

/**
 * Reads a track file. Throws LapsError with every fault and its place: "malformed", "bad-version" for a newer file.
 * Unknown keys are faults, so that a typing mistake does not vanish.
 */
export function parseTrackFile(text: string): Track {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : "no JSON";
    throw new LapsError("malformed", "track file", reason, undefined, { cause });
  }
  const reader = new Reader();
  const file = reader.object(root, "track file", [
    "format",
    "version",
    "name",
    "country",
    "source",
    "licence",
    "layouts",
  ]);
  if (file["format"] !== FORMAT)
    throw new LapsError("malformed", "format", `"${FORMAT}" expected, not ${JSON.stringify(file["format"])}`);
  if (file["version"] !== VERSION)
    throw new LapsError(
      "bad-version",
      "version",
      `this is version ${String(file["version"])}; version ${VERSION} is read`,
    );
  const layouts = reader
    .list(file["layouts"], "layouts")
    .map((l, i) => readLayout(reader, l, `layouts[${i}]`))
    .filter((l) => l !== undefined);
  if (layouts.length === 0 && reader.faults.length === 0) reader.fault("layouts", "at least one is needed");
  const name = reader.text(file["name"], "name");
  const track: Track = {
    name,
    layouts,
    ...optionalText(reader, file, "country"),
    ...optionalText(reader, file, "source"),
    ...optionalText(reader, file, "licence"),
  };
  reader.throwFaults();
  return track;
}

const optionalText = <K extends string>(
  r: Reader,
  o: Record<string, unknown>,
  key: K,
): { [k in K]?: string } =>
  o[key] === undefined ? {} : ({ [key]: r.text(o[key], key) } as { [k in K]?: string });

const LAYOUT_KEYS = [
  "name",
  "closed",
  "lengthM",
  "start",
  "finish",
  "splits",
  "pitEntry",
  "pitExit",
  "centreLine",
];

function readLayout(r: Reader, value: unknown, place: string): Layout | undefined {
  const o = r.object(value, place, LAYOUT_KEYS);
  const closed = o["closed"];
  if (typeof closed !== "boolean") r.fault(`${place}.closed`, "true or false expected");
  const gate = (key: string) => (o[key] === undefined ? undefined : readGate(r, o[key], `${place}.${key}`));
  const start = readGate(r, o["start"], `${place}.start`);
  const finish = gate("finish");
  if (closed === false && o["finish"] === undefined) r.fault(`${place}.finish`, "a stage needs a finish");
  const pitEntry = gate("pitEntry");
  const pitExit = gate("pitExit");
  const splits =
    o["splits"] === undefined
      ? []
      : r.list(o["splits"], `${place}.splits`).map((s, i) => readGate(r, s, `${place}.splits[${i}]`));
  const line = o["centreLine"];
  const centreLine =
    line === undefined
      ? undefined
      : r.list(line, `${place}.centreLine`).map((p, i) => r.point(p, `${place}.centreLine[${i}]`));
  if (centreLine && centreLine.length < 4) r.fault(`${place}.centreLine`, "at least four points are needed");
  const lengthM = o["lengthM"];
  if (lengthM !== undefined && !(typeof lengthM === "number" && lengthM > 0))
    r.fault(`${place}.lengthM`, "a length in metres expected");
  if (!start || typeof closed !== "boolean") return undefined;
  return {
    name: r.text(o["name"], `${place}.name`),
    closed,
    start,
    ...(finish && { finish }),
    splits: splits.filter((s) => s !== undefined),
    ...(pitEntry && { pitEntry }),
    ...(pitExit && { pitExit }),
    ...(centreLine && { centreLine }),
    ...(typeof lengthM === "number" && { lengthM }),
  };
}

function readGate(r: Reader, value: unknown, place: string): Split | undefined {
  const o = r.object(value, place, ["name", "ends", "courseDeg", "minor"]);
  const ends = r.list(o["ends"], `${place}.ends`).map((p, i) => r.point(p, `${place}.ends[${i}]`));
  if (ends.length !== 2) r.fault(`${place}.ends`, "two ends expected");
  const course = o["courseDeg"];
  if (typeof course !== "number" || !Number.isFinite(course))
    r.fault(`${place}.courseDeg`, "a course in degrees expected");
  if (o["minor"] !== undefined && typeof o["minor"] !== "boolean")
    r.fault(`${place}.minor`, "true or false expected");
  if (ends.length !== 2 || typeof course !== "number") return undefined;
  const e: Ends = [...ends[0]!, ...ends[1]!];
  return {
    name: r.text(o["name"], `${place}.name`),
    ends: e,
    course: (course * Math.PI) / 180,
    ...(o["minor"] === true && { minor: true as const }),
  };
}

/** Collects faults instead of stopping at the first. */
class Reader {
  readonly faults: Fault[] = [];
  fault(place: string, reason: string): void {
    this.faults.push({ place, reason });
  }
  object(value: unknown, place: string, keys: readonly string[]): Record<string, unknown> {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      this.fault(place, "an object expected");
      return {};
    }
    for (const key of Object.keys(value))
      if (!keys.includes(key)) this.fault(`${place}.${key}`, `unknown key; known are ${keys.join(", ")}`);
    return value as Record<string, unknown>;
  }
  list(value: unknown, place: string): readonly unknown[] {
    if (Array.isArray(value)) return value;
    this.fault(place, "a list expected");
    return [];
  }
  text(value: unknown, place: string): string {
    if (typeof value === "string" && value.trim() !== "") return value;
    this.fault(place, "a text expected");
    return "";
  }
  point(value: unknown, place: string): Point {
    const [lat, lon] = Array.isArray(value) ? (value as unknown[]) : [];
    if (typeof lat === "number" && typeof lon === "number" && Math.abs(lat) <= 90 && Math.abs(lon) <= 180)
      return [lat, lon];
    this.fault(place, "[latitude, longitude] in degrees expected");
    return [0, 0];
  }
  throwFaults(): void {
    const [first] = this.faults;
    if (!first) return;
    const more = this.faults.length > 1 ? ` (and ${this.faults.length - 1} more)` : "";
    throw new LapsError("malformed", first.place, first.reason + more, this.faults);
  }
}
