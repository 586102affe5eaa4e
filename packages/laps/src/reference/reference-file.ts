import { LapsError } from "../errors.ts";
import type { Trace } from "../trace.ts";
import type { Layout } from "../track/track.ts";
import type { ReferenceLap } from "./reference-lap.ts";
import { referenceIn } from "./reference-of.ts";

/**
 * A lap to compare with, to keep and to pass on: its fixes, and enough of those before and behind it that it can be cut
 * again where a start line lies elsewhere.
 */
export type SavedReference = {
  readonly name: string;
  readonly track?: string;
  readonly layout?: string;
  readonly vehicle?: string;
  /** As it was timed where it comes from. */
  readonly lapTimeS: number;
  /** Device time counts from the beginning of the lap, microseconds. */
  readonly fixes: Trace;
};

const FORMAT = "pitwall-reference";
const VERSION = 1;
/** Of the lap's time before and behind it: with any start line there is one whole lap in it, with its own just one. */
const MARGIN = 0.6;
const LONGEST_MARGIN_S = 120;
const COLUMNS = ["tS", "latDeg", "lonDeg", "speedMps", "courseDeg", "hAccM"] as const;
const MOST_FIXES = 500_000;
const DEG = 180 / Math.PI;

/** The fixes of a lap with those about it; at most `rateHz` of them a second where that is given. */
export function cutLap(
  trace: Trace,
  lap: { readonly startUs: number; readonly endUs: number },
  rateHz = Number.POSITIVE_INFINITY,
): Trace {
  const marginUs = Math.min(LONGEST_MARGIN_S * 1e6, MARGIN * (lap.endUs - lap.startUs));
  const rows: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < trace.length; i++) {
    const t = trace.tUs[i]!;
    // a tenth of grace, so that a receiver's jitter does not drop every other fix
    if (t < lap.startUs - marginUs || t > lap.endUs + marginUs || t - last < 0.9e6 / rateHz) continue;
    last = t;
    rows.push(i);
  }
  const take = (values: Float64Array) => Float64Array.from(rows, (r) => values[r]!);
  return {
    length: rows.length,
    tUs: Float64Array.from(rows, (r) => trace.tUs[r]! - lap.startUs),
    latDeg: take(trace.latDeg),
    lonDeg: take(trace.lonDeg),
    speedMps: take(trace.speedMps),
    courseRad: take(trace.courseRad),
    hAccM: take(trace.hAccM),
  };
}

/** The lap on a layout: the best whole one that its fixes hold there. Throws LapsError "missing" where they hold none. */
export const referenceOn = (saved: Pick<SavedReference, "name" | "fixes">, layout: Layout): ReferenceLap => ({
  ...referenceIn(saved.fixes, layout, saved.name),
  name: saved.name,
});

/** A reference as a file to share: JSON, seconds since the lap began, degrees, m/s; null for what a fix does not say. */
export function formatReferenceFile({ fixes, ...about }: SavedReference): string {
  const round = (v: number, digits: number) => (Number.isFinite(v) ? Number(v.toFixed(digits)) : null);
  const rows = Array.from({ length: fixes.length }, (_, i) =>
    JSON.stringify([
      round(fixes.tUs[i]! / 1e6, 6),
      round(fixes.latDeg[i]!, 8),
      round(fixes.lonDeg[i]!, 8),
      round(fixes.speedMps[i]!, 4),
      round(fixes.courseRad[i]! * DEG, 4),
      round(fixes.hAccM[i]!, 3),
    ]),
  );
  const head = JSON.stringify({ format: FORMAT, version: VERSION, ...about, columns: COLUMNS });
  return `${head.slice(0, -1)},"fixes":[\n${rows.join(",\n")}\n]}\n`;
}

export const looksLikeReferenceFile = (text: string): boolean =>
  /^\s*\{/.test(text) && text.slice(0, 1000).includes(`"${FORMAT}"`);

/** Reads a reference file. Throws LapsError "malformed" with the place, "bad-version" for a newer one. */
export function parseReferenceFile(text: string): SavedReference {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (cause) {
    throw new LapsError("malformed", "reference file", "the text is no JSON", undefined, { cause });
  }
  const fault = (place: string, reason: string): never => {
    throw new LapsError("malformed", place, reason);
  };
  if (typeof root !== "object" || root === null) return fault("reference file", "an object expected");
  const file = root as Record<string, unknown>;
  if (file["format"] !== FORMAT) fault("format", `"${FORMAT}" expected`);
  if (file["version"] !== VERSION)
    throw new LapsError(
      "bad-version",
      "version",
      `version ${VERSION} is read, not ${String(file["version"])}`,
    );
  const text1 = (key: string) => {
    const v = file[key];
    return typeof v === "string" && v.trim() !== "" ? v : fault(key, "a text expected");
  };
  const optional = <K extends string>(key: K): { [k in K]?: string } =>
    file[key] === undefined ? {} : ({ [key]: text1(key) } as { [k in K]?: string });
  const lapTimeS = file["lapTimeS"];
  if (!(typeof lapTimeS === "number" && lapTimeS > 0)) return fault("lapTimeS", "seconds expected");
  if (String(file["columns"]) !== String(COLUMNS)) fault("columns", `${COLUMNS.join(", ")} expected`);
  const rows = file["fixes"];
  if (!Array.isArray(rows) || rows.length < 4 || rows.length > MOST_FIXES)
    return fault("fixes", `a list of 4 to ${MOST_FIXES} rows expected`);
  const columns = COLUMNS.map(() => new Float64Array(rows.length));
  let before = Number.NEGATIVE_INFINITY;
  for (const [i, row] of (rows as unknown[]).entries()) {
    const place = `fixes[${i}]`;
    if (!Array.isArray(row) || row.length !== COLUMNS.length)
      return fault(place, `${COLUMNS.length} values expected`);
    for (const [c, value] of (row as unknown[]).entries()) {
      if (value !== null && typeof value !== "number") fault(`${place}[${c}]`, "a number or null expected");
      columns[c]![i] = value === null ? Number.NaN : (value as number);
    }
    const [t, lat, lon] = columns as [Float64Array, Float64Array, Float64Array];
    if (!(t[i]! > before)) fault(place, "the times do not ascend");
    before = t[i]!;
    if (!(Math.abs(lat[i]!) <= 90 && Math.abs(lon[i]!) <= 180)) fault(place, "no place on earth");
  }
  const [tS, latDeg, lonDeg, speedMps, courseDeg, hAccM] = columns as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return {
    name: text1("name"),
    ...optional("track"),
    ...optional("layout"),
    ...optional("vehicle"),
    lapTimeS,
    fixes: {
      length: rows.length,
      tUs: tS.map((s) => Math.round(s * 1e6)),
      latDeg,
      lonDeg,
      speedMps,
      courseRad: courseDeg.map((d) => d / DEG),
      hAccM,
    },
  };
}
