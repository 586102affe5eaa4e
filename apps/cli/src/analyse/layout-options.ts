import { readFile } from "node:fs/promises";
import { type Ends, type LapsReportOptions, parseTrackFile } from "@pitwall/laps";
import { starterTracks } from "@pitwall/laps/library";
import { numberOption, UsageError } from "../command.ts";

/** Where the lines are that laps are timed on; as for `pitwall laps`. */
export const LAYOUT = {
  gate: { type: "string" },
  sector: { type: "string", multiple: true },
  track: { type: "string" },
  "track-file": { type: "string" },
  "min-lap": { type: "string" },
} as const;

export const LAYOUT_USAGE =
  "[--gate LAT,LON,LAT,LON] [--sector LAT,LON,LAT,LON …] [--track NAME | --track-file FILE] [--min-lap S]";

export type LayoutValues = {
  readonly gate?: string | undefined;
  readonly sector?: readonly string[] | undefined;
  readonly track?: string | undefined;
  readonly "track-file"?: string | undefined;
  readonly "min-lap"?: string | undefined;
};

/** Throws UsageError; LapsError for a track file that is none. */
export async function layoutOf(values: LayoutValues): Promise<LapsReportOptions> {
  const gate = values.gate === undefined ? undefined : endsOf("gate", values.gate);
  const sectors = values.sector?.map((s) => endsOf("sector", s));
  const minLapTimeS = numberOption("min-lap", values["min-lap"]);
  const file = values["track-file"];
  const own = file === undefined ? undefined : parseTrackFile(await readFile(file, "utf8"));
  const track = values.track ?? own?.name;
  return {
    ...(gate === undefined ? {} : { gate }),
    ...(sectors === undefined ? {} : { sectors }),
    ...(minLapTimeS === undefined ? {} : { minLapTimeS }),
    ...(track === undefined ? {} : { track }),
    tracks: own ? [own] : starterTracks(),
  };
}

function endsOf(option: string, text: string): Ends {
  const n = text.split(",").map(Number);
  if (n.length !== 4 || n.some((x) => !Number.isFinite(x)) || Math.abs(n[0]!) > 90 || Math.abs(n[2]!) > 90)
    throw new UsageError(`--${option} takes LAT,LON,LAT,LON in degrees, not "${text}"`);
  return [n[0]!, n[1]!, n[2]!, n[3]!];
}
