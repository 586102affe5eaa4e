import { readFile } from "node:fs/promises";
import { lapsReport, parseTrackFile, type ReportedLap, type Track } from "@pitwall/laps";
import { openTracks } from "@pitwall/server";
import { command, numberOption, UsageError } from "../command.ts";
import { dataOf, tellProblem } from "../data.ts";
import { endsOf } from "../places.ts";
import { READING, READING_USAGE } from "../reading-options.ts";
import { openRecording } from "../recordings.ts";

/** 76.329 as 1:16.329. */
export function lapTime(seconds: number): string {
  const ms = Math.round(seconds * 1000);
  const s = (ms % 60_000) / 1000;
  return `${Math.floor(ms / 60_000)}:${s.toFixed(3).padStart(6, "0")}`;
}

const line = (lap: ReportedLap, bestS: number | null): string =>
  [
    String(lap.number).padStart(4),
    lapTime(lap.timeS).padStart(11),
    lap.uncertaintyS === null ? "          " : `± ${lap.uncertaintyS.toFixed(3)} s`.padStart(10),
    lap.kind.padEnd(4),
    lap.sectorsS.map((s) => (s === null ? "missed" : s.toFixed(3)).padStart(8)).join(" "),
    lap.valid && lap.timeS === bestS ? "best" : lap.flags.join(", "),
  ]
    .join("  ")
    .trimEnd();

export const laps = command({
  name: "laps",
  summary: "lap times of a file or a session",
  usage: `pitwall laps FILE-or-SESSION [--gate LAT,LON,LAT,LON] [--sector LAT,LON,LAT,LON …] [--track NAME | --track-file FILE] [--min-lap S] [--json] ${READING_USAGE}`,
  options: {
    ...READING,
    gate: { type: "string" },
    sector: { type: "string", multiple: true },
    track: { type: "string" },
    "track-file": { type: "string" },
    "min-lap": { type: "string" },
  },
  async run({ values, positionals }, io) {
    const [what, ...more] = positionals;
    if (what === undefined || more.length > 0) throw new UsageError("one file or session");
    const gate = values.gate === undefined ? undefined : endsOf("gate", values.gate);
    const sectors = values.sector?.map((s) => endsOf("sector", s));
    const minLapTimeS = numberOption("min-lap", values["min-lap"]);
    const own: Track | undefined =
      values["track-file"] === undefined
        ? undefined
        : parseTrackFile(await readFile(values["track-file"], "utf8"));
    const recording = await openRecording(io, what, values);
    const report = lapsReport(recording, {
      ...(gate === undefined ? {} : { gate }),
      ...(sectors === undefined ? {} : { sectors }),
      ...(minLapTimeS === undefined ? {} : { minLapTimeS }),
      ...(own ? { tracks: [own] } : openTracks(dataOf(values), tellProblem(io)).known()),
      ...(values.track === undefined ? (own ? { track: own.name } : {}) : { track: values.track }),
    });
    if (values.json) {
      const { laps, bestS, theoreticalBestS, notes, track } = report;
      await io.out(`${JSON.stringify({ laps, bestS, theoreticalBestS, notes, track })}\n`);
      return 0;
    }
    const lines = report.laps.map((l) => line(l, report.bestS));
    if (report.track !== undefined) lines.unshift(`track ${report.track}`);
    if (report.bestS !== null) lines.push(`best              ${lapTime(report.bestS)}`);
    if (report.theoreticalBestS !== null) lines.push(`theoretical best  ${lapTime(report.theoreticalBestS)}`);
    await io.out(lines.length === 0 ? "no laps\n" : `${lines.join("\n")}\n`);
    for (const note of report.notes) io.err(note);
    return 0;
  },
});
