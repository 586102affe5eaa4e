import { readFile } from "node:fs/promises";
import { type LapsReportOptions, parseTrackFile } from "@pitwall/laps";
import { openTracks } from "@pitwall/server/archive";
import { type Io, numberOption, UsageError } from "./command.ts";
import { dataOf, tellProblem } from "./data.ts";
import { endsOf } from "./places.ts";

/** Options of every command that times laps: where the lines are. */
export const LAYOUT = {
  gate: { type: "string" },
  finish: { type: "string" },
  sector: { type: "string", multiple: true },
  track: { type: "string" },
  "track-file": { type: "string" },
  "min-lap": { type: "string" },
} as const;

export const LAYOUT_USAGE =
  "[--gate LAT,LON,LAT,LON] [--finish LAT,LON,LAT,LON] [--sector LAT,LON,LAT,LON …] [--track NAME | --track-file FILE] [--min-lap S]";

export type LayoutValues = {
  readonly data?: string | undefined;
  readonly gate?: string | undefined;
  readonly finish?: string | undefined;
  readonly sector?: readonly string[] | undefined;
  readonly track?: string | undefined;
  readonly "track-file"?: string | undefined;
  readonly "min-lap"?: string | undefined;
};

/** What they say, with the tracks that are known. Throws UsageError; LapsError for a track file that is none. */
export async function layoutOf(io: Io, values: LayoutValues): Promise<LapsReportOptions> {
  const gate = values.gate === undefined ? undefined : endsOf("gate", values.gate);
  const finish = values.finish === undefined ? undefined : endsOf("finish", values.finish);
  if (finish && !gate) throw new UsageError("--finish makes it a stage, which needs --gate for its start");
  const sectors = values.sector?.map((s) => endsOf("sector", s));
  const minLapTimeS = numberOption("min-lap", values["min-lap"]);
  const file = values["track-file"];
  const own = file === undefined ? undefined : parseTrackFile(await readFile(file, "utf8"));
  const track = values.track ?? own?.name;
  return {
    ...(gate === undefined ? {} : { gate }),
    ...(finish === undefined ? {} : { finish }),
    ...(sectors === undefined ? {} : { sectors }),
    ...(minLapTimeS === undefined ? {} : { minLapTimeS }),
    ...(own ? { tracks: [own] } : openTracks(dataOf(values), tellProblem(io)).known()),
    ...(track === undefined ? {} : { track }),
  };
}
